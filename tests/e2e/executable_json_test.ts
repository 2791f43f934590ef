/** JSON in and out of the executable, whose agent is a worker. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { builtExecutable } from "../support/built.ts";
import {
  answerLine,
  drive,
  isQuestion,
  isResult,
  userLine,
} from "../support/driver.ts";
import { checkedLines, resultOf } from "../support/json_lines.ts";
import { needsCompiler } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const ignore = !needsCompiler();

/** Replies, one a line. */
function script(...replies: readonly object[]): string {
  return replies.map((reply) => JSON.stringify(reply)).join("\n");
}

const write = {
  calls: [{ name: "Write", input: { file_path: "b.txt", content: "b\n" } }],
};

Deno.test({
  name: "the executable is driven by lines, and asks its driver",
  ignore,
  async fn() {
    await using workspace = await tempFolder({
      "s.jsonl": script(write, { text: "Done." }),
    });
    await using program = await drive(
      ["-m=scripted:s.jsonl", "--permission-prompt-tool=stdio"],
      { cwd: workspace.path, command: [await builtExecutable()] },
    );
    await program.send(userLine("Go"));
    const question = await program.next(isQuestion);
    await program.send(
      answerLine(question.request_id, { behavior: "allow" }),
    );
    assertEquals((await program.next(isResult)).result, "Done.");
    const { code, stderr } = await program.end();
    assertEquals([code, await workspace.read("b.txt")], [0, "b\n"], stderr);
  },
});

Deno.test({
  name: "the executable gives a result when a signal or the time ends it",
  ignore,
  async fn() {
    await using workspace = await tempFolder({
      "s.jsonl": script({ text: "Late.", delayMs: 60_000 }),
    });
    const command = [await builtExecutable()];
    await using program = await drive(["-m=scripted:s.jsonl", "Go"], {
      cwd: workspace.path,
      command,
    });
    await program.next();
    program.signal("SIGTERM");
    const { terminal_reason } = await program.next(isResult);
    assertEquals(terminal_reason, "aborted_streaming");
    assertEquals((await program.end()).code, 143);
    const { code, stdout } = await runProgram(
      ["-m=scripted:s.jsonl", "--output-format=json", "--timeout=1s", "Go"],
      { cwd: workspace.path, command },
    );
    assertEquals(code, 124);
    assertEquals(resultOf(checkedLines(stdout)).terminal_reason, "timeout");
  },
});

Deno.test({
  name: "the launcher's own failures are results, too",
  ignore,
  async fn() {
    await using workspace = await tempFolder();
    const { code, stdout, stderr } = await runProgram(
      ["--allow-net=a b c", "--output-format=json", "Go"],
      { cwd: workspace.path, command: [await builtExecutable()] },
    );
    assertEquals(code, 2, stderr);
    assertStringIncludes(
      resultOf(checkedLines(stdout)).errors?.[0] ?? "",
      "--allow-net",
    );
  },
});

Deno.test({
  name:
    "the executable may use the files that its command line names, and no others",
  ignore,
  async fn() {
    await using workspace = await tempFolder({
      "s.jsonl": script({ text: "Done." }),
    });
    await using temp = await tempFolder();
    await using outside = await tempFolder({
      "system.txt": "Be brief.",
      "secret.txt": "secret",
      "tasks.jsonl": script({ prompt: "One" }, { prompt: "Two" }),
    });
    const run = async (...args: string[]) =>
      await runProgram(["-m=scripted:s.jsonl", ...args], {
        cwd: workspace.path,
        command: [await builtExecutable()],
        // Else all of /tmp is granted.
        env: { TMPDIR: temp.path },
      });
    const one = await run(
      `--system-prompt-file=${outside.at("system.txt")}`,
      `--output-last-message=${outside.at("last.txt")}`,
      `--debug-file=${outside.at("debug.log")}`,
      "Go",
    );
    assertEquals([one.code, one.stdout], [0, "Done.\n"], one.stderr);
    assertEquals(await outside.read("last.txt"), "Done.\n");
    const many = await run("batch", outside.at("tasks.jsonl"));
    assertEquals(many.code, 0, many.stderr);
    const results = await outside.read("tasks.results.jsonl");
    assertEquals(results.trim().split("\n").length, 2);
  },
});
