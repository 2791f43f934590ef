/** Flags and settings of permissions, through the program itself. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { modelServer, type Reply } from "../support/model_server.ts";
import { tempFolder } from "../support/temp.ts";
import { denoRun, entry, runProgram } from "./program.ts";

interface Case {
  readonly args?: readonly string[];
  readonly replies: readonly Reply[];
  readonly files?: Readonly<Record<string, string>>;
  /** The user's settings. */
  readonly settings?: unknown;
  readonly command?: readonly string[];
}

/** Runs a prompt; gives what came of it and the folder's files. */
async function run({ args = [], replies, files, settings, command }: Case) {
  await using workspace = await tempFolder({ "a.txt": "one\n", ...files });
  await using config = await tempFolder(
    settings === undefined ? {} : { "settings.json": JSON.stringify(settings) },
  );
  await using server = await modelServer(replies);
  const finished = await runProgram(
    [`--base-url=${server.url}`, "--model=m", ...args, "Go"],
    {
      cwd: workspace.path,
      env: { OPENCLAUDE_CONFIG_DIR: config.path },
      ...command === undefined ? {} : { command },
    },
  );
  const files_ = await Array.fromAsync(Deno.readDir(workspace.path));
  const sent = server.requests.map(({ body }) => body);
  return {
    ...finished,
    names: files_.map(({ name }) => name).toSorted(),
    text: await workspace.read("a.txt"),
    tools: (sent[0]?.tools ?? []).map(
      (tool: { function: { name: string } }) => tool.function.name,
    ),
    results: (sent.at(-1)?.messages ?? [])
      .filter(({ role }: { role: string }) => role === "tool")
      .map(({ content }: { content: string }) => content),
  };
}

function write(name: string) {
  return { name: "Write", input: { file_path: name, content: "x\n" } };
}

function bash(command: string) {
  return { name: "Bash", input: { command } };
}

const done: Reply = { text: "Done." };

Deno.test("--allowedTools lets the like of a call through, and no other", async () => {
  const { code, names, stderr } = await run({
    args: ["--allowedTools", "Edit(new.txt), Bash(touch made *)"],
    replies: [{ calls: [write("new.txt"), write("other.txt")] }, done],
  });
  assertEquals([code, names], [3, ["a.txt", "new.txt"]]);
  assertStringIncludes(stderr, "1 call was refused:\n  Write other.txt: ");
});

Deno.test("--disallowed-tools wins over bypass, and names itself", async () => {
  const { code, results } = await run({
    args: ["--dangerously-skip-permissions", "--disallowed-tools=Bash(rm *)"],
    replies: [{ calls: [bash("cd . && rm a.txt")] }, done],
  });
  assertEquals(code, 3);
  assertStringIncludes(
    results[0] ?? "",
    'deny rule "Bash(rm *)" of --disallowedTools',
  );
});

Deno.test("a bare deny takes a tool off the list, and its call is told why", async () => {
  const { code, tools, results } = await run({
    settings: { permissions: { deny: ["Bash"] } },
    replies: [{ calls: [bash("ls")] }, done],
  });
  assertEquals([code, tools.includes("Bash")], [3, false]);
  assertStringIncludes(results[0] ?? "", 'the deny rule "Bash" in ');
  assertStringIncludes(results[0] ?? "", "settings.json");
});

Deno.test("--tools says which tools there are", async () => {
  const some = await run({
    args: ["--tools=Read,Grep"],
    replies: [{ calls: [write("new.txt")] }, done],
  });
  assertEquals(some.tools, ["Grep", "Read"]);
  assertEquals([some.code, some.names], [3, ["a.txt"]]);
  assertStringIncludes(some.results[0] ?? "", "--tools leaves it out");
  const none = await run({ args: ["--tools", ""], replies: [done] });
  assertEquals([none.code, none.tools], [0, []]);
  const wrong = await run({ args: ["--tools=Raed"], replies: [] });
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "Did you mean Read?");
});

Deno.test("a tool without its Deno permission is refused with the flag", async () => {
  const folder = new URL(".", `file://${entry}`).pathname;
  const { code, results } = await run({
    command: denoRun([`--allow-read`, "--allow-net", "--allow-env", folder])
      .filter((word) => word !== folder),
    replies: [{ calls: [bash("ls")] }, done],
  });
  assertEquals(code, 3);
  // The sandbox's program, where there is one.
  assertMatch(results[0] ?? "", /--allow-run=(bwrap|bash,sh)/);
});

Deno.test("--fail-on-denied ends the run at the first refused call", async () => {
  const { code, names, stderr } = await run({
    args: ["--fail-on-denied", "--allowedTools=Edit(second.txt)"],
    replies: [{ calls: [write("first.txt"), write("second.txt")] }, done],
  });
  assertEquals([code, names], [3, ["a.txt"]]);
  assertStringIncludes(stderr, "Stopped at the first refused call");
});

Deno.test("--add-dir opens one more folder to the file tools", async () => {
  // Not in /tmp, which is another folder inside the sandbox.
  const elsewhere = { dir: "/var/tmp" };
  await using other = await tempFolder({ "b.txt": "bee\n" }, elsewhere);
  const read = { name: "Read", input: { file_path: other.at("b.txt") } };
  const replies = [{ calls: [read] }, done];
  const without = await run({ args: ["--cwd=."], replies });
  const within = await run({ args: ["--add-dir", other.path], replies });
  assertStringIncludes(within.results[0] ?? "", "bee");
  assertEquals(within.code, 0);
  assertStringIncludes(without.results[0] ?? "", "outside the workspace");
  assertEquals(without.code, 3);
  const missing = await run({ args: ["--add-dir=nowhere"], replies: [] });
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.stderr, 'Cannot use --add-dir "nowhere"');
});

Deno.test("a rule that can't be read: 2 of a flag, 52 of a deny, else told", async () => {
  const flag = await run({ args: ["--allowedTools=bash"], replies: [] });
  assertEquals(flag.code, 2);
  assertStringIncludes(flag.stderr, 'the tool is called "Bash"');
  const deny = await run({
    settings: { permissions: { deny: ["Bash()"] } },
    replies: [],
  });
  assertEquals(deny.code, 52);
  assertStringIncludes(deny.stderr, "Bash()");
  const allow = await run({
    settings: { permissions: { allow: ["Bash()", "Edit"] } },
    replies: [{ calls: [write("new.txt")] }, done],
  });
  assertEquals([allow.code, allow.names], [0, ["a.txt", "new.txt"]]);
  assertStringIncludes(allow.stderr, "Bash()");
});

Deno.test("permissions.defaultMode counts where no flag names a mode", async () => {
  const settings = { permissions: { defaultMode: "acceptEdits" } };
  const replies = [{ calls: [write("new.txt")] }, done];
  const by = await run({ settings, replies });
  assertEquals([by.code, by.names], [0, ["a.txt", "new.txt"]]);
  const flag = await run({
    args: ["--permission-mode=manual"],
    settings,
    replies,
  });
  assertEquals([flag.code, flag.names], [3, ["a.txt"]]);
});

Deno.test("policy explain judges by flags and settings, and runs nothing", async () => {
  await using folder = await tempFolder({ "a.txt": "one\n" });
  const explain = async (...args: string[]) =>
    await runProgram(["policy", "explain", ...args], { cwd: folder.path });
  const allowed = await explain("cat a.txt");
  assertEquals([allowed.code, allowed.stderr], [0, ""]);
  const refused = await explain(
    "--disallowedTools=Bash(rm *)",
    "--json",
    "cat a.txt && rm a.txt",
  );
  assertEquals(refused.code, 3);
  const { parts, decision } = JSON.parse(refused.stdout);
  assertEquals(decision.kind, "deny");
  assertEquals(
    parts.map(({ text, verdict }: Record<string, string>) => [text, verdict]),
    [["cat a.txt", "allow"], ["rm a.txt", "deny"]],
  );
  const split = await explain("--", "git", "push", "--force");
  assertEquals(split.code, 3);
  assertStringIncludes(split.stdout, "git push --force");
  assertEquals(await folder.read("a.txt"), "one\n");
});

/** A copy of the program whose policy says yes to everything. */
async function patchedProgram() {
  const root = entry.slice(0, entry.lastIndexOf("/"));
  const copy = await tempFolder();
  await Deno.mkdir(copy.at("tests"));
  // The lock file is that of both of them.
  const files = ["main.ts", "deno.json", "deno.lock", "tests/deno.json"];
  for (const name of files) {
    await Deno.copyFile(`${root}/${name}`, copy.at(name));
  }
  for (const name of ["lib", "tools"]) {
    await copyFolder(`${root}/${name}`, copy.at(name));
  }
  const before = await copy.read("lib/permission/policy.ts");
  const head = "async decide(call, access, cwd = workspace) {";
  assert(before.includes(head), "the policy is made in another way now");
  await copy.write(
    "lib/permission/policy.ts",
    before.replace(
      head,
      `${head}\n      return { kind: "allow", because: "patched" };`,
    ),
  );
  return copy;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

Deno.test("plan mode writes and runs nothing, even with a policy that allows all", async () => {
  await using copy = await patchedProgram();
  const replies: Reply[] = [
    { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
    {
      calls: [
        write("new.txt"),
        {
          name: "Edit",
          input: { file_path: "a.txt", old_string: "one", new_string: "two" },
        },
        bash("echo three > made.txt"),
      ],
    },
    done,
  ];
  const command = denoRun(["-A"], copy.at("main.ts"));
  const free = await run({ command, replies });
  assertEquals(
    [free.code, free.names, free.text],
    [0, ["a.txt", "made.txt", "new.txt"], "two\n"],
    `the patch lets everything through: ${free.stderr}`,
  );
  const plan = await run({
    command,
    replies,
    args: ["--permission-mode=plan"],
  });
  assertEquals([plan.names, plan.text], [["a.txt"], "one\n"]);
  assertEquals(plan.code, 3);
  assertEquals(plan.results.length, 4);
});
