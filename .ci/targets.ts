/** The systems that an executable is made for, by the compiler's names. */
export const targets = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** One of the {@link targets}. */
export type Target = typeof targets[number];

/** The name that a target's executable is published under. */
export function fileNameOf(target: Target): string {
  return `openclaude-${target}${target.includes("windows") ? ".exe" : ""}`;
}

/** The target with this name. @throws {Error} where there is none. */
export function targetNamed(name: string): Target {
  const target = targets.find((known) => known === name);
  if (target !== undefined) return target;
  throw new Error(
    `Cannot compile for "${name}": the targets are ${targets.join(", ")}`,
  );
}
