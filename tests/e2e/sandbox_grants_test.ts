/** Commands write nothing that Deno did not let this program write. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { needsBwrap } from "../support/sandbox.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { denoRun, runProgram } from "./program.ts";

const ignore = !await needsBwrap();

/** Not in `/tmp`, which commands have to themselves. */
async function workspaceWith(files: Readonly<Record<string, string>>) {
  return await tempFolder(files, { dir: "/var/tmp" });
}

/** Runs a line in the sandbox of a program with these permissions. */
async function run(
  { path }: TempFolder,
  line: string,
  flags: readonly string[],
) {
  return await runProgram(["sandbox", "run", "--", "sh", "-c", line], {
    cwd: path,
    command: denoRun(["--allow-run=bwrap", "--allow-env", ...flags]),
  });
}

const touchAll = "for f in top src/in lib/in; do echo x > $f; done; " +
  "for f in *; do echo $f; done";

async function written({ path }: TempFolder): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [".", "src", "lib"]) {
    for await (const { name, isFile } of Deno.readDir(`${path}/${folder}`)) {
      if (isFile && ["top", "in"].includes(name)) {
        found.push(`${folder}/${name}`);
      }
    }
  }
  return found.sort();
}

const cases: readonly {
  readonly name: string;
  readonly flags: readonly string[];
  readonly written: readonly string[];
}[] = [
  {
    name: "nothing without --allow-write",
    flags: ["--allow-read"],
    written: [],
  },
  {
    name: "the folder of --allow-write=src alone",
    flags: ["--allow-read", "--allow-write=src"],
    written: ["src/in"],
  },
  {
    name: "all but what --deny-write names",
    flags: ["--allow-read", "--allow-write", "--deny-write=src"],
    written: ["./top", "lib/in"],
  },
  {
    name: "not the folder in which --deny-write names what is not there",
    flags: ["--allow-read", "--allow-write", "--deny-write=src/none"],
    written: ["./top", "lib/in"],
  },
  {
    name: "nothing in a workspace that --deny-write might lie in",
    flags: ["--allow-read", "--allow-write", "--deny-write=none"],
    written: [],
  },
];

for (const { name, flags, written: expected } of cases) {
  Deno.test({
    name: `commands under deno run write ${name}`,
    ignore,
    async fn() {
      await using workspace = await workspaceWith({
        "src/a.ts": "",
        "lib/a.ts": "",
      });
      const { code, stdout, stderr } = await run(workspace, touchAll, flags);
      assertEquals(code, 0, stderr);
      assertStringIncludes(stdout, "src");
      assertEquals(await written(workspace), [...expected].sort(), stderr);
    },
  });
}

Deno.test({
  name: "commands under deno run do not see what --deny-read names",
  ignore,
  async fn() {
    await using workspace = await workspaceWith({
      ".env": "KEY=topsecret\n",
      "deep/er/secret.txt": "topsecret\n",
      "a.txt": "visible\n",
    });
    await using elsewhere = await workspaceWith({ "b.txt": "topsecret\n" });
    const { stdout, stderr } = await run(
      workspace,
      `cat a.txt .env deep/er/secret.txt ${elsewhere.at("b.txt")}`,
      [
        "--allow-read",
        "--allow-write",
        `--deny-read=.env,deep/er,${elsewhere.path}`,
      ],
    );
    assertStringIncludes(stdout, "visible", stderr);
    assertEquals(stdout.includes("topsecret"), false, stdout);
  },
});

Deno.test({
  name: "sandbox status says what of the workspace commands can't write",
  ignore,
  async fn() {
    await using workspace = await workspaceWith({ "src/a.ts": "" });
    const status = async (...flags: readonly string[]) => {
      const { stdout } = await runProgram(["sandbox", "status"], {
        cwd: workspace.path,
        command: denoRun([
          "--allow-run=bwrap",
          "--allow-env",
          "--allow-read",
          ...flags,
        ]),
      });
      return stdout;
    };
    assertStringIncludes(await status(), "can't write");
    assertStringIncludes(await status("--allow-write=src"), "nothing else of");
    assertEquals(
      (await status("--allow-write")).includes("can't write"),
      false,
    );
  },
});
