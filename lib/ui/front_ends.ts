import type { FrontEnds } from "../app/front_end.ts";

/** The front ends for people; each one's code is loaded when it is used. */
export const frontEnds: FrontEnds = {
  async oneshot(conversation, options) {
    const { runOneshot } = await import("./oneshot.ts");
    return await runOneshot(conversation, options);
  },
  async repl(conversation, options) {
    const { runRepl } = await import("./repl.ts");
    return await runRepl(conversation, options);
  },
};
