/** A step to a value: a field's name, or a place in a list. */
export type Key = string | number;

/** A setting as the user writes it: `permissions.allow[2]`. */
export function keyText(path: readonly Key[]): string {
  return path.map((key, index) => {
    if (typeof key === "number") return `[${key}]`;
    const name = /^[\w$-]+$/.test(key) ? key : JSON.stringify(key);
    return index === 0 ? name : `.${name}`;
  }).join("");
}

/**
 * Reads what {@link keyText} writes. Names that hold a dot or a bracket are
 * in quotes; undefined for a text that is no key.
 */
export function parseKey(text: string): readonly Key[] | undefined {
  const step = /(?:^|\.)(?:("(?:[^"\\]|\\.)*")|([^.[\]"\s]+))|\[(\d{1,6})\]/y;
  const path: Key[] = [];
  for (let at = 0; at < text.length; at = step.lastIndex) {
    step.lastIndex = at;
    const [, quoted, plain, place] = step.exec(text) ?? [];
    const key = quoted === undefined ? plain : nameIn(quoted);
    if (key !== undefined) path.push(key);
    else if (place !== undefined && at > 0) path.push(Number(place));
    else return undefined;
  }
  return text === "" || text.startsWith(".") ? undefined : path;
}

function nameIn(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted);
  } catch {
    // An escape that JSON does not know.
    return undefined;
  }
}

/** What stands at a key; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly Key[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<Key, unknown>)[key]
        : undefined,
    value,
  );
}
