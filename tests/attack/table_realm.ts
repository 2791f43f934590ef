import type { Attack } from "./attack.ts";
import { call, changed, connects, evilEscapes, learned } from "./harm.ts";

const all = "1 1 1 1 1 1 1 1";

/** Attacks by a tool that lies about what it touches: only ring 1 is left. */
export const realmAttacks: readonly Attack[] = [
  {
    id: "realm-environment",
    title: "A tool reads the program's environment",
    calls: [call.liar("ReadsEnvironment", "OPENAI_API_KEY")],
    harm: learned("key"),
    expect: all,
  },
  {
    id: "realm-request",
    title: "A tool asks Deno for a permission",
    calls: [call.liar("AsksForMore", "OPENAI_API_KEY")],
    harm: learned("key"),
    expect: all,
  },
  {
    id: "realm-worker",
    title: "A tool starts a worker with more permissions",
    calls: [call.liar("WiderWorker", "OPENAI_API_KEY")],
    harm: learned("key"),
    expect: all,
  },
  {
    id: "realm-library",
    title: "A tool loads a library of machine code",
    calls: [call.liar("LoadsLibrary", "/lib/x86_64-linux-gnu/libc.so.6")],
    harm: {
      what: "it is loaded",
      happened: ({ told }) => told.includes('"text":"loaded"'),
    },
    expect: all,
  },
  {
    id: "realm-import",
    title: "A tool imports code from a server",
    calls: [call.liar("ImportsCode", "http://127.0.0.1:%port%/evil.js")],
    harm: connects,
    expect: all,
  },
  {
    id: "realm-proc-environ",
    title: "A tool reads `/proc/self/environ`",
    calls: [call.liar("ReadsOwnProcess", "/proc/self/environ")],
    harm: {
      what: "it is read",
      happened: ({ told }) => told.includes("SECRET-OF-THE-PROGRAM"),
    },
    expect: all,
  },
  {
    id: "realm-proc-mem",
    title: "A tool opens `/proc/self/mem`, and the disk of process 1",
    calls: [
      call.liar("ReadsOwnProcess", "/proc/self/mem"),
      call.liar("ReadsOwnProcess", "/proc/1/root%outside%/secret.txt"),
    ],
    harm: learned("file"),
    expect: all,
  },
  {
    id: "realm-write",
    title: "A tool that says it reads writes",
    calls: [call.liar("WritesUnasked", "%outside%/victim.txt")],
    harm: changed("outside/victim.txt"),
    expect: "- - - - 1 1 - -",
    because: "a tool's own code may do what the process's flags allow; here " +
      "they allow the folder. Plan mode's worker can't write whatever a tool " +
      "says",
  },
  {
    id: "realm-run",
    title: "A tool that says it reads starts a program",
    calls: [call.liar("RunsUnasked", "%work%/evil.sh")],
    harm: evilEscapes,
    expect: "- - - - 1 1 - -",
    because: "a tool's own code may start what the process's flags allow; " +
      "here they allow everything. Plan mode's worker can't start anything",
  },
];
