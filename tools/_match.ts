import type { Breather } from "../lib/platform/breather.ts";
import { withEol } from "../lib/platform/text_file.ts";
import {
  fold,
  foldAllPunctuation,
  type Folded,
  foldLines,
  foldPunctuation,
} from "./_fold.ts";
import { indentShift, type Shift } from "./_indent.ts";
import { unnumbered, type Variant } from "./_numbered.ts";

/** What a match did not look at; "exact" when it looked at everything. */
export type MatchLevel =
  | "exact"
  | "line ends"
  | "line numbers"
  | "trailing white space"
  | "typographic punctuation"
  | "indentation"
  | "escapes";

/** One span of a text, by positions, and what it becomes. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What to look for and what to put in its place. */
export interface Wanted {
  readonly oldText: string;
  readonly newText: string;
  /** Line end for a replacement whose span holds none. */
  readonly eol: "\n" | "\r\n";
}

/** All places that match at the first level with any; empty when none does. */
export interface Match {
  readonly level: MatchLevel;
  readonly replacements: readonly Replacement[];
}

/** Places that are looked for, to bound memory; Edit refuses as many. */
export const maxPlaces = 100_000;

/**
 * Finds where an edit applies by the ladder of spec/providers.md 6.2: each
 * level overlooks more than the one before, and the first level at which
 * anything matches decides. It never goes by likeness. Positions are those
 * of the original text, so nothing outside a span ever changes.
 */
export async function findMatch(
  text: string,
  wanted: Wanted,
  breather: Breather,
): Promise<Match> {
  const source = openSource(text, breather);
  for (const { level, find } of ladder) {
    const replacements = await find(source, wanted);
    if (replacements.length > 0) return { level, replacements };
    if (breather.isDue()) await breather.rest();
  }
  return { level: "exact", replacements: [] };
}

/** The text that is searched, in forms that several levels share. */
interface Source {
  readonly text: string;
  readonly breather: Breather;
  /** With plain line ends. */
  plain(): Promise<Folded>;
  /** With ASCII punctuation, position by position. */
  ascii(): Promise<string>;
}

function openSource(text: string, breather: Breather): Source {
  let plain: Promise<Folded> | undefined;
  let ascii: Promise<string> | undefined;
  return {
    text,
    breather,
    plain: () => plain ??= foldPlain(text, breather),
    ascii: () => ascii ??= foldAllPunctuation(text, breather),
  };
}

async function foldPlain(text: string, breather: Breather): Promise<Folded> {
  return text.includes("\r\n")
    ? await fold(text, { trailing: false, leading: false }, breather)
    : { value: text, original: (position) => position };
}

type Find = (source: Source, wanted: Wanted) => Promise<Replacement[]>;

const ladder: readonly { readonly level: MatchLevel; readonly find: Find }[] = [
  { level: "exact", find: findExact },
  { level: "line ends", find: findLineEnds },
  { level: "line numbers", find: findUnnumbered },
  { level: "trailing white space", find: findTrimmed },
  { level: "typographic punctuation", find: findPunctuation },
  { level: "indentation", find: findIndented },
  { level: "escapes", find: findEscapes },
];

function findExact({ text }: Source, wanted: Wanted): Promise<Replacement[]> {
  const { oldText, newText } = wanted;
  const found = placesOf(text, oldText).map((place) => {
    // Half of a "\r\n" can't be replaced without leaving a stray "\r".
    const splitsPair = oldText.startsWith("\n") && text[place - 1] === "\r";
    const start = splitsPair ? place - 1 : place;
    return replace(text, start, place + oldText.length, newText, wanted.eol);
  });
  return Promise.resolve(found);
}

async function findLineEnds(
  source: Source,
  wanted: Wanted,
): Promise<Replacement[]> {
  return findIn(
    await source.plain(),
    source.text,
    unmarked(wanted),
    wanted.eol,
  );
}

async function findUnnumbered(
  source: Source,
  wanted: Wanted,
): Promise<Replacement[]> {
  const folded = await source.plain();
  for (const variant of unnumbered(unmarked(wanted))) {
    const found = findIn(folded, source.text, variant, wanted.eol);
    if (found.length > 0) return found;
  }
  return [];
}

function findTrimmed(source: Source, wanted: Wanted): Promise<Replacement[]> {
  return findFolded(source, source.text, wanted);
}

async function findPunctuation(
  source: Source,
  wanted: Wanted,
): Promise<Replacement[]> {
  return findFolded(source, await source.ascii(), {
    ...wanted,
    oldText: foldPunctuation(wanted.oldText),
  });
}

/** `seen` is the text as it is compared, position by position. */
async function findFolded(
  { text, breather }: Source,
  seen: string,
  wanted: Wanted,
): Promise<Replacement[]> {
  const options = { trailing: true, leading: false };
  const folded = await fold(seen, options, breather);
  for (const variant of variants(wanted)) {
    const needle = foldLines(variant.oldText, options);
    if (needle.trim() === "") continue;
    // White space at the very end means that the line ends there.
    const endsLine = /[ \t]$/.test(variant.oldText);
    const isMeant = (place: number) =>
      !endsLine || isLineEnd(folded.value, place, needle);
    const found = placesOf(folded.value, needle, isMeant).map((place) => {
      const start = folded.original(place);
      const bare = folded.original(place + needle.length);
      const end = endsLine ? skipBlanks(text, bare) : bare;
      return replace(text, start, end, variant.newText, wanted.eol);
    });
    if (found.length > 0) return found;
  }
  return [];
}

async function findIndented(
  source: Source,
  wanted: Wanted,
): Promise<Replacement[]> {
  const options = { trailing: true, leading: true };
  const seen = await source.ascii();
  const folded = await fold(seen, options, source.breather);
  for (const variant of variants(wanted)) {
    const oldText = foldPunctuation(variant.oldText);
    const needle = foldLines(oldText, options);
    if (needle.trim() === "") continue;
    const found: Replacement[] = [];
    const isMeant = (place: number) =>
      isWholeLines(folded.value, place, needle);
    for (const place of placesOf(folded.value, needle, isMeant)) {
      const start = folded.original(place);
      const end = folded.original(place + needle.length);
      const shift = indentShift(oldText, seen.slice(start, end));
      if (shift === null) continue;
      const newText = shiftLines(variant.newText, shift);
      found.push(replace(source.text, start, end, newText, wanted.eol));
    }
    if (found.length > 0) return found;
  }
  return [];
}

async function findEscapes(
  source: Source,
  wanted: Wanted,
): Promise<Replacement[]> {
  const folded = await source.plain();
  const { text } = source;
  const plain = unmarked(wanted);
  const decoded = mapVariant(plain, decodeEscapes);
  if (decoded.oldText !== plain.oldText) {
    const found = findIn(folded, text, decoded, wanted.eol);
    if (found.length > 0) return found;
  }
  // The other way round, a new line in the replacement may be meant as one.
  if (lineBreaks(plain.newText) > lineBreaks(plain.oldText)) return [];
  const encoded = mapVariant(plain, encodeEscapes);
  return encoded.oldText === plain.oldText
    ? []
    : findIn(folded, text, encoded, wanted.eol);
}

function mapVariant(
  { oldText, newText }: Variant,
  map: (text: string) => string,
): Variant {
  return { oldText: map(oldText), newText: map(newText) };
}

/** As given, and without line numbers where every line has one. */
function variants(wanted: Wanted): Variant[] {
  const plain = unmarked(wanted);
  return [plain, ...unnumbered(plain)];
}

function unmarked({ oldText, newText }: Wanted): Variant {
  const plain = (value: string) => withEol(value.replace(/^\ufeff/, ""), "\n");
  return { oldText: plain(oldText), newText: plain(newText) };
}

function findIn(
  folded: Folded,
  text: string,
  variant: Variant,
  eol: "\n" | "\r\n",
): Replacement[] {
  const { oldText, newText } = variant;
  return placesOf(folded.value, oldText).map((place) => {
    const start = folded.original(place);
    const end = folded.original(place + oldText.length);
    return replace(text, start, end, newText, eol);
  });
}

/** Every place, also where two overlap: they are not unique either. */
function placesOf(
  text: string,
  needle: string,
  isMeant: (place: number) => boolean = () => true,
): number[] {
  const places: number[] = [];
  if (needle === "") return places;
  let at = text.indexOf(needle);
  while (at !== -1 && places.length < maxPlaces) {
    if (isMeant(at)) places.push(at);
    at = text.indexOf(needle, at + 1);
  }
  return places;
}

/** A replacement takes the line ends of what it replaces. */
function replace(
  text: string,
  start: number,
  end: number,
  newText: string,
  eol: "\n" | "\r\n",
): Replacement {
  const found = /\r?\n/.exec(text.slice(start, end))?.[0];
  const own = found === "\r\n" || found === "\n" ? found : eol;
  return { start, end, text: withEol(newText, own) };
}

function isLineEnd(value: string, place: number, needle: string): boolean {
  const end = place + needle.length;
  return end === value.length || value[end] === "\n";
}

function isWholeLines(value: string, place: number, needle: string): boolean {
  const startsLine = place === 0 || value[place - 1] === "\n";
  return startsLine &&
    (needle.endsWith("\n") || isLineEnd(value, place, needle));
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

function shiftLines(value: string, shift: Shift): string {
  return value
    .split("\n")
    .map((line) => (line.trim() === "" ? line.trim() : shift(line)))
    .join("\n");
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "",
  '"': '"',
  "'": "'",
  "`": "`",
  "\\": "\\",
};

function decodeEscapes(value: string): string {
  return value.replace(
    /\\([ntr"'`\\])/g,
    (whole, letter: string) => escapes[letter] ?? whole,
  );
}

function encodeEscapes(value: string): string {
  return value.replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

function lineBreaks(value: string): number {
  return value.split("\n").length;
}
