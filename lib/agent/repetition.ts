/** Looks at a reply while it streams, for text that repeats without end. */
export interface RepetitionWatch {
  /** Takes the next piece; true when the reply must be stopped. */
  sees(delta: string): boolean;
  /** The reply begins anew. */
  reset(): void;
}

/** Characters between two looks at the tail. */
const lookEvery = 512;

/** Makes the watch over one reply. It holds no more than the tail. */
export function createRepetitionWatch(): RepetitionWatch {
  let tail = "";
  let unseen = 0;
  return {
    sees(delta) {
      tail += delta;
      unseen += delta.length;
      if (unseen < lookEvery) return false;
      unseen = 0;
      tail = tail.slice(-2 * tailChars);
      return isRepeating(tail);
    },
    reset() {
      tail = "";
      unseen = 0;
    },
  };
}

/** Characters at the end of a reply that are looked at for repetition. */
const tailChars = 2_048;

/**
 * Tells whether a reply has begun to repeat itself for ever: its last 2 KiB
 * are one short period again and again (spec/providers.md 6.3). Looks at the
 * tail only, so it may be asked now and then while text streams in.
 */
export function isRepeating(reply: string): boolean {
  if (reply.length < 2 * tailChars) return false;
  const tail = reply.slice(-tailChars);
  const probe = tail.slice(-60);
  const previous = tail.lastIndexOf(probe, tailChars - probe.length - 1);
  if (previous === -1) return false;
  const period = tailChars - probe.length - previous;
  if (period > tailChars / 8 || probe.trim() === "") return false;
  for (let at = period; at < tailChars; at++) {
    if (tail.charCodeAt(at) !== tail.charCodeAt(at - period)) return false;
  }
  return true;
}
