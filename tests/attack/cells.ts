/** Cells that many attacks share; see `Attack.expect` for their order. */

/** A command that is asked about, and that ring 2 confines. */
export const command = "A2 A- A2 A- M M 2 -";
/** A read of a file tool, which nobody is asked about. */
export const reading = "1 1 1 1 1 1 1 1";
/** A write of a file tool that leads out. */
export const writing = "A1 A1 1 1 M M 1 1";

/** Reasons that many attacks share. */
export const because = {
  noRing2: "a command has all rights of the user where there is no sandbox, " +
    "which is why it is asked about",
};
