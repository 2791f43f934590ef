// Drives openclaude from Node and answers its questions:
//
//   node examples/drive.mjs deno run -A main.ts -m scripted:examples/drive_script.jsonl
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import process from "node:process";

const formats = "--output-format stream-json --input-format stream-json " +
  "--permission-prompt-tool stdio";
const [program, ...args] = process.argv.slice(2);
const agent = spawn(program, [...args, ...formats.split(" ")], {
  stdio: ["pipe", "pipe", "inherit"],
});

function send(line) {
  agent.stdin.write(`${JSON.stringify(line)}\n`);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function answer({ tool_name, input }) {
  say(`May it use ${tool_name} on ${input.file_path}`);
  if (input.file_path?.endsWith(".txt")) return { behavior: "allow" };
  return { behavior: "deny", message: "only .txt files" };
}

agent.on("close", (code) => process.exitCode = code);
send({ type: "user", message: { role: "user", content: "Write a note." } });
for await (const text of createInterface({ input: agent.stdout })) {
  const line = JSON.parse(text);
  if (line.type === "control_request") {
    const response = answer(line.request);
    const { request_id } = line;
    const reply = { subtype: "success", request_id, response };
    send({ type: "control_response", response: reply });
  }
  if (line.type === "result") {
    say(`${line.result} Refused calls: ${line.permission_denials.length}`);
    agent.stdin.end();
  }
}
