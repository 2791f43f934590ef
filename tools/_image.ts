import { text } from "../lib/core/message.ts";
import {
  fail,
  ok,
  type ToolContext,
  type ToolOutcome,
} from "../lib/core/tool.ts";
import { fileVersion } from "../lib/platform/file_version.ts";
import type { Target } from "./_target.ts";

/** Bytes of an image that servers still take. */
export const maxImageBytes = 5 * 1024 * 1024;

/** Sends an image to a model that can see; `bytes` is null when too large. */
export async function readImage(
  target: Target,
  mediaType: string,
  bytes: Uint8Array<ArrayBuffer> | null,
  context: ToolContext,
): Promise<ToolOutcome> {
  const { info, shown } = target;
  if (!context.vision) {
    return fail(
      "failed",
      `Cannot show "${shown}": it is an image and this model can't see`,
      "Ask the user what it shows, or look at its data with Bash",
    );
  }
  if (info === null || bytes === null || bytes.length > maxImageBytes) {
    return fail(
      "failed",
      `Cannot show "${shown}": it has more than 5 MB`,
      "Make a smaller copy with a program in Bash",
    );
  }
  const version = await fileVersion(info, bytes);
  const image = { type: "image" as const, mediaType, data: base64(bytes) };
  return ok([text(`${shown} (${mediaType}, ${bytes.length} bytes)`), image], {
    touched: [{ kind: "read", path: target.path, version }],
    details: { type: "image", mediaType, originalSize: bytes.length },
  });
}

/** Bytes in base64, in pieces of whole groups of three bytes, so that the pieces join. */
export function base64(bytes: Uint8Array): string {
  const step = 3 * 8192;
  let encoded = "";
  for (let at = 0; at < bytes.length; at += step) {
    const piece = bytes.subarray(at, at + step);
    encoded += btoa(String.fromCharCode(...piece));
  }
  return encoded;
}
