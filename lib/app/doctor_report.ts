import { count } from "../core/text.ts";
import { printable } from "../term/printable.ts";
import {
  type CapabilityName,
  capabilityTitles,
  type ModelCard,
} from "./doctor_card.ts";
import { type EnvironmentReport, manyMemoryTokens } from "./doctor_find.ts";
import type { ServerFinding } from "./doctor_servers.ts";

/** A report as one JSON document that ends with a line end. */
export function jsonReport(report: EnvironmentReport | ModelCard): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** What was found without a model, as text. */
export function environmentText(report: EnvironmentReport): string {
  const { deno, folder, platform, runsAs, version } = report;
  return page([
    section(`openclaude ${version}`, [
      ["runs as", `${runsAs}, Deno ${deno}, ${platform}`],
      ["folder", folder],
    ]),
    section("Permissions", report.permissions.map(permissionRow)),
    section("Tools", toolRows(report)),
    section("Commands", commandRows(report)),
    section(
      "Programs",
      report.programs.map(({ name, said, state, use }) => [
        name,
        `${words(state)}${said === "" ? "" : ` (${said})`}: ${use}`,
      ]),
    ),
    section(
      "Folders",
      report.folders.map(({ name, path, problem, state }) => [
        name,
        `${path ?? "nowhere"}: ${words(state)}${
          problem === "" ? "" : ` (${problem})`
        }`,
      ]),
    ),
    section("Memory", memoryRows(report)),
    section("Model", endpointRows(report)),
    section("Contacted on this machine", report.servers.map(serverRow)),
  ]);
}

type Row = readonly [left: string, right: string];

function permissionRow(
  grant: EnvironmentReport["permissions"][number],
): Row {
  const { category, flag, granted, state } = grant;
  const most = 4;
  const some = granted.slice(0, most).join(", ");
  const more = granted.length > most
    ? ` and ${granted.length - most} more`
    : "";
  const holds = state === "scoped" && some !== "" ? `: ${some}${more}` : "";
  const add = flag === null ? "" : `; add ${flag}`;
  return [category, `${state}${holds}${add}`];
}

function toolRows({ tools, worker }: EnvironmentReport): Row[] {
  const offered = tools.filter((tool) => tool.offered);
  const rows: Row[] = [
    ["offered", offered.map(({ name }) => name).join(", ") || "none"],
    ...tools.filter((tool) => !tool.offered).map(({ missing, name }): Row => [
      name,
      `not offered; add ${missing.join(" ")}`,
    ]),
  ];
  const where = !worker.starts
    ? "none"
    : worker.narrowed
    ? `starts in ${worker.startMs} ms, with the rights of the mode`
    : `starts in ${worker.startMs} ms, with all rights`;
  rows.push(["worker", where]);
  if (worker.warning !== null) rows.push(["", worker.warning]);
  return rows;
}

function commandRows({ sandbox }: EnvironmentReport): Row[] {
  const { canRun, label, notes, refusedBy, trials } = sandbox;
  const kept = refusedBy !== null
    ? `none are run: ${refusedBy}`
    : canRun
    ? label
    : "none can be run";
  return [
    ["kept by", kept],
    ...trials.map(({ because, kind, usable }): Row => [
      kind,
      `${usable ? "works" : "not usable"}${
        because === "" ? "" : ` (${because})`
      }`,
    ]),
    ...notes.map((note): Row => ["note", note]),
  ];
}

function memoryRows({ memory }: EnvironmentReport): Row[] {
  const { files, tokens, warnings } = memory;
  const rows = files.map(({ bytes, path, tokens }): Row => [
    path,
    `${bytes} bytes, about ${tokens} tokens`,
  ]);
  if (rows.length === 0) rows.push(["files", "none"]);
  for (const warning of warnings) rows.push(["warning", warning]);
  if (tokens > manyMemoryTokens) {
    rows.push([
      "warning",
      `about ${tokens} tokens go with every request: shorten the files`,
    ]);
  }
  return rows;
}

function settingsWords(
  { file, problem, state }: EnvironmentReport["settings"],
): string {
  const why = problem === "" ? "" : ` (${problem})`;
  return `${file ?? "nowhere"}: ${words(state)}${why}`;
}

function endpointRows({ endpoint, settings }: EnvironmentReport): Row[] {
  const { apiKey, baseUrl, contextWindow, listed, model } = endpoint;
  const rows: Row[] = [
    ["settings", settingsWords(settings)],
    ["model", `${model.value} (${model.source})`],
    ["server", `${baseUrl.value} (${baseUrl.source})`],
    ["key", `${apiKey.set ? "set" : "not set"} (${apiKey.source})`],
    [
      "window",
      contextWindow === null
        ? "asked of the server"
        : `${contextWindow.value} (${contextWindow.source})`,
    ],
    ["reachable", endpoint.reachable ? "yes" : `no: ${endpoint.problem}`],
  ];
  if (listed === false) {
    rows.push(["warning", `the server does not list "${model.value}"`]);
  }
  const next = "openclaude doctor -m NAME shows what a model can";
  return [...rows, ["", next]];
}

function serverRow({ flag, models, name, state, url }: ServerFinding): Row {
  const most = 5;
  const some = models.slice(0, most).join(", ");
  const more = models.length > most ? ` and ${models.length - most} more` : "";
  const says = {
    answers: `answers, ${count(models.length, "model")}${
      some === "" ? "" : `: ${some}${more}`
    }`,
    silent: "nobody answers",
    other: "something answers that lists no models",
    not_permitted: `not asked; add ${flag}`,
  };
  return [name, `${url}: ${says[state]}`];
}

/** A model's card, as text. */
export function cardText(card: ModelCard): string {
  const { requests, verdict } = card;
  const hasReply = card.capabilities.auth.state === "yes";
  return page([
    section(`${card.model} at ${card.baseUrl}`, [
      ["server", card.server ?? "unknown"],
      [
        "asked",
        `${requests.chat} of ${requests.limit} requests to the model, ` +
        `${requests.questions} about the server`,
      ],
    ]),
    section("Capabilities", capabilityRows(card)),
    ...(hasReply ? [section("Learned", learnedRows(card))] : []),
    section("Verdict", [
      [verdict.usable ? "yes" : "no", verdict.reason],
      ...verdict.advice.map((advice): Row => ["do", advice]),
    ]),
  ]);
}

function capabilityRows({ capabilities }: ModelCard): Row[] {
  const names = Object.keys(capabilityTitles) as CapabilityName[];
  const isSilent = capabilities.auth.state !== "yes";
  return names
    // Without a reply there is nothing to say of all the others.
    .filter((name) => !isSilent || capabilities[name].state !== "unknown")
    .map((name) => [
      capabilityTitles[name],
      `${capabilities[name].state.padEnd(7)}  ${capabilities[name].evidence}`,
    ]);
}

function learnedRows({ learned, warnings }: ModelCard): Row[] {
  const kept = Object.keys(learned.profile).length === 0
    ? "nothing that the tables do not say"
    : JSON.stringify(learned.profile);
  return [
    ["profile", kept],
    ["kept in", learned.file ?? `nowhere: ${learned.problem}`],
    ...warnings.map((warning): Row => ["warning", warning]),
  ];
}

function section(title: string, rows: readonly Row[]): string {
  const width = Math.min(
    Math.max(...rows.map(([left]) => left.length), 0),
    widest,
  );
  const lines = rows.map(([left, right]) =>
    `  ${oneLine(left).padEnd(width)}  ${oneLine(right)}`.trimEnd()
  );
  return `${oneLine(title)}\n${lines.join("\n")}\n`;
}

/** Columns of the left side; a long path pushes its own line only. */
const widest = 20;

/** What a server says can't draw on the terminal or look like our lines. */
function oneLine(value: string): string {
  return printable(value).replaceAll("\n", " ");
}

function page(sections: readonly string[]): string {
  return sections.join("\n");
}

function words(state: string): string {
  return state.replaceAll("_", " ");
}
