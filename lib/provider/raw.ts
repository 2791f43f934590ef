import type { Thinking } from "../core/message.ts";
import type { Usage } from "../core/model.ts";

/** A tool call as it came over the wire, before any repair. */
export interface RawCall {
  /** Empty when the server sent none. */
  readonly id: string;
  /** As sent; perhaps not the name of an offered tool. */
  readonly name: string;
  /** JSON text as sent; "" when the server sent none. */
  readonly arguments: string;
  /** True when the output limit cut this call's arguments. */
  readonly cut: boolean;
}

/** One reply as assembled from the wire, before calls are settled. */
export interface RawReply {
  readonly text: string;
  readonly thinking?: Thinking;
  readonly calls: readonly RawCall[];
  /** First non-empty finish reason, as sent; undefined when none came. */
  readonly finish?: string;
  /** Absent when the server sent no usage. */
  readonly usage?: Usage;
}
