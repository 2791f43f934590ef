import type { FrontEndOptions } from "../app/front_end.ts";
import { homeFolder } from "../platform/folders.ts";
import { isInside, path } from "../platform/paths.ts";
import type { Styles } from "../term/style.ts";

/** The lines with which the REPL begins. */
export function welcome(
  cwd: string,
  { version, model }: Pick<FrontEndOptions, "version" | "model">,
  styles: Styles,
): string[] {
  const facts = `${version} · ${model} · ${fromHome(cwd)} · /help for help`;
  return [`${styles.bold("openclaude")} ${styles.dim(facts)}`];
}

function fromHome(folder: string): string {
  const home = homeFolder();
  if (home === undefined || !isInside(folder, home)) return folder;
  return path.join("~", path.relative(home, folder));
}
