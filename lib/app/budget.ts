import { exitCodes, UserError } from "../core/error.ts";
import type { ModelInfo } from "../core/model.ts";
import type { AgentOptions, Spending } from "../agent/options.ts";
import type { Endpoint } from "./endpoint.ts";
import { openModel } from "./model.ts";

/** Milliseconds in which a server has to say what its model costs. */
const priceMs = 5_000;

/**
 * The limit of `--max-budget-usd`, to be shared by all runs and agents of a
 * conversation. Undefined without one.
 *
 * @throws {UserError} with exit code 2 where nobody knows what the model
 * costs: a limit that can't be kept is none.
 */
export async function openSpending(
  limitUsd: number | undefined,
  endpoint: Endpoint,
): Promise<Spending | undefined> {
  if (limitUsd === undefined) return undefined;
  const model = await openModel(endpoint, {
    record: undefined,
    patienceMs: priceMs,
  });
  const info = await model.info(AbortSignal.timeout(priceMs));
  if (info.prices === undefined) throw unknownPrice(endpoint.model);
  return { limitUsd, spentUsd: 0 };
}

/** The parts of a run's options that count money. */
export type MoneyOptions = Pick<
  AgentOptions,
  "prices" | "priceSource" | "spending"
>;

/**
 * What a run's tokens cost, and what it may spend.
 *
 * @throws {UserError} where there is a limit and no price.
 */
export function moneyOptions(
  model: string,
  { prices, priceSource }: ModelInfo,
  spending: Spending | undefined,
): MoneyOptions {
  if (spending !== undefined && prices === undefined) throw unknownPrice(model);
  return {
    ...(prices === undefined ? {} : { prices }),
    ...(priceSource === undefined ? {} : { priceSource }),
    ...(spending === undefined ? {} : { spending }),
  };
}

function unknownPrice(model: string): UserError {
  return new UserError(
    `Cannot keep --max-budget-usd: the price of "${model}" is unknown. Give ` +
      "it in the settings, at endpoints.NAME.models.MODEL.prices",
    exitCodes.usage,
  );
}
