/**
 * The workflows run elsewhere, on systems that are not at hand. What can be
 * known of them here: that they are YAML, and that all they name is there.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml";
import { fileNameOf, targets } from "../../.ci/targets.ts";
import { readTree } from "./source_tree.ts";

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly strategy?: {
    readonly matrix: { readonly include: readonly { readonly file: string }[] };
  };
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const tree = await readTree();
const workflows = new Map(
  [...tree]
    .filter(([path]) => /^\.github\/workflows\/.*\.yml$/.test(path))
    .map(([path, text]) => [path, parse(text) as Workflow]),
);
const steps = [...workflows.values()].flatMap(({ jobs }) =>
  Object.values(jobs).flatMap(({ steps = [] }) => steps)
);
const commands = steps.flatMap(({ run }) => run ?? []);

Deno.test("workflows are there, and may only read where nothing else is said", () => {
  assertEquals([...workflows.keys()].toSorted(), [
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
  ]);
  for (const { permissions } of workflows.values()) {
    assertEquals(permissions, { contents: "read" });
  }
});

Deno.test("workflows run tasks, scripts and tests that exist", () => {
  const { tasks } = JSON.parse(tree.get("deno.json") ?? "{}");
  const named = commands.flatMap((command) =>
    [...command.matchAll(/deno task (\S+)/g)].map(([, name = ""]) => name)
  );
  assert(named.length > 4);
  for (const name of named) assert(Object.hasOwn(tasks, name), name);
  const paths = commands.flatMap((command) =>
    command.match(/(?<!\S)(?:\.ci|tests|docs)\/\S+/g) ?? []
  );
  assert(paths.length > 1);
  for (const path of paths) {
    const isThere = [...tree.keys()]
      .some((file) => file === path || file.startsWith(`${path}/`));
    assert(isThere, path);
  }
});

Deno.test("workflows use the Deno that .ci/run uses, and versions of actions", () => {
  const version = /deno@(\d+\.\d+\.\d+)/.exec(tree.get(".ci/run") ?? "")?.[1];
  for (const { uses, with: inputs } of steps) {
    if (uses === undefined) continue;
    assertMatch(uses, /^[\w-]+\/[\w-]+@v\d+$/);
    if (!uses.startsWith("denoland/setup-deno@")) continue;
    assertEquals(inputs?.["deno-version"], `v${version}`);
  }
});

Deno.test("workflows wait for jobs and call workflows that exist", () => {
  for (const [path, { jobs }] of workflows) {
    for (const { needs = [], uses } of Object.values(jobs)) {
      for (const name of [needs].flat()) {
        assert(Object.hasOwn(jobs, name), `${path}: ${name}`);
      }
      if (uses !== undefined) assert(tree.has(uses.replace("./", "")), uses);
    }
  }
});

Deno.test("release.yml starts each executable before it publishes", () => {
  const jobs = workflows.get(".github/workflows/release.yml")?.jobs ?? {};
  const tried = jobs.try?.strategy?.matrix.include.map(({ file }) => file);
  assertEquals(tried, targets.map(fileNameOf));
  assertEquals(jobs.publish?.needs, "try");
});
