/** Where bubblewrap is looked for; the system's own comes first. */
export const bwrapPrograms: readonly string[] = [
  "/usr/bin/bwrap",
  "/usr/local/bin/bwrap",
  "/run/current-system/sw/bin/bwrap",
  "bwrap",
];
