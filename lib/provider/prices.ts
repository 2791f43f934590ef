import type { ModelInfo } from "../core/model.ts";
import type { Prices } from "../core/settings.ts";
import { isPrivateHost } from "./endpoint.ts";
import { priceLists } from "./price_rows.ts";

/**
 * What a model costs at a server: what the server said, else our table, which
 * knows a maker's own servers alone. Empty where nobody knows: another host
 * of the same model has another price.
 */
export function priceOf(
  baseUrl: string,
  model: string,
  listed: Prices | undefined,
): Pick<ModelInfo, "prices" | "priceSource"> {
  if (listed !== undefined) return { prices: listed, priceSource: "server" };
  const prices = tablePrice(baseUrl, model);
  return prices === undefined ? {} : { prices, priceSource: "table" };
}

/** What our table says that a model costs at a server. */
export function tablePrice(
  baseUrl: string,
  model: string,
): Prices | undefined {
  const url = URL.parse(baseUrl);
  if (url === null || isPrivateHost(baseUrl)) return undefined;
  const id = model.toLowerCase().replace(/^models\//, "");
  for (const { host, path, rows } of priceLists) {
    const isHere = url.hostname.toLowerCase() === host &&
      (path?.test(url.pathname) ?? true);
    if (!isHere) continue;
    // A dated id is the same model; any other ending is another one.
    const plain = id.replace(/-(20\d\d-\d\d-\d\d|20\d{6})$/, "");
    const row = rows[id] ?? rows[plain];
    if (row === undefined) continue;
    const [input, output, cached] = row;
    return { input, output, ...(cached === undefined ? {} : { cached }) };
  }
  return undefined;
}
