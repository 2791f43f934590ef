import { z } from "zod";
import { exitCodes, UserError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { permissionModes } from "../core/permission.ts";
import { describeFileError } from "../platform/file_error.ts";

const taskSchema = z.strictObject({
  id: z.string().min(1).max(200).optional(),
  prompt: z.string().refine((text) => text.trim() !== "", "it is empty"),
  cwd: z.string().min(1).optional(),
  model: z.string().min(1).optional(),
  mode: z.enum(permissionModes).optional(),
  maxTurns: z.int().min(1).optional(),
});

/** One line of a file for `openclaude batch`. */
export interface BatchTask extends Omit<z.output<typeof taskSchema>, "id"> {
  /** The line's own, else made of what it says. */
  readonly id: string;
}

/**
 * Reads the file with the tasks, whole, so that nothing starts where a line
 * is wrong. Blank lines are passed over. Needs `--allow-read` for it.
 *
 * @throws {UserError} with exit code 2 that names the file and the line.
 */
export async function readBatchTasks(file: string): Promise<BatchTask[]> {
  let content: string;
  try {
    content = await Deno.readTextFile(file);
  } catch (error) {
    throw usage(
      `Cannot read tasks from "${file}": ${describeFileError(error)}`,
    );
  }
  const tasks: BatchTask[] = [];
  const lines = new Map<string, number>();
  for (const [index, line] of content.split("\n").entries()) {
    if (line.trim() === "") continue;
    const place = `"${file}" line ${index + 1}`;
    const task = await readTask(line, place);
    const before = lines.get(task.id);
    if (before !== undefined) {
      throw usage(
        `Cannot use ${place}: it is the same task as line ${before} ` +
          `("${task.id}"); give each an "id" of its own`,
      );
    }
    lines.set(task.id, index + 1);
    tasks.push(task);
  }
  if (tasks.length === 0) throw usage(`Cannot use "${file}": it has no task`);
  return tasks;
}

async function readTask(line: string, place: string): Promise<BatchTask> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw usage(`Cannot use ${place}: it is not one JSON object`);
  }
  const { success, data, error } = taskSchema.safeParse(value);
  if (!success) {
    const unknown = error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys" ? issue.keys : []
    );
    if (unknown.length > 0) throw usage(unknownKey(place, unknown[0] ?? ""));
    const [issue] = error.issues;
    const name = issue?.path.join(".") ?? "";
    const where = name === "" ? "" : `"${name}": `;
    throw usage(`Cannot use ${place}: ${where}${issue?.message}`);
  }
  return { ...data, id: data.id ?? await idOf(data) };
}

function unknownKey(place: string, key: string): string {
  const keys = Object.keys(taskSchema.shape);
  const near = nearest(key, keys);
  return `Cannot use ${place}: there is no "${key}". ` +
    (near === undefined
      ? `There are ${keys.join(", ")}`
      : `Did you mean ${near}?`);
}

/** The same task has the same id wherever its line stands. */
async function idOf(task: object): Promise<string> {
  const text = JSON.stringify(Object.entries(task).sort());
  const bytes = new TextEncoder().encode(text);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 8)].map((byte) =>
    byte.toString(16).padStart(2, "0")
  )
    .join("");
}

function usage(message: string): UserError {
  return new UserError(message, exitCodes.usage);
}
