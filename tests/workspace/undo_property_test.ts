import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Access } from "../../lib/core/permission.ts";
import { openBlobMemory } from "../../lib/workspace/blob_store.ts";
import { Recorder } from "../../lib/workspace/recorder.ts";
import { UndoLog, type UndoRecord } from "../../lib/workspace/undo.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";

/** Generous: what is tested here is not how fast a loaded machine is. */
const budgetMs = 20_000;
const signal = new AbortController().signal;

const names = ["a.txt", "b.txt", "d/a.txt", "d/e/f.txt", "d"] as const;

type Step =
  /** One of our tools writes a file. */
  | { readonly kind: "write"; readonly name: string; readonly content: string }
  /** A command does several things to files. */
  | { readonly kind: "command"; readonly changes: readonly Change[] }
  | { readonly kind: "prompt" | "redo" | "reopen" }
  | { readonly kind: "undo"; readonly count: number };

interface Change {
  readonly name: string;
  /** Null removes it, with all that is in it. */
  readonly content: string | null;
}

const content = fc.constantFrom("", "one\n", "two\n", "three\n");
const file = fc.constantFrom(...names);
const change = fc.record({ name: file, content: fc.option(content) });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      name: file,
      content,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("command" as const),
      changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: "prompt" }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: "redo" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "reopen" }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("undo" as const),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

type Files = Readonly<Record<string, string>>;

/** Contents by name; empty folders do not count. */
async function filesIn(root: string, inner = ""): Promise<Files> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(root + inner)) {
    const name = `${inner}/${entry.name}`;
    if (entry.isDirectory) Object.assign(found, await filesIn(root, name));
    else found[name] = await Deno.readTextFile(root + name);
  }
  return found;
}

function sorted(files: Files): string {
  return JSON.stringify(Object.entries(files).sort());
}

/** What the log should have done, by whole states of the workspace. */
class Model {
  /** States before each prompt that changed something, the oldest first. */
  done: { readonly prompt: string; readonly before: Files }[] = [];
  undone: { readonly groups: Model["done"]; readonly after: Files }[] = [];

  changed(prompt: string, before: Files, after: Files): void {
    if (sorted(before) === sorted(after)) return;
    if (this.done.at(-1)?.prompt !== prompt) this.done.push({ prompt, before });
    this.undone = [];
  }

  undo(count: number, now: Files): Files {
    const groups = this.done.splice(-count);
    const [first] = groups;
    if (first === undefined) return now;
    this.undone.push({ groups, after: now });
    return first.before;
  }

  redo(now: Files): Files {
    const last = this.undone.pop();
    if (last === undefined) return now;
    this.done.push(...last.groups);
    return last.after;
  }
}

/** The log, and the records by which another process would go on. */
function openLog(
  root: string,
  records: UndoRecord[],
  store = openBlobMemory(),
) {
  const log = new UndoLog({
    store,
    past: [...records],
    roots: [root],
    gitObject: () => Promise.resolve(null),
    recorder: () => Promise.resolve(new Recorder({ root, store, budgetMs })),
    // As a session keeps them.
    keep: (record) => records.push(JSON.parse(JSON.stringify(record))),
  });
  return { log, store };
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    const isGone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!isGone) throw error;
  });
}

/** Puts a file in its place, whatever stands there or in the way. */
async function put(folder: TempFolder, name: string, text: string) {
  const parts = name.split("/");
  for (let count = 1; count < parts.length; count++) {
    const above = folder.at(parts.slice(0, count).join("/"));
    const info = await Deno.lstat(above).catch(() => null);
    if (info !== null && !info.isDirectory) await Deno.remove(above);
  }
  const info = await Deno.lstat(folder.at(name)).catch(() => null);
  if (info?.isDirectory) await remove(folder.at(name));
  await folder.write(name, text);
}

async function play(steps: readonly Step[]): Promise<void> {
  await using folder = await tempFolder({ "a.txt": "one\n", "d/a.txt": "1\n" });
  const root = folder.path;
  const records: UndoRecord[] = [];
  let { log, store } = openLog(root, records);
  const model = new Model();
  let prompt = 0;
  log.begin("0");
  const watched = async (access: Access[], act: () => Promise<void>) => {
    const before = await filesIn(root);
    const call = await log.watch(access, signal);
    assertEquals(call.gap, null);
    await act();
    await call.finish(signal);
    model.changed(String(prompt), before, await filesIn(root));
  };
  for (const each of steps) {
    switch (each.kind) {
      case "prompt":
        log.begin(String(++prompt));
        break;
      case "reopen":
        ({ log, store } = openLog(root, records, store));
        log.begin(String(++prompt));
        break;
      case "write": {
        const path = folder.at(each.name);
        const info = await Deno.lstat(path).catch(() => null);
        // Our tools refuse to write over a folder.
        if (info?.isDirectory) break;
        const above = await Deno.lstat(path.slice(0, path.lastIndexOf("/")))
          .catch(() => null);
        if (above !== null && !above.isDirectory) break;
        if (each.name === "d/e/f.txt") {
          const d = await Deno.lstat(folder.at("d")).catch(() => null);
          if (d !== null && !d.isDirectory) break;
        }
        await watched(
          [{ kind: "write", path }],
          () => folder.write(each.name, each.content),
        );
        break;
      }
      case "command":
        await watched(
          [{ kind: "run", line: "x", readOnly: false }],
          async () => {
            for (const { name, content } of each.changes) {
              if (content === null) await remove(folder.at(name));
              else await put(folder, name, content);
            }
          },
        );
        break;
      case "undo": {
        const expected = model.undo(each.count, await filesIn(root));
        const report = await log.undo(each.count);
        assertEquals(report?.failed ?? [], []);
        assertEquals(report?.foreign ?? [], []);
        assertEquals(sorted(await filesIn(root)), sorted(expected));
        break;
      }
      case "redo": {
        const expected = model.redo(await filesIn(root));
        const report = await log.redo();
        assertEquals(report?.failed ?? [], []);
        assertEquals(sorted(await filesIn(root)), sorted(expected));
        break;
      }
    }
  }
}

Deno.test("UndoLog takes any sequence of writes, commands, undo, redo and new processes back and forth", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), play),
    { numRuns: 80 },
  );
});

Deno.test("UndoLog brings back a folder that was gone, a file and a folder again in one prompt", async () => {
  await play([
    { kind: "command", changes: [{ name: "d", content: null }] },
    { kind: "write", name: "d", content: "" },
    { kind: "command", changes: [{ name: "d/a.txt", content: "" }] },
    { kind: "undo", count: 1 },
    { kind: "redo" },
    { kind: "undo", count: 1 },
  ]);
});

Deno.test("UndoLog makes a file again where only empty folders are left", async () => {
  await play([
    { kind: "command", changes: [{ name: "d/e/f.txt", content: "" }] },
    { kind: "reopen" },
    { kind: "command", changes: [{ name: "d", content: "" }] },
    { kind: "undo", count: 1 },
    { kind: "redo" },
    { kind: "command", changes: [{ name: "a.txt", content: null }] },
  ]);
});
