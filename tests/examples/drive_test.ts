import { assertEquals } from "@std/assert";
import { baseEnvironment, denoRun } from "../e2e/program.ts";
import { findProgram, needs } from "../support/needs.ts";
import { tempFolder } from "../support/temp.ts";

const examples = new URL("../../examples/", import.meta.url).pathname;

const drivers = [
  { file: "drive.py", program: "python3" },
  { file: "drive.mjs", program: "node" },
];

for (const { file, program } of drivers) {
  Deno.test({
    name: `examples/${file} answers questions and prints the result`,
    ignore: !needs(program),
    async fn() {
      await using home = await tempFolder();
      await using folder = await tempFolder();
      const run = await new Deno.Command(findProgram(program) ?? program, {
        args: [
          `${examples}${file}`,
          ...denoRun(),
          "-m",
          `scripted:${examples}drive_script.jsonl`,
        ],
        cwd: folder.path,
        clearEnv: true,
        env: { ...await baseEnvironment(home.path) },
        stdin: "null",
        signal: AbortSignal.timeout(90_000),
      }).output();
      const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals(
        decode(run.stdout),
        "May it use Write on note.txt\nMay it use Write on note.sh\n" +
          "The note is in note.txt. Refused calls: 1\n",
        decode(run.stderr),
      );
      assertEquals([run.code, decode(run.stderr)], [0, ""]);
      const entries = await Array.fromAsync(Deno.readDir(folder.path));
      assertEquals(entries.map(({ name }) => name), ["note.txt"]);
    },
  });
}
