import { exitCodes, UserError } from "../core/error.ts";
import type { ModelClient } from "../core/model.ts";
import { systemClock } from "../platform/clock.ts";
import { path } from "../platform/paths.ts";
import type { Endpoint } from "./endpoint.ts";

const scripted = "scripted:";

/**
 * Opens the model that an endpoint names: a script that plays replies.
 *
 * @throws {UserError} for a script that can't be read.
 */
export async function openModel(
  endpoint: Endpoint,
  options: { readonly record: string | undefined },
): Promise<ModelClient> {
  if (!endpoint.model.startsWith(scripted) || options.record !== undefined) {
    throw new UserError("Only scripted models can be used", exitCodes.usage);
  }
  const { openScripted } = await import("../provider/scripted.ts");
  const file = path.resolve(endpoint.model.slice(scripted.length));
  return await openScripted(file, { sleep: systemClock.sleep });
}
