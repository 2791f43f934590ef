import { assert, assertEquals } from "@std/assert";
import { gitSnapshot } from "../../lib/workspace/git.ts";
import { needs } from "../support/needs.ts";
import { needsBwrap, sandboxBench } from "../support/sandbox.ts";

const hasGit = needs("git");
const environment = {
  PATH: Deno.env.get("PATH") ?? "",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

async function git(folder: string, ...args: string[]): Promise<void> {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=a@example.com"];
  const { success, stderr } = await new Deno.Command("git", {
    args: ["-C", folder, ...identity, ...args],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

async function repository(folder: string): Promise<void> {
  await git(folder, "init", "-q", "-b", "main");
  await git(folder, "commit", "-q", "--allow-empty", "-m", "First");
  await Deno.writeTextFile(`${folder}/new`, "");
}

Deno.test({
  name: "gitSnapshot() reads branch, changes and commits",
  ignore: !hasGit,
  async fn() {
    await using bench = await sandboxBench();
    await repository(bench.workspace);
    const found = await gitSnapshot(bench.workspace, environment);
    assertEquals(found?.branch, "main");
    assertEquals(found?.status, ["?? new"]);
    assertEquals(found?.commits?.map((line) => line.split(" ")[1]), ["First"]);
  },
});

/** A repository that runs a program of its own at each occasion. */
async function hostile(folder: string, bait: string): Promise<void> {
  await repository(folder);
  await Deno.writeTextFile(
    `${folder}/.gitattributes`,
    "a filter=x.y\nb filter=p=q\n",
  );
  for (const content of ["one", "two"]) {
    await Deno.writeTextFile(`${folder}/a`, content);
    await Deno.writeTextFile(`${folder}/b`, content);
    if (content === "one") await git(folder, "add", "-A");
  }
  for (
    const [name, value] of [
      ["filter.x.y.clean", `touch ${bait}; cat`],
      ["filter.x.y.required", "true"],
      // A name that ends early where it is given as "name=value".
      ["filter.p=q.clean", `touch ${bait}; cat`],
      ["core.fsmonitor", `touch ${bait}; false`],
      ["log.showSignature", "true"],
      ["gpg.program", bait],
    ] as const
  ) await git(folder, "config", name, value);
}

Deno.test({
  name: "gitSnapshot() starts no program that the repository names",
  ignore: !hasGit,
  async fn() {
    await using bench = await sandboxBench();
    const { workspace, outside } = bench;
    await hostile(workspace, `${outside}/bait`);
    const found = await gitSnapshot(workspace, environment);
    assertEquals(found?.status?.length, 4);
    assertEquals([...Deno.readDirSync(outside)], []);
    // The bait is good: git alone takes it.
    await git(workspace, "status");
    assertEquals([...Deno.readDirSync(outside)].length, 1);
  },
});

Deno.test({
  name: "gitSnapshot() runs git in the sandbox",
  ignore: !hasGit || !await needsBwrap(),
  async fn() {
    await using bench = await sandboxBench();
    await repository(bench.workspace);
    const found = await gitSnapshot(bench.workspace, environment, bench.plan);
    assertEquals([found?.branch, found?.status], ["main", ["?? new"]]);
    const broken = { ...bench.plan, temp: `${bench.temp}/gone` };
    const none = await gitSnapshot(bench.workspace, environment, broken);
    assertEquals([none?.branch, none?.status], ["main", undefined]);
  },
});

Deno.test({
  name: "gitSnapshot() starts no program of the repository in the sandbox",
  ignore: !hasGit || !await needsBwrap(),
  async fn() {
    await using bench = await sandboxBench();
    const { workspace } = bench;
    await hostile(workspace, `${workspace}/bait`);
    const found = await gitSnapshot(workspace, environment, bench.plan);
    const alone = await gitSnapshot(workspace, environment);
    assertEquals(found, alone);
    assertEquals(found?.status?.length, 4);
    assertEquals(found?.commits?.length, 1);
  },
});

Deno.test({
  name: "gitSnapshot() reads a repository without commits in the sandbox",
  ignore: !hasGit || !await needsBwrap(),
  async fn() {
    await using bench = await sandboxBench();
    await git(bench.workspace, "init", "-q", "-b", "trunk");
    const found = await gitSnapshot(bench.workspace, environment, bench.plan);
    assertEquals([found?.branch, found?.status, found?.commits], [
      "trunk",
      [],
      [],
    ]);
  },
});
