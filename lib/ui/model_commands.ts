import { describeError } from "../core/error.ts";
import { nearest } from "../core/nearest.ts";
import { permissionModes } from "../core/permission.ts";
import type { Command, CommandPort } from "./command.ts";
import { listModes, modeNamed } from "./modes.ts";

/** The commands that choose who works, and what it may do unasked. */
export const modelCommands: readonly Command[] = [
  {
    name: "model",
    argument: "[name]",
    help: "List the server's models, or change to one",
    run: chooseModel,
  },
  {
    name: "mode",
    argument: "[name]",
    help: "List the permission modes, or change to one",
    run: chooseMode,
  },
];

async function chooseModel(name: string, port: CommandPort): Promise<void> {
  if (name !== "") {
    port.send({ type: "set_model", model: name });
    port.setModel(name);
    return port.note(`The model is now ${name}`);
  }
  try {
    const names = await port.conversation.models();
    port.note(
      ...names.map((id) => `${id === port.model ? "*" : " "} ${id}`),
      "/model NAME changes to one",
    );
  } catch (error) {
    port.note(`Cannot list models: ${describeError(error)}`);
  }
}

function chooseMode(name: string, port: CommandPort): void {
  if (name === "") {
    return port.note(
      ...listModes(port.mode),
      "/mode NAME changes to one, Shift+Tab to the next",
    );
  }
  const mode = modeNamed(name);
  if (mode === undefined) {
    const near = nearest(name, permissionModes);
    const advice = near === undefined ? "See /mode" : `Did you mean ${near}?`;
    return port.note(`There is no mode ${name}. ${advice}`);
  }
  if (mode === "bypassPermissions" && !port.canBypass) {
    return port.note(
      "Cannot change to bypassPermissions: it has to be permitted at the " +
        "start, with --permission-mode=bypassPermissions",
    );
  }
  port.send({ type: "set_mode", mode });
}
