let told: { readonly reason: string | undefined } | undefined;

/**
 * Tells this thread whether the launcher confines realms by Landlock: null
 * when it does, else why not.
 */
export function tellLandlock(reason: string | null): void {
  told = { reason: reason ?? undefined };
}

/** What was told, for `ProbeOptions.landlock`; undefined when nothing was. */
export function toldLandlock(): (() => string | undefined) | undefined {
  const known = told;
  return known === undefined ? undefined : () => known.reason;
}
