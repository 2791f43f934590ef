/** What stands in the place of a key. */
const removed = "[key removed]";

/**
 * Shapes of keys that services give out, and of places where keys stand. The
 * first group, where there is one, stays.
 */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\bxapp-[A-Za-z0-9-]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  /\bgsk_[A-Za-z0-9]{20,}/g,
  /\bnpm_[A-Za-z0-9]{30,}/g,
  /\bpypi-[A-Za-z0-9_-]{30,}/g,
  /\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /(\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)\s+)[^\s"'\\]{8,}/gi,
  /(\bbearer\s+)[A-Za-z0-9._~+/-]{20,}=*/gi,
  /(:\/\/[^\s/:@"']{1,100}:)[^\s/:@"']{3,200}(?=@)/g,
  /((?:api[_-]?key|secret|token|passwd|password)["']?\s*[:=]\s*["']?)(?=[^\s"'\\]{0,200}\d)[^\s"'\\,;(){}<>$[\]]{12,200}/gi,
];

/**
 * Whether a key is one that can be looked for: the dummies that local servers
 * are given ("ollama", "lm-studio") are words, which must stay in a text.
 */
function isTelling(secret: string): boolean {
  return secret.length >= 20 || secret.length >= 12 && /\d/.test(secret);
}

/** Takes known keys out of a JSON text, which stays one. */
export function scrubKnown(json: string, secrets: readonly string[]): string {
  let scrubbed = json;
  for (const secret of secrets) {
    if (!isTelling(secret)) continue;
    scrubbed = scrubbed.replaceAll(
      JSON.stringify(secret).slice(1, -1),
      removed,
    );
  }
  return scrubbed;
}

/** Makes a function that takes keys out of texts: known ones and likely ones. */
export function createScrubber(
  secrets: readonly string[],
): (text: string) => string {
  const known = secrets.filter(isTelling);
  return (text) => {
    let scrubbed = text;
    for (const secret of known) {
      scrubbed = scrubbed.replaceAll(secret, removed);
    }
    for (const shape of shapes) {
      scrubbed = scrubbed.replace(
        shape,
        (_whole, lead: unknown) =>
          typeof lead === "string" ? `${lead}${removed}` : removed,
      );
    }
    return scrubbed;
  };
}
