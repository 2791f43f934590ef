import type { FrontEnds } from "../app/front_end.ts";
import { UserError } from "../core/error.ts";

/** The front ends for people; each one's code is loaded when it is used. */
export const frontEnds: FrontEnds = {
  async oneshot(conversation, options) {
    const { runOneshot } = await import("./oneshot.ts");
    return await runOneshot(conversation, options);
  },
  repl() {
    return Promise.reject(new UserError("The REPL is not there yet", 2));
  },
};
