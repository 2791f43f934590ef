import type { Prices } from "../core/settings.ts";
import type { Sampling, ServerKind } from "./profile.ts";

/** What a server said of itself and of one model. All may be unknown. */
export interface ServerFacts {
  readonly kind?: ServerKind;
  /** For people, for example "Ollama 0.9.1". */
  readonly server?: string;
  /** Tokens of the window that requests have now. */
  readonly window?: number;
  /** Tokens of the largest window that the model could be given. */
  readonly largest?: number;
  /** False when the model is not loaded, so that its window is not known. */
  readonly loaded?: boolean;
  readonly maxOutput?: number;
  readonly vision?: boolean;
  readonly thinking?: boolean;
  readonly tools?: boolean;
  /** What the server itself asks for a token. */
  readonly prices?: Prices;
  readonly sampling?: Sampling["values"];
  /** Requests that the server works on at the same time. */
  readonly slots?: number;
}

/** Drops what is undefined, so that facts can be laid over one another. */
export function facts(
  values: { readonly [Key in keyof ServerFacts]: ServerFacts[Key] | undefined },
): ServerFacts {
  const known = Object.entries(values).filter(([, value]) =>
    value !== undefined
  );
  return Object.fromEntries(known);
}
