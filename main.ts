// The one entry, also of workers: what it becomes is told by the worker's
// name. It alone reads `import.meta.url`, which elsewhere names a chunk.
const role = "WorkerGlobalScope" in globalThis ? self.name : "process";

// Deno drops what a worker is sent while nobody listens, and the imports
// below can take seconds on a first start.
const early: MessageEvent[] = [];
if (role !== "process") {
  Object.assign(self, {
    onmessage: (event: MessageEvent) => early.push(event),
  });
}

if (role === "realm") {
  (await import("./lib/app/realm_main.ts")).start(early);
} else if (role === "agent") {
  (await import("./lib/app/agent_main.ts")).start(early, loadFrontEnds);
} else {
  const { start } = await import("./lib/app/launcher.ts");
  await start(import.meta.url, loadFrontEnds);
}

async function loadFrontEnds() {
  return (await import("./lib/ui/front_ends.ts")).frontEnds;
}
