import type { ErrorBody } from "./error_body.ts";
import type { ProfileOverride } from "./profile.ts";
import type { Learned as RequestLearned } from "./request.ts";

/**
 * What a server has taught about one model by refusing something. It lasts
 * for the process, and every later request is written with it.
 */
export interface Learned extends RequestLearned {
  /** Tokens of the window, when an overflow error named fewer. */
  readonly window?: number;
  /** Tokens of the largest cap on a reply that the server takes. */
  readonly maxOutput?: number;
  /** Tools go into the prompt, since the server takes none. */
  readonly tools?: "text";
  /** Calls of the history are written as text. */
  readonly flatHistory?: boolean;
  /** The template opens the mark of the reasoning itself. */
  readonly startsInside?: boolean;
  /** Rules about the order of messages, and others. */
  readonly profile?: ProfileOverride;
}

/** One thing learned. */
export interface Change {
  /** The same for the same lesson: it is not learned twice. */
  readonly key: string;
  /** For the log: what the server refused and what is done instead. */
  readonly note: string;
  /** "warn" for what the user should know. */
  readonly level: "debug" | "warn";
  readonly learned: Partial<Learned>;
}

type Body = Readonly<Record<string, unknown>>;

const store = new Map<string, Learned>();

/** What is known of a model on a server, by what it has refused so far. */
export function learnedOf(baseUrl: string, model: string): Learned {
  return store.get(`${baseUrl} ${model}`) ?? { dropped: new Set() };
}

/** Keeps a lesson for the rest of the process. */
export function remember(
  baseUrl: string,
  model: string,
  change: Partial<Learned>,
): Learned {
  const known = learnedOf(baseUrl, model);
  const next: Learned = {
    ...known,
    ...change,
    dropped: new Set([...known.dropped, ...change.dropped ?? []]),
    ...(known.profile === undefined && change.profile === undefined
      ? {}
      : { profile: { ...known.profile, ...change.profile } }),
  };
  store.set(`${baseUrl} ${model}`, next);
  return next;
}

interface Row {
  readonly key: string;
  readonly note: string;
  readonly level?: "warn";
  readonly pattern: RegExp;
  /** Only when the request holds one of these fields. */
  readonly fields?: readonly string[];
  /** False when the lesson does not apply to the request. */
  applies?(body: Body): boolean;
  learned(body: Body, said: string): Partial<Learned>;
}

const refused =
  "(?:not support|unsupported|unknown|unrecogni[sz]ed|unexpected|extra|" +
  "not permitted|not allowed|invalid|forbidden|not available|incompatible)";

/** Refusals and what is done about each (spec/providers.md 1.2). */
const rows: readonly Row[] = [
  {
    key: "stream_options",
    note: "no stream_options: usage is estimated",
    pattern: named("stream_options|include_usage"),
    fields: ["stream_options"],
    learned: () => dropping("stream_options"),
  },
  {
    key: "max_completion_tokens",
    note: "max_completion_tokens in place of max_tokens",
    pattern: /max_tokens[^]*?use ['"`]?max_completion_tokens/i,
    fields: ["max_tokens"],
    learned: () => ({ maxTokensField: "max_completion_tokens" }),
  },
  {
    key: "max_tokens",
    note: "max_tokens in place of max_completion_tokens",
    pattern: named("max_completion_tokens"),
    fields: ["max_completion_tokens"],
    learned: () => ({ maxTokensField: "max_tokens" }),
  },
  {
    key: "max_output",
    note: "a smaller cap on replies",
    pattern:
      /Range of max_tokens should be \[\d+, ?\d+\]|max_(?:completion_)?tokens\b.{0,60}?(?:at most|less than or equal to|<=|maximum(?: value)?(?: is| of)?|between \d+ and)\s*\d+|supports at most \d+ completion tokens/i,
    learned: (_body, said) => {
      const maxOutput = outputLimit(said);
      return maxOutput === undefined ? {} : { maxOutput };
    },
  },
  {
    key: "temperature",
    note: "no temperature and top_p",
    pattern:
      /(?:temperature|top_p)[^]*?(?:does not support|unsupported|only the default|not support)|(?:unsupported|unknown|unrecogni[sz]ed)[^.]{0,40}(?:temperature|top_p)/i,
    fields: ["temperature", "top_p"],
    learned: () => dropping("temperature", "top_p"),
  },
  {
    key: "reasoning",
    note: "no parameters about thinking",
    pattern: new RegExp(
      "does not support thinking|" +
        `(?:reasoning_effort|reasoning\\.effort|enable_thinking)[^]*?${refused}` +
        `|${refused}[^.]{0,60}(?:reasoning_effort|enable_thinking|` +
        "chat_template_kwargs|'thinking')",
      "i",
    ),
    fields: [
      "reasoning_effort",
      "reasoning",
      "thinking",
      "think",
      "enable_thinking",
      "chat_template_kwargs",
    ],
    learned: () =>
      dropping(
        "reasoning_effort",
        "reasoning",
        "thinking",
        "think",
        "enable_thinking",
        "chat_template_kwargs",
      ),
  },
  {
    key: "thinking_budget",
    note: "a thinking_budget, since the server demands one",
    pattern: /thinking_budget parameter must be a positive integer/i,
    learned: () => ({ profile: { extraBody: { thinking_budget: 4_096 } } }),
  },
  {
    key: "tool_choice",
    note: "no tool_choice",
    pattern: named("tool_choice"),
    fields: ["tool_choice"],
    learned: () => dropping("tool_choice"),
  },
  {
    key: "parallel_tool_calls",
    note: "no parallel_tool_calls",
    pattern: named("parallel_tool_calls"),
    fields: ["parallel_tool_calls"],
    learned: () => dropping("parallel_tool_calls"),
  },
  {
    key: "strict",
    note: "no strict in the tools",
    pattern: named("strict"),
    applies: ({ tools }) => JSON.stringify(tools ?? []).includes('"strict"'),
    learned: () => ({ profile: { strict: "omit" } }),
  },
  {
    key: "images",
    note: "the model reads text only: images are left out",
    level: "warn",
    pattern:
      /(?:image|vision|multimodal|image_url)[^]*?(?:not support|unsupported|not a multimodal)|(?:not support|unsupported)[^.]{0,60}(?:image|vision|multimodal)|invalid image input|unknown variant `?image_url/i,
    applies: ({ messages }) => JSON.stringify(messages).includes('"image_url"'),
    learned: () => ({ textOnly: true }),
  },
  {
    key: "developer",
    note: "system in place of the role developer",
    pattern: /developer[^]*?role|role[^]*?developer/i,
    applies: ({ messages }) => JSON.stringify(messages).includes('"developer"'),
    learned: () => ({ systemRole: "system" }),
  },
  {
    key: "replay",
    note: "reasoning is sent back with every reply",
    pattern: /reasoning(?:_content)?\b[^]*?must be passed back/i,
    learned: () => ({ replay: "always-or-empty" }),
  },
  {
    key: "no_replay",
    note: "reasoning is not sent back",
    pattern: new RegExp(
      `reasoning(?:_content|_details|_text)?\\b[^]*?${refused}|` +
        `${refused}[^]*?\\breasoning(?:_content|_details|_text)?\\b`,
      "i",
    ),
    applies: ({ messages }) =>
      /"reasoning(_content|_details|_text)?":/.test(JSON.stringify(messages)),
    learned: () => ({ replay: "never" }),
  },
  {
    key: "content_or_thinking",
    note: "reasoning is not sent back",
    pattern: /Cannot pass both content and thinking/i,
    learned: () => ({ replay: "never" }),
  },
  {
    key: "content_null",
    note: "null for the content of messages that only call tools",
    pattern:
      /(?:content|messages?)[^]{0,80}(?:must (?:not be|be non-?)\s?empty|is empty|cannot be empty|empty content)|must have either content or tool_calls/i,
    applies: ({ messages }) =>
      Array.isArray(messages) &&
      messages.some((each) => each.tool_calls && each.content === ""),
    learned: () => ({ contentNull: true }),
  },
];

/** Statuses with which servers refuse a field. */
const statuses = new Set([400, 404, 405, 415, 422, 500]);

/** Suspects when a server refuses something without naming it, in order. */
const suspects = [
  "stream_options",
  "temperature",
  "top_p",
  "reasoning_effort",
  "tool_choice",
  "parallel_tool_calls",
];

/** Without these there is no request, or it is another one. */
const essential = new Set(["model", "messages", "tools", "stream"]);

/**
 * What a refusal teaches: which field to drop, rename or write otherwise.
 * Null when it teaches nothing about this request (spec/providers.md 1.2).
 */
export function learnFrom(
  failure: { readonly status?: number; readonly body?: ErrorBody },
  body: Body,
): Change | null {
  const { status, body: error } = failure;
  if (error === undefined || (status !== undefined && !statuses.has(status))) {
    return null;
  }
  const said = `${error.code}\n${error.param}\n${error.said}`;
  for (const row of rows) {
    if (!row.pattern.test(said)) continue;
    if (row.fields?.every((field) => !(field in body))) continue;
    if (row.applies !== undefined && !row.applies(body)) continue;
    const learned = row.learned(body, said);
    if (Object.keys(learned).length === 0) continue;
    const { key, level = "debug", note } = row;
    return { key, level, note: `The server wants ${note}`, learned };
  }
  // What was not a complaint about a field is about something else.
  if (status === 404 || status === 405 || status === 500) return null;
  const field = namedField(error, body) ?? suspectedField(said, body);
  if (field === undefined) return null;
  return {
    key: `drop ${field}`,
    level: "debug",
    note: `The server wants no ${field}`,
    learned: dropping(field),
  };
}

function named(names: string): RegExp {
  return new RegExp(
    `(?:${names})\\b[^]*?${refused}|${refused}[^]*?\\b(?:${names})\\b`,
    "i",
  );
}

function dropping(...fields: readonly string[]): Partial<Learned> {
  return { dropped: new Set(fields) };
}

function outputLimit(said: string): number | undefined {
  const found =
    /Range of max_tokens should be \[\d+, ?(\d+)\]|between \d+ and (\d+)|(?:at most|less than or equal to|<=|maximum(?: value)?(?: is| of)?)\s*(\d+)/i
      .exec(said);
  const limit = Number(found?.slice(1).find((each) => each !== undefined));
  return limit >= 16 ? limit : undefined;
}

/** A field of the request that an error names as one too many. */
function namedField(error: ErrorBody, body: Body): string | undefined {
  for (const path of error.fields) {
    const field = path.find((each) => each !== "body");
    if (field !== undefined && mayDrop(field, body)) return field;
  }
  const words =
    /(?:Unrecognized request argument|Unknown (?:parameter|field|name)|Unsupported parameter|unexpected (?:keyword argument|field)|Extra inputs are not permitted)[^'"`\w]*(?:supplied: *)?['"`]?([\w.]+)/i
      .exec(error.said)?.[1]?.split(".")[0];
  return [error.param, words].find((field) =>
    field !== undefined && mayDrop(field, body)
  );
}

function suspectedField(said: string, body: Body): string | undefined {
  const isAboutFields =
    /(?:unknown|unsupported|unrecogni[sz]ed|unexpected|extra|invalid)\s+(?:request\s+)?(?:field|parameter|argument|input|key|propert)/i
      .test(said);
  if (!isAboutFields) return undefined;
  return suspects.find((field) => field in body);
}

function mayDrop(field: string, body: Body): boolean {
  return field in body && !essential.has(field) && !/^max_/.test(field);
}
