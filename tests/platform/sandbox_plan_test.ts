import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  planSandbox,
  sandboxLabel,
  type SandboxRequest,
} from "../../lib/platform/sandbox.ts";
import { wrapBwrap } from "../../lib/platform/sandbox_bwrap.ts";
import { describeSandbox } from "../../lib/platform/sandbox_describe.ts";
import { seatbeltProfile } from "../../lib/platform/sandbox_exec.ts";
import { layOverlays, type Overlay } from "../../lib/platform/sandbox_plan.ts";

const request: SandboxRequest = {
  workspace: "/w",
  temp: "/tmp/session",
  home: "/home/ada",
};

function overlay(
  path: string,
  treatment: Overlay["treatment"],
  more: Partial<Overlay> = {},
): Overlay {
  return { path, treatment, isFile: false, isOptional: false, ...more };
}

function laid(...overlays: Overlay[]): string[] {
  return layOverlays(overlays).map((each) => `${each.treatment} ${each.path}`);
}

Deno.test("planSandbox() lets the workspace and the temporary folder be written", () => {
  const { writable } = planSandbox({ ...request, additional: ["/more/"] });
  for (const folder of ["/w", "/more", "/tmp/session"]) {
    assert(writable.includes(folder), folder);
  }
  assert(!writable.some((folder) => folder.startsWith("/home/ada")));
});

Deno.test("planSandbox() lets plan mode write to the temporary folder alone", () => {
  const { writable } = planSandbox({ ...request, isPlanMode: true });
  assertEquals(writable, ["/tmp/session"]);
});

Deno.test("planSandbox() protects what other programs obey, in each writable folder", () => {
  const { readOnly } = planSandbox({
    ...request,
    additional: ["/more"],
    ownFolders: ["/home/ada/.openclaude"],
    denyWrite: ["/w/generated"],
  });
  const paths = readOnly.map(({ path }) => path);
  for (
    const file of [
      "/w/.git/hooks",
      "/w/.git/config",
      "/more/.git/hooks",
      "/w/.openclaude",
      "/w/.github/workflows",
      "/w/.mcp.json",
      "/home/ada/.openclaude",
      "/w/generated",
    ]
  ) assert(paths.includes(file), file);
});

Deno.test("planSandbox() protects git's own folder of a linked worktree", () => {
  const { readOnly } = planSandbox({ ...request, additional: ["/r/.git"] });
  const paths = readOnly.map(({ path }) => path);
  assert(paths.includes("/r/.git/hooks"));
  assert(paths.includes("/r/.git/config"));
  assert(!paths.some((path) => path.startsWith("/r/.git/.")));
});

Deno.test("planSandbox() hides secrets and what --deny-read names", () => {
  const { hidden } = planSandbox({ ...request, denyRead: ["/w/.env"] });
  const paths = hidden.map(({ path }) => path);
  for (const file of ["/home/ada/.ssh", "/home/ada/.netrc", "/w/.env"]) {
    assert(paths.includes(file), file);
  }
});

Deno.test("planSandbox() does not hide the folder that is worked in", () => {
  const { hidden } = planSandbox({ ...request, workspace: "/home/ada/.aws" });
  assert(!hidden.some(({ path }) => path === "/home/ada/.aws"));
});

Deno.test("planSandbox() gives the network only where all of it is granted", () => {
  assertEquals(planSandbox(request).network, "off");
  assertEquals(planSandbox({ ...request, network: true }).network, "on");
  const listed = planSandbox({ ...request, network: ["example.com"] });
  assertEquals(listed.network, "off");
  assertStringIncludes(listed.notes.join(), "example.com");
});

Deno.test("planSandbox() is plain data", () => {
  const plan = planSandbox({ ...request, network: ["a"], denyRead: ["/x"] });
  assertEquals(structuredClone(plan), plan);
  assertEquals(JSON.parse(JSON.stringify(plan)), plan);
});

Deno.test("layOverlays() lays parents first and drops what changes nothing", () => {
  assertEquals(
    laid(
      overlay("/w/sub", "writable"),
      overlay("/w", "writable"),
      overlay("/etc/x", "readOnly"),
      overlay("/w/secret/deep", "hidden"),
      overlay("/w/secret", "hidden"),
    ),
    ["writable /w", "hidden /w/secret"],
  );
});

Deno.test("layOverlays() pins the folders around a protected path", () => {
  assertEquals(
    laid(overlay("/w", "writable"), overlay("/w/a/b/c", "readOnly")),
    ["writable /w", "writable /w/a", "writable /w/a/b", "readOnly /w/a/b/c"],
  );
});

Deno.test("layOverlays() lets the deeper path count", () => {
  assertEquals(
    laid(
      overlay("/w", "writable"),
      overlay("/w/.claude", "readOnly"),
      overlay("/w/.claude/skills", "writable"),
    ),
    ["writable /w", "readOnly /w/.claude", "writable /w/.claude/skills"],
  );
});

Deno.test("layOverlays() takes the stricter of two words on one path", () => {
  assertEquals(
    laid(
      overlay("/w", "writable"),
      overlay("/w/x", "hidden"),
      overlay("/w/x", "readOnly"),
    ),
    ["writable /w", "hidden /w/x"],
  );
});

Deno.test("wrapBwrap() shares the network only when the plan says so", () => {
  const plan = { ...planSandbox(request), program: "bwrap" };
  const argv = (network: "on" | "off") =>
    wrapBwrap(["true"], { ...plan, network }, { cwd: "/w", overlays: [] });
  assert(!argv("off").includes("--share-net"));
  assert(argv("on").includes("--share-net"));
});

Deno.test("wrapBwrap() gives the command last, word for word", () => {
  const plan = { ...planSandbox(request), program: "bwrap" };
  const words = ["printf", "%s", "a b", "--", "$(x)"];
  const argv = wrapBwrap(words, plan, { cwd: "/w", overlays: [] });
  assertEquals(argv.slice(-words.length), words);
});

Deno.test("wrapBwrap() hides a file by /dev/null and a folder by an empty one", () => {
  const plan = { ...planSandbox(request), program: "bwrap" };
  const argv = wrapBwrap(["true"], plan, {
    cwd: "/w",
    overlays: [
      overlay("/home/ada/.netrc", "hidden", { isFile: true }),
      overlay("/home/ada/.ssh", "hidden"),
    ],
  }).join(" ");
  assertStringIncludes(argv, "--ro-bind /dev/null /home/ada/.netrc");
  assertStringIncludes(argv, "--tmpfs /home/ada/.ssh");
  assertStringIncludes(argv, "--remount-ro /home/ada/.ssh");
});

Deno.test("seatbeltProfile() writes the rules in the order in which they count", () => {
  const plan = planSandbox({ ...request, workspace: '/w "x"\\' });
  const profile = seatbeltProfile(plan, [
    overlay('/w "x"\\', "writable"),
    overlay('/w "x"\\/.git/hooks', "readOnly"),
    overlay("/Users/ada/.netrc", "hidden", { isFile: true }),
  ]);
  assertEquals(
    profile,
    `(version 1)
(allow default)
(deny file-write*)
(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/dtracehelper") (literal "/dev/ptmx") (literal "/dev/stdout") (literal "/dev/stderr"))
(allow file-write* (regex #"^/dev/(tty|pty)"))
(allow file-read* file-write* (subpath "/w \\"x\\"\\\\"))
(allow file-read* file-write* (subpath "/w \\"x\\"\\\\/.git"))
(deny file-read* file-write* (literal "/Users/ada/.netrc"))
(deny file-write* (subpath "/w \\"x\\"\\\\/.git/hooks"))
(deny file-write-unlink (literal "/w \\"x\\"\\\\"))
(deny file-write-unlink (literal "/w \\"x\\"\\\\/.git"))
(deny network*)
(deny appleevent-send)
(deny signal)
(allow signal (target same-sandbox))
(deny process-info*)
(allow process-info* (target same-sandbox))
`,
  );
});

Deno.test("sandboxLabel() says what is kept", () => {
  const plan = planSandbox(request);
  assertEquals(sandboxLabel(plan), "[no sandbox]");
  assertEquals(
    sandboxLabel({ ...plan, kind: "bwrap" }),
    "[sandbox: bwrap, no network]",
  );
  assertEquals(
    sandboxLabel({ ...plan, kind: "bwrap", network: "on" }),
    "[sandbox: bwrap, network]",
  );
  assertEquals(
    sandboxLabel({ ...plan, kind: "landlock" }),
    "[sandbox: landlock, files: writes only, no network]",
  );
});

Deno.test("describeSandbox() shows places, what was tried, and notes", () => {
  const plan = planSandbox({ ...request, network: ["example.com"] });
  const readOnly = plan.readOnly.slice(0, 1);
  const hidden = [{ path: "/home/ada/.ssh", what: "folder" as const }];
  const trials = [
    { kind: "bwrap", usable: true, because: "/usr/bin/bwrap" },
  ] as const;
  const kept = { ...plan, readOnly, hidden, kind: "bwrap" as const };
  const text = describeSandbox({ plan: kept, trials });
  const lines = text.split("\n").map((line) =>
    line.replaceAll(/ {2,}/g, " | ")
  );
  const tools = "read, write";
  assertEquals(lines.slice(0, -2), [
    "[sandbox: bwrap, no network]",
    "",
    " | tools (Deno) | commands (bwrap)",
    `/w | ${tools} | read, write`,
    `/tmp/session | ${tools} | read, write`,
    `/w/.git/hooks | ${tools} | read`,
    `/home/ada/.ssh | ${tools} | nothing`,
    `everything else | ${tools} | read`,
    "network | all | none",
    "",
    "bwrap: works (/usr/bin/bwrap)",
  ]);
  assertStringIncludes(text, "note: Commands have no network");
});

Deno.test("describeSandbox() says that nothing keeps commands", () => {
  const trials = [
    { kind: "bwrap", usable: false, because: "not installed" },
  ] as const;
  const text = describeSandbox({ plan: planSandbox(request), trials });
  assertStringIncludes(text, "[no sandbox]");
  assertStringIncludes(text, "commands (nothing keeps them)");
  assertStringIncludes(text, "all that you may");
  assertStringIncludes(text, "bwrap: not usable (not installed)");
});
