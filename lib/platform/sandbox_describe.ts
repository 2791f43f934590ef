import type { SandboxPlan } from "../core/sandbox.ts";
import { can } from "./capabilities.ts";
import { isInside, path } from "./paths.ts";
import {
  sandboxLabel,
  type SandboxProbe,
  type SandboxTrial,
} from "./sandbox.ts";

/** One line of the table: a place, and what may be done with it. */
interface Row {
  readonly place: string;
  /** Ring 1: this process and its tools, kept by Deno. */
  readonly tools: string;
  /** Ring 2: commands, kept by the system. */
  readonly commands: string;
}

/**
 * What is kept from whom, as text for people: a table of places, for tools
 * (by Deno's permissions of this process) and for commands (by the sandbox),
 * then what was tried and what the user should know. `limits` are those of
 * `restrictSelf()`. Needs no permission.
 */
export function describeSandbox(
  { plan, trials }: SandboxProbe,
  limits: readonly string[] = [],
): string {
  const commands = plan.kind === "none" ? "nothing keeps them" : plan.kind;
  const head = {
    place: "",
    tools: "tools (Deno)",
    commands: `commands (${commands})`,
  };
  const notes = [...plan.notes, ...limits];
  return [
    sandboxLabel(plan),
    "",
    ...table([head, ...rowsOf(plan)]),
    "",
    ...trials.map(trialLine),
    ...notes.map((note) => `note: ${note}`),
  ].join("\n") + "\n";
}

function rowsOf(plan: SandboxPlan): Row[] {
  const isFree = plan.kind === "none";
  const commands = (treated: string) => isFree ? "all that you may" : treated;
  const row = (place: string, treated: string): Row => ({
    place,
    tools: toolsMay(place),
    commands: commands(treated),
  });
  // Landlock knows neither hidden nor protected paths.
  const fine = plan.kind === "bwrap" || plan.kind === "sandbox-exec";
  return [
    ...plan.writable.filter((folder) => !isUnder(folder, plan)).map((folder) =>
      row(folder, "read, write")
    ),
    ...plan.readOnly.map(({ path }) => row(path, fine ? "read" : "as around")),
    ...plan.hidden.filter(({ what }) => !fine || what !== "unknown")
      .map(({ path }) => row(path, fine ? "nothing" : "read")),
    {
      ...row(rootOf(plan.writable[0] ?? "/"), "read"),
      place: "everything else",
    },
    {
      place: "network",
      tools: can({ name: "net" }) ? "all" : "what --allow-net lists",
      commands: commands(plan.network === "on" ? "all" : "none"),
    },
  ];
}

/** Whether a writable folder lies in another one. */
function isUnder(folder: string, { writable }: SandboxPlan): boolean {
  return writable.some((other) => other !== folder && isInside(folder, other));
}

function rootOf(file: string): string {
  const parent = path.dirname(file);
  return parent === file ? file : rootOf(parent);
}

function toolsMay(place: string): string {
  const kinds = ["read", "write"] as const;
  const granted = kinds.filter((name) => can({ name, path: place }));
  return granted.length === 0 ? "nothing" : granted.join(", ");
}

function table(rows: readonly Row[]): string[] {
  const width = (of: (row: Row) => string) =>
    Math.max(...rows.map((row) => of(row).length));
  const places = width(({ place }) => place);
  const tools = width((row) => row.tools);
  return rows.map((row) =>
    `${row.place.padEnd(places)}  ${row.tools.padEnd(tools)}  ${row.commands}`
  );
}

function trialLine({ kind, usable, because }: SandboxTrial): string {
  const state = usable ? "works" : "not usable";
  return `${kind}: ${state}${because === "" ? "" : ` (${because})`}`;
}
