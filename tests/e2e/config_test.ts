import { assertEquals, assertStringIncludes } from "@std/assert";
import { builtExecutable } from "../support/built.ts";
import { needsCompiler } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";
import { denoRun, runProgram } from "./program.ts";

/** A workspace and a home, and the subcommand run in them. */
async function scene(files: Readonly<Record<string, string>> = {}) {
  const folder = await tempFolder({ "work/a": "", "home/a": "", ...files });
  return {
    ...folder,
    async config(...words: readonly string[]) {
      return await runProgram(["config", ...words], {
        cwd: folder.at("work"),
        env: { HOME: folder.at("home") },
      });
    },
  };
}

const user = "home/.openclaude/settings.json";
const project = "work/.openclaude/settings.json";
const local = "work/.openclaude/settings.local.json";

Deno.test("config set: what is set is found again, with its file", async () => {
  await using place = await scene();
  const sets = [
    ["model", "lab/qwen3"],
    ["endpoints.lab", '{"baseUrl": "http://h/v1", "apiKey": "very-secret"}'],
    ["endpoints.lab.contextWindow", "32768"],
    ["--project", "permissions.deny", '["Bash(rm *)"]'],
    ["--local", "permissions.allow", '["Bash(npm test)"]'],
  ];
  for (const words of sets) {
    const { code, stdout, stderr } = await place.config("set", ...words);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.includes("very-secret"), false);
  }
  const list = await place.config("list", "--show-origin");
  assertEquals(list.stderr, "");
  assertEquals(list.stdout.trimEnd().split("\n").toSorted(), [
    `endpoints.lab.apiKey = "[hidden]"  (user: ${place.at(user)})`,
    `endpoints.lab.baseUrl = "http://h/v1"  (user: ${place.at(user)})`,
    `endpoints.lab.contextWindow = 32768  (user: ${place.at(user)})`,
    `model = "lab/qwen3"  (user: ${place.at(user)})`,
    `permissions.allow[0] = "Bash(npm test)"  (local: ${place.at(local)})`,
    `permissions.deny[0] = "Bash(rm *)"  (project: ${place.at(project)})`,
  ]);
  const json = await place.config("list", "--json");
  assertEquals(JSON.parse(json.stdout).permissions.deny, ["Bash(rm *)"]);
  const get = async (key: string) => (await place.config("get", key)).stdout;
  assertEquals(await get("model"), "lab/qwen3\n");
  assertEquals(await get("endpoints.lab.apiKey"), "[hidden]\n");
  assertEquals(await get("permissions.deny[0]"), "Bash(rm *)\n");
});

Deno.test("config set: nothing is written that would be a fault", async () => {
  await using place = await scene();
  const refused: [words: string[], reason: string][] = [
    [["modle", "x"], "Did you mean model?"],
    [["permissions.denny", "[]"], "Did you mean permissions.deny?"],
    [["permissions.deny", "Bash"], "expected array"],
    [["permissions.deny[0]", "Bash"], "give the whole list as JSON"],
    [["permissions.deny", '["Bash("]'], "permissions.deny[0]: "],
    [["permissions.defaultMode", "plna"], '"plan"'],
    [["endpoints.lab.apiKey", "k"], "endpoints.lab.baseUrl"],
    [["endpoints.lab", '{"baseUrl": "ftp://x"}'], "endpoints.lab.baseUrl"],
    [
      ["endpoints.a", '{"baseUrl": "http://x", "profile": {"strict": 1}}'],
      "endpoints.a.profile.strict",
    ],
    [["--project", "endpoints.x.baseUrl", "http://x"], "are the user's"],
    [["--local", "model", "scripted:x"], "a script in the model's place"],
    [["--local", "--user", "model", "x"], "name one file"],
    [["model"], "too few"],
  ];
  for (const [words, reason] of refused) {
    const { code, stdout, stderr } = await place.config("set", ...words);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, reason);
  }
  for (const folder of ["home", "work"]) {
    const names = await Array.fromAsync(Deno.readDir(place.at(folder)));
    const files = names.filter(({ name }) => name === ".openclaude");
    assertEquals(files, []);
  }
});

Deno.test("config: a value of JSON's look is a text where a text is wanted", async () => {
  const before = '{\r\n  // which\r\n  "model": "a" // old\r\n}\r\n';
  await using place = await scene({ [user]: before });
  for (const model of ["007", "true", "null", "1e3"]) {
    assertEquals((await place.config("set", "model", model)).code, 0);
    assertEquals((await place.config("get", "model")).stdout, `${model}\n`);
  }
  await place.config("set", "--", "model", "-x");
  assertEquals(
    await place.read(user),
    before.replace('"a"', '"-x"'),
  );
});

Deno.test("config get: a key that is not set ends with 1, one that is none with 2", async () => {
  await using place = await scene();
  const unset = await place.config("get", "sandbox.mode");
  assertEquals([unset.code, unset.stdout], [1, ""]);
  const none = await place.config("get", "sandbox.mod");
  assertEquals([none.code, none.stdout], [2, ""]);
  assertStringIncludes(none.stderr, "Did you mean sandbox.mode?");
});

Deno.test("config: a variable is above the files, and set says so", async () => {
  await using place = await scene();
  const run = (...words: string[]) =>
    runProgram(["config", ...words], {
      cwd: place.at("work"),
      env: { HOME: place.at("home"), MODEL: "by-variable" },
    });
  const set = await run("set", "model", "mine");
  assertEquals(set.code, 0);
  assertStringIncludes(set.stderr, 'still "by-variable" here, by $MODEL');
  const list = await run("list", "--show-origin");
  assertEquals(list.stdout, 'model = "by-variable"  (environment: $MODEL)\n');
});

Deno.test("config: settings of others are not trusted by setting one's own", async () => {
  await using place = await scene({ [project]: '{"model": "theirs"}' });
  const set = await place.config("set", "--local", "model", "mine");
  assertEquals(set.code, 0);
  assertStringIncludes(set.stderr, "not trusted");
  const get = await place.config("get", "model");
  assertEquals([get.code, get.stdout], [1, ""]);
  const { stdout } = await place.config("path");
  assertStringIncludes(stdout, `${place.at(project)} (not trusted)`);
  assertStringIncludes(stdout, `${place.at(user)} (not there)`);
  const trusted = await place.config("get", "--trust", "model");
  assertEquals(trusted.stdout, "mine\n");
});

Deno.test("config: without permission to write it says which is missing", async () => {
  await using place = await scene();
  const { code, stderr } = await runProgram(["config", "set", "model", "x"], {
    cwd: place.at("work"),
    env: { HOME: place.at("home") },
    command: denoRun(["--allow-read", "--allow-env"]),
  });
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, "--allow-write");
});

Deno.test({
  name: "config: the executable finds the settings of the repository around",
  ignore: !needsCompiler(),
  async fn() {
    await using place = await scene({
      [project]: '{"model": "theirs"}',
      "work/.git/HEAD": "",
      "work/sub/a": "",
    });
    const { code, stdout, stderr } = await runProgram(
      ["--trust", "config", "get", "model"],
      {
        cwd: place.at("work/sub"),
        env: { HOME: place.at("home") },
        command: [await builtExecutable()],
      },
    );
    assertEquals([code, stdout], [0, "theirs\n"], stderr);
  },
});
