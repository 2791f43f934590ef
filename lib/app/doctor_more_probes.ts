import { text } from "../core/message.ts";
import type { ModelInfo } from "../core/model.ts";
import { count } from "../core/text.ts";
import { type Asked, type Bench, user } from "./doctor_bench.ts";
import { type Capability, no, unknown, yes } from "./doctor_card.ts";
import { cut, failed, isDropped, quoted } from "./doctor_probes.ts";
import type { WireExchange } from "./doctor_wire.ts";

/** A schema that no model meets by chance. */
const schema = {
  type: "object",
  properties: { verdict: { type: "string", enum: ["alpha", "beta"] } },
  required: ["verdict"],
  additionalProperties: false,
};

/** Whether replies can be made to follow a JSON Schema. */
export async function probeSchema(bench: Bench): Promise<Capability> {
  const isNative = bench.wire.chats.at(-1)?.native === true;
  const field = isNative ? "format" : "response_format";
  const format = isNative ? schema : {
    type: "json_schema",
    json_schema: { name: "verdict", strict: true, schema },
  };
  const { exchanges, failure, reply } = await bench.ask({
    messages: [user("Is the sun larger than the moon? One short sentence.")],
    profile: { extraBody: { [field]: format } },
  });
  if (isDropped(exchanges, field)) return no(`the server refuses ${field}`);
  if (failure !== undefined) return failed(failure);
  const said = reply?.message.text ?? "";
  if (followsSchema(said)) return yes(`${field} was followed: ${quoted(said)}`);
  return reply?.stop === "length"
    ? unknown(cut)
    : no(`${field} was taken and not followed: ${quoted(said)}`);
}

function followsSchema(said: string): boolean {
  try {
    const value = JSON.parse(said);
    return Object.keys(value).join() === "verdict" &&
      ["alpha", "beta"].includes(value.verdict);
  } catch {
    return false;
  }
}

/** 64 by 64 pixels, all of them red. */
const redSquare =
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAS0lEQVR42u3PQQkAAAgAsetf" +
  "WiP4FgYrsKZeS0BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBA" +
  "QEDgsqnc8OJg6Ln3AAAAAElFTkSuQmCC";

/** Whether the model sees images; not asked where it is known not to. */
export async function probeVision(
  bench: Bench,
  info: ModelInfo,
): Promise<Capability> {
  if (!info.vision) return no("not asked: it is known to read text only");
  const { exchanges, failure, reply } = await bench.ask({
    messages: [{
      role: "user",
      content: [
        text("Which colour is this square? Reply with one word."),
        { type: "image", mediaType: "image/png", data: redSquare },
      ],
    }],
  });
  if (failure !== undefined) return failed(failure);
  const body = JSON.stringify(exchanges.at(-1)?.body ?? {});
  if (!body.includes(redSquare)) return no("the server refuses images");
  const said = reply?.message.text ?? "";
  if (/\bred\b/i.test(said)) return yes(`saw a red square: ${quoted(said)}`);
  return reply?.stop === "length"
    ? unknown(cut)
    : no(`shown a red square, it said ${quoted(said)}`);
}

/** Whether, and in which field, reasoning comes. */
export function reasoning(
  replies: readonly Asked[],
  wire: readonly WireExchange[],
  info: ModelInfo,
): Capability {
  const whole = replies.filter(({ reply }) => reply !== undefined);
  const inField = wire.filter((each) => each.reasoningField !== undefined);
  const [first] = inField;
  if (first !== undefined) {
    return yes(
      `in ${first.reasoningField}, ${inField.length} of ` +
        `${count(wire.length, "reply", "replies")}`,
    );
  }
  const inline = whole.filter(({ reply }) => reply?.message.thinking);
  if (inline.length > 0) return yes("between marks in the text");
  return info.thinking
    ? unknown("the model can think, and did not think aloud")
    : no(`none in ${count(whole.length, "reply", "replies")}`);
}

/** Items of a text that no server has in its cache, some 1,000 tokens. */
const items = 90;

/** Measures how fast a prompt is read and a reply is written. */
export async function probeSpeed(
  bench: Bench,
  nonce: string,
): Promise<{ readonly decode: Capability; readonly prefill: Capability }> {
  const list = Array.from(
    { length: items },
    (_, index) => `Box ${index} stands on shelf ${(index * 37) % 101}.`,
  );
  const asked = await bench.ask({
    messages: [
      user(
        `List ${nonce}\n${list.join("\n")}\nLeave the list aside and count ` +
          "from 1 to 60, with spaces between the numbers.",
      ),
    ],
  });
  const { exchanges, failure } = asked;
  const last = exchanges.at(-1);
  if (failure !== undefined || last === undefined) {
    const found = unknown(failure?.message ?? "nothing was sent");
    return { decode: found, prefill: found };
  }
  return {
    decode: decodeSpeed(asked, last),
    prefill: prefillSpeed(asked, last),
  };
}

/** Fewer tokens or milliseconds are no measure. */
const least = { tokens: 8, ms: 20 };

function decodeSpeed({ reply }: Asked, wire: WireExchange): Capability {
  const served = wire.serverSpeed?.decode;
  if (served !== undefined) return speed(served, "by the server's clock");
  const tokens = (reply?.usage.output ?? 0) - 1;
  const ms = (wire.lastDeltaAt ?? 0) - (wire.firstDeltaAt ?? 0);
  if (tokens < least.tokens || ms < least.ms) {
    return unknown(`${tokens + 1} tokens in ${Math.round(ms)} ms say nothing`);
  }
  return speed(tokens / (ms / 1_000), measured(tokens, ms, reply));
}

function prefillSpeed({ reply }: Asked, wire: WireExchange): Capability {
  const served = wire.serverSpeed?.prefill;
  if (served !== undefined) return speed(served, "by the server's clock");
  const { cached = 0, input = 0 } = reply?.usage ?? {};
  const tokens = input - cached;
  const ms = (wire.firstDeltaAt ?? 0) - wire.sentAt;
  if (tokens < least.tokens || ms <= 0) {
    return unknown(`${tokens} tokens in ${Math.round(ms)} ms say nothing`);
  }
  return speed(
    tokens / (ms / 1_000),
    `${measured(tokens, ms, reply)} to the first piece, the way included`,
  );
}

function measured(tokens: number, ms: number, reply: Asked["reply"]): string {
  const about = reply?.usage.estimated ? "about " : "";
  return `${about}${tokens} tokens in ${(ms / 1_000).toFixed(2)} s`;
}

function speed(perSecond: number, evidence: string): Capability {
  const value = Number(perSecond.toPrecision(3));
  return yes(`${value}: ${evidence}`, value);
}
