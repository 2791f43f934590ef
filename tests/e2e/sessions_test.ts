import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createSession } from "../../lib/session/open.ts";
import type { Session } from "../../lib/session/session.ts";
import {
  modelSays,
  sessionOptions,
  toolSays,
  userSays,
} from "../support/session.ts";
import { type TempFolder, tempFolder } from "../support/temp.ts";
import { runProgram } from "./program.ts";

const key = `sk-${"a1b2c3d4".repeat(4)}`;

interface Told {
  readonly id: string;
  readonly prompt: string;
  readonly name?: string;
  readonly cwd?: string;
}

/** A home with sessions, and a way to run the program in it. */
class Place {
  constructor(readonly home: TempFolder, readonly work: TempFolder) {}

  get root(): string {
    return this.home.at("state/openclaude/sessions");
  }

  async session({ id, prompt, name, cwd }: Told): Promise<Session> {
    const session = await createSession(
      this.root,
      sessionOptions({ id, cwd: cwd ?? this.work.path, now: Date.now }),
    );
    for (
      const message of [
        userSays(prompt),
        modelSays("I look", "a"),
        toolSays("a", `the key is ${key}`),
        modelSays(`Done: ${prompt}`),
      ]
    ) session.append({ type: "message", message });
    if (name !== undefined) session.append({ type: "session_info", name });
    return session;
  }

  run(...args: string[]) {
    return runProgram(["sessions", ...args], {
      cwd: this.work.path,
      env: {
        XDG_STATE_HOME: this.home.at("state"),
        MY_API_KEY: "known-only-to-me-7",
      },
    });
  }
}

async function withPlace(
  told: readonly Told[],
  test: (place: Place) => Promise<void>,
): Promise<void> {
  await using home = await tempFolder();
  await using work = await tempFolder();
  const place = new Place(home, work);
  for (const one of told) {
    await (await place.session(one))[Symbol.asyncDispose]();
  }
  await test(place);
}

const told = [
  { id: "aaaa0001-x", prompt: "fix the parser" },
  { id: "aaaa0002-x", prompt: "write tests", name: "testing" },
  { id: "bbbb0003-x", prompt: "elsewhere", cwd: "/srv/other" },
];

Deno.test("sessions list shows this folder's sessions, all with --all, and JSON", async () => {
  await withPlace(told, async (place) => {
    const here = await place.run("list");
    assertEquals([here.code, here.stderr], [0, ""]);
    const times = here.stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "TIME");
    assertEquals(
      times,
      "aaaa0002  TIME  4 messages  test-model  testing\n" +
        "aaaa0001  TIME  4 messages  test-model  fix the parser\n",
    );
    const all = await place.run("list", "--all");
    assertStringIncludes(all.stdout, "/srv/other\nbbbb0003");
    const json = await place.run("list", "--json", "--all");
    const rows: { id: string; cwd: string }[] = JSON.parse(json.stdout);
    assertEquals(rows.map(({ id }) => id).sort(), told.map(({ id }) => id));
  });
  await withPlace([], async (place) => {
    const none = await place.run("list");
    assertEquals([none.code, none.stdout], [0, ""]);
    assertStringIncludes(none.stderr, "--all lists all");
    assertEquals((await place.run("list", "--json")).stdout, "[]\n");
  });
});

Deno.test("sessions show tells what a session is and how it ended", async () => {
  await withPlace(told, async (place) => {
    const { code, stdout } = await place.run("show", "testing");
    assertEquals(code, 0);
    for (
      const part of [
        "testing\n\n",
        "aaaa0002-x",
        place.work.path,
        "  write tests\nModel:\n  Done: write tests\n",
      ]
    ) assertStringIncludes(stdout, part);
    const json = await place.run("show", "aaaa0001", "--json");
    const { header, exchanges } = JSON.parse(json.stdout);
    assertEquals(header.id, "aaaa0001-x");
    assertEquals(exchanges[0].answer, "Done: fix the parser");
  });
});

Deno.test("sessions show names the candidates, or the nearest where there is none", async () => {
  await withPlace(told, async (place) => {
    const several = await place.run("show", "aaaa");
    assertEquals([several.code, several.stdout], [2, ""]);
    assertStringIncludes(several.stderr, "\n  aaaa0002  testing\n");
    assertStringIncludes(several.stderr, "\n  aaaa0001  fix the parser\n");
    const typo = await place.run("show", "tetsing");
    assertEquals(typo.code, 2);
    assertStringIncludes(typo.stderr, "Did you mean aaaa0002  testing?");
    const none = await place.run("show", "zzzzzzzzzzzzzzzzzzzz");
    assertEquals(none.code, 2);
    assertStringIncludes(none.stderr, "sessions list --all");
  });
});

Deno.test("sessions export writes each format without keys, to stdout or a file", async () => {
  const prompt = "use known-only-to-me-7";
  await withPlace([{ id: "aaaa0001-x", prompt }], async (place) => {
    const starts = { md: "# ", json: '{\n"session"', html: "<!doctype html>" };
    for (const [format, start] of Object.entries(starts)) {
      const { code, stdout, stderr } = await place.run(
        "export",
        "aaaa0001",
        "--format",
        format,
      );
      assertEquals([code, stderr], [0, ""]);
      assert(stdout.startsWith(start), stdout.slice(0, 100));
      assert(!stdout.includes(key) && !stdout.includes("known-only-to-me-7"));
      const file = place.work.at(`out.${format}`);
      const written = await place.run("export", "aaaa0001", "-o", file);
      assertEquals([written.code, written.stdout], [0, ""]);
      assertEquals(await Deno.readTextFile(file), stdout);
    }
    const wrong = await place.run("export", "aaaa0001", "--format", "pdf");
    assertEquals(wrong.code, 2);
    const nowhere = await place.run("export", "aaaa0001", "-o", "no/such/x.md");
    assertEquals(nowhere.code, 1);
    assertStringIncludes(nowhere.stderr, "it does not exist");
  });
});

Deno.test("sessions rm removes what it is told to, and not what a process has open", async () => {
  await withPlace(told, async (place) => {
    const gone = await place.run("rm", "testing", "aaaa0001", "aaaa0001-x");
    assertEquals(gone.code, 0);
    assertEquals(
      gone.stdout,
      "Removed aaaa0002  testing\nRemoved aaaa0001  fix the parser\n",
    );
    await using open = await place.session({ id: "cccc0004", prompt: "busy" });
    const { code, stdout, stderr } = await place.run("rm", "cccc0004");
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, `process ${Deno.pid} has it open`);
    await Deno.stat(open.file ?? "");
    const left = await place.run("list", "--all", "--json");
    const rows: { id: string }[] = JSON.parse(left.stdout);
    assertEquals(rows.map(({ id }) => id).sort(), ["bbbb0003-x", "cccc0004"]);
  });
});
