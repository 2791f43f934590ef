import { assertEquals, assertStringIncludes } from "@std/assert";
import { partsIn } from "../../lib/platform/path_grants.ts";
import { planSandbox } from "../../lib/platform/sandbox.ts";
import { narrowPlan } from "../../lib/platform/sandbox_narrow.ts";
import { tempFolder } from "../support/temp.ts";

const plan = planSandbox({ workspace: "/w", temp: "/t", additional: ["/a"] });

Deno.test("narrowPlan() leaves a plan alone whose folders are all granted", () => {
  assertEquals(narrowPlan(plan, plan.writable), plan);
  assertEquals(narrowPlan(plan, ["/"]), plan);
});

Deno.test("narrowPlan() leaves of a folder what is granted in it", () => {
  const narrow = narrowPlan(plan, ["/w/src", "/t", "/elsewhere"]);
  assertEquals(narrow.writable, ["/t", "/w/src"]);
  assertStringIncludes(
    narrow.notes.join("\n"),
    "/w/src and nothing else of /w",
  );
  assertStringIncludes(narrow.notes.join("\n"), "can't write /a");
});

Deno.test("narrowPlan() protects no path where nothing can be written", () => {
  const needing = (parts: readonly string[]) =>
    narrowPlan(plan, parts).readOnly.filter(({ missing }) =>
      missing !== "report"
    ).map(({ path }) => path);
  assertEquals(needing(["/w/src", "/t"]), []);
  assertEquals(needing(["/w/.git"]).includes("/w/.git/hooks"), true);
  assertEquals(needing(["/w/.git"]).includes("/a/.git/hooks"), false);
});

Deno.test("partsIn() gives no part that is a symlink out of its folder", async () => {
  await using outside = await tempFolder({ "a.txt": "" });
  await using folder = await tempFolder({ "in/a.txt": "" });
  await Deno.symlink(outside.path, folder.at("out"));
  await Deno.symlink("in", folder.at("alias"));
  const root = await Deno.realPath(folder.path);
  const parts = (listed: readonly string[]) => partsIn([root], listed);
  assertEquals(parts([`${root}/in`]), [`${root}/in`]);
  assertEquals(parts([`${root}/out`]), []);
  assertEquals(parts([`${root}/alias`]), [`${root}/in`]);
  assertEquals(parts([root, "/x"]), [root]);
  assertEquals(parts(["/"]), [root]);
  assertEquals(parts([`${root}-evil`]), []);
});
