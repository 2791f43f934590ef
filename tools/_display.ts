import { path } from "../lib/platform/paths.ts";

/**
 * A path as the model sees it: relative to `cwd`, absolute outside of it,
 * empty for `cwd` itself, with `/`.
 */
export function displayPath(absolute: string, cwd: string): string {
  const relative = path.relative(cwd, absolute);
  const isOutside = relative === ".." ||
    relative.startsWith(`..${path.SEPARATOR}`);
  return (isOutside ? absolute : relative).replaceAll(path.SEPARATOR, "/");
}

/** Joins a folder as it is shown and a path relative to it. */
export function joinShown(folder: string, relative: string): string {
  if (folder === "" || relative === "") return folder + relative;
  return folder.endsWith("/") ? folder + relative : `${folder}/${relative}`;
}
