/** Variables that programs read for how to talk, not for what to run. */
const safe = new Set(
  ("LANG LANGUAGE TZ NO_COLOR FORCE_COLOR CLICOLOR COLORTERM TERM COLUMNS " +
    "LINES CI DEBUG NODE_ENV DENO_ENV RAILS_ENV APP_ENV RUST_LOG " +
    "RUST_BACKTRACE PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONHASHSEED " +
    "GOOS GOARCH CGO_ENABLED PORT LOG_LEVEL VERBOSE").split(" "),
);

/**
 * True for a variable that may stand before an allowed command: no program
 * takes another program's name, a path or options from it (spec/features.md
 * 1C.2 point 5).
 */
export function isSafeVariable(name: string): boolean {
  return safe.has(name) || /^LC_[A-Z]+$/.test(name);
}

/**
 * True for a variable that a line may set for itself. The shell and the
 * programs that it starts take their settings from upper-case names, and from
 * the few lower-case ones that are left out here.
 */
export function isHarmlessVariable(name: string): boolean {
  if (isSafeVariable(name)) return true;
  return /^[a-z_][a-z0-9_]*$/.test(name) && !/^npm_|_proxy$/.test(name);
}
