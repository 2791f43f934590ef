import type { FrontEnds } from "../app/front_end.ts";

/** The front ends, for people and programs; each one's code is loaded when it is used. */
export const frontEnds: FrontEnds = {
  async oneshot(conversation, options) {
    const { runOneshot } = await import("./oneshot.ts");
    return await runOneshot(conversation, options);
  },
  async json(conversation, options) {
    const { runJson } = await import("./json/front_end.ts");
    return await runJson(conversation, options);
  },
  async repl(conversation, options) {
    const { runRepl } = await import("./repl.ts");
    return await runRepl(conversation, options);
  },
  async chooseSession(sessions) {
    const { chooseSession } = await import("./choose_session.ts");
    return await chooseSession(sessions);
  },
};
