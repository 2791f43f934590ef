import { openWork, type Work, type WorkSource } from "../../lib/app/work.ts";
import { workSource } from "../../lib/app/work_source.ts";
import { planSandbox } from "../../lib/platform/sandbox_plan.ts";

/** A session in memory, and a source of more of them. */
export async function memoryWork(
  cwd: string,
): Promise<{ readonly work: Work; readonly source: WorkSource }> {
  const source = workSource({
    cwd,
    folders: [],
    model: "fake",
    wish: { isEphemeral: true },
    isOneshot: false,
    now: () => 0,
    secrets: [],
    onProblem: (text) => {
      throw new Error(text);
    },
    environment: {},
    plan: () => Promise.resolve(planSandbox({ workspace: cwd, temp: "/tmp" })),
  });
  const work = await openWork(source, {
    from: { kind: "new" },
    fork: false,
    isEphemeral: true,
  }, { model: "fake" });
  return { work, source };
}
