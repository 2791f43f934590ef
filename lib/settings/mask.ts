import type { Key } from "./key.ts";

/** What is shown in the place of a secret. */
export const hidden = "[hidden]";

/** Fields whose name says that they hold a secret. */
const secretName = /key|token|secret|passw|credential|auth|cookie/i;

/**
 * Settings, or a part of them, without what nobody else should see: keys, the
 * values of headers, passwords in addresses.
 *
 * @param path where the value stands in the settings.
 * @param scrub takes out of any other text what looks like a key.
 */
export function maskSecrets(
  value: unknown,
  path: readonly Key[],
  scrub: (text: string) => string,
): unknown {
  if (Array.isArray(value)) {
    return value.map((entry, index) =>
      maskSecrets(entry, [...path, index], scrub)
    );
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        maskSecrets(inner, [...path, key], scrub),
      ]),
    );
  }
  if (isSecret(path)) return hidden;
  if (typeof value !== "string") return value;
  return scrub(value.replace(/(:\/\/)[^/?#]*@/g, `$1${hidden}@`));
}

function isSecret(path: readonly Key[]): boolean {
  const [part, , field, ...rest] = path;
  if (part !== "endpoints") return false;
  if (field === "apiKey" || (field === "headers" && rest.length > 0)) {
    return true;
  }
  return field === "profile" && rest[0] === "extraBody" &&
    rest.some((key) => secretName.test(String(key)));
}
