import { assertEquals } from "@std/assert";
import { policyPlace } from "../../lib/app/policy_place.ts";
import type { Access, PermissionMode } from "../../lib/core/permission.ts";
import { createPolicy } from "../../lib/permission/policy.ts";
import { planSandbox, type SandboxPlan } from "../../lib/platform/sandbox.ts";
import { tempFolder } from "../support/temp.ts";

/** What is decided of one access in a place with its own `/tmp`, or without. */
async function decided(
  access: Access,
  { workspace, temp, kind = "bwrap", mode = "acceptEdits" }: {
    readonly workspace: string;
    readonly temp: string;
    readonly kind?: SandboxPlan["kind"];
    readonly mode?: PermissionMode;
  },
): Promise<string> {
  const plan = { ...planSandbox({ workspace, temp }), kind };
  const place = policyPlace(
    { plan, roots: [workspace, temp], sandboxed: kind !== "none" },
    [],
  );
  const policy = createPolicy({
    ...place,
    mode: () => mode,
    canAsk: true,
    rules: [],
    home: "/home/ada",
    isDoubtful: () => false,
  });
  const decision = await policy.decide(
    { id: "1", name: "Write", input: {} },
    [access],
  );
  return decision.kind;
}

Deno.test("policyPlace() takes the session's own /tmp as part of the work", async () => {
  await using work = await tempFolder({}, { dir: "/var/tmp" });
  await using temp = await tempFolder();
  const place = { workspace: work.path, temp: temp.path };
  const write = (path: string): Access => ({ kind: "write", path });
  const file = write("/tmp/openclaude-test-note.txt");
  assertEquals(await decided(file, place), "allow");
  assertEquals(await decided(write("/var/tmp/x"), place), "ask");
  assertEquals(await decided(file, { ...place, kind: "none" }), "ask");
  // A link in there that leads out is judged by where it leads.
  await Deno.symlink("/etc", temp.at("way-out"));
  assertEquals(await decided(write("/tmp/way-out/x"), place), "ask");
});

Deno.test("policyPlace() asks for /tmp with a workspace in it", async () => {
  await using work = await tempFolder({}, { dir: "/tmp" });
  await using temp = await tempFolder({}, { dir: "/tmp" });
  const place = { workspace: work.path, temp: temp.path };
  const write = (path: string): Access => ({ kind: "write", path });
  assertEquals(await decided(write(work.at("a.txt")), place), "allow");
  assertEquals(await decided(write("/tmp/openclaude-test-x"), place), "ask");
});
