import {
  assert as check,
  constantFrom,
  property,
  record,
  stringMatching,
} from "fast-check";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { compilePathPattern } from "../../lib/permission/path_pattern.ts";
import {
  describeRule,
  parseRule,
  parseRules,
  patternTools,
  printRule,
  splitRules,
} from "../../lib/permission/rule.ts";
import {
  compileCommandPattern,
  compileWildcard,
  escapeWildcard,
} from "../../lib/permission/wildcard.ts";
import { place, ruleOf } from "../support/policy.ts";

const flag = { layer: "flag" } as const;

const right:
  readonly (readonly [text: string, tool: string, pattern?: string])[] = [
    ["Bash", "Bash"],
    ["Bash(*)", "Bash"],
    ["Bash(npm run test:*)", "Bash", "npm run test:*"],
    ["Bash(git log *)", "Bash", "git log *"],
    ["Bash(echo (a) b)", "Bash", "echo (a) b"],
    ["Read(//abs/**)", "Read", "//abs/**"],
    ["Edit(src/**)", "Edit", "src/**"],
    ["WebFetch(domain:*.example.com)", "WebFetch", "domain:*.example.com"],
    ["WebFetch(domain:*)", "WebFetch", "domain:*"],
    ["mcp__server", "mcp__server"],
    ["mcp__server__*", "mcp__server__*"],
    ["Agent(explore)", "Agent", "explore"],
    ["Skill(deploy *)", "Skill", "deploy *"],
    ["TodoWrite(status:done)", "TodoWrite", "status:done"],
  ];

for (const [text, tool, pattern] of right) {
  Deno.test(`parseRule() reads ${text}`, () => {
    const parsed = parseRule(text, "deny", flag);
    assert(parsed.ok, parsed.ok ? "" : parsed.problem);
    assertEquals(parsed.rule.tool, tool);
    assertEquals(parsed.rule.pattern, pattern);
  });
}

const wrong: readonly (readonly [text: string, says: string])[] = [
  ["", "write a tool's name"],
  ["Bash(", "write a tool's name"],
  ["Bash)x(", "write a tool's name"],
  ["Bash()", 'for every call write "Bash"'],
  ["Bash(:*)", 'for every command write "Bash"'],
  ["bash(ls)", 'the tool is called "Bash"'],
  ["Web*", "only the names of MCP tools"],
  ["9x", "no tool's name"],
  ["WebFetch(example.com)", '"WebFetch(domain:example.com)"'],
  ["WebFetch(domain:https://a.com/x)", '"WebFetch(domain:a.com)"'],
  ["WebFetch(domain:a.*.com)", '"WebFetch(domain:*.example.com)"'],
  ["TodoWrite(done)", '"TodoWrite(name:value)"'],
  ["Read(!x)", "can't be excluded"],
];

for (const [text, says] of wrong) {
  Deno.test(`parseRule() says what is wrong with ${JSON.stringify(text)}`, () => {
    const parsed = parseRule(text, "deny", flag);
    assert(!parsed.ok);
    assertStringIncludes(parsed.problem, JSON.stringify(text));
    assertStringIncludes(parsed.problem, says);
  });
}

Deno.test("parseRule() takes a parameter's value only to deny or to ask", () => {
  const parsed = parseRule("TodoWrite(status:done)", "allow", flag);
  assert(!parsed.ok);
  assertStringIncludes(parsed.problem, 'write "TodoWrite"');
  assert(parseRule("TodoWrite(status:done)", "ask", flag).ok);
});

Deno.test("printRule() writes what parseRule() reads as the same rule", () => {
  const pattern = stringMatching(/^[a-z*\\:/ .()]{1,20}$/);
  const tool = constantFrom(...Object.keys(patternTools), "mcp__a__b", "Other");
  check(property(record({ tool, pattern }), ({ tool, pattern }) => {
    const first = parseRule(`${tool}(${pattern})`, "deny", flag);
    if (!first.ok) return true;
    const again = parseRule(printRule(first.rule), "deny", flag);
    return again.ok && again.rule.tool === first.rule.tool &&
      again.rule.pattern === first.rule.pattern;
  }));
});

Deno.test("parseRules() keeps the right rules and names each wrong one", () => {
  const { rules, problems } = parseRules(["Bash", 7, "bash"], "deny", flag);
  assertEquals(rules.map(({ text }) => text), ["Bash"]);
  assertEquals(problems.length, 2);
  assertMatch(problems[0] ?? "", /deny rule 7: a rule is a text/);
});

Deno.test("splitRules() splits at commas and spaces outside of brackets", () => {
  assertEquals(splitRules("Bash(git log *, x) Read,Edit(a b)  "), [
    "Bash(git log *, x)",
    "Read",
    "Edit(a b)",
  ]);
  assertEquals(splitRules(""), []);
});

Deno.test("describeRule() names the effect, the rule and its place", () => {
  assertEquals(
    describeRule(ruleOf("deny Bash(rm *)"), place.home),
    'deny rule "Bash(rm *)" in ~/.openclaude/x.json',
  );
  const names = (["flag", "session", "managed"] as const).map((layer) =>
    describeRule(ruleOf("deny Bash", { layer }))
  );
  assertEquals(names, [
    'deny rule "Bash" of --disallowedTools',
    'deny rule "Bash" of this session',
    'deny rule "Bash" of the managed settings',
  ]);
});

Deno.test("compileWildcard() finds what a star stands for", () => {
  const rows: [string, string, boolean][] = [
    ["a", "a", true],
    ["a", "ab", false],
    ["*", "", true],
    ["a*b*c", "aXbYc", true],
    ["a*b*c", "abc", true],
    ["a*b*c", "acb", false],
    ["ab*ba", "aba", false],
    ["*a*a*", "a", false],
    ["\\*", "*", true],
    ["\\*", "x", false],
    ["a\\\\*", "a\\x", true],
    ["a?c", "abc", false],
    ["a*c", "a\nc", true],
  ];
  for (const [pattern, text, expected] of rows) {
    assertEquals(compileWildcard(pattern).matches(text), expected, pattern);
  }
});

Deno.test("compileWildcard() answers soon, whatever the pattern", () => {
  const pattern = "*a".repeat(2_000) + "b";
  assertEquals(compileWildcard(pattern).matches("a".repeat(100_000)), false);
});

Deno.test("escapeWildcard() makes a pattern of that text alone", () => {
  check(property(stringMatching(/^[a\\*: ]{1,12}$/), (text) => {
    const pattern = compileCommandPattern(escapeWildcard(text));
    return pattern.matches(text) && !pattern.matches(`${text}a`);
  }));
});

const paths:
  readonly (readonly [pattern: string, file: string, matches: boolean])[] = [
    ["//etc/**", "/etc/passwd", true],
    ["//etc/**", "/etc2/passwd", false],
    ["//etc", "/etc/passwd", true],
    ["~/.ssh", "/home/ann/.ssh/id", true],
    ["~/.ssh", "/home/ann/.sshx", false],
    ["~", "/home/ann/x", true],
    ["/src/**", "/home/ann/code/src/a", true],
    ["/src/**", "/home/ann/code/app/src/a", false],
    ["./src", "/home/ann/code/app/src/a", true],
    ["./src", "/home/ann/code/app/x/src/a", false],
    ["src", "/home/ann/code/app/x/src/a", true],
    ["x/src", "/home/ann/code/app/x/src/a", true],
    ["x/src", "/home/ann/code/app/y/x/src/a", false],
    ["*.env", "/home/ann/code/app/a/b.env", true],
    ["*.env", "/home/ann/b.env", false],
    ["**/.env", "/home/ann/code/app/.env", true],
    ["**", "/home/ann/code/app", true],
    ["**", "/home/ann/code/app/a", true],
    ["**", "/home/ann/code/apple", false],
    ["src/*.ts", "/home/ann/code/app/src/a.ts", true],
    ["src/*.ts", "/home/ann/code/app/src/b/a.ts", false],
    ["src/[ab].ts", "/home/ann/code/app/src/b.ts", true],
  ];

Deno.test("compilePathPattern() reads the four anchors and .gitignore's globs", () => {
  const file = "/home/ann/code/.openclaude/settings.json";
  const anchors = { cwd: place.workspace, home: place.home };
  for (const [pattern, path, expected] of paths) {
    const test = compilePathPattern(
      pattern,
      { layer: "project", file },
      anchors,
    );
    assertEquals(test(path), expected, `${pattern} ${path}`);
  }
});
