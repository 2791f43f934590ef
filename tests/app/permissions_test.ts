import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openPermissions, type RuleStore } from "../../lib/app/permissions.ts";
import { bashCall, fileCall } from "../support/policy.ts";

function open(store?: RuleStore, canBypass = false) {
  return openPermissions({
    mode: "default",
    canBypass,
    canAsk: true,
    rules: [],
    home: "/home/ann",
    place: () => Promise.resolve({ roots: ["/project"], sandboxed: true }),
    store,
  });
}

async function verdict(
  permissions: ReturnType<typeof open>,
  { call, access }: ReturnType<typeof bashCall>,
) {
  return (await permissions.decide(call, access, "/project")).kind;
}

Deno.test("remember() stores rules of Bash, and says where", async () => {
  const stored: string[] = [];
  const permissions = open({
    file: "/home/ann/x/settings.local.json",
    add: (rule) => Promise.resolve(void stored.push(rule)),
  });
  assertEquals(await verdict(permissions, bashCall("npm test")), "ask");
  const [said] = await permissions.remember(["Bash(npm test *)"]);
  assertEquals(stored, ["Bash(npm test *)"]);
  assertStringIncludes(said ?? "", "in ~/x/settings.local.json");
  assertEquals(await verdict(permissions, bashCall("npm test -w")), "allow");
});

Deno.test("remember() keeps rules of edits for the session", async () => {
  const permissions = open({
    file: "/x",
    add: () => Promise.reject(new Error("must not be called")),
  });
  const edit = fileCall("Edit", "write", "/project/a.ts");
  assertEquals(await verdict(permissions, edit), "ask");
  const [said] = await permissions.remember(["Edit(/a.ts)"]);
  assertStringIncludes(said ?? "", "Until the end of this session");
  assertEquals(await verdict(permissions, edit), "allow");
});

Deno.test("remember() counts for the session where a rule can't be stored", async () => {
  const permissions = open({
    file: "/x",
    add: () => Promise.reject(new Error("read-only disk")),
  });
  const [said] = await permissions.remember(["Bash(make)"]);
  assertStringIncludes(said ?? "", "this session alone: read-only disk");
  assertEquals(await verdict(permissions, bashCall("make")), "allow");
});

Deno.test("enter() judges the next call by the new mode", async () => {
  const permissions = open();
  assertEquals(permissions.enter("plan"), null);
  assertEquals(await verdict(permissions, bashCall("ls")), "deny");
  assertEquals(permissions.mode, "plan");
});

Deno.test("enter() refuses bypass without a word of the user's, and names it", () => {
  const permissions = open();
  const refusal = permissions.enter("bypassPermissions");
  assertStringIncludes(
    refusal ?? "",
    "--allow-dangerously-skip-permissions",
  );
  assertEquals(permissions.mode, "default");
  const free = open(undefined, true);
  assert(free.enter("bypassPermissions") === null);
});
