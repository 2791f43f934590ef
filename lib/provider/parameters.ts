import type { ToolSpec } from "../core/model.ts";
import {
  isObject,
  propertiesOf,
  propertyOf,
  requiredOf,
  typesOf,
} from "./schema_check.ts";

/** Names that mean one parameter (spec/providers.md 4.3, features.md 4.7). */
interface AliasRow {
  /** The parameters that the names may stand for, where a schema has them. */
  readonly targets: readonly string[];
  readonly aliases: readonly string[];
}

const aliasRows: readonly AliasRow[] = [
  {
    targets: ["file_path", "path", "notebook_path"],
    aliases: [
      "file_path",
      "path",
      "filepath",
      "filename",
      "file_name",
      "file",
      "absolute_path",
      "target_file",
      "relative_workspace_path",
      "notebook_path",
    ],
  },
  { targets: ["path"], aliases: ["directory", "dir", "dir_path", "folder"] },
  {
    targets: ["command"],
    aliases: ["cmd", "script", "shell_command", "commandline", "bash_command"],
  },
  {
    targets: ["content"],
    aliases: ["text", "contents", "file_text", "file_content", "code"],
  },
  {
    targets: ["old_string"],
    aliases: ["old_str", "old_text", "search", "old"],
  },
  {
    targets: ["new_string"],
    aliases: ["new_str", "new_text", "replace", "replacement", "new"],
  },
  {
    targets: ["pattern"],
    aliases: ["regex", "regexp", "query", "search", "search_pattern", "glob"],
  },
  {
    targets: ["glob"],
    aliases: ["include", "include_pattern", "file_pattern", "glob_pattern"],
  },
  {
    targets: ["-i"],
    aliases: ["ignore_case", "case_insensitive"],
  },
];

const wrappers = ["arguments", "input", "parameters", "args", "params"];
const wrapperCompanions = new Set(["name", "tool", "function", "type", "id"]);

/**
 * Finds the object of parameters in what a model sent: out of a wrapper key,
 * out of an array of one, or around a bare string. What was done is added to
 * `repairs`.
 */
export function unwrapRoot(
  value: unknown,
  tool: ToolSpec,
  repairs: string[],
): unknown {
  const root = Array.isArray(value) && value.length === 1 && isObject(value[0])
    ? value[0]
    : value;
  if (root !== value) repairs.push("took the object out of an array");
  if (typeof root === "string") return wrapString(root, tool, repairs);
  if (!isObject(root)) return root;
  const inner = wrapped(root, tool);
  if (inner === undefined) return root;
  repairs.push("took the parameters out of a wrapper");
  return inner;
}

/**
 * Renames parameters that are known by another name, where the right one is
 * missing and just one candidate is there. Returns a copy.
 */
export function renameAliases(
  input: Readonly<Record<string, unknown>>,
  tool: ToolSpec,
  repairs: string[],
): Record<string, unknown> {
  const schema = tool.parameters;
  const renames = new Map<string, string>();
  for (const target of Object.keys(propertiesOf(schema))) {
    if (Object.hasOwn(input, target)) continue;
    const candidates = Object.keys(input).filter((key) =>
      propertyOf(schema, key) === undefined && isAlias(key, target)
    );
    const [alias, ...others] = candidates;
    if (alias === undefined || others.length > 0) continue;
    if (!renames.has(alias)) renames.set(alias, target);
    // One name that could stand for two parameters stands for a required one.
    else if (requiredOf(schema).includes(target)) renames.set(alias, target);
  }
  const renamed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) {
    const target = renames.get(key) ?? key;
    if (target !== key) repairs.push(`read "${key}" as "${target}"`);
    define(renamed, target, value);
  }
  return renamed;
}

function wrapString(
  value: string,
  tool: ToolSpec,
  repairs: string[],
): unknown {
  const required = requiredOf(tool.parameters);
  const [key, ...others] = required;
  if (key === undefined || others.length > 0) return value;
  const types = typesOf(propertyOf(tool.parameters, key) ?? {});
  if (types.length !== 1 || types[0] !== "string") return value;
  repairs.push(`read a bare string as "${key}"`);
  return { [key]: value };
}

function wrapped(
  root: Readonly<Record<string, unknown>>,
  tool: ToolSpec,
): Record<string, unknown> | undefined {
  const keys = Object.keys(root);
  const wrapper = keys.find((key) => wrappers.includes(key));
  if (wrapper === undefined) return undefined;
  if (propertyOf(tool.parameters, wrapper) !== undefined) return undefined;
  for (const key of keys) {
    if (key === wrapper) continue;
    if (!wrapperCompanions.has(key)) return undefined;
    // A wrapper that names another tool is another call.
    const isName = key === "name" || key === "tool" || key === "function";
    if (isName && !isSameName(root[key], tool.name)) return undefined;
  }
  const inner = objectOf(root[wrapper]);
  if (inner === undefined) return undefined;
  const targets = Object.keys(propertiesOf(tool.parameters));
  const isKnown = (key: string) =>
    targets.some((target) => key === target || isAlias(key, target));
  return Object.keys(inner).every(isKnown) ? inner : undefined;
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  if (isObject(value)) return value;
  if (typeof value !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isSameName(value: unknown, name: string): boolean {
  return typeof value === "string" &&
    value.toLowerCase() === name.toLowerCase();
}

function isAlias(key: string, target: string): boolean {
  if (key === target) return false;
  const plain = plainKey(key);
  if (plain === plainKey(target)) return true;
  return aliasRows.some((row) =>
    row.targets.includes(target) &&
    row.aliases.some((alias) => plainKey(alias) === plain)
  );
}

/** "filePath", "file-path" and "file_path" are one name. */
function plainKey(key: string): string {
  return key.replace(/[-_\s]/g, "").toLowerCase();
}

/** Sets a key as JSON.parse does, also one named "__proto__". */
function define(
  object: Record<string, unknown>,
  key: string,
  value: unknown,
): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
