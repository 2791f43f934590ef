import { importsOf, isProduct, resolveImport } from "./source_tree.ts";
import type { SourceTree } from "./source_tree.ts";

/** Each room and its layer: imports point down or stay in the room. */
export const layers: Readonly<Record<string, number>> = {
  "lib/core": 0,
  "lib/platform": 1,
  "lib/term": 1,
  "lib/provider": 2,
  "lib/permission": 2,
  "lib/realm": 2,
  "lib/settings": 2,
  "lib/session": 2,
  "lib/workspace": 2,
  "lib/agent": 2,
  "lib/app": 3,
  "tools": 3,
  "lib/ui": 4,
  "main.ts": 5,
  "lib/mod.ts": 5,
};

/** Doors between rooms of one layer, with the reason for each. */
const doors: readonly (readonly [from: string, to: string])[] = [
  // Boot is the only place that knows everything, the tools included.
  ["lib/app", "tools"],
];

/** Rooms that may import less than their layer would let them. */
const narrow: Readonly<Record<string, readonly string[]>> = {
  "lib/core": ["lib/core/", "zod"],
  "lib/agent": ["lib/agent/", "lib/core/", "lib/platform/channel.ts"],
};

/** The room that a file of the program belongs to, or undefined. */
export function roomOf(path: string): string | undefined {
  const [first = "", second = ""] = path.split("/");
  const room = first === "lib" ? `lib/${second}` : first;
  return Object.hasOwn(layers, room) ? room : undefined;
}

/** Imports that break the layers, one line for each. */
export function findLayerFaults(tree: SourceTree): string[] {
  const faults: string[] = [];
  for (const [path, text] of tree) {
    if (!isProduct(path) || path.endsWith(".d.ts")) continue;
    const room = roomOf(path);
    if (room === undefined) {
      faults.push(`${path}: no such room in the plan`);
      continue;
    }
    for (const { specifier, lazy } of importsOf(text)) {
      const because = specifier.startsWith(".")
        ? judgeRelative(room, resolveImport(path, specifier))
        : judgeBare(room, specifier, lazy);
      if (because !== undefined) {
        faults.push(`${path} imports ${specifier}: ${because}`);
      }
    }
  }
  return faults;
}

function judgeRelative(room: string, target: string): string | undefined {
  const allowed = narrow[room];
  if (allowed?.every((prefix) => !target.startsWith(prefix))) {
    return `${room} may import ${allowed.join(", ")}`;
  }
  const other = roomOf(target);
  if (other === undefined) return "it is outside the program";
  if (other === room) return undefined;
  if (doors.some(([from, to]) => from === room && to === other)) return;
  const [here = 0, there = 0] = [layers[room], layers[other]];
  if (there > here) return `${other} is above ${room}`;
  if (there === here) return `${other} is beside ${room}`;
}

function judgeBare(
  room: string,
  specifier: string,
  lazy: boolean,
): string | undefined {
  if (/^(npm|jsr|https?):/.test(specifier)) {
    return "versions stand in deno.json alone";
  }
  if (/^node:path/.test(specifier)) return "use lib/platform/paths.ts";
  if (specifier.startsWith("node:") && !lazy) {
    return "node: costs 14 ms at the start; import it where it is used";
  }
  const allowed = narrow[room];
  if (allowed?.every((name) => specifier !== name)) {
    return `${room} may import ${allowed.join(", ")}`;
  }
}

/** Circles of imports, lazy and type-only ones included; one line each. */
export function findCycles(tree: SourceTree): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const seen = trail.indexOf(path);
    if (seen >= 0) {
      cycles.push([...trail.slice(seen), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const { specifier } of importsOf(tree.get(path) ?? "")) {
      if (specifier.startsWith(".")) visit(resolveImport(path, specifier));
    }
    trail.pop();
    done.add(path);
  };
  for (const path of tree.keys()) {
    if (path.endsWith(".ts")) visit(path);
  }
  return cycles;
}
