/**
 * A failure that the user can mend: its message is shown as it is, without a
 * stack, and the process ends with `exitCode` (spec/features.md 4.5).
 */
export class UserError extends Error {
  override name = "UserError";
  constructor(
    message: string,
    readonly exitCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Process exit codes, as spec/features.md 4.5 numbers them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  denied: 3,
  schema: 5,
  unverified: 6,
  auth: 41,
  sandbox: 44,
  settings: 52,
  maxTurns: 53,
  budget: 55,
  crash: 70,
  transient: 75,
  timeout: 124,
  interrupted: 130,
  terminated: 143,
} as const;

/** The message of anything thrown, without a stack. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
