import { describeError, exitCodes, UserError } from "../core/error.ts";
import type { ModelClient } from "../core/model.ts";
import type { Prices } from "../core/settings.ts";
import { systemClock } from "../platform/clock.ts";
import { path } from "../platform/paths.ts";
import type { ProfileOverride } from "../provider/profile.ts";
import { loadLearnedProfile } from "./doctor_profile.ts";
import type { Endpoint } from "./endpoint.ts";
import { newId } from "./identity.ts";

const scripted = "scripted:";

/** Tokens below which an Ollama is asked to load the model with more. */
const smallestWindow = 16_384;

/**
 * Opens the model that an endpoint names: a script that plays replies, or a
 * server. Asks no server anything yet.
 *
 * @throws {UserError} for a script that can't be read.
 */
export async function openModel(
  endpoint: Endpoint,
  options: {
    readonly record: string | undefined;
    /** Milliseconds that the server's list of models is waited for. */
    readonly patienceMs?: number;
  },
): Promise<ModelClient> {
  const opened = endpoint.model.startsWith(scripted)
    ? await openScript(endpoint.model.slice(scripted.length))
    : await openServer(endpoint, patienceOf(options));
  const client = withPrices(opened, endpoint.prices);
  if (options.record === undefined) return client;
  const { recordModel } = await import("../provider/record.ts");
  const file = path.resolve(options.record);
  // Another model of the same conversation goes on in the same script.
  if (!recorded.has(file)) await startRecord(file);
  recorded.add(file);
  return recordModel(
    client,
    (line) => Deno.writeTextFile(file, `${line}\n`, { append: true }),
  );
}

function patienceOf({ patienceMs }: { readonly patienceMs?: number }) {
  return patienceMs === undefined ? {} : { patienceMs };
}

/** Files to which this process records. */
const recorded = new Set<string>();

async function startRecord(file: string): Promise<void> {
  try {
    await Deno.writeTextFile(file, "", { createNew: true, mode: 0o600 });
  } catch (error) {
    const reason = error instanceof Deno.errors.AlreadyExists
      ? "the file exists; remove it or name another"
      : describeError(error);
    throw new UserError(
      `Cannot record to "${file}": ${reason}`,
      exitCodes.usage,
    );
  }
}

async function openScript(file: string): Promise<ModelClient> {
  const { openScripted } = await import("../provider/scripted.ts");
  return await openScripted(path.resolve(file), { sleep: systemClock.sleep });
}

/**
 * Opens the model of a server. Over the tables' profile is laid what
 * `openclaude doctor` has learned, and over that the user's own word.
 *
 * @throws {UserError} for corrections in the settings that can't be used.
 */
export async function openServer(
  { profile: corrections, ...endpoint }: Endpoint,
  options: {
    /** Laid over all, in the place of what was learned. */
    readonly probe?: ProfileOverride;
    readonly fetch?: typeof fetch;
    readonly patienceMs?: number;
  } = {},
): Promise<ModelClient> {
  const { openModel: open } = await import("../provider/mod.ts");
  const { probe, ...rest } = options;
  const said = corrections === undefined ? {} : await checked(corrections);
  const profile = probe === undefined
    ? layOver(said, await loadLearnedProfile(endpoint.baseUrl, endpoint.model))
    : layOver(probe, said);
  return open({
    ...endpoint,
    ...rest,
    profile,
    smallestWindow,
    clock: systemClock,
    random: Math.random,
    newId,
  });
}

function layOver(
  over: ProfileOverride,
  under: ProfileOverride = {},
): ProfileOverride {
  const extraBody = { ...under.extraBody, ...over.extraBody };
  return {
    ...under,
    ...over,
    ...(Object.keys(extraBody).length === 0 ? {} : { extraBody }),
  };
}

async function checked(profile: unknown): Promise<ProfileOverride> {
  const { parseProfileOverride } = await import(
    "../provider/profile_override.ts"
  );
  try {
    return parseProfileOverride(profile);
  } catch (error) {
    throw new UserError(
      `Cannot use the endpoint's profile: ${describeError(error)}`,
      exitCodes.settings,
    );
  }
}

/** The client, with what its model costs in what is known of it. */
function withPrices(
  client: ModelClient,
  prices: Prices | undefined,
): ModelClient {
  if (prices === undefined) return client;
  return {
    name: client.name,
    info: async (signal) => ({
      ...await client.info(signal),
      prices,
      priceSource: "settings",
    }),
    stream: (request, options) => client.stream(request, options),
    list: (signal) => client.list(signal),
  };
}
