import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { parseShell } from "../../lib/permission/shell.ts";

/** Each command as "name word ...", in the order in which they are found. */
async function commandsOf(line: string): Promise<string[]> {
  const { commands, errors } = await parseShell(line);
  assertEquals(errors, [], line);
  return commands.filter(({ name }) => name !== null).map(({ name, words }) =>
    [name, ...words].map((word) => word?.value).join(" ")
  );
}

const snippets: readonly [
  what: string,
  line: string,
  commands: readonly string[],
][] = [
  ["a pipe", "cat a | grep -v b | wc -l", ["cat a", "grep -v b", "wc -l"]],
  ["lists", "a 1 && b 2 || c 3; d 4", ["a 1", "b 2", "c 3", "d 4"]],
  ["background", "sleep 9 & echo hi &", ["sleep 9", "echo hi"]],
  ["a subshell", "(cd x && rm y); pwd", ["cd x", "rm y", "pwd"]],
  ["a group", "{ a; b; } >out", ["a", "b"]],
  ["substitution", "echo $(rm -rf x)", ["echo $(rm -rf x)", "rm -rf x"]],
  ["substitution in quotes", 'echo "a $(b "$(c d)") e"', [
    'echo a $(b "$(c d)") e',
    "b $(c d)",
    "c d",
  ]],
  ["backticks", "echo `a \\`b\\``", ["echo `a \\`b\\``", "a `b`", "b"]],
  ["a live here document", "cat <<EOF\n$(rm x) rm y\nEOF\n", ["cat", "rm x"]],
  ["a quoted here document", "cat <<'EOF'\n$(rm x)\nEOF\n", ["cat"]],
  ["redirections", "a 2>&1 >out <in &>>log", ["a"]],
  ["process substitution", "diff <(sort a) <(sort b)", [
    "diff <(sort a) <(sort b)",
    "sort a",
    "sort b",
  ]],
  ["assignments", "A=1 B=$(id) make all; C=2", ["make all", "id"]],
  ["a loop", "for f in $(ls); do rm $f; done", ["ls", "rm $f"]],
  ["a while loop", "while read x; do a; done < <(b)", ["b", "read x", "a"]],
  ["a function", "f() { rm x; }; f", ["rm x", "f"]],
  ["case", "case $(id) in a) b ;; *) c ;; esac", ["id", "b", "c"]],
  ["arithmetic", "echo $(( $(a) + 1 ))", ["echo $(( $(a) + 1 ))", "a"]],
  ["a parameter's default", "echo ${x:-$(a)}", ["echo ${x:-$(a)}", "a"]],
  ["[[ ]]", "[[ -e $(a) && b = c ]] && d", ["a", "d"]],
  ["quoting tricks", "r\\m -r\"f\" 'a b' $'c\\td'", ["rm -rf a b c\td"]],
  ["if", "if a; then b; elif c; then d; else e; fi", [
    "a",
    "b",
    "c",
    "d",
    "e",
  ]],
  ["a here string", "bash <<< 'rm x'", ["bash"]],
  ["comments", "a # rm b\n# c\nd", ["a", "d"]],
  ["nothing", "  \n", []],
];

for (const [what, line, commands] of snippets) {
  Deno.test(`parseShell() finds every command of ${what}`, async () => {
    assertEquals((await commandsOf(line)).toSorted(), commands.toSorted());
  });
}

Deno.test("parseShell() reports what it can't parse and keeps the rest", async () => {
  for (const line of ['rm x; echo "open', "a | | b", "if a; then b", "a $(b"]) {
    const { ok, errors, commands } = await parseShell(line);
    assert(!ok, line);
    assertGreater(errors.length, 0);
    assertGreater(commands.length, 0, line);
  }
});

Deno.test("parseShell() gives redirections with their targets and bodies", async () => {
  const { commands } = await parseShell(
    "a > 'my file' 2>> log < in <<< text; b <<X\nbody\nX\n{ c; } > all",
  );
  const found = commands.map(({ redirections }) =>
    redirections.map(({ operator, target, body }) =>
      `${operator} ${target?.value ?? body}`
    )
  );
  assertEquals(found, [
    ["> my file", ">> log", "< in", "<<< text"],
    ["<< body\n"],
    ["> all"],
    [],
  ]);
});

Deno.test("parseShell() tells quoted, plain and expanded parts apart", async () => {
  const { commands } = await parseShell(
    'x ~/a "~/$B" \'*\' c*d {a,b} ${E} "$(f)"',
  );
  const parts = commands[0]?.words.map(({ parts }) =>
    parts.map(({ kind, value }) => `${kind}:${value}`)
  );
  assertEquals(parts, [
    ["plain:~/a"],
    ["quoted:~/", "variable:B"],
    ["quoted:*"],
    ["plain:c", "glob:*", "plain:d"],
    ["brace:{a,b}"],
    ["variable:E"],
    ["other:$(f)"],
  ]);
});

Deno.test("parseShell() marks subshells, background and functions", async () => {
  const { commands } = await parseShell("a; (b; c) & f() { d; }; e | g");
  const [a, b, c, d, e, g] = commands;
  assertEquals(a?.scope, []);
  assertEquals(b?.scope, c?.scope);
  assertGreater(b?.scope.length ?? 0, 0);
  assertEquals(d?.inFunction, "f");
  assertEquals(e?.pipeline, g?.pipeline);
  assert(e?.scope.join() !== g?.scope.join());
});

Deno.test("parseShell() names the command that decides the exit code", async () => {
  const cases: [string, string | undefined][] = [
    ["a | grep b", "grep"],
    ["a; test -e b", "test"],
    ["grep a b && echo found", "grep"],
    ["grep a b && c", "c"],
    ["! grep a b", undefined],
    ["(grep a b)", undefined],
    ["", undefined],
  ];
  for (const [line, name] of cases) {
    assertEquals((await parseShell(line)).last?.name?.value, name, line);
  }
});

Deno.test("parseShell() survives deep nesting and long lines quickly", async () => {
  const start = performance.now();
  const { ok } = await parseShell("$(".repeat(5_000));
  assert(!ok);
  await parseShell("(".repeat(5_000) + ")".repeat(5_000));
  await parseShell("a".repeat(100_000));
  await parseShell("a; ".repeat(30_000));
  assertLess(performance.now() - start, 5_000);
});
