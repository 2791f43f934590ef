import { secretsIn } from "../platform/child_environment.ts";
import { readWholeEnvironment } from "../platform/environment.ts";
import type { ExportFormat } from "../session/export.ts";

const formats: Readonly<Record<string, ExportFormat>> = {
  md: "markdown",
  markdown: "markdown",
  json: "json",
  html: "html",
  htm: "html",
};

/** A format by the name that a user typed; undefined for none. */
export function formatNamed(name: string): ExportFormat | undefined {
  const lower = name.toLowerCase();
  return Object.hasOwn(formats, lower) ? formats[lower] : undefined;
}

/** The format that a file's name tells by its ending; undefined for none. */
export function formatOfFile(file: string): ExportFormat | undefined {
  return formatNamed(/\.([a-z]+)$/i.exec(file)?.[1] ?? "");
}

/** Keys in the environment. Needs `--allow-env` for them. */
export function environmentSecrets(): string[] {
  const names = ["OPENAI_API_KEY", "OPENCLAUDE_API_KEY"];
  return secretsIn(readWholeEnvironment(names));
}
