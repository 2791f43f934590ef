import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  onDisk,
  planSandbox,
  probeSandbox,
  runInSandbox,
  type SandboxPlan,
} from "../../lib/platform/sandbox.ts";

import { clearStems, stemsIn } from "../../lib/platform/sandbox_temp.ts";
import { needsBwrap, probeOptions } from "../support/sandbox.ts";
import { tempFolder } from "../support/temp.ts";

const ignore = !await needsBwrap();

/** Runs a line in `bash` and gives both outputs. */
async function runLine(plan: SandboxPlan, cwd: string, line: string) {
  let text = "";
  const decoder = new TextDecoder();
  const { code } = await runInSandbox(["bash", "-c", line], plan, {
    cwd,
    environment: probeOptions.environment,
    signal: new AbortController().signal,
    onOutput(chunk) {
      text += decoder.decode(chunk);
    },
  });
  return { code, text };
}

/** A session's folder in `/tmp`, as the program makes it, and a workspace. */
async function session(parent: string) {
  const session = await tempFolder({ "results/long.txt": "long\n" }, {
    dir: "/tmp",
  });
  const work = await tempFolder({ "deep/place/a.txt": "one\n" }, {
    dir: parent,
  });
  const victim = await tempFolder({ "kept.txt": "kept\n" }, {
    dir: "/var/tmp",
  });
  await Deno.mkdir(session.at("tmp"));
  const workspace = work.at("deep/place");
  const { plan } = await probeSandbox(
    planSandbox({
      workspace,
      temp: session.at("tmp"),
      ownFolders: [session.at("results")],
    }),
    probeOptions,
  );
  const folders = [session, work, victim];
  return {
    plan,
    workspace,
    session: session.path,
    work: work.path,
    victim: victim.path,
    run: (line: string) => runLine(plan, workspace, line),
    async [Symbol.asyncDispose]() {
      for (const folder of folders) await folder[Symbol.asyncDispose]();
    },
  };
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

for (const parent of ["/var/tmp", "/tmp"]) {
  Deno.test({
    name: "prepareSandbox() makes nothing where a link in /tmp leads, with " +
      `a workspace in ${parent}`,
    ignore,
    async fn() {
      await using its = await session(parent);
      const stems = parent === "/tmp" ? [its.session, its.work] : [its.session];
      for (const stem of stems) {
        const target = `/oldroot${its.victim}`;
        await its.run(
          `mv ${stem} /tmp/gone; rmdir ${stem}; ln -s ${target} ${stem}; ` +
            `mkdir -p /tmp/later; mv -T /tmp/later ${stem}`,
        );
        const after = await its.run("cat a.txt; echo x > made.txt");
        assertEquals(after, { code: 0, text: "one\n" });
      }
      // One that got away from its mounts, and one from the outside.
      for (const stem of stems) {
        const place = `${its.plan.temp}/${stem.slice("/tmp/".length)}`;
        await Deno.remove(place, { recursive: true }).catch(() => {});
        await Deno.symlink(`/oldroot${its.victim}`, place);
      }
      const last = await its.run(`cat a.txt ${its.session}/results/long.txt`);
      assertEquals(last, { code: 0, text: "one\nlong\n" });
      assertEquals(namesIn(its.victim), ["kept.txt"]);
    },
  });
}

Deno.test({
  name: "prepareSandbox() keeps /tmp from command to command, with a " +
    "workspace in it",
  ignore,
  async fn() {
    await using its = await session("/tmp");
    await its.run("echo kept > /tmp/a.txt; echo in > $TMPDIR/b.txt");
    const { text } = await its.run(
      `cat /tmp/a.txt /tmp/b.txt; pwd; touch ${its.work}/deep/other`,
    );
    assertMatch(text, /^kept\nin\n/);
    assertStringIncludes(text, `${its.workspace}\n`);
    assertStringIncludes(text, "Read-only file system");
    assertEquals(namesIn(`${its.work}/deep`), ["place"]);
  },
});

Deno.test("clearStems() removes links alone, and where they are", async () => {
  await using folder = await tempFolder({
    "target/a.txt": "",
    "temp/real/b.txt": "",
  });
  await Deno.symlink(folder.at("target"), folder.at("temp/link"));
  await Deno.symlink(folder.at("nowhere"), folder.at("temp/dangling"));
  const stems = ["/tmp/link", "/tmp/dangling", "/tmp/real", "/tmp/missing"];
  clearStems(folder.at("temp"), stems);
  assertEquals(namesIn(folder.at("temp")), ["real"]);
  assertEquals(namesIn(folder.at("temp/real")), ["b.txt"]);
  assertEquals(namesIn(folder.at("target")), ["a.txt"]);
});

Deno.test("stemsIn() names what is right in /tmp, once", () => {
  const paths = ["/tmp", "/tmp/a/b", "/tmp/a/c", "/tmp/d", "/tmpx/e", "/f"];
  assertEquals(stemsIn(paths), ["/tmp/a", "/tmp/d"]);
});

Deno.test("onDisk() leaves what stands beside a named place as it is", () => {
  const plan: SandboxPlan = {
    ...planSandbox({ workspace: "/tmp/a/b", temp: "/tmp/s/tmp" }),
    kind: "bwrap",
  };
  assertEquals(onDisk("/tmp/a/b/x", plan), "/tmp/a/b/x");
  assertEquals(onDisk("/tmp/a/other", plan), "/tmp/a/other");
  assertEquals(onDisk("/tmp/x", plan), "/tmp/s/tmp/x");
  assert(onDisk("/tmp/ab", plan).startsWith("/tmp/s/tmp/"));
});
