// The one entry, also of workers: what it becomes is told by the worker's
// name. It alone reads `import.meta.url`, which elsewhere names a chunk.
const isWorker = "WorkerGlobalScope" in globalThis;
if (isWorker && self.name === "realm") {
  (await import("./lib/app/realm_main.ts")).start();
} else {
  const { start } = await import("./lib/app/launcher.ts");
  await start(
    import.meta.url,
    async () => (await import("./lib/ui/front_ends.ts")).frontEnds,
  );
}
