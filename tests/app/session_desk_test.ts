import { assertEquals } from "@std/assert";
import { SessionDesk } from "../../lib/app/session_desk.ts";
import type { AgentEventBody } from "../../lib/core/event.ts";
import { UndoLog } from "../../lib/workspace/undo.ts";
import { tempFolder } from "../support/temp.ts";
import { memoryWork } from "../support/work.ts";

const signal = new AbortController().signal;
const access = [{ kind: "write", path: "/project/a" }] as const;

Deno.test("SessionDesk leaves it to the call to tell of an interrupt", async () => {
  await using folder = await tempFolder({ a: "1" });
  const { work, source } = await memoryWork(folder.path);
  const told: AgentEventBody[] = [];
  const desk = new SessionDesk(
    { cwd: folder.path, work, source },
    { adopt: () => {}, emit: (body) => told.push(body), forget: () => {} },
  );
  const command = [{ kind: "run", line: "make", readOnly: false }] as const;
  const { finish } = await desk.watch(command, AbortSignal.abort());
  await finish(signal);
  assertEquals(told, []);
});

Deno.test("SessionDesk says once that a call can't be undone, and the call goes on", async () => {
  const { work, source } = await memoryWork("/project");
  const undo = new UndoLog({
    recorder: () => Promise.reject(new Error("the disk is full")),
    store: {
      put: () => Promise.resolve(null),
      get: () => Promise.resolve(null),
    },
    roots: ["/project"],
    gitObject: () => Promise.resolve(null),
    keep: () => {},
  });
  const told: AgentEventBody[] = [];
  const desk = new SessionDesk(
    { cwd: "/project", work: { ...work, undo }, source },
    { adopt: () => {}, emit: (body) => told.push(body), forget: () => {} },
  );
  for (let call = 0; call < 3; call++) {
    const { finish } = await desk.watch(access, signal);
    await finish(signal);
  }
  assertEquals(told, [{
    type: "notice",
    level: "warn",
    text: "/undo will not bring back all of this: the disk is full",
  }]);
});
