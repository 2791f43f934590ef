// The least that a program with a version can be.
// deno-lint-ignore no-console
console.log("0.1.0");
