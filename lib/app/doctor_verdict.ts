import { exitCodes } from "../core/error.ts";
import type { ModelInfo } from "../core/model.ts";
import type { ModelCard } from "./doctor_card.ts";

/** Tokens below which no agent can work (spec/providers.md 6.6). */
const smallestWindow = 8_192;

/** Says whether a model can be used as an agent, and what to do if not. */
export function verdictOf(
  found: ModelCard["capabilities"],
  info: ModelInfo,
): ModelCard["verdict"] {
  const advice: string[] = [];
  const hasTools = found.nativeTools.state === "yes" ||
    found.textTools.state === "yes";
  if (!hasTools && found.nativeTools.state === "unknown") {
    const reason = "It could not be found out whether it calls tools: " +
      found.nativeTools.evidence;
    return refusal(reason, ["Run this again, and look at the server's log"]);
  }
  if (!hasTools) {
    const reason = "It calls no tools, neither natively nor as text";
    advice.push(
      "Use a model that does, for example qwen3, gpt-oss or llama3.1",
      "On vLLM add --enable-auto-tool-choice and --tool-call-parser, on an " +
        "older llama.cpp --jinja",
    );
    return refusal(reason, advice);
  }
  if (found.toolResults.state === "no") {
    const reason = "The server refuses a request that holds a tool's result";
    return refusal(reason, ["Serve the model with a template for tools"]);
  }
  if (info.window < smallestWindow) {
    const reason = `Its window is ${info.window} tokens, and an agent needs ` +
      `${smallestWindow}`;
    return refusal(reason, ["Serve the model with a larger window"]);
  }
  if (found.argumentEscaping.state === "no") {
    advice.push(
      "It damages quotes or line ends in arguments: look at what it edits",
    );
  }
  const how = found.nativeTools.state === "yes" ? "natively" : "as text";
  const reason = `It can be used as an agent: it calls tools ${how}`;
  return { usable: true, reason, advice, exitCode: exitCodes.done };
}

/** The verdict on a model that can't be used. */
export function refusal(
  reason: string,
  advice: readonly string[],
  exitCode: number = exitCodes.failed,
): ModelCard["verdict"] {
  return { usable: false, reason, advice, exitCode };
}
