import { isFixed } from "./read_only.ts";
import type { ShellCommand } from "./shell.ts";
import { textsToAllow } from "./command_text.ts";
import { unpredictable } from "./unpredictable.ts";
import { escapeWildcard } from "./wildcard.ts";
import { stripWrappers } from "./wrappers.ts";

/** Programs whose next words say what they do, and how many of them. */
const subcommands: Readonly<Record<string, number>> = {
  "npm run": 3,
  "pnpm run": 3,
  "yarn run": 3,
  "bun run": 3,
  "deno task": 3,
  "docker compose": 3,
  apt: 2,
  brew: 2,
  bun: 2,
  bundle: 2,
  cargo: 2,
  composer: 2,
  deno: 2,
  docker: 2,
  dotnet: 2,
  gh: 2,
  git: 2,
  go: 2,
  gradle: 2,
  kubectl: 2,
  make: 2,
  mvn: 2,
  npm: 2,
  npx: 2,
  pip: 2,
  pnpm: 2,
  podman: 2,
  poetry: 2,
  rake: 2,
  systemctl: 2,
  terraform: 2,
  uv: 2,
  yarn: 2,
};

/** Programs of which one call says nothing about the next. */
const single = new Set(
  ("rm rmdir mv cp ln dd chmod chown kill pkill killall curl wget ssh scp " +
    "rsync python python3 node ruby perl php sh bash zsh awk sed find tee " +
    "truncate shred sqlite3 psql mysql aws gcloud az").split(" "),
);

const longestExact = 200;

/**
 * The rules that "don't ask again" would store for a command: one that also
 * allows its like where that says little, else the command alone.
 */
export function offerFor(command: ShellCommand): readonly string[] {
  const { name } = command;
  if (name === null) return [];
  const exact = textsToAllow(command).exact.at(-1) ?? "";
  const alone = exact.length > longestExact || exact.includes("\n") ||
      command.assignments.some(({ value }) => value === null)
    ? []
    : [`Bash(${escapeWildcard(exact)})`];
  const words = stripWrappers([name, ...command.words]);
  const stem = stemOf(words.map((word) => isFixed(word) ? word.text : null));
  const isUsual = stem !== null && unpredictable(words) === null &&
    textsToAllow(command).open.length > 0;
  return isUsual ? [`Bash(${stem} *)`] : alone;
}

function stemOf(texts: readonly (string | null)[]): string | null {
  const [program] = texts;
  if (!program || !/^[\w.@+-]+$/.test(program) || single.has(program)) {
    return null;
  }
  const length = subcommands[`${program} ${texts[1] ?? ""}`] ??
    (Object.hasOwn(subcommands, program) ? subcommands[program] : 1) ?? 1;
  const stem = texts.slice(0, length);
  const isPlain = stem.length === length &&
    stem.every((text) => text !== null && /^[\w.@+:/][\w.@+:/-]*$/.test(text));
  return isPlain ? stem.join(" ") : null;
}
