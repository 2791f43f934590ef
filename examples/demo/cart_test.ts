import { total } from "./cart.ts";

function equal(actual: number, expected: number) {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`);
}

Deno.test("an empty cart costs nothing", () => equal(total([]), 0));

Deno.test("a quantity counts", () => {
  equal(total([{ name: "pen", price: 120, quantity: 3 }]), 360);
});

Deno.test("a discount is taken off", () => {
  equal(total([{ name: "pad", price: 500, quantity: 2 }], 0.1), 900);
});
