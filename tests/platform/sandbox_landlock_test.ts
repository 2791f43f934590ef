import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { planSandbox } from "../../lib/platform/sandbox.ts";
import { landlockReason } from "../../lib/platform/sandbox_landlock.ts";
import { seccompFilter } from "../../lib/platform/sandbox_seccomp.ts";
import type { Report, Try } from "../support/landlock_host.ts";
import { needs } from "../support/needs.ts";

const reason = landlockReason();
// deno-lint-ignore no-console
if (reason !== undefined) console.log(`skipped: no Landlock: ${reason}`);
const ignore = reason !== undefined;

/** Folders for one test, outside of `/tmp`, and what a confined worker did. */
async function confined(
  tries: (at: (name: string) => string) => readonly Try[],
  { network = false }: { network?: boolean } = {},
): Promise<Report & AsyncDisposable & { at(name: string): string }> {
  const folder = await Deno.makeTempDir({ dir: "/var/tmp" });
  const at = (name: string) => `${folder}/${name}`;
  for (const name of ["work", "outside", "temp"]) await Deno.mkdir(at(name));
  await Deno.writeTextFile(at("outside/kept"), "kept");
  await Deno.symlink("../outside", at("work/link"));
  const request = { workspace: at("work"), temp: at("temp"), network };
  const plan = { ...planSandbox(request), kind: "landlock" as const };
  const job = JSON.stringify({ plan, tries: tries(at), free: at("free") });
  const host = new URL("../support/landlock_host.ts", import.meta.url);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "-c", config, host.pathname, job],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  return {
    ...JSON.parse(decoder.decode(stdout)),
    at,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test({
  name: "restrictSelf() confines the files of the thread, symlinks included",
  ignore,
  async fn() {
    await using report = await confined((at) => [
      { kind: "write", path: at("work/one") },
      { kind: "write_later", path: at("work/two") },
      { kind: "write_later", path: at("temp/three") },
      { kind: "write", path: at("outside/one") },
      { kind: "write_later", path: at("outside/two") },
      { kind: "write_later", path: at("work/link/kept") },
      { kind: "truncate", path: at("outside/kept") },
    ]);
    const refused = "PermissionDenied";
    assertEquals(
      report.results,
      ["ok", "ok", "ok", refused, refused, refused, refused],
    );
    assertEquals([...Deno.readDirSync(report.at("outside"))].length, 1);
    assertEquals(await Deno.readTextFile(report.at("outside/kept")), "kept");
  },
});

Deno.test({
  name: "restrictSelf() leaves the main thread free and gives up ffi",
  ignore,
  async fn() {
    await using report = await confined(() => []);
    assertEquals([report.main, report.ffi], ["free", "prompt"]);
    assert(report.abi > 0);
    assertStringIncludes(report.limits.join("\n"), ".git/hooks");
  },
});

Deno.test({
  name: "restrictSelf() confines the files of children",
  ignore,
  async fn() {
    await using report = await confined((at) => [{
      kind: "run",
      cwd: at("work"),
      line: "exec 2>&1; echo in > made; echo x > ../outside/new; " +
        "ln -s ../outside after; echo x > after/kept; " +
        "ln ../outside/kept hard; mv made ../outside/; mkdir d; mv made d/; " +
        "setsid sh -c 'echo x > ../outside/late'; cat d/made; " +
        "echo x >/dev/null; rm -f ../outside/kept; cat ../outside/kept",
    }]);
    const [text = ""] = report.results;
    assertStringIncludes(text, "in\n");
    assert(text.endsWith("kept"), text);
    assertEquals(text.match(/denied|cross-device/g)?.length, 6, text);
    assertEquals([...Deno.readDirSync(report.at("outside"))].length, 1);
  },
});

Deno.test({
  name: "restrictSelf() takes the network from thread and children",
  ignore,
  async fn() {
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = server.addr;
    const serving = (async () => {
      for await (const connection of server) connection.close();
    })();
    const tries = (at: (name: string) => string): Try[] => [
      { kind: "connect", port },
      {
        kind: "run",
        cwd: at("work"),
        line: `(exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo in; ` +
          "(exec 3<>/dev/udp/127.0.0.1/53) 2>/dev/null && echo in; echo end",
      },
    ];
    {
      await using report = await confined(tries);
      assertEquals(report.results, ["PermissionDenied", "end\n"]);
    }
    await using report = await confined(tries, { network: true });
    assertEquals(report.results, ["ok tcp", "in\nin\nend\n"]);
    server.close();
    await serving.catch(() => {});
  },
});

Deno.test({
  name: "restrictSelf() keeps children out of the program's own process",
  ignore,
  async fn() {
    await using report = await confined((at) => [{
      kind: "run",
      cwd: at("work"),
      line: "exec 2>/dev/null; p=$PPID; for f in environ mem maps; do " +
        "head -c 1 /proc/$p/$f | grep -q . && echo read $f; " +
        "for t in /proc/$p/task/*; do " +
        "head -c 1 $t/$f | grep -q . && echo read thread $f; " +
        ": >> $t/mem && echo wrote; done; done; " +
        "kill -0 $p && echo signal; " +
        "grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status",
    }]);
    const [text = ""] = report.results;
    const said = text.replaceAll(/\s+/g, " ").trim();
    const signal = report.abi >= 6 ? "" : "signal ";
    const none = "0".repeat(16);
    if (Deno.uid() === 0) {
      assertEquals(
        said,
        `${signal}CapEff: ${none} CapBnd: ${none} NoNewPrivs: 1`,
      );
    } else assert(!/read|wrote/.test(said), said);
  },
});

Deno.test({
  name: "restrictSelf() refuses to steer other processes and other sockets",
  ignore: ignore || !needs("python3"),
  async fn() {
    const program = `
import ctypes, os, socket, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(*args):
    return "ok" if libc.syscall(*args) >= 0 else os.strerror(ctypes.get_errno())
sleeper = subprocess.Popen(["sleep", "30"])
machine = os.uname().machine
ptrace = {"x86_64": 101, "aarch64": 117}[machine]
print("ptrace", call(ptrace, 0x4206, sleeper.pid, 0, 0))
print("io_uring", call(425, 1, 0))
sleeper.kill()
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, 40):
    try: socket.socket(family, socket.SOCK_DGRAM); print("socket", family)
    except OSError as error: print(error.errno)
socket.socket(socket.AF_UNIX); socket.socketpair(); print("unix")
`;
    await using report = await confined((at) => [{
      kind: "run",
      cwd: at("work"),
      line: `python3 -c '${program}' 2>&1`,
    }]);
    assertEquals(
      report.results[0],
      "ptrace Operation not permitted\nio_uring Function not implemented\n" +
        "1\n1\n1\n1\nunix\n",
    );
  },
});

/** Runs a filter as the kernel does, for a call with one argument. */
function judge(
  filter: Uint8Array<ArrayBuffer>,
  call: { architecture: number; number: number; argument: number },
): number {
  const view = new DataView(filter.buffer);
  const data: Record<number, number> = {
    0: call.number,
    4: call.architecture,
    16: call.argument,
  };
  let accumulator = 0;
  for (let at = 0;; at++) {
    const value = view.getUint32(at * 8 + 4, true);
    const jump = (holds: boolean) => view.getUint8(at * 8 + (holds ? 2 : 3));
    switch (view.getUint16(at * 8, true)) {
      case 0x20:
        accumulator = data[value] ?? 0;
        break;
      case 0x15:
        at += jump(accumulator === value);
        break;
      case 0x35:
        at += jump(accumulator >= value);
        break;
      case 0x06:
        return value;
      default:
        throw new Error(`Unknown instruction at ${at}`);
    }
  }
}

Deno.test("seccompFilter() judges calls of each machine", () => {
  const [allow, refuse, missing] = [0x7fff0000, 0x50001, 0x50026];
  const arm = 0xc00000b7;
  const intel = 0xc000003e;
  for (
    const [machine, architecture, number, argument, expected] of [
      ["x86_64", intel, 41, 1, allow],
      ["x86_64", intel, 41, 2, refuse],
      ["x86_64", intel, 41, 16, refuse],
      ["x86_64", intel, 0, 2, allow],
      ["x86_64", intel, 101, 0, refuse],
      ["x86_64", intel, 425, 0, missing],
      ["x86_64", intel, 0x40000000 + 41, 2, refuse],
      ["x86_64", 0x40000003, 1, 0, refuse],
      ["aarch64", arm, 198, 1, allow],
      ["aarch64", arm, 198, 10, refuse],
      ["aarch64", arm, 117, 0, refuse],
      ["aarch64", arm, 41, 2, allow],
      ["aarch64", intel, 41, 1, refuse],
    ] as const
  ) {
    const filter = seccompFilter(machine, { network: "off" });
    assert(filter);
    const verdict = judge(filter, { architecture, number, argument });
    assertEquals(verdict, expected, `${machine} ${number} ${argument}`);
  }
});

Deno.test("seccompFilter() refuses truncation by name where it must", () => {
  const call = { architecture: 0xc000003e, number: 76, argument: 0 };
  for (const [truncate, expected] of [[true, 0x7fff0000], [false, 0x50001]]) {
    const options = { network: "on", truncate: truncate === true } as const;
    const filter = seccompFilter("x86_64", options);
    assert(filter);
    assertEquals(judge(filter, call), expected);
  }
});

Deno.test("seccompFilter() knows no other machine", () => {
  assertEquals(seccompFilter("riscv64", { network: "off" }), undefined);
});
