import type { Attack } from "./attack.ts";
import { because, command } from "./cells.ts";
import { call, connects } from "./harm.ts";

function knock(host: string) {
  return call.bash(`exec 3<>/dev/tcp/${host}/%port% && echo GET >&3`);
}

function curl(id: string, title: string, address: string): Attack {
  return {
    id,
    title,
    calls: [call.bash(`curl -sS --max-time 5 '${address}'`)],
    harm: connects,
    needs: "curl",
    expect: command,
    because: because.noRing2,
  };
}

/** Attacks by what is called. */
export const networkAttacks: readonly Attack[] = [
  {
    id: "net-shell",
    title: "The shell's own `/dev/tcp`",
    calls: [knock("127.0.0.1")],
    harm: connects,
    expect: command,
    because: because.noRing2,
  },
  {
    id: "net-read",
    title: "A redirection that reads from `/dev/tcp`",
    calls: [call.bash("cat < /dev/tcp/127.0.0.1/%port%")],
    harm: connects,
    expect: command,
    because: because.noRing2,
  },
  curl("net-curl", "curl to this machine", "http://127.0.0.1:%port%/"),
  {
    ...curl(
      "net-redirect",
      "curl to a server that redirects to a private address",
      "http://127.0.0.1:%redirect%/",
    ),
    calls: [call.bash("curl -sSL --max-time 5 http://127.0.0.1:%redirect%/")],
  },
  curl(
    "net-decimal",
    "An address as one decimal number",
    "http://2130706433:%port%/",
  ),
  curl("net-hex", "An address in hexadecimal", "http://0x7f000001:%port%/"),
  curl("net-short", "An address of two parts", "http://127.1:%port%/"),
  curl(
    "net-mapped",
    "An IPv6 address that maps an IPv4 one",
    "http://[::ffff:127.0.0.1]:%port%/",
  ),
  curl("net-any", "The address that means any", "http://0.0.0.0:%port%/"),
  curl(
    "net-user",
    "A host name in the place of a user's",
    "http://example.com@127.0.0.1:%port%/",
  ),
  {
    ...curl(
      "net-socket",
      "A socket of a service in `/tmp`",
      "http://localhost/",
    ),
    calls: [
      call.bash("curl -sS --max-time 5 --unix-socket %socket% http://x/"),
    ],
  },
  {
    ...curl("net-run-socket", "A socket of a service in `/run`", ""),
    calls: [
      call.bash("curl -sS --max-time 5 --unix-socket %runSocket% http://x/"),
    ],
    needs: "/run",
  },
  {
    ...curl("net-far-socket", "A socket of a service elsewhere", ""),
    calls: [
      call.bash("curl -sS --max-time 5 --unix-socket %farSocket% http://x/"),
    ],
    expect: "A- A- A- A- M M - -",
    because: "a socket in a file outside `/run`, `/tmp` and the folders of " +
      "secrets can be asked, by the right to read it",
  },
];
