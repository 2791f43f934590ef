import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../lib/core/error.ts";
import { lockFile } from "../../lib/platform/lock.ts";
import { systemClock } from "../../lib/platform/clock.ts";
import { exclusively } from "../../lib/settings/exclusive.ts";
import { tempFolder } from "../support/temp.ts";

Deno.test("exclusively() lets one at a time", async () => {
  await using folder = await tempFolder();
  let inside = 0;
  let most = 0;
  const runs = Array.from(
    { length: 5 },
    (_, index) =>
      exclusively(folder.at("locks/a.lock"), async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside--;
        return index;
      }),
  );
  assertEquals(await Promise.all(runs), [0, 1, 2, 3, 4]);
  assertEquals(most, 1);
});

Deno.test("exclusively() gives up after its limit and says who holds the lock", async () => {
  await using folder = await tempFolder();
  const file = folder.at("a.lock");
  const attempt = await lockFile(file, systemClock);
  if (!attempt.ok) throw new Error("the lock is not free");
  let ran = false;
  const run = () => {
    ran = true;
    return Promise.resolve();
  };
  {
    await using _held = attempt.lock;
    const error = await assertRejects(
      () => exclusively(file, run, 50),
      UserError,
      `process ${Deno.pid} has held it for more than 0.05 seconds`,
    );
    assertEquals([error.exitCode, ran], [1, false]);
  }
  await exclusively(file, run, 50);
  assertEquals(ran, true);
});

Deno.test("exclusively() frees the lock when what it runs fails", async () => {
  await using folder = await tempFolder();
  const fail = () => Promise.reject(new TypeError("failed"));
  for (let times = 0; times < 2; times++) {
    await assertRejects(
      () => exclusively(folder.at("a.lock"), fail, 50),
      TypeError,
      "failed",
    );
  }
});
