/** Options that change one run, through main.ts. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { checkedLines, resultOf } from "../support/json_lines.ts";
import { modelServer, type SeenRequest } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { denoRun, runProgram } from "./program.ts";

interface WireMessage {
  readonly role: string;
  // deno-lint-ignore no-explicit-any
  readonly content: any;
}

function messagesOf(request: SeenRequest | undefined): readonly WireMessage[] {
  assert(request !== undefined);
  return request.body.messages;
}

/** What the first request of a run said. */
async function firstRequest(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<readonly WireMessage[]> {
  await using workspace = await tempFolder(files);
  await using server = await modelServer([{ text: "Hi." }]);
  const { code, stdout, stderr } = await runProgram(
    [`--base-url=${server.url}`, "-m=abc", ...args, "Go"],
    { cwd: workspace.path },
  );
  assertEquals([code, stdout], [0, "Hi.\n"], stderr);
  return messagesOf(server.requests[0]);
}

const hanging = { text: ["It begins"], finish: null, hang: true } as const;

Deno.test("--timeout ends a run with code 124, in words and as JSON", async () => {
  for (const format of ["text", "json", "stream-json"]) {
    await using workspace = await tempFolder();
    await using server = await modelServer([hanging]);
    const { code, stdout, stderr } = await runProgram(
      [
        `--base-url=${server.url}`,
        "-m=abc",
        "--timeout=1500ms",
        `--output-format=${format}`,
        "Go",
      ],
      { cwd: workspace.path },
    );
    assertEquals(code, 124, stderr);
    const said = "Stopped at the time limit of 1500ms (--timeout)";
    assertStringIncludes(stderr, said);
    assertEquals(stderr.split(said).length, 2, stderr);
    if (format === "text") continue;
    const result = resultOf(checkedLines(stdout));
    assertEquals(result.terminal_reason, "timeout");
    assertEquals(result.errors, [said]);
  }
});

Deno.test("--timeout holds for what comes before the run, too", async () => {
  await using workspace = await tempFolder();
  const command = [...denoRun(), "--timeout=500ms", "--output-format=json"];
  const line = command.map((word) => `'${word}'`).join(" ");
  // The pipe's other end says nothing and stays open.
  const { code, stdout, stderr } = await runProgram(
    [`${line} Go < <(exec sleep 20 2>/dev/null)`],
    { cwd: workspace.path, command: ["bash", "-c"] },
  );
  assertEquals(code, 124, stderr);
  assertEquals(resultOf(checkedLines(stdout)).is_error, true);
  assertStringIncludes(stderr, "--timeout");
});

Deno.test("--timeout takes seconds, ms, s, m and h, and nothing else", async () => {
  await using workspace = await tempFolder();
  for (const value of ["soon", "0", "-1", "5d", "1e9h"]) {
    const { code, stderr } = await runProgram(
      [`--timeout=${value}`, "Go"],
      { cwd: workspace.path },
    );
    assertEquals(code, 2);
    assertStringIncludes(stderr, `Cannot use --timeout "${value}"`);
  }
});

Deno.test("--output-last-message and -o write the last text", async () => {
  const script = '{"calls":[{"name":"Glob","input":{"pattern":"*"}}],' +
    '"text":"Let me see."}\n{"text":"All is well.\\n"}\n';
  for (const flag of ["--output-last-message", "-o"]) {
    await using workspace = await tempFolder({ "s.jsonl": script });
    const { code, stdout, stderr } = await runProgram(
      [flag, "last.txt", "-m=scripted:s.jsonl", "Go"],
      { cwd: workspace.path },
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "All is well.");
    assertEquals(await workspace.read("last.txt"), "All is well.\n");
  }
});

Deno.test("--output-last-message leaves no text of an earlier run", async () => {
  await using workspace = await tempFolder({
    "s.jsonl": '{"failure":{"code":"auth","message":"no"}}\n',
    "last.txt": "of yesterday\n",
  });
  const { code } = await runProgram(
    ["-o", "last.txt", "-m=scripted:s.jsonl", "Go"],
    { cwd: workspace.path },
  );
  assertEquals([code, await workspace.read("last.txt")], [41, ""]);
});

Deno.test("--output-last-message that can't be written is said after the answer", async () => {
  await using workspace = await tempFolder({ "s.jsonl": '{"text":"Hi."}\n' });
  const { code, stdout, stderr } = await runProgram(
    ["-o", "none/last.txt", "-m=scripted:s.jsonl", "Go"],
    { cwd: workspace.path },
  );
  assertEquals([code, stdout], [1, "Hi.\n"]);
  assertStringIncludes(stderr, 'Cannot write the last message to "none/');
});

Deno.test("--system-prompt replaces, --append-system-prompt follows", async () => {
  const system = async (...args: string[]) => {
    const [first] = await firstRequest(args, { "p.txt": "From a file.\n" });
    return first?.role === "system" ? first.content : null;
  };
  assertEquals(await system("--system-prompt", "Be short."), "Be short.");
  assertEquals(await system("--system-prompt-file", "p.txt"), "From a file.");
  const own = await system();
  assertEquals(
    await system("--append-system-prompt", "Speak Latin."),
    `${own}\n\nSpeak Latin.`,
  );
  assertEquals(
    await system(
      "--system-prompt=A",
      "--append-system-prompt-file",
      "p.txt",
    ),
    "A\n\nFrom a file.",
  );
  assertEquals(await system("--system-prompt", ""), null);
  assertEquals(await system("--system-prompt="), null);
});

Deno.test("a system prompt can't come from two places, or from no file", async () => {
  await using workspace = await tempFolder({ "p.txt": "" });
  const cases: readonly [args: readonly string[], says: string][] = [
    [["--system-prompt=a", "--system-prompt-file=p.txt"], "both"],
    [["--append-system-prompt-file=none.txt"], '"none.txt"'],
  ];
  for (const [args, says] of cases) {
    const { code, stderr } = await runProgram([...args, "Go"], {
      cwd: workspace.path,
    });
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, says);
  }
});

/** A PNG of one pixel. */
const png = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD" +
      "hgGAWjR9awAAAABJRU5ErkJggg==",
  ),
  (letter) => letter.charCodeAt(0),
);

Deno.test("--image shows files to the model, before the words", async () => {
  const messages = await firstRequest(
    ["--image", "a.png", "--image=b.png"],
    { "a.png": png, "b.png": png },
  );
  const parts = messages.at(-1)?.content.slice(-3);
  // deno-lint-ignore no-explicit-any
  assertEquals(parts.map(({ type }: any) => type), [
    "image_url",
    "image_url",
    "text",
  ]);
  const url: string = parts[0].image_url.url;
  assertEquals(
    url,
    `data:image/png;base64,${btoa(String.fromCharCode(...png))}`,
  );
  assertEquals(parts[2].text, "Go");
});

Deno.test("--image says what can't be shown, and to whom", async () => {
  await using workspace = await tempFolder({
    "a.png": png,
    "b.png": "no image",
    "blind.jsonl": '{"info":{"vision":false}}\n{"text":"A cat."}\n',
  });
  const cases: readonly [
    args: readonly string[],
    code: number,
    says: string,
  ][] = [
    [["--image=b.png", "Go"], 2, "no PNG, JPEG, GIF or WebP"],
    [["--image=none.png", "Go"], 2, "none.png"],
    [["--image=a.png"], 2, "there is no prompt"],
    [["--image=a.png", "-m=scripted:blind.jsonl", "Go"], 1, "text only"],
  ];
  for (const [args, expected, says] of cases) {
    const { code, stdout, stderr } = await runProgram(args, {
      cwd: workspace.path,
    });
    assertEquals([code, stdout], [expected, ""], stderr);
    assertStringIncludes(stderr, says);
  }
});

Deno.test("--bare leaves out memory files and the workspace's settings", async () => {
  const files = {
    "AGENTS.md": "Always speak Latin.",
    ".openclaude/settings.json": '{"permissions":{"deny":["Bash"]}}',
  };
  const request = async (...args: string[]) => {
    await using workspace = await tempFolder(files);
    await using server = await modelServer([{ text: "Hi." }]);
    const { code, stderr } = await runProgram(
      [`--base-url=${server.url}`, "-m=abc", "--trust", ...args, "Go"],
      { cwd: workspace.path },
    );
    assertEquals(code, 0, stderr);
    const [seen] = server.requests;
    return {
      text: seen?.text ?? "",
      // deno-lint-ignore no-explicit-any
      tools: seen?.body.tools.map((tool: any) => tool.function.name),
    };
  };
  const plain = await request();
  assertStringIncludes(plain.text, "Always speak Latin.");
  assertEquals(plain.tools.includes("Bash"), false);
  const bare = await request("--bare");
  assertEquals(bare.text.includes("Latin"), false);
  assertEquals(bare.tools.includes("Bash"), true);
});

Deno.test("--debug=FILE logs what happened, and no content", async () => {
  const script = [
    { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
    { retry: { because: "busy" }, text: "The answer is secret-3." },
  ].map((reply) => JSON.stringify(reply)).join("\n");
  await using workspace = await tempFolder({
    "s.jsonl": script,
    "a.txt": "secret-2\n",
    "log.txt": "before\n",
  });
  const { code, stderr } = await runProgram(
    ["--debug=log.txt", "-m=scripted:s.jsonl", "Find secret-1"],
    { cwd: workspace.path },
  );
  assertEquals(code, 0, stderr);
  const log = await workspace.read("log.txt");
  assert(log.startsWith("before\n"));
  for (
    const part of ["run ", "tool Read", "retry 1/5", "usage ", "end done\n"]
  ) {
    assertStringIncludes(log, part);
  }
  assertEquals(/secret/.test(log), false, log);
});

Deno.test("--help --all shows the rare options, --help does not", async () => {
  await using workspace = await tempFolder();
  const help = async (...args: string[]) =>
    (await runProgram(args, { cwd: workspace.path })).stdout;
  const [short, long] = [await help("--help"), await help("--help", "--all")];
  assertEquals(short.includes("--replay-user-messages"), false);
  assertStringIncludes(long, "--replay-user-messages");
  assert(short.split("\n").length <= 100);
});
