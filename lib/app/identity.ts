const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Makes an id of 12 letters and digits, which every server accepts. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}
