import type { OptionRow } from "./option_table.ts";

/** A heading of the help and the names of the options below it. */
export interface HelpTopic {
  readonly title: string;
  readonly names: readonly string[];
}

/** The options by what they are about, in the order of the help. */
export const helpTopics: readonly HelpTopic[] = [
  {
    title: "The model and its server",
    names: ["model", "base-url", "api-key", "context-window"],
  },
  {
    title: "What it may do",
    names: [
      "permission-mode",
      "dangerously-skip-permissions",
      "allow-dangerously-skip-permissions",
      "allowedTools",
      "disallowedTools",
      "tools",
      "add-dir",
      "sandbox",
      "no-exec",
      "local-only",
      "worker-permissions",
    ],
  },
  {
    title: "The prompt",
    names: [
      "print",
      "interactive",
      "cwd",
      "image",
      "system-prompt",
      "system-prompt-file",
      "append-system-prompt",
      "append-system-prompt-file",
    ],
  },
  {
    title: "When it ends",
    names: [
      "max-turns",
      "max-budget-usd",
      "timeout",
      "fail-on-denied",
      "verify",
      "verify-attempts",
      "require-change",
    ],
  },
  {
    title: "Sessions",
    names: [
      "continue",
      "resume",
      "fork-session",
      "session-id",
      "name",
      "no-session",
    ],
  },
  {
    title: "Output, and other programs",
    names: [
      "quiet",
      "output-format",
      "input-format",
      "include-partial-messages",
      "replay-user-messages",
      "permission-prompt-tool",
      "json-schema",
      "output-last-message",
      "json",
      "verbose",
    ],
  },
  {
    title: "Settings",
    names: ["settings", "setting-sources", "bare", "trust"],
  },
  {
    title: "To look into it",
    names: ["debug", "debug-file", "record", "replay", "help", "version"],
  },
];

/** The rows of each topic; what no topic names stands at the end. */
export function byTopic(
  rows: readonly OptionRow[],
  topics: readonly HelpTopic[] = helpTopics,
): readonly { readonly title: string; readonly rows: readonly OptionRow[] }[] {
  const named = new Set(topics.flatMap(({ names }) => names));
  return [
    ...topics.map(({ title, names }) => ({
      title,
      rows: names.flatMap((name) =>
        rows.find((row) => row.name === name) ?? []
      ),
    })),
    { title: "Others", rows: rows.filter(({ name }) => !named.has(name)) },
  ].filter(({ rows }) => rows.length > 0);
}
