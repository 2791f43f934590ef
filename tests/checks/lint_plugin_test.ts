import { assertEquals } from "@std/assert";
import plugin from "./lint_plugin.ts";

/** The ids of the rules that the source breaks, in the order reported. */
function broken(path: string, source: string): string[] {
  const file = new URL(`../../${path}`, import.meta.url).pathname;
  return Deno.lint.runPlugin(plugin, file, source).map((found) => found.id);
}

interface Case {
  readonly rule: string;
  readonly path?: string;
  readonly bad: readonly string[];
  readonly good: readonly string[];
}

const cases: readonly Case[] = [
  {
    rule: "house/named-exports",
    bad: [
      "export default function x() {}",
      "export default { a: 1 };",
      "const a = 1; export { a as default };",
    ],
    good: ["export const a = 1;", "export { b as c } from './d.ts';"],
  },
  {
    rule: "house/hash-private",
    bad: [
      "class A { private b = 1; }",
      "class A { private b() {} }",
      "class A { constructor(private b: number) {} }",
    ],
    good: ["class A { #b = 1; constructor(readonly c: number) {} }"],
  },
  {
    rule: "house/top-level-function",
    bad: [
      "const a = () => 1;",
      "export const a = async (b: number) => b;",
      "const a = function () {};",
    ],
    good: [
      "export function a() { const b = () => 1; return b; }",
      "const a: Handler = () => 1;",
      "const a = [1].map((b) => b);",
    ],
  },
  {
    rule: "house/exit-places",
    path: "lib/ui/oneshot.ts",
    bad: [
      "Deno.exit(1);",
      "globalThis.Deno.exit(1);",
      'Deno["exit"](1);',
      "const { exit } = Deno;",
    ],
    good: ["Deno.exitCode = 1;", "shell.exit(1);"],
  },
  {
    rule: "house/exit-places",
    path: "lib/app/launcher.ts",
    bad: [],
    good: ["Deno.exit(1);"],
  },
  {
    rule: "house/environment-places",
    path: "tools/bash.ts",
    bad: ['Deno.env.get("HOME");', "const { env: all } = Deno;"],
    good: ["process.env;", "settings.env;"],
  },
  {
    rule: "house/environment-places",
    path: "lib/platform/environment.ts",
    bad: [],
    good: ['Deno.env.get("HOME");'],
  },
  {
    rule: "house/environment-places",
    path: "tests/e2e/run_test.ts",
    bad: [],
    good: ['Deno.env.get("HOME");'],
  },
  {
    rule: "house/no-runtime",
    path: "lib/agent/loop.ts",
    bad: ["Deno.cwd();", "const { cwd } = globalThis.Deno;"],
    good: ["options.now();"],
  },
  {
    rule: "house/file-names",
    path: "lib/app/utils.ts",
    bad: ["export const a = 1;"],
    good: [],
  },
  {
    rule: "house/file-names",
    path: "lib/app/fileNames.ts",
    bad: ["export const a = 1;"],
    good: [],
  },
  {
    rule: "house/whole-words",
    bad: [
      "function a(ctx: number) { return ctx; }",
      "const [msg] = list;",
      "const { request: req } = event;",
      "list.map((opts = {}) => opts);",
      "function a(...req: number[]) { return req; }",
    ],
    good: ["const { req: request } = event;", "const message = 1;"],
  },
];

for (const { rule, path = "lib/app/example.ts", bad, good } of cases) {
  Deno.test(`${rule} tells wrong from right in ${path}`, () => {
    const judged = (sources: readonly string[]) =>
      sources.map((source) => [source, broken(path, source).includes(rule)]);
    assertEquals(judged(bad), bad.map((source) => [source, true]));
    assertEquals(judged(good), good.map((source) => [source, false]));
  });
}
