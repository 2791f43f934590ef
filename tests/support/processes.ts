/** A number of seconds that no other process on the machine sleeps. */
export function uniqueSeconds(): string {
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return `9${String(random).padStart(10, "0")}`;
}

/**
 * The processes that have a word in their command line, for tests that none
 * survives. Zombies have an empty command line. Linux only.
 */
export async function survivors(word: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await commandLine(name);
    if (line.split("\0").some((item) => item.includes(word))) {
      found.push(`${name}: ${line.replaceAll("\0", " ")}`);
    }
  }
  return found;
}

/**
 * Those who are still there after what ends them had its time. The kernel
 * carries out a SIGKILL later, and bubblewrap ends as soon as it knows the
 * command's exit code, before the first process of its namespace, with whose
 * end all others in it are killed.
 */
export async function lastingSurvivors(
  word: string,
  patienceMs = 5_000,
): Promise<string[]> {
  const start = performance.now();
  while (true) {
    const found = await survivors(word);
    const waited = performance.now() - start;
    if (found.length === 0 || waited > patienceMs) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function commandLine(pid: string): Promise<string> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/cmdline`);
  } catch (error) {
    // It ended while we looked: no entry, or "No such process" (ESRCH).
    const isGone = error instanceof Deno.errors.NotFound ||
      String(error).includes("os error 3");
    if (isGone) return "";
    throw error;
  }
}
