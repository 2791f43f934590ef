/**
 * An attacker who always wins the race between the check of a path and its
 * use: as soon as a file tool has looked at a file in a folder "swapped", the
 * folder is exchanged for "trap", a link that leads out. A race that is won
 * by chance would make a test that fails by chance.
 */
export function swapAfterTheLook(): void {
  const look = Deno.statSync;
  Deno.statSync = (file) => {
    try {
      return look(file);
    } finally {
      const [, base] = /^(.*\/)swapped\/[^/]*$/.exec(String(file)) ?? [];
      if (base !== undefined) {
        Deno.renameSync(`${base}swapped`, `${base}before`);
        Deno.renameSync(`${base}trap`, `${base}swapped`);
      }
    }
  };
}
