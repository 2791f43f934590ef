/** SHA-256 of a text, in hexadecimal. */
export async function sha256(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

/** A lock's name for a file: a lock must not lie in a workspace itself. */
export async function lockName(file: string): Promise<string> {
  return `${(await sha256(file)).slice(0, 16)}.lock`;
}
