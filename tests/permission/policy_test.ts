import {
  array,
  assert as check,
  asyncProperty,
  constantFrom,
  subarray,
} from "fast-check";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Decision } from "../../lib/core/permission.ts";
import { explainLine, explanationText } from "../../lib/permission/explain.ts";
import { createPolicy, type Policy } from "../../lib/permission/policy.ts";
import {
  type AskedCall,
  bashCall,
  fileCall,
  place,
  policyOf,
  type PolicySetting,
  ruleOf,
} from "../support/policy.ts";
import { type LineRow, lineRows } from "./policy_table.ts";

for (const [rules, line, expected, setting] of lineRows) {
  const given = rules === "" ? "no rules" : rules;
  const shown = JSON.stringify(line.slice(0, 60));
  const how = setting === undefined ? "" : ` ${JSON.stringify(setting)}`;
  Deno.test(`createPolicy() with ${given}: ${expected} ${shown}${how}`, async () => {
    const texts = rules.split("; ").filter((text) => text !== "");
    const policy = policyOf(texts, setting);
    const { call, access } = bashCall(line);
    const decision = await policy.decide(call, access);
    assertEquals(decision.kind, expected, decision.because);
  });
}

/** A call of a tool, in words: "Edit src/a", "WebFetch a.com", "mcp__a__b". */
function callOf(text: string): AskedCall {
  const [name = "", target = ""] = text.split(" ");
  if (name === "WebFetch") {
    const call = { id: "c1", name, input: { url: `https://${target}` } };
    return { call, access: [{ kind: "net", host: target }] };
  }
  if (target === "" || name === "Agent" || name === "TodoWrite") {
    const input = { subagent_type: target, status: target };
    return { call: { id: "c1", name, input }, access: [] };
  }
  const isRead = ["Read", "Grep", "Glob"].includes(name);
  const path = target.startsWith("/") ? target : `${place.workspace}/${target}`;
  return fileCall(name, isRead ? "read" : "write", path);
}

const links = { [`${place.workspace}/link`]: "/etc" };
const edits = { mode: "acceptEdits" } as const;

const toolRows: readonly LineRow[] = [
  ["", "Read src/a", "allow"],
  ["", "Read .git/config", "allow"],
  ["deny Read(.env)", "Read .env", "deny"],
  ["deny Read(.env)", "Read a/.env", "deny"],
  ["deny Read(.env)", "Grep .env", "deny"],
  ["deny Read(.env)", "Glob .env", "deny"],
  ["deny Read(//etc/**)", "Read link/passwd", "deny", { links }],
  ["deny Read(./link)", "Read link/passwd", "deny", { links }],
  ["ask Read(.env)", "Read .env", "ask"],
  ["deny Read", "Read a", "deny"],
  ["deny Read", "Grep a", "deny"],
  ["deny Grep", "Grep a", "deny"],
  ["deny Grep", "Read a", "allow"],
  ["", "Edit a", "ask"],
  ["", "Edit a", "allow", edits],
  ["", "Write a", "allow", edits],
  ["", "Write /tmp/a", "ask", edits],
  ["", `Write ${place.workspace}-evil/a`, "ask", edits],
  ["", "Write link/a", "ask", { ...edits, links }],
  ["", "Write .git/hooks/a", "ask", edits],
  ["", "Write .GIT/hooks/a", "ask", edits],
  ["", "Write sub/.bashrc", "ask", edits],
  ["", "Write .github/workflows/a.yml", "ask", edits],
  ["", "Write .github/a.md", "allow", edits],
  ["", "Write .claude/skills/a", "allow", edits],
  ["", "Write .claude/settings.json", "ask", edits],
  ["", "Write .openclaude/settings.json", "ask", edits],
  ["", "Write .git/worktrees/a", "allow", edits],
  ["", "Write .gitignore", "allow", edits],
  ["", "Write hooks/a", "ask", {
    ...edits,
    links: { [`${place.workspace}/hooks`]: `${place.workspace}/.git/hooks` },
  }],
  ["allow Edit", "Write .git/hooks/a", "ask"],
  ["allow Edit", "Write .git/hooks/a", "deny", { mode: "dontAsk" }],
  ["", "Write .git/hooks/a", "allow", { mode: "bypassPermissions" }],
  ["allow Edit(src/**)", "Edit src/a", "allow"],
  ["allow Edit(src/**)", "Write src/a", "allow"],
  ["allow Edit(src/**)", "NotebookEdit src/a", "allow"],
  ["allow Edit(src/**)", "Edit lib/a", "ask"],
  ["allow Write(src/**)", "Write src/a", "allow"],
  ["allow Write(src/**)", "Edit src/a", "ask"],
  ["allow Edit(./link/**)", "Edit link/a", "ask", { links }],
  ["allow Edit(./link/**); allow Edit(//etc/**)", "Edit link/a", "allow", {
    links,
  }],
  ["deny Edit(//etc/**); allow Edit(./link/**)", "Edit link/a", "deny", {
    links,
  }],
  ["deny Edit(src/**); allow Edit", "Write src/a", "deny"],
  ["deny Edit(src/**)", "Write src/a", "deny", { mode: "bypassPermissions" }],
  ["ask Edit(src/**)", "Write src/a", "ask", { mode: "bypassPermissions" }],
  ["ask Edit(src/**)", "Write src/a", "ask", edits],
  ["allow Edit", "Write a", "deny", { mode: "plan" }],
  ["", "Write a", "deny", { mode: "dontAsk" }],
  ["allow Edit(a)", "Write a", "allow", { mode: "dontAsk" }],
  ["", "WebFetch example.com", "ask"],
  ["", "WebFetch example.com", "ask", { mode: "plan" }],
  ["", "WebFetch example.com", "deny", { mode: "dontAsk" }],
  ["allow WebFetch(domain:example.com)", "WebFetch example.com", "allow"],
  ["allow WebFetch(domain:example.com)", "WebFetch EXAMPLE.com.", "allow"],
  ["allow WebFetch(domain:example.com)", "WebFetch a.example.com", "ask"],
  ["deny WebFetch(domain:127.0.0.1)", "WebFetch [::ffff:7f00:1]", "deny"],
  ["allow WebFetch(domain:*.example.com)", "WebFetch a.b.example.com", "allow"],
  ["allow WebFetch(domain:*.example.com)", "WebFetch example.com", "ask"],
  ["allow WebFetch(domain:*.example.com)", "WebFetch evilexample.com", "ask"],
  ["allow WebFetch(domain:*)", "WebFetch x.org", "allow"],
  [
    "deny WebFetch(domain:*.evil.com); allow WebFetch",
    "WebFetch a.evil.com",
    "deny",
  ],
  ["", "mcp__db__query", "ask"],
  ["allow mcp__db", "mcp__db__query", "allow"],
  ["allow mcp__db__*", "mcp__db__query", "allow"],
  ["allow mcp__db__query", "mcp__db__query", "allow"],
  ["allow mcp__db__query", "mcp__db__drop", "ask"],
  ["allow mcp__db", "mcp__dbx__query", "ask"],
  ["allow mcp__db; deny mcp__db__drop", "mcp__db__drop", "deny"],
  ["", "Agent explore", "allow"],
  ["deny Agent(explore)", "Agent explore", "deny"],
  ["deny Agent(explore)", "Agent build", "allow"],
  ["ask TodoWrite(status:done)", "TodoWrite done", "ask"],
  ["ask TodoWrite(status:done)", "TodoWrite open", "allow"],
];

for (const [rules, text, expected, setting] of toolRows) {
  const given = rules === "" ? "no rules" : rules;
  const how = setting === undefined ? "" : ` ${JSON.stringify(setting)}`;
  Deno.test(`createPolicy() with ${given}: ${expected} ${text}${how}`, async () => {
    const policy = policyOf(rules.split("; ").filter(Boolean), setting);
    const { call, access } = callOf(text);
    const decision = await policy.decide(call, access);
    assertEquals(decision.kind, expected, decision.because);
  });
}

async function decideLine(policy: Policy, line: string): Promise<Decision> {
  const { call, access } = bashCall(line);
  return await policy.decide(call, access);
}

Deno.test("createPolicy() names who decided, and the part it was about", async () => {
  const reasons: [string[], string, PolicySetting, string][] = [
    [
      ["deny Bash(rm *)"],
      "rm x",
      {},
      'deny rule "Bash(rm *)" in ~/.openclaude/x.json',
    ],
    [
      ["deny Bash(rm *)"],
      "ls && rm x",
      {},
      'deny rule "Bash(rm *)" in ~/.openclaude/x.json ("rm x")',
    ],
    [[], "npm test", {}, "mode default asks before running programs"],
    [[], "npm test", { mode: "plan" }, "mode plan only reads"],
    [[], "ls", {}, "it only reads"],
    [
      ["allow Bash(npm *)"],
      "npm test",
      { source: { layer: "session" } },
      'allow rule "Bash(npm *)" of this session',
    ],
  ];
  for (const [rules, line, setting, because] of reasons) {
    const decision = await decideLine(policyOf(rules, setting), line);
    assertEquals(decision.because, because);
  }
});

Deno.test("createPolicy() says which flag would allow what nobody can be asked", async () => {
  const decision = await decideLine(
    policyOf([], { canAsk: false }),
    "npm test",
  );
  assertEquals(decision, {
    kind: "deny",
    because:
      "mode default asks before running programs, and nobody can be asked here",
    hint: "The user can start with --allowedTools 'Bash(npm test *)'",
  });
});

Deno.test("addRule() counts from the next call on", async () => {
  const policy = policyOf([]);
  assertEquals((await decideLine(policy, "npm test")).kind, "ask");
  policy.addRule(ruleOf("allow Bash(npm test *)", { layer: "session" }));
  assertEquals((await decideLine(policy, "npm test")).kind, "allow");
});

Deno.test("removes() is true of a tool that a bare rule denies", () => {
  const policy = policyOf(["deny Bash", "deny Edit(x)", "deny mcp__a"]);
  const removed = ["Bash", "Edit", "Read", "mcp__a__b"].map((name) =>
    policy.removes(name)
  );
  assertEquals(removed, [true, false, false, true]);
});

const offers: readonly (readonly [line: string, ...rules: string[]])[] = [
  ["npm run test -- --x", "Bash(npm run test *)"],
  ["npm test && cargo build", "Bash(npm test *)", "Bash(cargo build *)"],
  ["timeout 5 npm test", "Bash(npm test *)"],
  ["rm 'a b'", "Bash(rm 'a b')"],
  ["rm *", "Bash(rm \\*)"],
  ["python -c 1", "Bash(python -c 1)"],
  ["FOO=1 npm test", "Bash(FOO=1 npm test)"],
  ["npm test > out.txt", "Edit(/out.txt)", "Bash(npm test *)"],
  ["npm test > /tmp/x", "Edit(//tmp/x)", "Bash(npm test *)"],
  ["git push --force", "Bash(git push --force)"],
  ["a1; b1; c1; d1; e1; f1"],
  ["npm test > .git/hooks/x"],
  ["echo 'open"],
  ["cd sub && git status"],
];

for (const [line, ...rules] of offers) {
  Deno.test(`createPolicy() offers ${rules.join(", ") || "no rule"} for ${line}`, async () => {
    const policy = policyOf([]);
    const decision = await decideLine(policy, line);
    assert(decision.kind === "ask");
    assertEquals(decision.offer ?? [], rules);
    if (rules.length === 0) return;
    for (const text of rules) {
      policy.addRule(ruleOf(`allow ${text}`, { layer: "session" }));
    }
    assertEquals((await decideLine(policy, line)).kind, "allow");
  });
}

Deno.test("explainLine() gives each part, its verdict, rule and layer", async () => {
  const policy = policyOf(["deny Bash(curl *)", "allow Bash(npm *)"]);
  const explained = await explainLine("npm test | curl x; make", policy);
  assertEquals(
    explained.parts.map((
      { text, verdict, rule, layer },
    ) => [text, verdict, rule, layer]),
    [
      ["npm test", "allow", "Bash(npm *)", "user"],
      ["curl x", "deny", "Bash(curl *)", "user"],
      ["make", "ask", undefined, undefined],
    ],
  );
  assertEquals(explained.decision.kind, "deny");
  const text = explanationText(explained);
  assertStringIncludes(text, "allow  npm test");
  assertStringIncludes(text, "allowed by: Bash(make)");
  assertStringIncludes(text, '=> deny: deny rule "Bash(curl *)"');
});

const commands = [
  "npm test",
  "rm -rf build",
  "curl x | sh",
  "git push",
  "cat .env",
  "python -c 1",
  "find src -delete",
  "echo x > a",
  "make",
];
const someRules = [
  "Bash(npm *)",
  "Bash(npm test)",
  "Bash(rm *)",
  "Bash(curl *)",
  "Bash(git *)",
  "Bash(make)",
  "Bash(timeout *)",
  "Bash(xargs *)",
  "Edit",
  "Edit(a)",
];

Deno.test("an allow rule never turns a deny into anything else", async () => {
  const denied = constantFrom(
    "Bash(npm *)",
    "Bash(sh)",
    "Read(.env)",
    "Edit(a)",
    "Bash(make)",
  );
  const subset = subarray(someRules);
  await check(
    asyncProperty(
      denied,
      subset,
      constantFrom(...commands),
      async (deny, allows, line) => {
        const before = await decideLine(policyOf([`deny ${deny}`]), line);
        const rules = [...allows, "Bash"].map((rule) => `allow ${rule}`);
        const after = await decideLine(
          policyOf([...rules, `deny ${deny}`]),
          line,
        );
        return before.kind !== "deny" || after.kind === "deny";
      },
    ),
  );
});

const covers = [
  (line: string) => `timeout 5 ${line}`,
  (line: string) => `nice -n 3 ${line}`,
  (line: string) => `nohup ${line}`,
  (line: string) => `stdbuf -oL ${line}`,
  (line: string) => `command ${line}`,
  (line: string) => `time ${line}`,
  (line: string) => `xargs ${line}`,
  (line: string) => `CI=1 ${line}`,
  (line: string) => `env ${line}`,
  (line: string) => `watch ${line}`,
  (line: string) => `setsid ${line}`,
  (line: string) => `echo $(${line})`,
  (line: string) => `echo \`${line.replaceAll(/[\\`]/g, "\\$&")}\``,
  (line: string) => `echo "$(${line})"`,
  (line: string) => `cat <(${line})`,
  (line: string) => `(${line})`,
  (line: string) => `{ ${line}; }`,
  (line: string) => `ls && ${line}`,
  (line: string) => `ls | ${line}`,
  (line: string) => `${line} &`,
  (line: string) => `if true; then ${line}; fi`,
  (line: string) => `f() { ${line}; }; f`,
  (line: string) => `bash -c '${line}'`,
  (line: string) => `cat <<E\n$(${line})\nE`,
  (line: string) => `echo \${x:-$(${line})}`,
];

Deno.test("nothing wrapped is allowed that is not allowed alone", async () => {
  const layers = array(constantFrom(...covers), { minLength: 1, maxLength: 3 });
  const subset = subarray(someRules);
  await check(
    asyncProperty(
      layers,
      subset,
      constantFrom(...commands),
      async (layers, allows, line) => {
        const policy = policyOf(allows.map((rule) => `allow ${rule}`));
        if ((await decideLine(policy, line)).kind === "allow") return true;
        const wrapped = layers.reduce((inner, cover) => cover(inner), line);
        return (await decideLine(policy, wrapped)).kind !== "allow";
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("createPolicy() follows real links and folders", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    const workspace = `${root}/work`;
    await Deno.mkdir(`${workspace}/src`, { recursive: true });
    await Deno.mkdir(`${root}/out`);
    await Deno.symlink(`${root}/out`, `${workspace}/link`);
    const policy = createPolicy({
      mode: () => "acceptEdits",
      canAsk: true,
      rules: [ruleOf(`deny Read(/${root}/out/**)`)],
      roots: [workspace],
      home: "",
      isDoubtful: () => false,
      sandboxed: true,
    });
    const kindOf = async ({ call, access }: AskedCall) =>
      (await policy.decide(call, access)).kind;
    const inside = fileCall("Write", "write", `${workspace}/src/new/a`);
    assertEquals(await kindOf(inside), "allow");
    const outside = fileCall("Write", "write", `${workspace}/link/new/a`);
    assertEquals(await kindOf(outside), "ask");
    const read = fileCall("Read", "read", `${workspace}/link/a`);
    assertEquals(await kindOf(read), "deny");
    assertEquals(await kindOf(bashCall("cat link/a")), "deny");
    assertEquals(await kindOf(bashCall("touch link/a")), "ask");
    assertEquals(await kindOf(bashCall("touch src/a")), "allow");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
