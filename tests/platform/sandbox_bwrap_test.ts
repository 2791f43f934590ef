import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  planSandbox,
  prepareSandbox,
  probeSandbox,
  runInSandbox,
  type SandboxPlan,
} from "../../lib/platform/sandbox.ts";
import { runProcess } from "../../lib/platform/process.ts";
import { needs } from "../support/needs.ts";

import { needsBwrap, probeOptions, sandboxBench } from "../support/sandbox.ts";

const ignore = !await needsBwrap();
const ignoreGit = ignore || !needs("git");

Deno.test({
  name: "runInSandbox() lets a command write in the workspace and in /tmp",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { code, text } = await bench.run(
      "echo one > one; echo two > $TMPDIR/two; echo three > /tmp/three; " +
        "cat /tmp/two $TMPDIR/three",
    );
    assertEquals([code, text], [0, "two\nthree\n"]);
    const { workspace, temp } = bench;
    assertEquals(await Deno.readTextFile(`${workspace}/one`), "one\n");
    assertEquals(await Deno.readTextFile(`${temp}/two`), "two\n");
    assertEquals(await Deno.readTextFile(`${temp}/three`), "three\n");
  },
});

Deno.test({
  name: "runInSandbox() keeps the rest of the disk as it is",
  ignore,
  async fn() {
    await using bench = await sandboxBench({ "outside/kept": "kept\n" });
    const file = `${bench.outside}/kept`;
    const { text } = await bench.run(
      `cat ${file}; echo x > ${file}; rm -f ${file}; mv ${file} stolen; ` +
        `touch ${bench.outside}/new /etc/new ~/new; ` +
        `mv ${bench.workspace} ${bench.workspace}2`,
    );
    assertMatch(text, /^kept\n/);
    assertEquals(await Deno.readTextFile(file), "kept\n");
    assertEquals([...Deno.readDirSync(bench.outside)].length, 1);
    assertEquals([...Deno.readDirSync(bench.home)].length, 0);
    const after = await bench.run("pwd; ls");
    assertEquals(after.text, `${bench.workspace}\nstolen\n`);
  },
});

Deno.test({
  name: "runInSandbox() lets no symlink lead a write out",
  ignore,
  async fn() {
    await using bench = await sandboxBench({ "outside/kept": "kept\n" });
    const { workspace, outside } = bench;
    await Deno.symlink(outside, `${workspace}/before`);
    const { text } = await bench.run(
      `echo x > before/kept; ln -s ${outside} after; echo x > after/kept; ` +
        `ln ${outside}/kept hard; echo x > /proc/self/cwd/after/new`,
    );
    assertEquals(text.match(/Read-only file system/g)?.length, 3);
    assertEquals(await Deno.readTextFile(`${outside}/kept`), "kept\n");
    assertEquals([...Deno.readDirSync(outside)].length, 1);
  },
});

Deno.test({
  name: "runInSandbox() gives root no way to mount or to change the kernel",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { text } = await bench.run(
      "mount -o remount,rw,bind / && echo mounted; " +
        "unshare -Urm sh -c 'mount -o remount,rw,bind /' && echo mounted; " +
        "umount /proc/sys && echo unmounted; " +
        "for f in $(find /proc/sys -maxdepth 3 -type f); do " +
        '[ -w "$f" ] && echo writable $f; done; ' +
        "[ -w /proc/sysrq-trigger ] && echo writable trigger; " +
        `mknod ${bench.workspace}/disk b 1 0 && echo made; ` +
        "grep CapEff /proc/self/status",
    );
    for (const word of ["mounted", "writable", "made"]) {
      assert(!text.includes(word), text);
    }
    assertMatch(text, /CapEff:\s+0{16}\n/);
  },
});

Deno.test({
  name: "runInSandbox() keeps git's hooks and settings, and lets commit",
  ignore: ignoreGit,
  async fn() {
    await using bench = await sandboxBench();
    const { workspace } = bench;
    await git(workspace, "init", "-q");
    await git(workspace, "config", "user.name", "Ada");
    await git(workspace, "config", "user.email", "ada@example.com");
    const config = await Deno.readTextFile(`${workspace}/.git/config`);
    const { text } = await bench.run(
      "echo x > .git/hooks/pre-commit; echo x >> .git/config; " +
        "git config alias.x '!evil'; rm -rf .git/hooks; mv .git .git2; " +
        "mv .git/config .git/c; echo a > a; git add a; " +
        "git commit -qm first && echo committed",
    );
    assertStringIncludes(text, "committed");
    assertEquals(await Deno.readTextFile(`${workspace}/.git/config`), config);
    const hooks = [...Deno.readDirSync(`${workspace}/.git/hooks`)];
    assert(hooks.every(({ name }) => name !== "pre-commit"));
    assertEquals(
      [...Deno.readDirSync(workspace)].map(({ name }) => name).toSorted(),
      [".git", "a"],
    );
  },
});

Deno.test({
  name: "runInSandbox() fills a missing folder of hooks and removes bait",
  ignore: ignoreGit,
  async fn() {
    await using bench = await sandboxBench();
    const { workspace } = bench;
    await git(workspace, "init", "-q", "--template=");
    const { text, notes } = await bench.run(
      "echo x > .git/hooks/pre-commit; echo ../evil > .git/commondir; " +
        "echo x > .envrc",
    );
    assertStringIncludes(text, "Read-only file system");
    assertEquals([...Deno.readDirSync(`${workspace}/.git/hooks`)], []);
    const said = notes.join("\n");
    assertMatch(said, /removed .*\.git\/commondir/);
    assertMatch(said, /made .*\.envrc/);
    await git(workspace, "status");
    const again = await bench.run("echo y >> .envrc");
    assertStringIncludes(again.text, "Read-only file system");
    assertEquals(again.notes, []);
  },
});

Deno.test({
  name: "runInSandbox() protects the git folders of submodules",
  ignore,
  async fn() {
    await using bench = await sandboxBench({
      "workspace/.git/HEAD": "ref: refs/heads/main\n",
      "workspace/.git/config": "",
      "workspace/.git/modules/libs/one/HEAD": "ref: refs/heads/main\n",
      "workspace/.git/modules/libs/one/config": "old\n",
    });
    await bench.run(
      "cd .git/modules/libs/one; echo x > config; echo x > hooks/post-merge; " +
        "cd ..; mv one two; mv ../libs ../bibs",
    );
    const folder = `${bench.workspace}/.git/modules/libs/one`;
    assertEquals(await Deno.readTextFile(`${folder}/config`), "old\n");
    assertEquals([...Deno.readDirSync(`${folder}/hooks`)], []);
  },
});

Deno.test({
  name: "runInSandbox() keeps protected files, also through their folders",
  ignore,
  async fn() {
    await using bench = await sandboxBench({
      "workspace/.openclaude/settings.json": "{}",
      "workspace/.github/workflows/ci.yml": "on: push\n",
      "workspace/.claude/settings.json": "{}",
      "workspace/.claude/skills/one.md": "one\n",
    });
    await bench.run(
      "for f in .openclaude/settings.json .github/workflows/ci.yml " +
        ".claude/settings.json; do echo x > $f; rm -f $f; done; " +
        "mv .github .g; mkdir -p .github/workflows; " +
        "echo x > .github/workflows/new.yml; echo two > .claude/skills/one.md",
    );
    const read = (name: string) =>
      Deno.readTextFile(`${bench.workspace}/${name}`);
    assertEquals(await read(".openclaude/settings.json"), "{}");
    assertEquals(await read(".github/workflows/ci.yml"), "on: push\n");
    assertEquals(await read(".claude/settings.json"), "{}");
    assertEquals(await read(".claude/skills/one.md"), "two\n");
    const workflows = `${bench.workspace}/.github/workflows`;
    assertEquals([...Deno.readDirSync(workflows)].length, 1);
  },
});

Deno.test({
  name: "runInSandbox() lets no symlink on an unprotected path lead out",
  ignore,
  async fn() {
    await using bench = await sandboxBench({ "workspace/.claude/x": "" });
    await Deno.symlink(bench.outside, `${bench.workspace}/.claude/skills`);
    await bench.run("touch .claude/skills/new");
    assertEquals([...Deno.readDirSync(bench.outside)], []);
  },
});

Deno.test({
  name: "runInSandbox() protects where a symlink on a protected path leads",
  ignore,
  async fn() {
    await using bench = await sandboxBench({
      "workspace/tools/hooks/pre-commit": "old\n",
      "workspace/.git/HEAD": "",
    });
    await Deno.symlink("../tools/hooks", `${bench.workspace}/.git/hooks`);
    const { text } = await bench.run("echo x > tools/hooks/pre-commit");
    assertStringIncludes(text, "Read-only file system");
  },
});

Deno.test({
  name: "runInSandbox() shows secrets as empty",
  ignore,
  async fn() {
    await using bench = await sandboxBench({
      "home/.ssh/id_ed25519": "KEY\n",
      "home/.netrc": "KEY\n",
      "home/real/aws/credentials": "KEY\n",
      "home/.profile": "seen\n",
      "workspace/.env": "KEY\n",
    });
    // A symlink must not be a way around.
    await Deno.symlink(`${bench.home}/real/aws`, `${bench.home}/.aws`);
    const { plan } = await probeSandbox(
      planSandbox({ ...bench, denyRead: [`${bench.workspace}/.env`] }),
      probeOptions,
    );
    const { wrap } = await prepareSandbox(plan, bench.workspace);
    assert(wrap);
    let text = "";
    await runProcess([
      "sh",
      "-c",
      "cat ~/.ssh/* ~/.netrc ~/.aws/* ~/real/aws/* .env; ls -A ~/.ssh; cat ~/.profile; touch ~/.ssh/new",
    ], {
      cwd: bench.workspace,
      environment: { ...probeOptions.environment, HOME: bench.home },
      signal: new AbortController().signal,
      wrap,
      onOutput: (chunk) => {
        text += new TextDecoder().decode(chunk);
      },
    });
    assert(!text.includes("KEY"), text);
    assert(!text.includes("id_ed25519"), text);
    assertStringIncludes(text, "seen\n");
  },
});

Deno.test({
  name: "runInSandbox() shows no process, socket or disk of the system",
  ignore,
  async fn() {
    await using bench = await sandboxBench();
    const { text } = await bench.run(
      "ls -A /run /var/run/; ls /dev | grep -E '^(sd|vd|nvme|mem)'; " +
        `ls -d /proc/${Deno.pid}; echo rest`,
    );
    const seen = text.split("\n").filter((line) =>
      !/^(\/run|\/var\/run\/|current-system|ls: .*|):?$/.test(line)
    );
    assertEquals(seen, ["rest"]);
  },
});

/** A line that tells whether a port answers, in bash alone. */
function knock(port: number): string {
  return `(exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3) 2>&1`;
}

Deno.test({
  name: "runInSandbox() has no network unless the plan gives it",
  ignore,
  async fn() {
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      for await (const connection of server) {
        await connection.write(new TextEncoder().encode("hello\n"));
        connection.close();
      }
    })();
    const { port } = server.addr;
    await using closed = await sandboxBench();
    const refused = await closed.run(knock(port));
    assert(!refused.text.includes("hello"), refused.text);
    assertNotEquals(refused.code, 0);
    await using open = await sandboxBench({}, { network: true });
    assertEquals((await open.run(knock(port))).text, "hello\n");
    server.close();
    await serving.catch(() => {});
  },
});

Deno.test({
  name: "runInSandbox() works in a workspace below /tmp and by a symlink",
  ignore,
  async fn() {
    const real = await Deno.makeTempDir({ dir: "/tmp" });
    const temp = await Deno.makeTempDir({ dir: "/tmp" });
    const link = `${real}-link`;
    await Deno.symlink(real, link);
    const { plan } = await probeSandbox(
      planSandbox({ workspace: link, temp }),
      probeOptions,
    );
    const { wrap } = await prepareSandbox(plan, real);
    await runProcess(["sh", "-c", "echo x > made; echo y > $TMPDIR/made"], {
      cwd: real,
      environment: { ...probeOptions.environment, TMPDIR: temp },
      signal: new AbortController().signal,
      ...wrap === undefined ? {} : { wrap },
    });
    assertEquals(await Deno.readTextFile(`${real}/made`), "x\n");
    assertEquals(await Deno.readTextFile(`${temp}/made`), "y\n");
    for (const folder of [real, temp, link]) {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "runInSandbox() works in the home folder, with secrets in it",
  ignore,
  async fn() {
    await using bench = await sandboxBench({
      "workspace/.ssh/key": "KEY\n",
      "workspace/.bashrc": "old\n",
    });
    const { workspace, temp } = bench;
    const request = { workspace, temp, home: workspace };
    const { plan } = await probeSandbox(planSandbox(request), probeOptions);
    const { text } = await runLine(
      "cat .ssh/key; echo x >> .bashrc; mv .ssh ssh; echo ok > new; cat new",
      { plan, cwd: workspace },
    );
    assert(!text.includes("KEY"), text);
    assertStringIncludes(text, "ok\n");
    assertEquals(await Deno.readTextFile(`${workspace}/.bashrc`), "old\n");
    assertEquals(await Deno.readTextFile(`${workspace}/.ssh/key`), "KEY\n");
  },
});

Deno.test({
  name: "runInSandbox() works in a folder inside a hidden one",
  ignore,
  async fn() {
    await using bench = await sandboxBench({
      "home/.docker/config.json": "KEY\n",
      "home/.docker/project/file": "seen\n",
    });
    const { home, temp } = bench;
    const cwd = `${home}/.docker/project`;
    const { plan } = await probeSandbox(
      planSandbox({ workspace: cwd, temp, home }),
      probeOptions,
    );
    const { text } = await runLine(
      "exec 2>&1; cat file ../config.json; ls -A ..",
      {
        plan,
        cwd,
      },
    );
    assertMatch(text, /^seen\n.*No such file or directory\nproject\n$/);
  },
});

Deno.test({
  name: "runInSandbox() works in the root of the disk",
  ignore,
  async fn() {
    await using bench = await sandboxBench({ "outside/file": "old\n" });
    const { temp, outside } = bench;
    const { plan } = await probeSandbox(
      planSandbox({ workspace: "/", temp }),
      probeOptions,
    );
    const { text } = await runLine(
      `echo new > ${outside}/file; ls /proc | grep -c '^[0-9]'; ls -A /run; ` +
        "[ -w /proc/sys/vm/swappiness ] && echo writable; echo end",
      { plan, cwd: "/" },
    );
    assertMatch(text, /^\d\n(current-system\n)?end\n$/);
    assertEquals(await Deno.readTextFile(`${outside}/file`), "new\n");
  },
});

Deno.test({
  name: "probeSandbox() says what the system forbids",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    const url = new URL("../../lib/platform/sandbox.ts", import.meta.url);
    await Deno.writeTextFile(
      `${folder}/probe.ts`,
      `import { planSandbox, probeSandbox } from ${JSON.stringify(url)};
const plan = planSandbox({ workspace: "/", temp: "${folder}" });
const { trials } = await probeSandbox(plan, { environment: {} });
console.log(trials[0].usable, trials[0].because);`,
    );
    const config = new URL("../../deno.json", import.meta.url).pathname;
    // In here no namespace can be made, as in many containers.
    const { stdout } = await new Deno.Command("bwrap", {
      args: [
        ...["--unshare-user", "--disable-userns", "--dev-bind", "/", "/", "--"],
        ...[Deno.execPath(), "run", "-A", "-q", "-c", config],
        `${folder}/probe.ts`,
      ],
    }).output();
    await Deno.remove(folder, { recursive: true });
    const text = new TextDecoder().decode(stdout);
    assertMatch(text, /^false bwrap: .*; the system forbids user namespaces/);
  },
});

async function runLine(
  line: string,
  { plan, cwd }: { plan: SandboxPlan; cwd: string },
): Promise<{ text: string }> {
  let text = "";
  await runInSandbox(["bash", "-c", line], plan, {
    cwd,
    environment: probeOptions.environment,
    signal: new AbortController().signal,
    onOutput: (chunk) => {
      text += new TextDecoder().decode(chunk);
    },
  });
  return { text };
}

Deno.test({
  name: "runInSandbox() writes nothing in plan mode",
  ignore,
  async fn() {
    await using bench = await sandboxBench({}, { isPlanMode: true });
    const { text } = await bench.run("touch x; touch $TMPDIR/y && echo temp");
    assertStringIncludes(text, "Read-only file system");
    assertStringIncludes(text, "temp");
  },
});

async function git(folder: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", {
    args: ["-C", folder, ...args],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}
