import { assert, assertEquals, assertMatch } from "@std/assert";
import { createLoopGuard, type LoopGuard } from "../../lib/agent/guard.ts";
import type { ToolCall } from "../../lib/core/message.ts";
import { fail, ok } from "../../lib/core/tool.ts";

const read = [{ kind: "read", path: "/project/a" }] as const;
const write = [{ kind: "write", path: "/project/a" }] as const;

interface Told {
  readonly name: string;
  readonly input?: Record<string, unknown>;
  readonly result: string;
  readonly writes?: boolean;
  readonly fails?: boolean;
}

/** One call through the guard: what the model is told, and whether it ran. */
function step(guard: LoopGuard, told: Told): string | null {
  const { name, input = {}, result } = told;
  const call: ToolCall = { id: "1", name, input };
  const refusal = guard.check(call);
  const text = refusal ?? result;
  const failed = refusal !== null || told.fails === true;
  const remark = guard.observe({
    call,
    access: told.writes ? write : read,
    outcome: failed ? fail("failed", text) : ok(text),
    result: text,
  });
  return refusal ?? remark;
}

/** Calls the steps in turn until the guard ends it; how many there were. */
function callsUntilEnd(steps: readonly Told[], most: number): number {
  const guard = createLoopGuard();
  for (let index = 0; index < most; index++) {
    step(guard, steps[index % steps.length] as Told);
    if (guard.verdict() !== null) return index + 1;
  }
  return Infinity;
}

Deno.test("createLoopGuard() remarks, refuses and ends the same call with the same result", () => {
  const guard = createLoopGuard();
  const status = { name: "Bash", input: { command: "git status" }, result: "" };
  const told = Array.from({ length: 5 }, () => step(guard, status));
  assertEquals(told[0], null);
  assertMatch(told[1] ?? "", /exactly the same result/);
  assertMatch(told[2] ?? "", /^Not run: this exact call was made 3 times/);
  assertMatch(
    guard.verdict() ?? "",
    /^Bash was called 5 times with the same input/,
  );
});

Deno.test("createLoopGuard() ends a cycle of edits that undo each other", () => {
  const edit = (from: string, to: string): Told => ({
    name: "Edit",
    input: { old_string: from, new_string: to },
    result: `Replaced ${from}`,
    writes: true,
  });
  assertEquals(callsUntilEnd([edit("a", "b"), edit("b", "a")], 50), 10);
  const guard = createLoopGuard();
  const told = Array.from(
    { length: 6 },
    (_, index) =>
      step(guard, index % 2 === 0 ? edit("a", "b") : edit("b", "a")),
  );
  assertEquals(told.slice(0, 5), [null, null, null, null, null]);
  assertMatch(told[5] ?? "", /last 2 calls were made 3 times in a row/);
});

Deno.test("createLoopGuard() ends cycles of up to four calls whose results stay", () => {
  for (const length of [2, 3, 4]) {
    const steps = Array.from({ length }, (_, index): Told => ({
      name: "Edit",
      input: { index },
      result: `${index}`,
      writes: true,
    }));
    assertEquals(callsUntilEnd(steps, 50), 5 * length, `${length}`);
  }
});

Deno.test("createLoopGuard() ends a round of many reads that tell nothing new", () => {
  const steps = Array.from({ length: 9 }, (_, index): Told => ({
    name: "Read",
    input: { index },
    result: `text ${index}`,
  }));
  assertEquals(callsUntilEnd(steps, 100), 9 + 14);
});

Deno.test("createLoopGuard() lets a cycle go on whose results change", () => {
  let count = 0;
  const guard = createLoopGuard();
  for (let index = 0; index < 100; index++) {
    const edits = index % 2 === 0;
    step(guard, {
      name: edits ? "Edit" : "Bash",
      input: { edits },
      result: edits ? "Edited" : `${++count} failures left`,
      writes: true,
    });
  }
  assertEquals(guard.verdict(), null);
});

Deno.test("createLoopGuard() ends failures of one kind whatever the arguments", () => {
  const guard = createLoopGuard();
  let calls = 0;
  while (guard.verdict() === null) {
    step(guard, {
      name: "Edit",
      input: { old_string: `try ${calls++}` },
      result: `no such text ${calls}`,
      fails: true,
    });
    assert(calls < 20);
  }
  assertEquals(calls, 8);
  assertEquals(guard.verdict(), "8 calls of Edit in a row failed");
});

Deno.test("createLoopGuard() lets a result that was compacted away be asked for again", () => {
  const guard = createLoopGuard();
  const status = { name: "Read", input: { file_path: "a" }, result: "text" };
  step(guard, status);
  step(guard, status);
  guard.forget();
  assertEquals(step(guard, status), null);
});

Deno.test("createLoopGuard() tells long results apart without keeping them", () => {
  const guard = createLoopGuard();
  const long = "x".repeat(1_000_000);
  const call = { name: "Read", input: {} };
  assertEquals(step(guard, { ...call, result: `${long}a` }), null);
  assertEquals(step(guard, { ...call, result: `${long}b` }), null);
  assertMatch(
    step(guard, { ...call, result: `${long}b` }) ?? "",
    /exactly the same/,
  );
});
