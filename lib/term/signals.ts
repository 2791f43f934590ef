/** The signals that the program answers. */
export type SignalName = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGWINCH";

/** Listens to a signal; the function returned stops that. */
export type ListenSignal = (
  name: SignalName,
  listener: () => void,
) => () => void;

/**
 * Listens to a signal of the process. On Windows only SIGINT exists; the
 * others are never heard there. Needs no permission.
 */
export const listenSignal: ListenSignal = (name, listener) => {
  if (Deno.build.os === "windows" && name !== "SIGINT") return () => {};
  Deno.addSignalListener(name, listener);
  return () => Deno.removeSignalListener(name, listener);
};
