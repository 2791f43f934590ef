import { exitCodes, UserError } from "../core/error.ts";
import type { ImagePart } from "../core/message.ts";
import { base64, maxImageBytes } from "../../tools/_image.ts";
import { mediaTypeOf } from "../../tools/_media.ts";
import { describeFileError } from "../platform/file_error.ts";

/**
 * Reads the files of `--image`. Needs `--allow-read` for them.
 *
 * @throws {UserError} with exit code 2 for a file that is no PNG, JPEG, GIF
 * or WebP image of at most 5 MB.
 */
export async function readImages(
  files: readonly string[],
): Promise<ImagePart[]> {
  return await Promise.all(files.map(readOne));
}

async function readOne(file: string): Promise<ImagePart> {
  try {
    const { size, isFile } = await Deno.stat(file);
    if (!isFile) throw new Error("it is no file");
    if (size > maxImageBytes) throw new Error("it has more than 5 MB");
    const bytes = await Deno.readFile(file);
    const mediaType = mediaTypeOf(bytes);
    if (!mediaType?.startsWith("image/")) {
      throw new Error("it is no PNG, JPEG, GIF or WebP image");
    }
    return { type: "image", mediaType, data: base64(bytes) };
  } catch (error) {
    throw new UserError(
      `Cannot use --image "${file}": ${describeFileError(error)}`,
      exitCodes.usage,
    );
  }
}
