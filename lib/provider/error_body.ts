/** A server's complaint, whatever shape it came in. */
export interface ErrorBody {
  /** The best sentence in it, for people; "" when there is none. */
  readonly message: string;
  /** All the texts in it, for matching: gateways wrap one in another. */
  readonly said: string;
  readonly code: string;
  readonly type: string;
  readonly param: string;
  /** A status that the body itself names. */
  readonly status?: number;
  /** What a model wrote that the server could not read as a call. */
  readonly failedText?: string;
  /** Fields that a validator named, each as a path: ["body", "foo"]. */
  readonly fields: readonly (readonly string[])[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an error body: OpenAI's shape, a bare string, Mistral's and FastAPI's
 * without an `error` key, OpenRouter's with the upstream's words inside, an
 * HTML page (spec/providers.md 5.2). Takes any value or text; never throws.
 */
export function readErrorBody(body: unknown): ErrorBody {
  const value = typeof body === "string" ? parse(body) ?? body : body;
  if (typeof value === "string") return textBody(value);
  const texts: string[] = [];
  collect(value, texts, 0);
  const outer = asRecord(Array.isArray(value) ? value[0] : value);
  const inner = typeof outer.error === "string"
    ? { message: outer.error }
    : asRecord(outer.error);
  const base = asRecord(outer.base_resp);
  const raw = asRecord(inner.metadata).raw;
  const upstream = raw === undefined ? undefined : readErrorBody(raw);
  const message = firstText(
    inner.message,
    outer.message,
    outer.detail,
    asRecord(asArray(outer.errors)[0]).message,
    base.status_msg,
  );
  const code = firstText(
    inner.code,
    outer.code,
    base.status_code,
    upstream?.code,
  );
  const failed = firstText(
    inner.failed_generation,
    outer.failed_generation,
    quotedCall(texts),
  );
  const status = [inner.code, inner.status, outer.code, outer.status]
    .map(Number).find((each) => each >= 400 && each < 600);
  return {
    message: unwrap(upstream?.message || message),
    said: texts.join("\n"),
    code,
    type: firstText(inner.type, outer.type, outer.error_type),
    param: firstText(inner.param, outer.param),
    ...(status === undefined ? {} : { status }),
    ...(failed === "" ? {} : { failedText: failed }),
    fields: namedFields(value),
  };
}

function textBody(text: string): ErrorBody {
  const plain = /<(!doctype|html|head|body)\b/i.test(text)
    ? htmlExcerpt(text)
    : text.trim();
  return {
    message: plain.slice(0, 500),
    said: text,
    code: "",
    type: "",
    param: "",
    fields: [],
  };
}

/** The title of a page and the beginning of its text. */
export function htmlExcerpt(html: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(html)?.[1] ?? "";
  const text = html
    .replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ");
  return [title, text.slice(0, 2_000)]
    .map((part) => part.replace(/\s+/g, " ").trim())
    .filter((part, index, all) => part !== "" && all.indexOf(part) === index)
    .join(": ")
    .slice(0, 200);
}

/** Servers quote what a model wrote within their message (3.3). */
function quotedCall(texts: readonly string[]): string {
  for (const text of texts) {
    const found = /Failed to parse input at pos \d+: ([\s\S]+)/.exec(text) ??
      /raw='([\s\S]+?)'(?:, err=|$)/.exec(text);
    if (found?.[1] !== undefined) return found[1];
  }
  return "";
}

function unwrap(message: string): string {
  const text = message.trim();
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text;
}

function collect(value: unknown, texts: string[], depth: number): void {
  if (depth > 6 || texts.length > 100) return;
  if (typeof value === "string") {
    texts.push(value);
    const inner = value.startsWith("{") || value.startsWith("[")
      ? parse(value)
      : undefined;
    if (inner !== undefined) collect(inner, texts, depth + 1);
    return;
  }
  if (typeof value === "number") texts.push(String(value));
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    // Numbers say nothing without their name (n_ctx).
    if (typeof inner === "number") texts.push(`${key}: ${inner}`);
    else if (key !== "failed_generation") collect(inner, texts, depth + 1);
  }
}

/** Validators list what they refuse: `[{loc: ["body", "foo"], msg}]`. */
function namedFields(value: unknown): string[][] {
  const outer = asRecord(value);
  const lists = [
    outer.detail,
    asRecord(outer.detail).detail,
    outer.message,
    asRecord(outer.message).detail,
    asRecord(outer.error).detail,
    typeof outer.message === "string" ? parse(outer.message) : undefined,
  ];
  const fields: string[][] = [];
  for (const list of lists) {
    for (const item of asArray(list)) {
      const { loc } = asRecord(item);
      if (Array.isArray(loc)) fields.push(loc.map(String));
    }
  }
  return fields;
}

function firstText(...values: readonly unknown[]): string {
  for (const value of values) {
    if (typeof value === "string" && value.trim() !== "") return value;
    if (typeof value === "number") return String(value);
    if (Array.isArray(value)) {
      const texts = value.map((item) => {
        const { loc, message, msg: complaint } = asRecord(item);
        const where = Array.isArray(loc) ? `${loc.join(".")}: ` : "";
        const what = firstText(complaint, message);
        return what === "" ? "" : where + what;
      }).filter((text) => text !== "");
      if (texts.length > 0) return texts.join("; ");
    } else if (value !== null && typeof value === "object") {
      const { detail, message } = value as Json;
      const inner = firstText(message, detail);
      if (inner !== "") return inner;
    }
  }
  return "";
}

function asRecord(value: unknown): Json {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? value as Json
    : {};
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
