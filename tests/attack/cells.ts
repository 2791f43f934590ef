/** Cells that many attacks share; see `Attack.expect` for their order. */

/** A command that is asked about, and that ring 2 confines. */
export const command = "A2 A- A2 A- M M 2 -";
/** A command that only reads: nobody is asked where ring 2 confines it. */
export const readingCommand = "2 A- 2 A- M M 2 -";
/** A command that would lose the system, the home or the work. */
export const critical = "C C C C M M C C";
/** A read of a file tool, which nobody is asked about. */
export const reading = "1 1 1 1 1 1 1 1";
/** A write of a file tool that leads out. */
export const writing = "A1 A1 A1 A1 M M 1 1";
/** A command or a write that only consent keeps from the workspace. */
export const consent = "A- A- A- A- M M - -";
/** What a deny rule forbids; plan mode comes before it. */
export const denied = "D D D D M M D D";

/** Reasons that many attacks share. */
export const because = {
  noRing2: "a command has all rights of the user where there is no sandbox, " +
    "which is why it is asked about",
  consent: "who says yes, or said it beforehand by bypassPermissions, lets " +
    "it happen in the workspace",
};
