/**
 * `deno task release [FOLDER]`: everything that a release publishes (default:
 * dist/release): the executables of `.ci/targets.ts`, the bundle as an
 * archive, the install scripts, SHA256SUMS of all. `RELEASE_TAG` must be this
 * version's; `RELEASE_URL` is the page that the install scripts ask.
 */

import { path } from "../lib/platform/paths.ts";
import { version } from "../lib/app/version.ts";
import { packArchive } from "./archive.ts";
import { bundle } from "./bundle.ts";
import { compileAll } from "./compile.ts";
import { writeSums } from "./sums.ts";
import { type Target, targets } from "./targets.ts";

const root = path.fromFileUrl(new URL("../", import.meta.url));

/** What a release is made of. */
export interface ReleaseOptions {
  /** For example "https://example.com/openclaude/releases". */
  readonly url: string;
  readonly wanted?: readonly Target[];
}

/**
 * Makes a release in an empty folder. Needs all permissions.
 *
 * @throws {Error} when an executable could not be made: a release is whole.
 */
export async function makeRelease(
  folder: string,
  { url, wanted = targets }: ReleaseOptions,
): Promise<string[]> {
  await Deno.mkdir(folder, { recursive: true });
  const temporary = await Deno.makeTempDir({ prefix: "openclaude-release-" });
  const names: string[] = [];
  try {
    const parts = await bundle(temporary);
    const made = await compileAll(path.join(temporary, "main.js"), folder, {
      wanted,
    });
    const failures = made.flatMap(({ failure }) => failure ?? []);
    if (failures.length > 0) throw new Error(failures.join("\n"));
    names.push(...made.map(({ name }) => name));
    const archive = `openclaude-${version}-bundle.tar.gz`;
    await Deno.writeFile(
      path.join(folder, archive),
      await packArchive(await contentsOf(temporary, parts)),
    );
    names.push(archive);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
  for (const name of ["install.sh", "install.ps1"]) {
    const script = await Deno.readTextFile(
      path.join(root, "docs", "how-to", name),
    );
    await Deno.writeTextFile(path.join(folder, name), stamp(script, url));
    names.push(name);
  }
  await writeSums(folder, names);
  return names;
}

async function contentsOf(
  folder: string,
  names: readonly string[],
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of names) {
    const content = await Deno.readFile(path.join(folder, name));
    files.set(`openclaude-${version}/${name}`, content);
  }
  return files;
}

/**
 * Tells an install script where its release is.
 *
 * @throws {Error} when the script has no place for it, or the address has
 * characters that would mean something in the script.
 */
export function stamp(script: string, url: string): string {
  if (!/^https?:\/\/[\w.:/-]+$/.test(url)) {
    throw new Error(`Cannot release from "${url}": it is no plain web address`);
  }
  const place = /^(\$?release_url *= *)(""|'')$/m;
  if (!place.test(script)) {
    throw new Error("Cannot release: an install script has no release_url");
  }
  return script.replace(place, (_, start) => `${start}"${url}"`);
}

/** @throws {Error} for a tag of another version than the program's. */
export function checkTag(tag: string): void {
  if (tag === `v${version}`) return;
  throw new Error(`Cannot release "${tag}": the program is v${version}`);
}

if (import.meta.main) {
  checkTag(Deno.env.get("RELEASE_TAG") ?? "");
  const folder = path.resolve(
    Deno.args[0] ?? path.join(root, "dist", "release"),
  );
  const url = Deno.env.get("RELEASE_URL") ?? "";
  for (const name of await makeRelease(folder, { url })) {
    // deno-lint-ignore no-console
    console.log(path.join(folder, name));
  }
}
