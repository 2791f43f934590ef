/** What differs between the machines that the filter is for. */
interface Machine {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  /** Numbers of system calls. */
  readonly socket: number;
  readonly truncate: number;
  readonly refused: readonly number[];
  /** From here on numbers are of another interface; 0 where there is none. */
  readonly foreign: number;
}

const machines: Readonly<Record<string, Machine>> = {
  x86_64: {
    audit: 0xc000003e,
    socket: 41,
    truncate: 76,
    // ptrace, process_vm_readv, process_vm_writev
    refused: [101, 310, 311],
    foreign: 0x40000000,
  },
  aarch64: {
    audit: 0xc00000b7,
    socket: 198,
    truncate: 45,
    refused: [117, 270, 271],
    foreign: 0,
  },
};

/** It can open sockets past the filter; the number is the same everywhere. */
const ioUringSetup = 425;
const unixFamily = 1;

/** Instructions of the classic packet filter (linux/bpf_common.h). */
const code = { load: 0x20, equal: 0x15, atLeast: 0x35, end: 0x06 };
/** Offsets in struct seccomp_data. */
const offset = { number: 0, architecture: 4, firstArgument: 16 };
const verdict = {
  allow: 0x7fff0000,
  notPermitted: 0x00050000 | 1,
  noSuchCall: 0x00050000 | 38,
};

/** One instruction; jumps name where they lead to, or go on. */
interface Step {
  readonly code: number;
  readonly value: number;
  readonly yes?: keyof typeof verdict;
  readonly no?: keyof typeof verdict;
}

/** What the filter has to refuse besides. */
export interface FilterOptions {
  readonly network: "on" | "off";
  /** False where Landlock does not know truncation of a file by its name. */
  readonly truncate?: boolean;
}

/**
 * The filter of system calls for a machine, as the kernel reads it; undefined
 * for another kind of machine. Refused are reading and steering of other
 * processes, programs of another architecture, whose calls have other
 * numbers, and unless there is a network all sockets but those in files.
 * Pure.
 */
export function seccompFilter(
  machine: string,
  options: FilterOptions,
): Uint8Array<ArrayBuffer> | undefined {
  const facts = machines[machine];
  return facts === undefined ? undefined : assemble(steps(facts, options));
}

function steps(
  machine: Machine,
  { network, truncate = true }: FilterOptions,
): Step[] {
  const { load, equal, atLeast } = code;
  const refuse = (value: number): Step => ({
    code: equal,
    value,
    yes: "notPermitted",
  });
  return [
    { code: load, value: offset.architecture },
    { code: equal, value: machine.audit, no: "notPermitted" },
    { code: load, value: offset.number },
    ...machine.foreign === 0 ? [] : [{
      code: atLeast,
      value: machine.foreign,
      yes: "notPermitted" as const,
    }],
    ...machine.refused.map(refuse),
    ...truncate ? [] : [refuse(machine.truncate)],
    { code: equal, value: ioUringSetup, yes: "noSuchCall" },
    ...network === "on" ? [] : [
      { code: equal, value: machine.socket, no: "allow" as const },
      { code: load, value: offset.firstArgument },
      { code: equal, value: unixFamily, no: "notPermitted" as const },
    ],
  ];
}

const ends = ["allow", "notPermitted", "noSuchCall"] as const;

function assemble(steps: readonly Step[]): Uint8Array<ArrayBuffer> {
  const size = 8;
  const bytes = new Uint8Array((steps.length + ends.length) * size);
  const view = new DataView(bytes.buffer);
  const jump = (from: number, to: Step["yes"]) =>
    to === undefined ? 0 : steps.length + ends.indexOf(to) - from - 1;
  const write = (
    at: number,
    step: Step,
    jumps: readonly [yes: number, no: number],
  ) => {
    view.setUint16(at * size, step.code, true);
    view.setUint8(at * size + 2, jumps[0]);
    view.setUint8(at * size + 3, jumps[1]);
    view.setUint32(at * size + 4, step.value, true);
  };
  for (const [at, step] of steps.entries()) {
    write(at, step, [jump(at, step.yes), jump(at, step.no)]);
  }
  for (const [index, end] of ends.entries()) {
    const step = { code: code.end, value: verdict[end] };
    write(steps.length + index, step, [0, 0]);
  }
  return bytes;
}
