import { chooseSession as choosePlainly } from "../app/choose_session.ts";
import type { SessionMark } from "../core/conversation.ts";
import { exitCodes, UserError } from "../core/error.ts";
import { drawPicker, pickerHint, pickerKey } from "../term/picker.ts";
import { Screen } from "../term/screen.ts";
import { createStyles, wantsColour } from "../term/style.ts";
import { Terminal } from "../term/terminal.ts";
import { cutColumns } from "../term/width.ts";
import { type FrontEndIo, processIo } from "./io.ts";
import { sessionPicker } from "./session_picker.ts";

/**
 * Asks on the terminal which session to go on with; undefined when none is
 * chosen. On a terminal that cannot be drawn on, a line is asked for.
 *
 * @throws {UserError} with exit code 143 at SIGTERM and SIGHUP
 */
export async function chooseSession(
  sessions: readonly SessionMark[],
  io: FrontEndIo = processIo(),
): Promise<string | undefined> {
  const { isTerminal, stderr, size, listen, now } = io;
  const canDraw = isTerminal.stdin && isTerminal.stderr &&
    io.variable("TERM") !== "dumb";
  if (!canDraw) return await choosePlainly(sessions, now());
  const styles = createStyles(wantsColour(true, io.variable));
  const screen = new Screen(stderr, size);
  const ended = new AbortController();
  let picker = sessionPicker(sessions, now());
  const draw = () => {
    const frame = drawPicker(picker, { size: size(), styles });
    const hint = styles.dim(cutColumns(pickerHint(picker), size().columns));
    screen.render({ ...frame, lines: [...frame.lines, hint] });
  };
  const end = () => ended.abort();
  const stops = [
    listen("SIGWINCH", draw),
    listen("SIGTERM", end),
    listen("SIGHUP", end),
  ];
  const terminal = new Terminal(stderr, io);
  terminal.enterRaw();
  try {
    while (true) {
      draw();
      const keys = await terminal.readKeys(ended.signal);
      if (ended.signal.aborted) {
        throw new UserError("Ended by a signal", exitCodes.terminated);
      }
      if (keys === null) return undefined;
      for (const key of keys) {
        const result = pickerKey(picker, key);
        if (result.kind === "closed") return result.id ?? undefined;
        picker = result.picker;
      }
    }
  } finally {
    screen.clear();
    terminal.leaveRaw();
    for (const stop of stops) stop();
  }
}
