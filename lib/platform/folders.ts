import { readEnvironment } from "./environment.ts";
import { path } from "./paths.ts";

/** The user's home folder; undefined when the environment does not tell. */
export function homeFolder(): string | undefined {
  return readEnvironment("HOME") ?? readEnvironment("USERPROFILE");
}

/** Folder of the user's settings and memory (spec/features.md 1C.9). */
export function configFolder(): string | undefined {
  const own = readEnvironment("OPENCLAUDE_CONFIG_DIR");
  if (own !== undefined) return path.resolve(own);
  const shared = readEnvironment("XDG_CONFIG_HOME");
  if (shared !== undefined) return path.join(shared, "openclaude");
  const home = homeFolder();
  return home === undefined ? undefined : path.join(home, ".openclaude");
}

/** Folder of histories and other state that can be thrown away. */
export function stateFolder(): string | undefined {
  const own = readEnvironment("OPENCLAUDE_CONFIG_DIR");
  if (own !== undefined) return path.join(path.resolve(own), "state");
  const shared = readEnvironment("XDG_STATE_HOME");
  if (shared !== undefined) return path.join(shared, "openclaude");
  const home = homeFolder();
  return home === undefined
    ? undefined
    : path.join(home, ".local", "state", "openclaude");
}

/** Folder of temporary files. */
export function temporaryFolder(): string {
  if (Deno.build.os === "windows") {
    return readEnvironment("TEMP") ?? "C:\\Windows\\Temp";
  }
  return readEnvironment("TMPDIR") ?? "/tmp";
}
