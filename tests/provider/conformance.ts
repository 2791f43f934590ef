import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ModelFailureCode, StopReason } from "../../lib/core/model.ts";
import type { Reply } from "../support/model_server.ts";
import {
  type Desk,
  type DeskOptions,
  openDesk,
  type Outcome,
} from "./ask_model.ts";

/** One row of the table in spec/providers.md 7. */
export interface Case {
  readonly id: string;
  readonly given: string;
  readonly replies: readonly Reply[];
  readonly desk?: DeskOptions;
  /** Sends other requests than one usual turn. */
  ask?(desk: Desk): Promise<Outcome>;
  /** Requests that the server must have seen; as many as replies by default. */
  readonly requests?: number;
  readonly stop?: StopReason;
  readonly text?: string;
  /** Name and input of each call. */
  readonly calls?: readonly (readonly [string, Record<string, unknown>])[];
  readonly failure?: ModelFailureCode;
  /** What the failure's message must say. */
  readonly says?: RegExp;
  /** Milliseconds of the waits between attempts. */
  readonly waits?: readonly number[];
  check?(outcome: Outcome, desk: Desk): void | Promise<void>;
}

/** Runs rows over real HTTP through the real client. */
export function conform(cases: readonly Case[]): void {
  for (const row of cases) {
    Deno.test(`${row.id} openModel(): ${row.given}`, async () => {
      await using desk = await openDesk(row.replies, row.desk);
      const outcome = await (row.ask?.(desk) ?? desk.ask());
      verify(row, outcome, desk);
      await row.check?.(outcome, desk);
    });
  }
}

function verify(row: Case, outcome: Outcome, desk: Desk): void {
  const { failure, finish, retries } = outcome;
  if (row.failure !== undefined) {
    assertEquals(failure?.code, row.failure, failure?.message);
    assert(!failure?.message.includes("secret-key"), failure?.message);
    if (row.says) assertMatch(failure?.message ?? "", row.says);
  } else assertEquals(failure, undefined);
  if (row.stop !== undefined) assertEquals(finish?.stop, row.stop);
  if (row.text !== undefined) {
    assertEquals(finish?.message.text, row.text);
    assertEquals(outcome.shown, row.text);
  }
  if (row.calls !== undefined) {
    const calls = finish?.message.calls ?? [];
    const seen = calls.map(({ input, name }) => [name, input]);
    assertEquals(seen, row.calls as unknown[]);
    assertEquals(new Set(calls.map(({ id }) => id)).size, calls.length);
    assert(calls.every(({ id }) => id !== ""));
  }
  if (row.waits !== undefined) {
    assertEquals(retries.map(({ waitMs }) => waitMs), row.waits);
  }
  const requests = row.requests ?? row.replies.length;
  assertEquals(desk.server.requests.length, requests, "requests seen");
}

/** A chunk with one delta. */
export function delta(
  value: object,
  finish: string | null = null,
): Record<string, unknown> {
  return { choices: [{ index: 0, delta: value, finish_reason: finish }] };
}

/** A stream of the given deltas that ends as it should. */
export function deltas(
  values: readonly object[],
  finish: string | null = "stop",
): Reply {
  return {
    sse: [
      ...values.map((value) => delta(value)),
      ...(finish === null ? [] : [delta({}, finish)]),
      "[DONE]",
    ],
  };
}

/** A stream whose deltas are pieces of calls. */
export function callDeltas(
  values: readonly object[],
  finish: string | null = "tool_calls",
): Reply {
  return deltas(values.map((value) => ({ tool_calls: [value] })), finish);
}

/** An event stream, byte by byte as given. */
export function stream(body: string, part: Reply = {}): Reply {
  return { body, ...part };
}
