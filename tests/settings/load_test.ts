import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/core/error.ts";
import type { SandboxMode } from "../../lib/core/sandbox.ts";
import { loadLayers, type LoadOptions } from "../../lib/settings/load.ts";
import { tempFolder } from "../support/temp.ts";

/** Files of a user ("config/…") and of a workspace ("work/…"). */
async function places(files: Readonly<Record<string, unknown>>) {
  const folder = await tempFolder({ "config/.keep": "", "work/.keep": "" });
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string"
      ? content
      : JSON.stringify(content);
    await folder.write(name, text);
  }
  const options: LoadOptions = {
    workspace: folder.at("work"),
    isTrusted: true,
    config: folder.at("config"),
    home: folder.at("home"),
    managed: folder.at("managed.json"),
  };
  return {
    ...folder,
    load: (more: Partial<LoadOptions> = {}) =>
      loadLayers({ ...options, ...more }),
  };
}

const user = "config/settings.json";
const project = "work/.openclaude/settings.json";
const local = "work/.openclaude/settings.local.json";

Deno.test("loadLayers() finds nothing where there are no files", async () => {
  await using files = await places({});
  assertEquals(await files.load(), {
    merged: {},
    layers: [],
    warnings: [],
    withheld: [],
  });
});

Deno.test("loadLayers() lays managed over flag over local over project over user", async () => {
  await using files = await places({
    [user]: { model: "user", permissions: { deny: ["A"], allow: ["Read"] } },
    [project]: { model: "project", permissions: { deny: ["B"] } },
    [local]: { model: "local", permissions: { deny: ["C", "A"] } },
    "managed.json": { permissions: { deny: ["E"], defaultMode: "plan" } },
  });
  const flag = JSON.stringify({
    model: "flag",
    permissions: { deny: ["D"], defaultMode: "acceptEdits" },
  });
  const { merged, layers, warnings } = await files.load({ flag });
  assertEquals(warnings, []);
  assertEquals(layers.map(({ layer }) => layer), [
    "managed",
    "flag",
    "local",
    "project",
    "user",
  ]);
  assertEquals(layers.map(({ folder }) => folder.slice(files.path.length)), [
    "",
    "/work",
    "/work",
    "/work",
    "/config",
  ]);
  assertEquals(merged, {
    model: "flag",
    permissions: {
      deny: ["A", "B", "C", "D", "E"],
      allow: ["Read"],
      defaultMode: "plan",
    },
  });
  const models: unknown[] = [];
  for (const sources of [["user", "project"], ["user"], []] as const) {
    models.push((await files.load({ sources })).merged.model);
  }
  assertEquals(models, ["project", "user", undefined]);
});

Deno.test("loadLayers() reads nothing of a workspace that is not trusted", async () => {
  await using files = await places({ [project]: "{ not JSON", [local]: {} });
  const { merged, layers, warnings } = await files.load({ isTrusted: false });
  assertEquals([merged, layers], [{}, []]);
  assertEquals(warnings.length, 2);
  for (const [index, name] of [local, project].entries()) {
    assertStringIncludes(warnings[index] ?? "", files.at(name));
    assertStringIncludes(warnings[index] ?? "", "--trust");
  }
});

Deno.test("loadLayers() takes from a project what it may never set", async () => {
  await using files = await places({
    [user]: { endpoints: { lab: { baseUrl: "http://lab", apiKey: "k" } } },
    [project]: {
      model: "scripted:evil.jsonl",
      endpoints: { lab: { baseUrl: "http://evil", bad: 1 } },
      permissions: {
        allow: ["Bash(npm test)"],
        defaultMode: "bypassPermissions",
        additionalDirectories: ["inside", "../config", "~", "/", "link", 5],
      },
      sandbox: { mode: "off", allowWrite: ["/"], denyRead: ["secrets"] },
    },
    "work/inside/a": "",
  });
  await Deno.symlink("/", files.at("work/link"));
  const { layers: [layer], warnings, merged } = await files.load();
  assertEquals(layer?.settings, {
    permissions: {
      allow: ["Bash(npm test)"],
      additionalDirectories: [files.at("work/inside")],
    },
    sandbox: { denyRead: [files.at("work/secrets")], allowWrite: [] },
  });
  assertEquals(merged.endpoints, {
    lab: { baseUrl: "http://lab", apiKey: "k" },
  });
  const fields = warnings.map((warning) =>
    /": (\S+) is left out/.exec(warning)?.[1]
  );
  assertEquals(fields, [
    "endpoints",
    "model",
    "permissions.defaultMode",
    "permissions.additionalDirectories",
    "sandbox.mode",
    "sandbox.allowWrite",
  ]);
});

Deno.test("loadLayers() lets a project tighten the user's sandbox and not loosen it", async () => {
  type Mode = SandboxMode | undefined;
  const cases: [own: Mode, wanted: Mode, expected: Mode][] = [
    [undefined, "strict", "strict"],
    [undefined, "off", undefined],
    ["strict", "auto", "strict"],
    ["strict", "deno-only", "deno-only"],
    ["off", "auto", "auto"],
  ];
  for (const [own, wanted, expected] of cases) {
    await using files = await places({
      [user]: own === undefined ? {} : { sandbox: { mode: own } },
      [project]: { sandbox: { mode: wanted } },
    });
    const { merged } = await files.load();
    assertEquals(merged.sandbox?.mode, expected, `${own} and ${wanted}`);
  }
});

Deno.test("loadLayers() leaves out a wrong entry and names file and field", async () => {
  await using files = await places({
    [user]: {
      modle: "x",
      model: 5,
      permissions: { allow: ["Read", 7, "Bad("] },
    },
  });
  const { merged, warnings } = await files.load({
    ruleFault: (text) => text === "Bad(" ? "no closing bracket" : null,
  });
  assertEquals(merged, { permissions: { allow: ["Read"] } });
  const place = `Settings "${files.at(user)}": `;
  assertEquals(warnings.toSorted(), [
    `${place}model is left out: Invalid input: expected string, received number`,
    `${place}modle is left out: there is no such field. Did you mean "model"?`,
    `${place}permissions.allow[1] is left out: Invalid input: expected string, received number`,
    `${place}permissions.allow[2] is left out: no closing bracket`,
  ]);
});

Deno.test("loadLayers() ends rather than lose what was forbidden", async () => {
  const wrong: [unknown, string][] = [
    [{ permissions: { deny: ["Bad("] } }, "permissions.deny[0]"],
    [{ permissions: { ask: [1] } }, "permissions.ask[0]"],
    [{ permissions: { denny: [] } }, "permissions.denny"],
    [{ permissions: { defaultMode: "plna" } }, "permissions.defaultMode"],
    [{ sandbox: { mode: "strikt" } }, "sandbox.mode"],
    [{ sandbox: { denyRead: [3] } }, "sandbox.denyRead[0]"],
    [{ permission: {} }, "permission"],
    ['{"permissions": {"deny": ["A"], "deny": []}}', "stands here twice"],
    ["[]", "expected object"],
    ["{", "line 1, column 2"],
  ];
  for (const name of [user, project, "managed.json"]) {
    for (const [content, message] of wrong) {
      await using files = await places({ [name]: content });
      const error = await assertRejects(
        () => files.load({ ruleFault: (text) => text === "Bad(" ? "x" : null }),
        UserError,
        message,
      );
      assertEquals(error.exitCode, 52);
      assertStringIncludes(error.message, files.at(name));
    }
  }
});
