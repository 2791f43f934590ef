import type { ModelClient } from "../core/model.ts";
import { systemClock } from "../platform/clock.ts";
import { path } from "../platform/paths.ts";
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
  options: { readonly record: string | undefined },
): Promise<ModelClient> {
  const client = endpoint.model.startsWith(scripted)
    ? await openScript(endpoint.model.slice(scripted.length))
    : await openServer(endpoint);
  if (options.record === undefined) return client;
  const { recordModel } = await import("../provider/record.ts");
  const file = path.resolve(options.record);
  return recordModel(
    client,
    (line) =>
      Deno.writeTextFile(file, `${line}\n`, { append: true, mode: 0o600 }),
  );
}

async function openScript(file: string): Promise<ModelClient> {
  const { openScripted } = await import("../provider/scripted.ts");
  return await openScripted(path.resolve(file), { sleep: systemClock.sleep });
}

async function openServer(endpoint: Endpoint): Promise<ModelClient> {
  const { openModel: open } = await import("../provider/mod.ts");
  return open({
    ...endpoint,
    smallestWindow,
    clock: systemClock,
    random: Math.random,
    newId,
  });
}
