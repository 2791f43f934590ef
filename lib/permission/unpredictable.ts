import { isFixed } from "./read_only.ts";
import { isSafeScript } from "./sed_script.ts";
import type { ShellWord } from "./shell.ts";
import { baseName } from "./unwrap.ts";
import { stripWrappers } from "./wrappers.ts";

/** Programs that run what their words name, in ways no pattern foresees. */
const launchers = new Set(
  ("watch setsid ionice env sudo doas su chroot unshare nsenter flock " +
    "parallel entr script chrt taskset busybox toybox exec eval source . " +
    "trap xargs time nohup nice stdbuf timeout command builtin strace ltrace " +
    "gdb systemd-run dbus-run-session at batch crontab expect").split(" "),
);

/** Programs that take a script in their words, and the options for it. */
const interpreters: readonly (readonly [names: RegExp, option: RegExp])[] = [
  [/^(ba|da|z|k|a|fi)?sh$/, /^[-+]\w*[cs]/],
  [/^python[\d.]*$|^pypy3?$/, /^-\w*c/],
  [/^(node|bun)$/, /^(-\w*[ep]|--eval|--print|--require|-r|--import)/],
  [/^deno$/, /^(eval|repl)$/],
  [/^(perl|ruby|lua|luajit|Rscript|osascript|tclsh)$/, /^-\w*[eE]/],
  [/^php$/, /^-\w*[rBRE]/],
  [
    /^(tar|bsdtar|gtar)$/,
    /^--(checkpoint-action|to-command|use-comp|info-script|new-volume|rsh)|^-\w*I/,
  ],
  [/^rsync$/, /^(-\w*e|--rsh)/],
  [/^(ssh|scp|sftp)$/, /^-o|^-\w*F/],
  [/^(vi|vim|nvim|ex|emacs)$/, /./],
  [/^(awk|gawk|mawk|nawk)$/, /system|\||>|getline|^-f|@load/],
  [/^find$/, /^-(exec|ok|delete|fprint|fls)/],
  [/^git$/, /^(-c|--config-env|--exec-path|--upload-pack|--receive-pack)/],
];

/** What git would throw away for good (spec/features.md F18). */
const losesWork: readonly RegExp[] = [
  /^push\b.*\s(-\w*f\w*|--force\S*|--mirror|--delete|-d|\+\S+)/s,
  /^reset\b.*\s--(hard|merge|keep)/s,
  /^checkout\b.*\s(--|-f|--force|\.)(\s|$)/s,
  /^restore\b/,
  /^clean\b.*\s(-\w*f|--force)/s,
  /^branch\b.*\s-\w*D/s,
  /^stash\s+(drop|clear)/,
  /^(config|submodule|filter-branch|bisect\s+run|rebase\b.*\s(-\w*x|--exec))/s,
];

/**
 * Says why a rule with a `*` can't allow a command (1C.2 point 5): by the
 * words that the star stands for it may run anything, or lose work. Null for
 * others. A rule without a star, and one for the whole tool, still allow it.
 */
export function unpredictable(words: readonly ShellWord[]): string | null {
  const [program, ...rest] = stripWrappers(words);
  if (program === undefined) return null;
  if (!isFixed(program)) return "its program is only known when it runs";
  const name = baseName(program.value);
  if (launchers.has(name)) return `"${name}" runs what its words name`;
  const values = rest.map(({ value }) => value);
  if (name === "sed") return sedRisk(values);
  for (const [names, option] of interpreters) {
    if (!names.test(name)) continue;
    if (values.length === 0 && name !== "git" && name !== "find") {
      return `"${name}" takes a script from its input`;
    }
    const found = values.find((value) => option.test(value));
    if (found !== undefined) return `"${name} ${found}" may run anything`;
    const hidden = rest.find((word) => !isFixed(word) && mayBeOption(word));
    if (hidden !== undefined) return `"${hidden.text}" may be an option`;
  }
  const text = values.join(" ");
  return name === "git" && losesWork.some((sign) => sign.test(text))
    ? "it may lose work that is not committed"
    : null;
}

/** A word that begins with an expansion may begin with a dash. */
function mayBeOption({ parts }: ShellWord): boolean {
  return parts[0]?.kind !== "plain" && parts[0]?.kind !== "quoted";
}

function sedRisk(values: readonly string[]): string | null {
  const isScriptFile = values.some((value) => /^(-\w*f|--file)/.test(value));
  const index = values.findIndex((value) =>
    /^(-\w*e|--expression)$/.test(value)
  );
  const script = index === -1
    ? values.find((value) => !value.startsWith("-"))
    : values[index + 1];
  const isSafe = script !== undefined && isSafeScript(script) &&
    values.filter((value) => /^(-\w*e|--expression)/.test(value)).length <= 1;
  return isScriptFile || !isSafe ? "its script may write files or run" : null;
}
