/** A JSON object; its fields are not known to be there. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one when it is something else. */
export function asRecord(value: unknown): Json {
  const isRecord = value !== null && typeof value === "object" &&
    !Array.isArray(value);
  return isRecord ? value as Json : {};
}

/** The value as a list; an empty one when it is something else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a text that is not empty, else undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The value as a boolean, else undefined. */
export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** The value as a finite number; numerals in quotes count. Else undefined. */
export function asNumber(value: unknown): number | undefined {
  const isNumeral = typeof value === "string" && value.trim() !== "";
  const number = isNumeral ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number)
    ? number
    : undefined;
}

/**
 * The value as a count of tokens. Zero and less is what servers say of what
 * they do not know.
 */
export function asTokens(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 1 ? Math.floor(number) : undefined;
}
