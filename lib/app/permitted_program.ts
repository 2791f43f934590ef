import { can } from "../platform/capabilities.ts";

/**
 * Programs that are found in lists of `--allow-run`: those that this program
 * starts, then others that people grant. Deno tells of a list only whether it
 * holds a given name.
 */
const programs = [
  ...["bash", "sh", "git", "rg", "pdftotext"],
  ...["zsh", "fish", "dash", "env", "deno", "node", "npm", "npx", "python3"],
  ...["python", "pip", "curl", "wget", "ssh", "gh", "docker", "podman", "make"],
  ...["cargo", "go", "java", "ruby", "perl", "php", "awk", "find", "xargs"],
];

/** One program that may be started outside of a sandbox, if there is one. */
export function permittedProgram(): string | undefined {
  if (can({ name: "run" })) return "any program";
  return programs.find((command) => can({ name: "run", command }));
}
