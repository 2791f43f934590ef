import type { FrontEnds } from "./front_end.ts";
import { writeWhole } from "./print.ts";
import { version } from "./version.ts";

/**
 * Starts the program: answers `--version` and `--help` by itself and loads
 * everything else only when it is needed. Ends the process.
 */
export async function start(
  mainUrl: string,
  loadFrontEnds: () => Promise<FrontEnds>,
): Promise<void> {
  const end = Deno.args.indexOf("--");
  const flags = end === -1 ? Deno.args : Deno.args.slice(0, end);
  if (["--version", "-V", "-v"].some((word) => flags.includes(word))) {
    return writeWhole(Deno.stdout, `openclaude ${version}\n`);
  }
  if (flags.includes("--help") || flags.includes("-h")) {
    const { helpText } = await import("./help.ts");
    return writeWhole(Deno.stdout, helpText({ all: flags.includes("--all") }));
  }
  if (Deno.build.standalone) {
    const { startAgent } = await import("./executable.ts");
    return await startAgent(mainUrl);
  }
  const { runProgram } = await import("./run_program.ts");
  const { workerRealms } = await import("./realm_start.ts");
  Deno.exit(
    await runProgram({
      args: Deno.args,
      realms: (flags) => workerRealms(mainUrl, flags),
      loadFrontEnds,
    }),
  );
}
