/**
 * What programs write: messages, control requests and answers, through
 * main.ts.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  answerLine,
  drive,
  isQuestion,
  isResponse,
  isResult,
  requestLine,
  userLine,
} from "../support/driver.ts";
import { tempFolder } from "../support/temp.ts";

/** Replies, one a line. */
function script(...replies: readonly object[]): string {
  return replies.map((reply) => JSON.stringify(reply)).join("\n");
}

const scripts: Readonly<Record<string, string>> = {
  "answer.jsonl": script({ text: "Here." }),
  "denied.jsonl": script({
    calls: [{ name: "Write", input: { file_path: "b.txt", content: "b\n" } }],
  }, { text: "I may not." }),
};

Deno.test("a driver allows, remembers, refuses, and changes model and mode", async () => {
  const call = (name: string, file: string) => ({
    calls: [{ name, input: { file_path: file, content: "x\n" } }],
  });
  await using workspace = await tempFolder({
    "one.jsonl": script(
      call("Write", "allowed.txt"),
      call("Write", "refused.txt"),
      call("Write", "changed.txt"),
      { text: "First." },
    ),
    "two.jsonl": script(call("Write", "planned.txt"), { text: "Second." }),
  });
  await using program = await drive(
    ["-m=scripted:one.jsonl", "--replay-user-messages"],
    { cwd: workspace.path },
  );
  await program.send(
    requestLine("a", { subtype: "initialize", can_use_tool: true }),
  );
  await program.send(userLine([{ type: "text", text: "Go" }]));
  const first = await program.next(isQuestion);
  const { request } = first;
  assertEquals(request.tool_name, "Write");
  // As the libraries for the best-known tool answer: with the input again.
  await program.send(answerLine(first.request_id, {
    behavior: "allow",
    updatedInput: { content: "x\n", file_path: "allowed.txt" },
  }));
  const second = await program.next(isQuestion);
  await program.send(
    answerLine(second.request_id, { behavior: "deny", message: "not this" }),
  );
  const third = await program.next(isQuestion);
  await program.send(answerLine(third.request_id, {
    behavior: "allow",
    updatedInput: { file_path: "elsewhere.txt", content: "x\n" },
  }));
  const result = await program.next(isResult);
  assertEquals(result.result, "First.");
  assertEquals(
    result.permission_denials.map(({ tool_input }) => tool_input),
    [second, third].map(({ request }) => request.input),
  );
  await program.send(
    requestLine("b", { subtype: "set_model", model: "scripted:two.jsonl" }),
  );
  await program.send(
    requestLine("c", { subtype: "set_permission_mode", mode: "plan" }),
  );
  await program.send(userLine("And now?"));
  const last = await program.next(isResult);
  const { code } = await program.end();
  assertEquals([last.result, code], ["Second.", 0]);
  assertEquals(last.permission_denials.length, 1);
  const entries = await Array.fromAsync(Deno.readDir(workspace.path));
  assertEquals(
    entries.map(({ name }) => name).filter((name) => name.endsWith(".txt")),
    ["allowed.txt"],
  );
  const replayed = program.lines.flatMap((line) =>
    line.type === "user" && line.isReplay ? line.message.content : []
  );
  assertEquals(replayed, [
    { type: "text", text: "Go" },
    { type: "text", text: "And now?" },
  ]);
  const refused = program.lines.flatMap((line) =>
    line.type === "system" && line.subtype === "permission_denied"
      ? [line.decision_reason_type]
      : []
  );
  assertEquals(refused, [
    "permissionPromptTool",
    "permissionPromptTool",
    "other",
  ]);
});

Deno.test("bad lines are answered and end nothing", async () => {
  await using workspace = await tempFolder(scripts);
  await using program = await drive(["-m=scripted:answer.jsonl"], {
    cwd: workspace.path,
  });
  const bad: readonly [line: unknown, says: string][] = [
    ["{", "line 1: it is no JSON"],
    [{ type: "users" }, "users"],
    ["[]", "Cannot understand a line"],
    [userLine([{ type: "video" }]), "message.content"],
    [answerLine("none", { behavior: "allow" }), "no such question"],
    [requestLine("x", { subtype: "dance" }), "dance"],
    [
      requestLine("y", { subtype: "set_permission_mode", mode: "sudo" }),
      "sudo",
    ],
    [
      requestLine("z", {
        subtype: "set_permission_mode",
        mode: "bypassPermissions",
      }),
      "--allow-dangerously-skip-permissions",
    ],
    [
      requestLine("h", { subtype: "initialize", hooks: { PreToolUse: [{}] } }),
      "hooks",
    ],
  ];
  for (const [line, says] of bad) {
    await program.send(line);
    const answer = await program.next();
    assertStringIncludes(JSON.stringify(answer), says);
    const isError = isResponse(answer)
      ? answer.response.subtype === "error"
      : answer.type === "system" && answer.subtype === "informational" &&
        answer.level === "error";
    assert(isError, JSON.stringify(answer));
  }
  await program.send("");
  await program.send({ type: "keep_alive" });
  await program.send(userLine("Go"));
  const result = await program.next(isResult);
  const { code, stderr } = await program.end();
  assertEquals([result.result, code, stderr], ["Here.", 0, ""]);
});

Deno.test("a question that is open at the end of the input is a no", async () => {
  await using workspace = await tempFolder(scripts);
  await using program = await drive(
    ["-m=scripted:denied.jsonl", "--permission-prompt-tool=stdio"],
    { cwd: workspace.path },
  );
  await program.send(userLine("Go"));
  await program.next(isQuestion);
  const { code } = await program.end();
  assertEquals(code, 0);
  const result = program.lines.at(-1);
  assert(result !== undefined && isResult(result));
  assertEquals(result.result, "I may not.");
});
