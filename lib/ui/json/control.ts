import type { Conversation } from "../../core/conversation.ts";
import { permissionModes } from "../../core/permission.ts";
import type { ControlRequest } from "./input_lines.ts";
import type { ControlResponse } from "./output_lines.ts";

/** What control requests work on. */
export interface ControlPorts {
  readonly conversation: Conversation;
  /** The model of the start. */
  readonly model: string;
  /** Whether the mode may become bypassPermissions. */
  readonly canBypass: boolean;
  interrupt(): void;
  /** The driver said whether it answers questions. */
  answers(isAnswered: boolean): void;
}

/** Parts of an `initialize` request that nothing here could keep. */
const unsupported = [
  "hooks",
  "sdkMcpServers",
  "agents",
  "jsonSchema",
  "systemPrompt",
  "appendSystemPrompt",
] as const;

/** Does what a control request asks, and says what came of it. */
export function answerControl(
  { request_id, request }: ControlRequest,
  ports: ControlPorts,
): ControlResponse {
  try {
    const response = handle(request, ports);
    return {
      type: "control_response",
      response: { subtype: "success", request_id, response },
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuseControl(request_id, error.message);
  }
}

/** The answer to a request that can't be done. */
export function refuseControl(
  request_id: string,
  error: string,
): ControlResponse {
  return {
    type: "control_response",
    response: { subtype: "error", request_id, error },
  };
}

class Refusal extends Error {
  override name = "Refusal";
}

function handle(
  request: ControlRequest["request"],
  ports: ControlPorts,
): Record<string, unknown> {
  const { conversation } = ports;
  switch (request.subtype) {
    case "initialize":
      return initialize(request, ports);
    case "interrupt":
      ports.interrupt();
      return {};
    case "set_permission_mode": {
      const wanted = request.mode === "manual" ? "default" : request.mode;
      const mode = permissionModes.find((each) => each === wanted);
      if (mode === undefined) {
        throw new Refusal(
          `Cannot change to mode "${wanted}": there are ` +
            permissionModes.join(", "),
        );
      }
      if (mode === "bypassPermissions" && !ports.canBypass) {
        throw new Refusal(
          "Cannot change to bypassPermissions: start with " +
            "--allow-dangerously-skip-permissions for that",
        );
      }
      conversation.send({ type: "set_mode", mode });
      return { mode };
    }
    case "set_model": {
      const { model } = request;
      const isNamed = model && model !== "default";
      conversation.send({
        type: "set_model",
        model: isNamed ? model : ports.model,
      });
      return {};
    }
  }
}

function initialize(
  request: ControlRequest["request"] & { subtype: "initialize" },
  ports: ControlPorts,
): Record<string, unknown> {
  const asked = unsupported.filter((name) => !isNothing(request[name]));
  if (asked.length > 0) {
    throw new Refusal(
      `Cannot take ${asked.join(", ")} by initialize: not supported`,
    );
  }
  if (typeof request.can_use_tool === "boolean") {
    ports.answers(request.can_use_tool);
  }
  const { model } = ports;
  return {
    commands: [],
    agents: [],
    output_style: "default",
    available_output_styles: ["default"],
    models: [{ value: model, displayName: model, description: "" }],
    account: {},
  };
}

/** Whether a field asks for nothing: absent, null, or empty. */
function isNothing(value: unknown): boolean {
  if (typeof value !== "object") return value === undefined || value === "";
  return value === null || Object.keys(value).length === 0;
}
