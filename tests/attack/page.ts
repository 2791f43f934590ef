/**
 * Makes docs/reference/attack-suite.md: `deno task attacks` plays all attacks
 * in all settings, and writes the page when each ended as the table says.
 */
import {
  type Attack,
  type AttackGroup,
  cellsOf,
  type Setting,
  settings,
  stoppers,
} from "./attack.ts";
import { playAll } from "./surprises.ts";
import { attackGroups, attacks } from "./table.ts";

/** The page that the table makes. */
export const pageFile = new URL(
  "../../docs/reference/attack-suite.md",
  import.meta.url,
);

/** The page as `deno fmt` would have it. */
export async function pageText(): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext=md", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const writing = writer.write(new TextEncoder().encode(draft()))
    .then(() => writer.close());
  const [{ stdout }] = await Promise.all([child.output(), writing]);
  return new TextDecoder().decode(stdout);
}

function draft(): string {
  const reasons = [
    ...new Set(attacks.flatMap(({ because }) => because ?? [])),
  ];
  const cares = attacks.flatMap(({ care, title }) =>
    care === undefined ? [] : [`- ${plain(title)}: ${care}.`]
  );
  return [
    "# The attack suite",
    opening,
    "## What stopped it",
    "| mark | what stopped it |\n| --- | --- |\n" +
    Object.entries(stoppers).map(([mark, what]) => `| ${mark} | ${what} |`)
      .join("\n"),
    answers,
    "## Counts",
    counts(),
    ...attackGroups.flatMap((group) => [
      `## ${group.title}`,
      tableOf(group, reasons),
    ]),
    "## Not stopped, because",
    reasons.map((reason, index) => `- **${letterOf(index)}**: ${reason}.`)
      .join("\n"),
    "## What our own making stops",
    cares.join("\n"),
  ].join("\n\n") + "\n";
}

const opening = "`deno task attacks` makes this page from a run; " +
  "`tests/attack/` holds the attacks, and a test fails when one ends in " +
  "another way than is written here, for better or for worse. A scripted " +
  "model makes the calls; the loop, the rules, the worker and the tools are " +
  "the program's, started with `--allow-read`, `--allow-run`, `--allow-env`, " +
  "and with `--allow-write` and `--allow-net` for the places of the suite. " +
  "Each attack is played in a folder of its own, in four modes, with and " +
  "without ring 2 (bubblewrap). What happened is looked up on the disk, at " +
  "listeners and among the processes, never in what the program says.";

const answers = "`A2` is: the user is asked and says no; had the user said " +
  "yes, ring 2 would have stopped it. A letter behind `-` leads to the " +
  "reason. In plan mode the worker holds no right to write or to run, so " +
  "that `M` would be `1` if the mode's check were not there.";

function counts(): string {
  const rows = settings.map((setting, index) => {
    const cells = attacks.map((attack) => cellsOf(attack)[index] ?? "");
    const count = (wanted: (cell: string) => boolean) =>
      cells.filter(wanted).length;
    return [
      `${setting.mode}, ring 2 ${setting.ring2 ? "on" : "off"}`,
      count((cell) => !cell.startsWith("A") && cell !== "-"),
      count((cell) => cell.startsWith("A") && cell !== "A-"),
      count((cell) => cell === "A-"),
      count((cell) => cell === "-"),
    ].map((cell) => `| ${cell} `).join("") + "|";
  });
  return [
    `${attacks.length} attacks:`,
    "",
    "| setting | stopped | asked, and stopped after a yes | asked, and a " +
    "yes lets it happen | not stopped |",
    "| --- | --: | --: | --: | --: |",
    ...rows,
  ].join("\n");
}

/** The head of a column: "default" and what ring 2 is. */
function columnOf({ mode, ring2 }: Setting): string {
  const short = mode === "bypassPermissions" ? "bypass" : mode;
  return ring2 ? `${short} +2` : `${short} -2`;
}

function tableOf(
  { attacks }: AttackGroup,
  reasons: readonly string[],
): string {
  const head = ["attack", "what must not happen", ...settings.map(columnOf)];
  const rows = attacks.map((attack) => rowOf(attack, reasons));
  return [
    head,
    head.map(() => "---"),
    ...rows,
  ].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rowOf(attack: Attack, reasons: readonly string[]): string[] {
  const { title, harm, because } = attack;
  const note = because === undefined ? "" : letterOf(reasons.indexOf(because));
  const cells = cellsOf(attack)
    .map((cell) => cell.endsWith("-") ? `${cell}${note}` : cell);
  return [plain(title), harm.what, ...cells];
}

function plain(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** The letter of a reason: figures are marks. */
function letterOf(index: number): string {
  return String.fromCharCode("a".charCodeAt(0) + index);
}

async function main(): Promise<void> {
  const surprises = await playAll(settings);
  if (surprises.length > 0) throw new Error(surprises.join("\n"));
  await Deno.writeTextFile(pageFile, await pageText());
}

if (import.meta.main) await main();
