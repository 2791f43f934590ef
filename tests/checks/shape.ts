import { isProduct } from "./source_tree.ts";
import type { SourceTree } from "./source_tree.ts";

/** What the top level holds, all of it. */
const required = [
  "deno.json",
  "main.ts",
  "lib",
  "tools",
  "docs",
  "examples",
  "tests",
  "README.md",
  "LICENSE",
  "deno.lock",
  ".ci",
];

/** What it may hold besides. */
const permitted = [".gitignore", ".github", ".openclaude"];

/** Files over this many lines fail; split them by what they hold. */
const maxLines = 450;

/** Entries of the top level that the plan does not have, or misses. */
export function findTopLevelFaults(tree: SourceTree): string[] {
  const entries = new Set(
    [...tree.keys()].map((path) => path.split("/", 1)[0]),
  );
  const allowed = new Set<string | undefined>([...required, ...permitted]);
  const extra = [...entries].filter((entry) => !allowed.has(entry));
  const missing = required.filter((entry) => !entries.has(entry));
  return [
    ...extra.map((entry) => `${entry}: not in the plan of the top level`),
    ...missing.map((entry) => `${entry}: missing from the top level`),
  ];
}

/** Files of the program that outgrew their room. */
export function findSizeFaults(tree: SourceTree): string[] {
  return [...tree]
    .filter(([path]) => isProduct(path))
    .map(([path, text]) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path}: ${lines} lines, over ${maxLines}`);
}

// Put together at run time, so that this file is not its own finding.
const traces = [
  ["/work", "/"],
  ["/tmp/", "wt/"],
  ["registry.", "npmjs"],
  ["deb.", "debian"],
  ["static.", "crates.io"],
].map((parts) => parts.join(""));

/** Paths of a machine and hosts of a registry, which differ elsewhere. */
export function findTraces(tree: SourceTree): string[] {
  const faults: string[] = [];
  for (const [path, text] of tree) {
    if (path === "deno.lock") continue;
    for (const [index, line] of text.split("\n").entries()) {
      const trace = traces.find((trace) => line.includes(trace));
      if (trace !== undefined) faults.push(`${path}:${index + 1}: ${trace}`);
    }
  }
  return faults;
}

interface DenoConfig {
  readonly imports?: Readonly<Record<string, string>>;
  readonly lock?: { readonly frozen?: boolean };
}

/** Imports of a deno.json that name no exact version. */
export function findPinFaults(tree: SourceTree): string[] {
  const faults: string[] = [];
  const lock = tree.get("deno.lock") ?? "";
  for (const [path, text] of tree) {
    if (!/(^|\/)deno\.json$/.test(path)) continue;
    const { imports = {} }: DenoConfig = JSON.parse(text);
    for (const [name, target] of Object.entries(imports)) {
      const exact = target.match(
        /^npm:((?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(?:-[\w.]+)?)(?:\/.*)?$/,
      )?.[1];
      if (exact === undefined) {
        faults.push(`${path}: "${name}" has no exact version: ${target}`);
      } else if (!lock.includes(`"npm:${exact}"`)) {
        faults.push(`${path}: "${name}" is not in deno.lock`);
      }
    }
  }
  const { lock: settings }: DenoConfig = JSON.parse(
    tree.get("deno.json") ?? "{}",
  );
  if (settings?.frozen !== true) faults.push("deno.json: lock is not frozen");
  return faults;
}
