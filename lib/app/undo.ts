import { z } from "zod";
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
  /** Folders beside it that may be worked in, real paths. */
  readonly folders: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  plan(): Promise<SandboxPlan>;
}

/**
 * Opens the undo log of a session. Copies of files lie beside the session's
 * file; for one that is written nowhere they are in memory.
 */
export async function openUndo(
  session: Session,
  { cwd, folders, environment, plan }: UndoOptions,
): Promise<UndoLog> {
  const store = session.file === null
    ? openBlobMemory()
    : openBlobFolder(copiesFolderOf(session.file));
  const log = new UndoLog({
    store,
    roots: [cwd, ...folders],
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
    const record = { action: checkpoint, ...rest };
    if (isRecord(record)) past.push(record);
  }
  return past;
}

const fileSchema = z.looseObject({
  path: z.string(),
  before: z.looseObject({ kind: z.string() }),
  after: z.looseObject({ kind: z.string() }),
});

const recordSchema = z.discriminatedUnion("action", [
  z.looseObject({
    action: z.literal("begin"),
    prompt: z.string(),
    root: z.string(),
    at: z.number(),
    saved: z.array(z.looseObject({
      path: z.string(),
      state: z.looseObject({ kind: z.string() }),
    })),
  }),
  z.looseObject({ action: z.literal("end") }),
  z.looseObject({
    action: z.literal("call"),
    prompt: z.string(),
    changes: z.array(fileSchema),
    newFolders: z.array(z.string()),
  }),
  z.looseObject({
    action: z.enum(["undo", "redo"]),
    prompts: z.array(z.string()),
    changes: z.array(fileSchema),
  }),
]);

/** A record that a damaged or foreign file holds otherwise is passed over. */
function isRecord(value: unknown): value is UndoRecord {
  return recordSchema.safeParse(value).success;
}
