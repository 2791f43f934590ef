import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { options } from "../../lib/app/option_table.ts";
import { modelServer } from "../support/model_server.ts";
import type { Reply } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

interface AskOptions {
  readonly replies?: readonly Reply[];
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs the program beside a server; `URL` in an argument becomes its URL. */
async function ask(args: readonly string[], {
  replies = [{ text: "Hello." }],
  files = {},
  env = {},
  stdin,
}: AskOptions = {}) {
  await using server = await modelServer(replies);
  await using workspace = await tempFolder(files);
  const place = (text: string) => text.replace("URL", server.url);
  const finished = await runProgram(args.map(place), {
    cwd: workspace.path,
    env: Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, place(value)]),
    ),
    ...(stdin === undefined ? {} : { stdin }),
  });
  const kept = await Promise.all(
    Object.keys(files).map((name) => Deno.readTextFile(workspace.at(name))),
  );
  return { ...finished, requests: server.requests, kept };
}

/** Options that every prompt here needs. */
const here = ["--base-url=URL", "--model=abc"];

Deno.test("--help names each option and goes to stdout", async () => {
  for (const flag of ["--help", "-h"]) {
    const { code, stdout, stderr } = await ask([flag]);
    assertEquals([code, stderr], [0, ""]);
    for (const { name, short, rare } of options) {
      if (rare) continue;
      assertStringIncludes(stdout, `--${name}`);
      if (short !== undefined) assertStringIncludes(stdout, `-${short},`);
    }
    assert(stdout.split("\n").every((line) => line.length <= 80));
  }
});

Deno.test("--version prints the version of deno.json", async () => {
  const file = new URL("../../deno.json", import.meta.url);
  const { version } = JSON.parse(await Deno.readTextFile(file));
  for (const flag of ["--version", "-V", "-v"]) {
    const { code, stdout, stderr } = await ask([flag]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, new RegExp(`^(openclaude )?${version}\n$`));
  }
});

Deno.test("wrong usage ends with code 2 and says what is right", async () => {
  const cases: [string[], RegExp][] = [
    [["--modle=x", "hi"], /"--modle=x".*Did you mean --model\?/],
    [["-c", "--quiet", "hi"], /no conversation of this folder/],
    [["--context-window=12", "hi"], /at least 1024/],
    [["--max-turns=0", "hi"], /--max-turns "0"/],
    [["--base-url=localhost", "hi"], /http:\/\/localhost:11434\/v1/],
    [["--permission-mode=yolo", "hi"], /acceptEdits/],
    [["--cwd=/nowhere/at/all", "hi"], /\/nowhere\/at\/all/],
    [["--model=scripted:none.jsonl", "hi"], /none\.jsonl/],
    [["--interactive=a", "b"], /two prompts/],
    [here, /prompt/],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr, requests } = await ask(args);
    assertEquals([code, stdout, requests.length], [2, "", 0], args.join(" "));
    assertMatch(stderr, expected);
    assertEquals(stderr.includes("    at "), false, stderr);
  }
});

Deno.test("--model, --base-url and --api-key reach the server", async () => {
  for (
    const args of [
      ["--model=abc", "--base-url=URL", "--api-key=key-1", "Hi"],
      ["-m", "abc", "--base-url", "URL", "--api-key", "key-1", "Hi"],
    ]
  ) {
    const { code, stdout, stderr, requests } = await ask(args);
    assertEquals([code, stdout], [0, "Hello.\n"], stderr);
    assertEquals(requests[0]?.body.model, "abc");
    assertEquals(requests[0]?.headers.authorization, "Bearer key-1");
    assertEquals((stdout + stderr).includes("key-1"), false);
  }
});

Deno.test("the environment gives what no option gave, and nothing else", async () => {
  const { code, stderr, requests } = await ask(["Hi"], {
    env: {
      MODEL: "from-env",
      OPENAI_BASE_URL: "URL",
      OPENAI_API_KEY: "key-2",
      OPENAI_ORG_ID: "somebody",
      OPENAI_CUSTOM_HEADERS: "x-leak: yes",
    },
  });
  assertEquals(code, 0, stderr);
  assertEquals(requests[0]?.body.model, "from-env");
  assertEquals(requests[0]?.headers.authorization, "Bearer key-2");
  assertEquals(requests[0]?.headers["openai-organization"], undefined);
  assertEquals(requests[0]?.headers["x-leak"], undefined);
});

Deno.test("--context-window bounds what a reply may take", async () => {
  const cap = async (args: string[], env = {}) => {
    const { code, stderr, requests } = await ask([...here, ...args, "Hi"], {
      env,
    });
    assertEquals(code, 0, stderr);
    const { max_tokens, max_completion_tokens } = requests[0]?.body ?? {};
    return max_tokens ?? max_completion_tokens;
  };
  const small = await cap(["-c", "8192"]);
  const large = await cap(["-c", "128k"]);
  assert(small < large, `${small} < ${large}`);
  assertEquals(await cap([], { CONTEXT_WINDOW: "8192" }), small);
});

Deno.test("--max-turns ends a run with code 53", async () => {
  const read = (file: string): Reply => ({
    calls: [{ name: "Read", input: { file_path: file } }],
  });
  const { code, stderr, requests } = await ask([...here, "-t", "2", "Hi"], {
    replies: [read("a.txt"), read("b.txt"), read("c.txt")],
    files: { "a.txt": "one\n", "b.txt": "two\n", "c.txt": "three\n" },
  });
  assertEquals([code, requests.length], [53, 2], stderr);
  assertMatch(stderr, /turn/);
});

const edits: Reply[] = [
  { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
  {
    calls: [{
      name: "Edit",
      input: { file_path: "a.txt", old_string: "one", new_string: "two" },
    }],
  },
  {
    calls: [{
      name: "Bash",
      input: { command: "sh -c 'echo three >> a.txt'" },
    }],
  },
  { text: "Done." },
];

Deno.test("--permission-mode says what runs where nobody can be asked", async () => {
  const cases: [string[], number, string][] = [
    [[], 3, "one\n"],
    [["--permission-mode=default"], 3, "one\n"],
    [["--permission-mode=acceptEdits"], 3, "two\n"],
    [["--permission-mode=bypassPermissions"], 0, "two\nthree\n"],
  ];
  for (const [args, expectedCode, content] of cases) {
    const { code, stdout, stderr, kept, requests } = await ask(
      [...here, ...args, "Hi"],
      { replies: edits, files: { "a.txt": "one\n" } },
    );
    assertEquals([code, kept, stdout], [expectedCode, [content], "Done.\n"]);
    assertEquals(requests.length, 4);
    if (code === 3) assertMatch(stderr, /refused/);
  }
});

Deno.test("--quiet prints the answer alone", async () => {
  for (const flag of ["--quiet", "-q"]) {
    const { code, stdout, stderr } = await ask(
      [...here, "--permission-mode=bypassPermissions", flag, "Hi"],
      { replies: edits, files: { "a.txt": "one\n" } },
    );
    assertEquals([code, stdout, stderr], [0, "Done.\n", ""]);
  }
});

Deno.test("--print answers once, as a prompt alone does", async () => {
  for (const flag of ["--print", "-p"]) {
    const { code, stdout } = await ask([...here, flag, "Hi"]);
    assertEquals([code, stdout], [0, "Hello.\n"]);
  }
});

Deno.test("--cwd is the folder that tools work in", async () => {
  await using other = await tempFolder({ "inner.txt": "the inner text\n" });
  const { code, stderr, requests } = await ask(
    [...here, `--cwd=${other.path}`, "Hi"],
    {
      replies: [
        { calls: [{ name: "Read", input: { file_path: "inner.txt" } }] },
        { text: "Done." },
      ],
    },
  );
  assertEquals(code, 0, stderr);
  assertStringIncludes(requests[1]?.text ?? "", "the inner text");
  assertStringIncludes(requests[0]?.text ?? "", `Folder: ${other.path}`);
});

Deno.test("--record writes a script that plays the run again", async () => {
  await using folder = await tempFolder({ "a.txt": "one\n" });
  const script = folder.at("run.jsonl");
  const place = `--cwd=${folder.path}`;
  const recorded = await ask(
    [...here, "--api-key=key-3", place, `--record=${script}`, "Hi"],
    {
      replies: [
        { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
        { thinking: "Hm.", text: "It says one ✓" },
      ],
    },
  );
  assertEquals([recorded.code, recorded.stdout], [0, "It says one ✓\n"]);
  assertEquals((await Deno.readTextFile(script)).includes("key-3"), false);
  const replayed = await ask([`--model=scripted:${script}`, place, "Hi"]);
  assertEquals([replayed.code, replayed.stdout], [0, recorded.stdout]);
  assertEquals(replayed.requests.length, 0);
});

Deno.test("--debug tells on stderr what was repaired", async () => {
  const run = async (...flags: string[]) => {
    const { code, stdout, stderr } = await ask([...here, ...flags, "Hi"], {
      replies: [
        { calls: [{ name: "Read", arguments: '{"file_path": "a.txt"' }] },
        { text: "Read it." },
      ],
      files: { "a.txt": "one\n" },
    });
    assertEquals([code, stdout], [0, "Read it.\n"], stderr);
    return stderr;
  };
  assertMatch(await run("--debug"), /bracket/);
  assertEquals((await run()).includes("bracket"), false);
});

Deno.test("what is piped in is added to the prompt", async () => {
  const { code, stderr, requests } = await ask([...here, "Explain this"], {
    stdin: "piped é ✓\nsecond line\n",
  });
  assertEquals(code, 0, stderr);
  const message = JSON.stringify(requests[0]?.body.messages.at(-1));
  assertStringIncludes(message, "Explain this");
  assertStringIncludes(message, "piped é ✓\\nsecond line");
});

Deno.test("what is piped in is the prompt where there is no other", async () => {
  const { code, stderr, requests } = await ask(here, { stdin: "Just this\n" });
  assertEquals(code, 0, stderr);
  const message = JSON.stringify(requests[0]?.body.messages.at(-1));
  assertStringIncludes(message, "Just this");
});
