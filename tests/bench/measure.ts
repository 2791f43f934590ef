/**
 * What a process costs. A process of its own runs it and asks the kernel
 * afterwards, so that each figure is of that process alone: RUSAGE_CHILDREN
 * adds up all the children that a process ever had.
 */

/** A program to run. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What one run of it cost. */
export interface Cost {
  /** Milliseconds from start to end. */
  readonly wallMs: number;
  /** Milliseconds of processor time, user and system. */
  readonly cpuMs: number;
  /** The most memory that it held, in bytes. */
  readonly peakBytes: number;
  readonly stdout: string;
}

/**
 * Runs a program once and measures it. Throws when it fails: a figure of a
 * failed run is none. Linux and macOS; needs ffi and run permission.
 */
export async function measure(program: Program): Promise<Cost> {
  const self = new URL(import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-check", "-A", self],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(program)));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(
      `Cannot measure ${program.args.join(" ")}: ${decoder.decode(stderr)}`,
    );
  }
  return JSON.parse(decoder.decode(stdout));
}

/** The middle value; of an even count the higher of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Medians of several runs. */
export function medianCost(costs: readonly Cost[]): Cost {
  return {
    wallMs: median(costs.map(({ wallMs }) => wallMs)),
    cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
    peakBytes: median(costs.map(({ peakBytes }) => peakBytes)),
    stdout: costs.at(-1)?.stdout ?? "",
  };
}

/**
 * Runs the programs in turn, several times, so that a change of the machine's
 * load meets all alike. The first round warms the caches and is left out.
 */
export async function measureInTurn<Name extends string>(
  programs: Readonly<Record<Name, Program>>,
  rounds: number,
): Promise<Record<Name, Cost>> {
  const names = Object.keys(programs) as Name[];
  const costs = new Map<Name, Cost[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const cost = await measure(programs[name]);
      if (round > 0) costs.get(name)?.push(cost);
    }
  }
  return Object.fromEntries(
    names.map((name) => [name, medianCost(costs.get(name) ?? [])]),
  ) as Record<Name, Cost>;
}

/** What all children of this process have cost so far. */
function childrenUsage(): { cpuMs: number; peakBytes: number } {
  const isMac = Deno.build.os === "darwin";
  const library = Deno.dlopen(isMac ? "libSystem.dylib" : "libc.so.6", {
    getrusage: { parameters: ["i32", "buffer"], result: "i32" },
  });
  try {
    const usage = new DataView(new ArrayBuffer(256));
    const children = -1;
    const bytes = new Uint8Array(usage.buffer);
    if (library.symbols.getrusage(children, bytes) !== 0) {
      throw new Error("Cannot ask for the usage of children");
    }
    const seconds = (at: number) => Number(usage.getBigInt64(at, true));
    const micros = (at: number) => usage.getInt32(at, true);
    return {
      cpuMs: (seconds(0) + seconds(16)) * 1000 +
        (micros(8) + micros(24)) / 1000,
      peakBytes: Number(usage.getBigInt64(32, true)) * (isMac ? 1 : 1024),
    };
  } finally {
    library.close();
  }
}

async function runAndReport(): Promise<void> {
  const program: Program = JSON.parse(
    await new Response(Deno.stdin.readable).text(),
  );
  const start = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(program.command, {
    args: [...program.args],
    cwd: program.cwd,
    env: program.env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const wallMs = performance.now() - start;
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(`exit code ${code}\n${decoder.decode(stderr)}`);
  }
  const cost: Cost = {
    wallMs,
    ...childrenUsage(),
    stdout: decoder.decode(stdout),
  };
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(cost)));
}

if (import.meta.main) await runAndReport();
