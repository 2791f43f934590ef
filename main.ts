// The one entry, also of workers: what it becomes is told by the worker's
// name. It alone reads `import.meta.url`, which elsewhere names a chunk.
const role = "WorkerGlobalScope" in globalThis ? self.name : "process";
if (role === "realm") {
  (await import("./lib/app/realm_main.ts")).start();
} else if (role === "agent") {
  (await import("./lib/app/agent_main.ts")).start(loadFrontEnds);
} else {
  const { start } = await import("./lib/app/launcher.ts");
  await start(import.meta.url, loadFrontEnds);
}

async function loadFrontEnds() {
  return (await import("./lib/ui/front_ends.ts")).frontEnds;
}
