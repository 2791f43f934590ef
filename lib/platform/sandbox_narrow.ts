import type { SandboxPlan } from "../core/sandbox.ts";
import { isInside } from "./paths.ts";

/**
 * A plan in which commands write nothing but what is granted: of its writable
 * folders the parts that `parts` gives (`grantedParts()` of them). Pure.
 */
export function narrowPlan(
  plan: SandboxPlan,
  parts: readonly string[],
): SandboxPlan {
  const writable = plan.writable.filter((folder) =>
    parts.some((part) => isInside(folder, part))
  );
  for (const part of parts) {
    const isCovered = writable.includes(part) ||
      !plan.writable.some((folder) => isInside(part, folder));
    if (!isCovered) writable.push(part);
  }
  if (writable.length === plan.writable.length) return plan;
  const lost = plan.writable.filter((folder) =>
    !writable.some((part) => isInside(folder, part)) &&
    !plan.writable.some((other) => other !== folder && isInside(folder, other))
  );
  return {
    ...plan,
    writable,
    // In what is read-only anyway nothing has to stand in a path's place.
    readOnly: plan.readOnly.filter((row) =>
      row.missing === "report" ||
      writable.some((folder) => isInside(row.path, folder))
    ),
    notes: [...plan.notes, ...lost.map((folder) => noteOf(folder, parts))],
  };
}

function noteOf(folder: string, parts: readonly string[]): string {
  const inside = parts.filter((part) => isInside(part, folder));
  return inside.length === 0
    ? `Commands can't write ${folder}: --allow-write does not cover it`
    : `Commands can write ${
      inside.join(", ")
    } and nothing else of ${folder}: ` +
      "--allow-write does not cover it";
}
