import { assertEquals, assertRejects } from "@std/assert";
import { endpointAddress, resolveEndpoint } from "../../lib/app/endpoint.ts";
import {
  loadSettings,
  modelAbove,
  openSettings,
  rememberRules,
  underOwner,
} from "../../lib/app/settings.ts";
import { trustText } from "../../lib/app/ask_trust.ts";
import { UserError } from "../../lib/core/error.ts";
import type { SandboxMode } from "../../lib/core/sandbox.ts";
import { tempFolder } from "../support/temp.ts";

const noFlags = {
  model: undefined,
  baseUrl: undefined,
  apiKey: undefined,
  contextWindow: undefined,
};

async function settingsOf(text: string) {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(file, text);
  return await loadSettings(file);
}

Deno.test("loadSettings() reads JSON with comments, and nothing where there is no file", async () => {
  assertEquals(await loadSettings("/nowhere/settings.json"), {});
  assertEquals(
    await settingsOf('{ // my model\n "model": "qwen3", }'),
    { model: "qwen3" },
  );
});

Deno.test("loadSettings() names the file and the field that is wrong", async () => {
  const cases: [string, string][] = [
    ["{", "Cannot use the settings in"],
    ['{"permisions": {"deny": ["Bash"]}}', "permisions"],
    ['{"permissions": {"deny": "Bash"}}', "permissions.deny"],
    ['{"sandbox": {"mode": "on"}}', "sandbox.mode"],
    ['{"endpoints": {"a": {"baseUrl": "localhost"}}}', "baseUrl"],
    ['{"endpoints": {"a b": {"baseUrl": "http://x"}}}', "a b"],
    [
      '{"endpoints": {"a": {"baseUrl": "http://x", "apiKey": "k", ' +
      '"apiKeyEnv": "K"}}}',
      "give the key in one way",
    ],
  ];
  for (const [text, message] of cases) {
    const error = await assertRejects(
      () => settingsOf(text),
      UserError,
      message,
    );
    assertEquals(error.exitCode, 52);
  }
});

Deno.test("resolveEndpoint() finds the endpoint that a model's name begins with", async () => {
  const keyFile = await Deno.makeTempFile();
  await Deno.writeTextFile(keyFile, "file-key\nnot this");
  Deno.env.set("TEST_ENDPOINT_KEY", "env-key");
  const settings = await settingsOf(JSON.stringify({
    model: "lab/qwen3",
    endpoints: {
      lab: {
        baseUrl: "http://lab:8000/v1",
        apiKeyEnv: "TEST_ENDPOINT_KEY",
        headers: { "x-team": "a" },
        contextWindow: 65_536,
        models: { qwen3: { prices: { input: 1, output: 2 } } },
      },
      file: { baseUrl: "http://file/v1", apiKeyFile: keyFile },
      command: { baseUrl: "http://command/v1", apiKeyCommand: "echo c-key" },
    },
  }));
  assertEquals(await resolveEndpoint(noFlags, settings), {
    model: "qwen3",
    baseUrl: "http://lab:8000/v1",
    apiKey: "env-key",
    headers: { "x-team": "a" },
    prices: { input: 1, output: 2 },
    contextWindow: { tokens: 65_536, source: "settings" },
  });
  const keys = await Promise.all(
    ["file/m", "command/m"].map(async (model) =>
      (await resolveEndpoint({ ...noFlags, model }, settings)).apiKey
    ),
  );
  assertEquals(keys, ["file-key", "c-key"]);
  assertEquals(endpointAddress(noFlags, settings), "http://lab:8000/v1");
});

Deno.test("resolveEndpoint() leaves a key with its endpoint", async () => {
  const settings = await settingsOf(JSON.stringify({
    endpoints: { lab: { baseUrl: "http://lab/v1", apiKey: "secret" } },
  }));
  const flags = { ...noFlags, model: "lab/m", baseUrl: "http://other/v1" };
  const { model, apiKey } = await resolveEndpoint(flags, settings);
  assertEquals([model, apiKey === "secret"], ["lab/m", false]);
});

Deno.test("resolveEndpoint() takes a name with a slash that is no endpoint", async () => {
  const flags = { ...noFlags, model: "qwen/qwen3-coder" };
  const endpoint = await resolveEndpoint(flags, {});
  assertEquals(endpoint.model, "qwen/qwen3-coder");
});

Deno.test("resolveEndpoint() says why there is no key, without the key", async () => {
  const sources = [
    [{ apiKeyEnv: "TEST_NO_SUCH_KEY" }, "TEST_NO_SUCH_KEY"],
    [{ apiKeyFile: "/nowhere/key" }, "nowhere"],
    [{ apiKeyCommand: "exit 3" }, "exit 3"],
  ] as const;
  for (const [source, message] of sources) {
    const settings = { endpoints: { a: { baseUrl: "http://a", ...source } } };
    const error = await assertRejects(
      () => resolveEndpoint({ ...noFlags, model: "a/m" }, settings),
      UserError,
      message,
    );
    assertEquals(error.exitCode, 41);
  }
});

Deno.test("openSettings() asks once, and again for what is given later", async () => {
  const rules = (...allow: string[]) =>
    JSON.stringify({ permissions: { allow } });
  const file = "work/.openclaude/settings.json";
  await using folder = await tempFolder({
    [file]: rules("Read"),
    "config/a": "",
  });
  const before = Deno.env.get("OPENCLAUDE_CONFIG_DIR");
  Deno.env.set("OPENCLAUDE_CONFIG_DIR", folder.at("config"));
  try {
    const asked: (readonly string[])[] = [];
    const open = async (answer?: boolean, trust = false) => {
      const flags = {
        cwd: folder.at("work"),
        settings: undefined,
        settingSources: undefined,
        trust,
      };
      const { merged } = await openSettings(flags, {
        ask: answer === undefined ? undefined : ({ given }) => {
          asked.push(given);
          return Promise.resolve(answer);
        },
      });
      return merged.permissions?.allow;
    };
    assertEquals(await open(), undefined);
    assertEquals(await open(false), undefined);
    assertEquals(await open(true), ["Read"]);
    assertEquals(await open(), ["Read"]);
    assertEquals(await open(true), ["Read"]);
    assertEquals(asked.length, 2);
    await folder.write(file, rules("Read", "Bash"));
    assertEquals(await open(), ["Read"]);
    assertEquals(await open(false), ["Read"]);
    assertEquals(asked.at(-1), ["allow without a question: Bash"]);
    assertEquals(await open(undefined, true), ["Read", "Bash"]);
    assertEquals(await open(), ["Read", "Bash"]);
    await rememberRules(folder.at("work"), ["Bash(npm test)"]);
    assertEquals(await open(), ["Read", "Bash", "Bash(npm test)"]);
    await folder.write("other/.openclaude/settings.json", "{}");
    await assertRejects(
      () => rememberRules(folder.at("other"), ["Read"]),
      UserError,
      "not trusted",
    );
  } finally {
    if (before === undefined) Deno.env.delete("OPENCLAUDE_CONFIG_DIR");
    else Deno.env.set("OPENCLAUDE_CONFIG_DIR", before);
  }
});

Deno.test("trustText() lets no workspace steer the terminal", () => {
  const text = trustText({
    workspace: "/w\x1b[2J",
    files: ["/w/a\nTrust"],
    given: ["allow \x1b]0;x\x07\u202eBash"],
  });
  for (const bad of ["\x1b", "\x07", "\u202e", "\nTrust\n"]) {
    assertEquals(text.includes(bad), false);
  }
  assertEquals(text.includes("/w/a\\nTrust"), true);
});

Deno.test("modelAbove() is the machine owner's model, else a flag's", () => {
  const layers = (["managed", "flag", "local", "user"] as const).map((
    layer,
  ) => ({
    layer,
    file: "",
    folder: "",
    settings: { model: layer },
  }));
  const above = (flag: string | undefined, skipped: number) =>
    modelAbove(flag, {
      merged: {},
      warnings: [],
      layers: layers.slice(skipped),
    });
  assertEquals(above("-m", 0), "managed");
  assertEquals(above("-m", 1), "-m");
  assertEquals(above(undefined, 1), "flag");
  // Variables come before what a workspace or the user's file says.
  assertEquals(above(undefined, 2), undefined);
});

Deno.test("openSettings() asks nothing about files that set nothing", async () => {
  await using folder = await tempFolder({
    "work/.openclaude/settings.json": "// soon\n",
    "work/.openclaude/settings.local.json": "",
  });
  const { warnings, layers } = await openSettings({
    cwd: folder.at("work"),
    settings: undefined,
    settingSources: ["project", "local"],
    trust: false,
  }, { ask: () => Promise.reject(new Error("it asked")) });
  assertEquals([warnings, layers], [[], []]);
});

Deno.test("underOwner() lets flags tighten the owner's sandbox and not loosen it", () => {
  const managed = {
    layer: "managed",
    file: "",
    folder: "",
    settings: { sandbox: { mode: "strict" } },
  } as const;
  const under = (sandbox: SandboxMode | undefined, isManaged = true) =>
    underOwner({ sandbox }, { layers: isManaged ? [managed] : [] }).sandbox;
  assertEquals(under("off"), "strict");
  assertEquals(under("auto"), "strict");
  assertEquals(under("deno-only"), "deno-only");
  assertEquals(under(undefined), undefined);
  assertEquals(under("off", false), "off");
});
