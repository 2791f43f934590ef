/** The file beside the others that holds their checksums. */
export const sumsName = "SHA256SUMS";

/**
 * Writes `SHA256SUMS` for these files of a folder, in the format that
 * `sha256sum --check` reads. Needs read and write permission.
 */
export async function writeSums(
  folder: string,
  names: readonly string[],
): Promise<void> {
  let text = "";
  for (const name of names.toSorted()) {
    const bytes = await Deno.readFile(`${folder}/${name}`);
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    text += `${new Uint8Array(digest).toHex()}  ${name}\n`;
  }
  await Deno.writeTextFile(`${folder}/${sumsName}`, text);
}
