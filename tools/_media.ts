import type { Access } from "../lib/core/permission.ts";

/** The program that takes the text out of PDF files. */
export const pdfProgram = "pdftotext";

const pdf = "application/pdf";

const signatures: readonly {
  readonly mediaType: string;
  readonly at: number;
  readonly bytes: readonly number[];
}[] = [
  { mediaType: pdf, at: 0, bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { mediaType: "image/png", at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 13, 10] },
  { mediaType: "image/jpeg", at: 0, bytes: [0xff, 0xd8, 0xff] },
  { mediaType: "image/gif", at: 0, bytes: [0x47, 0x49, 0x46, 0x38] },
  { mediaType: "image/webp", at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
];

/**
 * Tells an image that models take, or a PDF file, by its first bytes and not
 * by its name; null for anything else.
 */
export function mediaTypeOf(head: Uint8Array): string | null {
  const found = signatures.find(({ at, bytes }) =>
    bytes.every((byte, index) => head[at + index] === byte)
  );
  return found?.mediaType ?? null;
}

/** The run that a call with this path would ask for; null when it is no PDF. */
export function pdfAccess(file: string): Access | null {
  return /\.pdf["'`\s]*$/i.test(file)
    ? { kind: "run", line: `${pdfProgram} ${file}`, readOnly: true }
    : null;
}
