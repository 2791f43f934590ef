import { assertEquals, assertStringIncludes } from "@std/assert";
import { grep } from "../../tools/grep.ts";
import { read } from "../../tools/read.ts";
import { findProgram } from "../support/needs.ts";
import { needsBwrap, sandboxBench } from "../support/sandbox.ts";
import { shownText, toolContext } from "../support/tool_call.ts";

const ignore = !await needsBwrap();

/**
 * Puts a script in a program's place that tells how many network interfaces
 * it has, and tries to write outside.
 */
async function foist(folder: string, name: string, then: string) {
  await Deno.mkdir(`${folder}/bin`, { recursive: true });
  const file = `${folder}/bin/${name}`;
  const lines = [
    "#!/bin/sh",
    `grep -c : /proc/net/dev > ${folder}/temp/seen`,
    `echo out > ${folder}/outside/written 2>/dev/null`,
    then,
  ];
  await Deno.writeTextFile(file, lines.join("\n"));
  await Deno.chmod(file, 0o755);
  return { PATH: `${folder}/bin:${Deno.env.get("PATH")}` };
}

function many(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from(
      { length: count },
      (_, number) => [`workspace/src/${number}.txt`, `needle ${number}\n`],
    ),
  );
}

Deno.test({
  name: "Grep runs rg in the sandbox where there are many files",
  ignore: ignore || findProgram("rg") === undefined,
  async fn() {
    await using bench = await sandboxBench(many(400));
    const folder = bench.outside.replace(/\/outside$/, "");
    const rg = findProgram("rg");
    const environment = await foist(folder, "rg", `exec ${rg} "$@"`);
    const context = toolContext(bench.workspace, {
      environment,
      sandbox: bench.plan,
    });
    const input = grep.input.parse({ pattern: "needle 39[0-9]" });
    const outcome = await grep.run(input, context);
    assertEquals(shownText(outcome).match(/39\d\.txt/g)?.length, 10);
    const seen = await Deno.readTextFile(`${bench.temp}/seen`);
    assertEquals(seen, "1\n", "it has the network");
    assertEquals([...Deno.readDirSync(bench.outside)], []);
  },
});

Deno.test({
  name: "Grep starts no sandbox for few files",
  ignore,
  async fn() {
    await using bench = await sandboxBench(many(20));
    const folder = bench.outside.replace(/\/outside$/, "");
    const environment = await foist(folder, "rg", "exit 9");
    const context = toolContext(bench.workspace, {
      environment,
      sandbox: bench.plan,
    });
    const input = grep.input.parse({ pattern: "needle 1[0-9]" });
    const text = shownText(await grep.run(input, context));
    assertEquals(text.match(/1\d\.txt/g)?.length, 10);
    assertEquals([...Deno.readDirSync(bench.temp)], []);
  },
});

Deno.test({
  name: "Read runs pdftotext in the sandbox, and says when it isn't there",
  ignore,
  async fn() {
    await using bench = await sandboxBench({
      "workspace/a.pdf": "%PDF-1.4\n",
    });
    const folder = bench.outside.replace(/\/outside$/, "");
    const environment = await foist(folder, "pdftotext", "echo page one");
    const context = toolContext(bench.workspace, {
      environment,
      sandbox: bench.plan,
    });
    const input = read.input.parse({ file_path: "a.pdf" });
    assertStringIncludes(shownText(await read.run(input, context)), "page one");
    assertEquals(await Deno.readTextFile(`${bench.temp}/seen`), "1\n");
    assertEquals([...Deno.readDirSync(bench.outside)], []);
    // Without it on the PATH inside.
    await Deno.mkdir(`${folder}/sh`);
    await Deno.symlink("/bin/sh", `${folder}/sh/sh`);
    const without = toolContext(bench.workspace, {
      environment: { PATH: `${folder}/sh` },
      sandbox: bench.plan,
    });
    const missing = shownText(await read.run(input, without));
    assertStringIncludes(missing, "not installed");
  },
});
