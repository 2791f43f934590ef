/**
 * What a long session costs to go on with: the whole program with --resume,
 * on a session of 10,000 entries, a compacted one of the same length, and one
 * of a single exchange. The bare column is that of the short session. Run by
 * itself it prints its part of the bench's table. Needs all permissions.
 */
import { bundle } from "../../.ci/bundle.ts";
import { createSession } from "../../lib/session/open.ts";
import type { Session } from "../../lib/session/session.ts";
import { sessionsFolder } from "../../lib/session/places.ts";
import { text } from "../../lib/core/message.ts";
import { type BenchServers, startBenchServers } from "./bench_server.ts";
import { measureInTurn, type Program } from "./measure.ts";
import {
  formatTable,
  limitRow,
  megabytes,
  milliseconds,
  type Row,
} from "./table.ts";

const longEntries = 10_000;
const rounds = 5;
/** What a session of 10,000 entries may add to a start. */
const mostMs = 300;

/** What the rows work with. */
export interface SessionBench {
  readonly server: BenchServers;
  /** The command and arguments that start the program. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Rows of the bench's table. */
export async function sessionRows(bench: SessionBench): Promise<Row[]> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const root = sessionsFolder(`${folder}/config/state`);
    const cwd = `${folder}/work`;
    await Deno.mkdir(cwd);
    await makeSession(root, { cwd, name: "short", entries: 2 });
    await makeSession(root, { cwd, name: "long", entries: longEntries });
    await makeSession(root, { cwd, name: "compacted", entries: longEntries });
    const resume = (name: string): Program => ({
      command: bench.command[0] ?? "",
      args: [
        ...bench.command.slice(1),
        "--model=bench",
        `--base-url=${bench.server.url("answer")}`,
        // So large that the long one is sent as it is.
        "--context-window=4000000",
        "--quiet",
        `--resume=${name}`,
        "--print",
        "Go on, please.",
      ],
      cwd,
      env: { ...bench.env, OPENCLAUDE_CONFIG_DIR: `${folder}/config` },
    });
    const costs = await measureInTurn({
      short: resume("short"),
      long: resume("long"),
      compacted: resume("compacted"),
    }, rounds);
    const { short, long, compacted } = costs;
    const size = longEntries.toLocaleString("en");
    return [
      limitRow("--resume of a session of 2 entries, whole process", {
        ours: short.wallMs,
        show: milliseconds,
      }),
      limitRow(`  added by ${size} entries behind a compaction`, {
        ours: compacted.wallMs - short.wallMs,
        most: mostMs,
        show: milliseconds,
      }),
      limitRow("    memory added", {
        ours: compacted.peakBytes - short.peakBytes,
        show: megabytes,
      }),
      limitRow(`  added by ${size} entries, all of them sent`, {
        ours: long.wallMs - short.wallMs,
        show: milliseconds,
      }),
      limitRow("    memory added", {
        ours: long.peakBytes - short.peakBytes,
        show: megabytes,
      }),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function makeSession(
  root: string,
  { cwd, name, entries }: {
    readonly cwd: string;
    readonly name: string;
    readonly entries: number;
  },
): Promise<void> {
  let now = Date.now();
  await using session = await createSession(root, {
    cwd,
    model: "bench",
    now: () => now++,
    secrets: [],
    onProblem: (problem) => {
      throw new Error(problem);
    },
  });
  session.append({ type: "session_info", name });
  for (let number = 0; number < entries; number++) say(session, number);
  if (name !== "compacted") return;
  session.append({
    type: "compaction",
    trigger: "auto",
    by: "model",
    before: 1_000_000,
    after: 100,
    history: [{
      message: {
        role: "user",
        origin: "harness",
        content: [text("Ten thousand things were said.")],
      },
    }],
  });
}

/** A prompt or a reply, of about 200 characters. */
function say(session: Session, number: number): void {
  const words = `${number}: ${"some words that were said ".repeat(8)}`;
  session.append({
    type: "message",
    message: number % 2 === 0
      ? { role: "user", content: [text(words)] }
      : { role: "assistant", text: words, calls: [] },
  });
}

if (import.meta.main) {
  await using server = await startBenchServers();
  const folder = await Deno.makeTempDir();
  await bundle(`${folder}/bundle`);
  const rows = await sessionRows({
    server,
    command: [
      Deno.execPath(),
      ...["run", "--quiet", "--no-prompt", "--no-config", "-A"],
      `${folder}/bundle/main.js`,
    ],
    env: {
      HOME: folder,
      DENO_DIR: `${folder}/deno`,
      PATH: Deno.env.get("PATH") ?? "",
      NO_COLOR: "1",
    },
  });
  await Deno.remove(folder, { recursive: true });
  // deno-lint-ignore no-console
  console.log(formatTable(rows));
}
