import type { SandboxPlan } from "../core/sandbox.ts";
import { openBlobFolder, openBlobMemory } from "../workspace/blob_store.ts";
import { findGitRoot, gitObject } from "../workspace/git.ts";
import { Recorder } from "../workspace/recorder.ts";
import { UndoLog, type UndoRecord } from "../workspace/undo.ts";
import { copiesFolderOf } from "../session/places.ts";
import type { Session } from "../session/session.ts";

/** What the undo log of a session works with. */
export interface UndoOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  plan(): Promise<SandboxPlan>;
}

/**
 * Opens the undo log of a session. Copies of files lie beside the session's
 * file; for one that is written nowhere they are in memory.
 */
export async function openUndo(
  session: Session,
  { cwd, environment, plan }: UndoOptions,
): Promise<UndoLog> {
  const store = session.file === null
    ? openBlobMemory()
    : openBlobFolder(copiesFolderOf(session.file));
  const log = new UndoLog({
    store,
    past: await pastOf(session),
    gitObject: async (id) =>
      await gitObject(cwd, id, { environment, sandbox: await plan() }),
    recorder: async () =>
      new Recorder({ root: cwd, gitRoot: await findGitRoot(cwd), store }),
    keep: ({ action, ...rest }) => {
      session.append({ type: "checkpoint", checkpoint: action, ...rest });
    },
  });
  await log.settle();
  return log;
}

/** What the present branch of the session says of files. */
async function pastOf(session: Session): Promise<UndoRecord[]> {
  const nodes = session.path().filter(({ type }) => type === "checkpoint");
  const past: UndoRecord[] = [];
  for await (const entry of session.read(nodes)) {
    if (entry.type !== "checkpoint") continue;
    const { checkpoint, ...rest } = entry;
    past.push({ action: checkpoint, ...rest } as unknown as UndoRecord);
  }
  return past;
}
