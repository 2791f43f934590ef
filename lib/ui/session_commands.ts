import type { PromptMark, RewindTarget } from "../core/conversation.ts";
import { describeError } from "../core/error.ts";
import { count } from "../core/text.ts";
import { createPicker, type PickerChoice } from "../term/picker.ts";
import type { Command, CommandPort } from "./command.ts";
import { contextTable } from "./context_table.ts";
import { relativePath } from "./describe.ts";
import { sessionPicker } from "./session_picker.ts";

/** The commands about the session: where it stands, back, forth and away. */
export const sessionCommands: readonly Command[] = [
  {
    name: "undo",
    argument: "[n]",
    help: "Take back what the last prompt, or the last n, did to files",
    needsIdle: true,
    run: undo,
  },
  {
    name: "redo",
    help: "Take the last undo back",
    needsIdle: true,
    run: (_argument, port) => {
      port.wait("Redoing", "files");
      port.send({ type: "redo" });
    },
  },
  {
    name: "rewind",
    help: "Go back to before a prompt: conversation, files or both",
    needsIdle: true,
    run: rewind,
  },
  {
    name: "context",
    help: "Show what takes the room in the model's window",
    run: (_argument, port) => {
      const report = port.conversation.context();
      if (report !== null) {
        return port.note(...contextTable(report, port.styles));
      }
      port.note("The model's window is not known before the first prompt");
    },
  },
  {
    name: "resume",
    argument: "[session]",
    help: "Go on with another session of this folder",
    needsIdle: true,
    run: resume,
  },
  {
    name: "fork",
    help: "Go on in a copy of this session",
    needsIdle: true,
    run: (_argument, port) => {
      port.wait("Copying the session", "session");
      port.send({ type: "fork" });
    },
  },
  {
    name: "rename",
    argument: "[name]",
    help: "Name this session; without a name, take its name away",
    run: (argument, port) => {
      const name = argument.replace(/\s+/g, " ");
      port.send({ type: "rename", name });
    },
  },
  {
    name: "export",
    argument: "[file]",
    help: "Write this session to a new .md, .json or .html file",
    run: exportSession,
  },
];

function undo(argument: string, port: CommandPort): void {
  const number = Number(argument);
  if (argument !== "" && !(Number.isSafeInteger(number) && number > 0)) {
    return port.note(
      `Cannot undo "${argument}": give the number of prompts, as in /undo 2`,
    );
  }
  port.wait("Undoing", "files");
  port.send(
    argument === "" ? { type: "undo" } : { type: "undo", count: number },
  );
}

async function rewind(_argument: string, port: CommandPort): Promise<void> {
  const prompts = await port.conversation.prompts();
  if (prompts.length === 0) {
    return port.note("There is no prompt to go back to");
  }
  const prompt = await port.choose(createPicker({
    title: "Go back to before which prompt?",
    choices: prompts.map(promptChoice),
    by: "number",
    at: prompts.length - 1,
  }));
  if (prompt === undefined) return;
  const later = prompts.slice(prompts.findIndex(({ id }) => id === prompt));
  const what = later.some(({ files }) => files > 0)
    ? await port.choose(createPicker({
      title: "What is to go back?",
      choices: rewindChoices,
      by: "number",
    }))
    : "conversation";
  const target = rewindChoices.find(({ id }) => id === what)?.id;
  if (target === undefined) return;
  port.wait("Rewinding", target === "files" ? "files" : "session");
  port.send({ type: "rewind", prompt, what: target });
}

const rewindChoices: readonly (PickerChoice & { readonly id: RewindTarget })[] =
  [
    { id: "both", title: "Both", detail: "conversation and files" },
    { id: "conversation", title: "Conversation", detail: "files stay" },
    { id: "files", title: "Files", detail: "the conversation stays" },
  ];

function promptChoice({ id, text, files }: PromptMark): PickerChoice {
  const detail = files === 0 ? "" : `changed ${count(files, "file")}`;
  return { id, title: text, detail };
}

async function resume(argument: string, port: CommandPort): Promise<void> {
  const session = argument === "" ? await chosenSession(port) : argument;
  if (session === undefined) return;
  port.wait("Opening the session", "session");
  port.send({ type: "resume", session });
}

async function chosenSession(port: CommandPort): Promise<string | undefined> {
  const all = await port.conversation.sessions();
  const others = all.filter(({ id }) => id !== port.conversation.id);
  if (others.length > 0) {
    return await port.choose(sessionPicker(others, port.now()));
  }
  port.note("There is no other session of this folder");
  return undefined;
}

async function exportSession(file: string, port: CommandPort): Promise<void> {
  const { conversation } = port;
  try {
    const target = await conversation.exportTo(file);
    port.note(`Exported to ${relativePath(target, conversation.cwd)}`);
  } catch (error) {
    port.note(describeError(error));
  }
}
