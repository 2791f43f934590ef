/**
 * Reads a body as text, at most `maxBytes` of it; the rest is not waited for.
 * A body that breaks off gives what came before.
 */
export async function readTextUpTo(
  response: Response,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let read = 0;
  try {
    for await (const bytes of response.body ?? []) {
      const room = maxBytes - read;
      text += decoder.decode(bytes.subarray(0, room), { stream: true });
      read += bytes.length;
      if (read >= maxBytes) break;
    }
  } catch {
    // What came before the break is all there is to show.
  }
  return text + decoder.decode();
}

/** Why no answer came, as far as the runtime tells. */
export type ConnectionProblem =
  | "refused"
  | "unknown_host"
  | "not_permitted"
  | "certificate"
  | "blocked_port"
  | "reset";

const signs: readonly (readonly [RegExp, ConnectionProblem])[] = [
  [/NotCapable|PermissionDenied|Requires net access/, "not_permitted"],
  [/dns error|ENOTFOUND|EAI_AGAIN|failed to lookup/i, "unknown_host"],
  [/certificate|self.signed|UnknownIssuer|\bCERT_/i, "certificate"],
  [/Requests to port \d+ are blocked/, "blocked_port"],
  [
    /tcp connect error|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|os error 111/i,
    "refused",
  ],
];

/**
 * Tells what kept a request from being answered. Runtimes hide it at
 * different depths, so the whole chain of causes is looked at
 * (spec/providers.md 5.1).
 */
export function connectionProblem(error: unknown): ConnectionProblem {
  const chain = causeChain(error);
  return signs.find(([sign]) => sign.test(chain))?.[1] ?? "reset";
}

/** Names and messages of an error and all its causes, for matching. */
export function causeChain(error: unknown): string {
  const texts: string[] = [];
  let cause: unknown = error;
  while (cause instanceof Error && texts.length < 8) {
    const code = "code" in cause ? String(cause.code) : "";
    texts.push([cause.name, code, cause.message].join(" "));
    cause = cause.cause;
  }
  if (cause !== undefined && !(cause instanceof Error)) {
    texts.push(String(cause));
  }
  return texts.join("; ");
}
