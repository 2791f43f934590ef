// `deno task demo`: the real loop with the real tools on a small real project,
// in a copy of its own. Only the model is a script, so no server is needed.

const here = new URL(".", import.meta.url);
const deno = Deno.execPath();

const workspace = await Deno.makeTempDir({ prefix: "openclaude-demo-" });
const programs = await Deno.makeTempDir({ prefix: "openclaude-demo-bin-" });

try {
  for await (const { name } of Deno.readDir(new URL("demo/", here))) {
    await Deno.copyFile(new URL(`demo/${name}`, here), `${workspace}/${name}`);
  }
  // The project's tests run with the Deno that runs this file.
  await Deno.symlink(deno, `${programs}/deno`);
  const { code } = await new Deno.Command(deno, {
    args: [
      "run",
      "-A",
      new URL("../main.ts", here).href,
      "--model",
      `scripted:${new URL("demo_script.jsonl", here).pathname}`,
      "--permission-mode",
      "bypassPermissions",
      "--cwd",
      workspace,
      "The tests of this project fail. Find out why and fix it.",
    ],
    env: { PATH: `${programs}:${Deno.env.get("PATH") ?? ""}` },
    stdin: "null",
  }).spawn().status;
  const test = await new Deno.Command(deno, {
    args: ["test", "--no-check", "--quiet"],
    cwd: workspace,
    stdout: "null",
    stderr: "null",
  }).output();
  const verdict = test.success ? "passes" : "still fails";
  await Deno.stderr.write(
    new TextEncoder().encode(
      `\nThe project's test ${verdict}. Now with your own model: ` +
        `ollama pull qwen2.5, then\n` +
        "npx -y deno@2.9.6 task start --cwd YOUR_PROJECT\n",
    ),
  );
  Deno.exitCode = code === 0 && test.success ? 0 : 1;
} finally {
  await Deno.remove(workspace, { recursive: true });
  await Deno.remove(programs, { recursive: true });
}
