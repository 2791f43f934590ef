import { exitCodes, UserError } from "../core/error.ts";
import type { FrontEnds } from "./front_end.ts";
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
  if (flags.includes("--version") || flags.includes("-V")) {
    return print(`openclaude ${version}\n`);
  }
  if (flags.includes("--help") || flags.includes("-h")) {
    const { helpText } = await import("./help.ts");
    return print(helpText());
  }
  Deno.exit(await run(mainUrl, loadFrontEnds));
}

async function run(
  mainUrl: string,
  loadFrontEnds: () => Promise<FrontEnds>,
): Promise<number> {
  try {
    const [{ runSession }, frontEnds] = await Promise.all([
      import("./session_run.ts"),
      loadFrontEnds(),
    ]);
    return await runSession(Deno.args, { mainUrl, frontEnds });
  } catch (error) {
    if (error instanceof UserError) {
      complain(`openclaude: ${error.message}\n`);
      return error.exitCode;
    }
    const reason = error instanceof Error ? error.message : String(error);
    complain(`openclaude: internal error: ${reason}\n`);
    return exitCodes.crash;
  }
}

function print(text: string): void {
  writeWhole(Deno.stdout, text);
}

function complain(text: string): void {
  writeWhole(Deno.stderr, text);
}

function writeWhole(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let bytes = new TextEncoder().encode(text);
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    // `openclaude --help | head -1` closes the pipe: that is no failure.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
