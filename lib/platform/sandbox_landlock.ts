import type { SandboxPlan } from "../core/sandbox.ts";
import { can } from "./capabilities.ts";
import { isInside } from "./paths.ts";
import { seccompFilter } from "./sandbox_seccomp.ts";

/** What a thread was confined by. */
export interface Confinement {
  /** Version of the kernel's Landlock. */
  readonly abi: number;
  /** What of the plan it can't keep, a sentence each. */
  readonly limits: readonly string[];
}

/** Numbers of system calls, the same on x86_64 and aarch64. */
const call = { createRuleset: 444n, addRule: 445n, restrictSelf: 446n };
const prctl = {
  setDumpable: 4,
  setSeccomp: 22,
  dropCapability: 24,
  setNoNewPrivileges: 38,
};
const filterMode = 2n;
/** O_PATH and O_CLOEXEC. */
const openPath = 0o10000000 | 0o2000000;

/**
 * Rights of linux/landlock.h that change something, and the version of the
 * kernel's Landlock that knows them. Reading stays free: what is not listed
 * there can't be hidden without listing all the rest.
 */
const rights: readonly { bit: number; since: number; ofFile: boolean }[] = [
  { bit: 1, since: 1, ofFile: true }, // write a file
  { bit: 4, since: 1, ofFile: false }, // remove a folder
  { bit: 5, since: 1, ofFile: false }, // remove a file
  { bit: 6, since: 1, ofFile: false }, // make a character device
  { bit: 7, since: 1, ofFile: false }, // make a folder
  { bit: 8, since: 1, ofFile: false }, // make a file
  { bit: 9, since: 1, ofFile: false }, // make a socket
  { bit: 10, since: 1, ofFile: false }, // make a pipe
  { bit: 11, since: 1, ofFile: false }, // make a block device
  { bit: 12, since: 1, ofFile: false }, // make a symlink
  { bit: 13, since: 2, ofFile: false }, // link or move between folders
  { bit: 14, since: 3, ofFile: true }, // truncate
  { bit: 15, since: 5, ofFile: true }, // control a device
];
/** Before, a filter of system calls keeps files from being emptied. */
const truncateSince = 3;
/** Connecting and binding TCP, since version 4. */
const tcp = { rights: 0b11n, since: 4 };
/** Abstract sockets and signals of processes outside, since version 6. */
const scope = { all: 0b11n, signals: 0b10n, since: 6 };

/** Devices that programs write to as a matter of course. */
const devices = [
  "/dev/null",
  "/dev/zero",
  "/dev/full",
  "/dev/random",
  "/dev/urandom",
  "/dev/tty",
  "/dev/ptmx",
  "/dev/pts",
  "/dev/shm",
];

/**
 * Why no thread can be confined by Landlock here; undefined when it can. Asks
 * the kernel. Needs `--allow-ffi`; without it that is the reason.
 */
export function landlockReason(): string | undefined {
  if (Deno.build.os !== "linux") return "Landlock is a part of Linux";
  if (seccompFilter(Deno.build.arch, { network: "off" }) === undefined) {
    return `no filter of system calls for ${Deno.build.arch}`;
  }
  if (!can({ name: "ffi" })) return "--allow-ffi is not granted";
  try {
    using system = openSystem();
    const abi = abiOf(system);
    return abi > 0 ? undefined : "the kernel has no Landlock, or it is off";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Confines the calling thread and all that it starts from now on, for good,
 * and gives up `ffi`: files can be changed in the plan's writable folders
 * alone, by whatever name, and there is no network unless the plan gives it,
 * for this thread neither. Takes about 5 ms. No sandbox of bubblewrap can be
 * started afterwards. Needs `--allow-ffi`.
 *
 * Deno does asynchronous file operations in helper threads of each worker.
 * Those that exist already stay free, and in Deno 2.9 an `import()` makes
 * some. So the confined thread should not do the work: it starts a worker,
 * whose threads are all born confined.
 *
 * @throws {Error} when the kernel refuses. The thread must not be used then:
 * it may be confined in part.
 */
export function restrictSelf(plan: SandboxPlan): Confinement {
  using system = openSystem();
  const abi = abiOf(system);
  if (abi <= 0) throw new Error("Cannot confine the thread: no Landlock");
  const filter = seccompFilter(Deno.build.arch, {
    network: plan.network,
    truncate: abi >= truncateSince,
  });
  if (filter === undefined) {
    throw new Error(`Cannot confine the thread on "${Deno.build.arch}"`);
  }
  const ruleset = createRuleset(system, plan, abi);
  // A folder in another adds nothing, and a symlink there could lead away.
  const roots = plan.writable.filter((folder) =>
    !plan.writable.some((other) => other !== folder && isInside(folder, other))
  );
  for (const folder of [...roots, ...devices]) {
    allowBeneath(system, ruleset, { folder, abi });
  }
  harden(system);
  check(system, "landlock_restrict_self", restrict(system, ruleset));
  system.symbols.close(ruleset);
  applyFilter(system, filter);
  Deno.permissions.revokeSync({ name: "ffi" });
  return { abi, limits: limitsOf(plan, abi) };
}

const symbols = {
  createRuleset: {
    name: "syscall",
    parameters: ["i64", "buffer", "usize", "u32"],
    result: "i64",
  },
  addRule: {
    name: "syscall",
    parameters: ["i64", "i32", "u32", "buffer", "u32"],
    result: "i64",
  },
  restrictSelf: {
    name: "syscall",
    parameters: ["i64", "i32", "u32"],
    result: "i64",
  },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  setFilter: {
    name: "prctl",
    parameters: ["i32", "u64", "buffer", "u64", "u64"],
    result: "i32",
  },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  errno: { name: "__errno_location", parameters: [], result: "pointer" },
} as const;

interface System extends Disposable {
  readonly symbols: Deno.StaticForeignLibraryInterface<typeof symbols>;
}

function openSystem(): System {
  const names = ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];
  let reason = "";
  for (const name of names) {
    try {
      const library = Deno.dlopen(name, symbols);
      return {
        symbols: library.symbols,
        [Symbol.dispose]: () => library.close(),
      };
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  throw new Error(`Cannot open the C library: ${reason}`);
}

/** The version of Landlock; -1 where the kernel has none. */
function abiOf({ symbols }: System): number {
  const version = 1;
  return Number(symbols.createRuleset(call.createRuleset, null, 0n, version));
}

function maskOf(abi: number, isFile: boolean): bigint {
  return rights
    .filter(({ since, ofFile }) => since <= abi && (ofFile || !isFile))
    .reduce((mask, { bit }) => mask | 1n << BigInt(bit), 0n);
}

function createRuleset(
  system: System,
  { network }: SandboxPlan,
  abi: number,
): number {
  const attributes = new BigUint64Array([
    maskOf(abi, false),
    abi >= tcp.since && network === "off" ? tcp.rights : 0n,
    abi < scope.since ? 0n : network === "off" ? scope.all : scope.signals,
  ]);
  // Older kernels refuse what they do not know, were it zero or not.
  const fields = abi >= scope.since ? 3 : abi >= tcp.since ? 2 : 1;
  const bytes = new Uint8Array(attributes.buffer, 0, fields * 8);
  return check(
    system,
    "landlock_create_ruleset",
    system.symbols.createRuleset(
      call.createRuleset,
      bytes,
      BigInt(bytes.length),
      0,
    ),
  );
}

/** A path that does not exist is left out: nothing is allowed by it. */
function allowBeneath(
  system: System,
  ruleset: number,
  { folder, abi }: { readonly folder: string; readonly abi: number },
): void {
  const name = new TextEncoder().encode(`${folder}\0`);
  const descriptor = system.symbols.open(name, openPath);
  if (descriptor < 0) return;
  const rule = new DataView(new ArrayBuffer(12));
  rule.setBigUint64(0, maskOf(abi, false), true);
  rule.setInt32(8, descriptor, true);
  const add = () =>
    system.symbols.addRule(
      call.addRule,
      ruleset,
      1,
      new Uint8Array(rule.buffer),
      0,
    );
  if (Number(add()) < 0) {
    // The rights of folders are refused for a file.
    rule.setBigUint64(0, maskOf(abi, true), true);
    check(system, `landlock_add_rule for "${folder}"`, add());
  }
  system.symbols.close(descriptor);
}

/**
 * Closes the ways from a child into this process: its memory holds keys, and
 * it has threads that are not confined. Children of root lose root's powers.
 */
function harden(system: System): void {
  const lastCapability = 63n;
  const set = (option: number, value: bigint) =>
    system.symbols.prctl(option, value, 0n, 0n, 0n);
  check(system, "prctl(PR_SET_DUMPABLE)", set(prctl.setDumpable, 0n));
  for (let capability = 0n; capability <= lastCapability; capability++) {
    // Refused to those who have none to lose, and past the last one.
    set(prctl.dropCapability, capability);
  }
  check(
    system,
    "prctl(PR_SET_NO_NEW_PRIVS)",
    set(prctl.setNoNewPrivileges, 1n),
  );
}

function restrict({ symbols }: System, ruleset: number): bigint {
  return symbols.restrictSelf(call.restrictSelf, ruleset, 0);
}

function applyFilter(system: System, filter: Uint8Array<ArrayBuffer>): void {
  const program = new DataView(new ArrayBuffer(16));
  program.setUint16(0, filter.length / 8, true);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(filter));
  program.setBigUint64(8, BigInt(address), true);
  const set = system.symbols.setFilter(
    prctl.setSeccomp,
    filterMode,
    new Uint8Array(program.buffer),
    0n,
    0n,
  );
  check(system, "prctl(PR_SET_SECCOMP)", set);
}

function check(system: System, step: string, result: number | bigint): number {
  const number = Number(result);
  if (number >= 0) return number;
  const place = system.symbols.errno();
  const code = place === null
    ? 0
    : new Deno.UnsafePointerView(place).getInt32();
  throw new Error(`Cannot confine the thread: ${step} gave error ${code}`);
}

function limitsOf({ network }: SandboxPlan, abi: number): string[] {
  return [
    "Landlock protects no path inside a writable folder: .git/hooks and " +
    "settings in the workspace can be changed",
    "Landlock keeps no one from changing the mode, the owner or the times of " +
    "files outside",
    "Landlock hides nothing: commands can read what you can, secrets too",
    ...network === "off" ? [] : ["Commands have the network"],
    ...abi >= scope.since ? [] : [
      "This kernel lets commands signal processes outside the sandbox",
    ],
  ];
}
