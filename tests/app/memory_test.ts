import { assertEquals } from "@std/assert";
import { discoverMemory } from "../../lib/app/memory.ts";

async function folder(files: Record<string, string>): Promise<string> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  for (const [name, text] of Object.entries(files)) {
    const file = `${root}/${name}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, text);
  }
  return root;
}

Deno.test("discoverMemory() goes from the user to the root to the folder", async () => {
  const config = await folder({ "AGENTS.md": "user" });
  const root = await folder({
    "AGENTS.md": "root",
    "CLAUDE.md": "root claude",
    "a/b/OPENCLAUDE.md": "deep",
    "a/AGENT.md": "middle",
  });
  const { files, warnings } = await discoverMemory(`${root}/a/b`, {
    root,
    config,
  });
  assertEquals(files, [
    { path: `${config}/AGENTS.md`, text: "user" },
    { path: `${root}/AGENTS.md`, text: "root" },
    { path: `${root}/CLAUDE.md`, text: "root claude" },
    { path: `${root}/a/AGENT.md`, text: "middle" },
    { path: `${root}/a/b/OPENCLAUDE.md`, text: "deep" },
  ]);
  assertEquals(warnings, []);
});

Deno.test("discoverMemory() counts copies once and drops comments", async () => {
  const root = await folder({ "AGENTS.md": "same\n" });
  await Deno.symlink("AGENTS.md", `${root}/CLAUDE.md`);
  await Deno.writeTextFile(`${root}/OPENCLAUDE.md`, "<!-- not\nthis -->same");
  const { files } = await discoverMemory(root, { root, config: undefined });
  assertEquals(files, [{ path: `${root}/AGENTS.md`, text: "same" }]);
});

Deno.test("discoverMemory() follows no link out of the folder", async () => {
  const secret = await folder({ key: "secret" });
  const root = await folder({});
  await Deno.symlink(`${secret}/key`, `${root}/AGENTS.md`);
  const { files } = await discoverMemory(root, { root, config: undefined });
  assertEquals(files, []);
});

Deno.test("discoverMemory() caps all files together and says so", async () => {
  const root = await folder({
    "AGENTS.md": "a".repeat(20_000),
    "CLAUDE.md": "b".repeat(20_000),
  });
  const { files, warnings } = await discoverMemory(root, {
    root,
    config: undefined,
  });
  assertEquals(files.map(({ text }) => text.length), [20_000, 12_768]);
  assertEquals(warnings, [
    `Memory file "${root}/CLAUDE.md" was cut: all memory files together may ` +
    "hold 32 KiB",
  ]);
});
