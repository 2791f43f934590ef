/** Runs a piece of work when no other piece is under way. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a turnstile: work comes through one by one, in the order asked. */
export function createTurnstile(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    // Who asked hears of a failure; who comes next does not.
    last = result.catch(() => {});
    return result;
  };
}
