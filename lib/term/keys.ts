/** One key, or one paste. */
export interface Key {
  /**
   * "text" for a printable character, "paste" for a bracketed paste, a letter
   * with `ctrl` or `alt`, or a name such as "enter", "up", "f5".
   */
  readonly name: string;
  /** What a "text" or "paste" key puts in; line ends of pastes are "\n". */
  readonly text: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

/** Names a key with its modifiers, for tables: "ctrl+alt+b", "shift+enter". */
export function keyId(key: Key): string {
  const { ctrl, alt, shift, name } = key;
  return `${ctrl ? "ctrl+" : ""}${alt ? "alt+" : ""}${
    shift ? "shift+" : ""
  }${name}`;
}

/** Final letters of CSI and SS3 sequences. */
const letters: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  E: "begin",
  F: "end",
  H: "home",
  M: "enter",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
  Z: "tab",
};

/** First parameters of sequences that end in "~". */
const tildes: Readonly<Record<string, string>> = {
  "1": "home",
  "2": "insert",
  "3": "delete",
  "4": "end",
  "5": "pageup",
  "6": "pagedown",
  "7": "home",
  "8": "end",
  "11": "f1",
  "12": "f2",
  "13": "f3",
  "14": "f4",
  "15": "f5",
  "17": "f6",
  "18": "f7",
  "19": "f8",
  "20": "f9",
  "21": "f10",
  "23": "f11",
  "24": "f12",
};

/** Control characters that have a name of their own. */
const controls: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\t": "tab",
  "\x1b": "escape",
  "\x7f": "backspace",
  "\b": "backspace",
};

const pasteStart = "\x1b[200~";
const pasteEnd = "\x1b[201~";
/** A paste longer than this arrives in pieces, to bound the memory. */
const pasteLimit = 4_000_000;
/** No key sequence is longer; what is, is dropped. */
const sequenceLimit = 128;

/**
 * Turns the bytes of a terminal into keys, wherever the stream is cut. A lone
 * escape byte may be the key or the start of a sequence: while `pending` is
 * true, the caller waits a little and then calls `flush()`.
 */
export class KeyParser {
  #decoder = new TextDecoder();
  #text = "";
  #paste: string | null = null;

  /** Whether an undecided escape sequence is held back. */
  get pending(): boolean {
    return this.#text !== "" && this.#paste === null;
  }

  /** Takes bytes and returns the keys that are complete. */
  feed(bytes: Uint8Array): Key[] {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    return this.#parse(false);
  }

  /** Decides what is held back: no more bytes of it will come. */
  flush(): Key[] {
    return this.#parse(true);
  }

  #parse(isFinal: boolean): Key[] {
    const keys: Key[] = [];
    while (this.#text !== "") {
      if (this.#paste !== null) {
        if (!this.#takePaste(keys)) break;
        continue;
      }
      if (this.#text.startsWith(pasteStart)) {
        this.#text = this.#text.slice(pasteStart.length);
        this.#paste = "";
        continue;
      }
      const length = tokenLength(this.#text, isFinal);
      if (length === 0) break;
      const key = toKey(this.#text.slice(0, length));
      this.#text = this.#text.slice(length);
      if (key !== null) keys.push(key);
    }
    return keys;
  }

  /** Moves text into the paste; true when its end was found. */
  #takePaste(keys: Key[]): boolean {
    const end = this.#text.indexOf(pasteEnd);
    if (end !== -1) {
      keys.push(pasteKey(this.#paste + this.#text.slice(0, end)));
      this.#text = this.#text.slice(end + pasteEnd.length);
      this.#paste = null;
      return true;
    }
    const held = heldBack(this.#text);
    this.#paste += this.#text.slice(0, this.#text.length - held);
    this.#text = this.#text.slice(this.#text.length - held);
    if (this.#paste !== null && this.#paste.length > pasteLimit) {
      keys.push(pasteKey(this.#paste));
      this.#paste = "";
    }
    return false;
  }
}

/** How much of the text's end may be the start of a paste's end. */
function heldBack(text: string): number {
  const most = Math.min(text.length, pasteEnd.length - 1);
  for (let length = most; length > 0; length--) {
    if (pasteEnd.startsWith(text.slice(-length))) return length;
  }
  return text.endsWith("\r") ? 1 : 0;
}

function pasteKey(text: string): Key {
  return makeKey("paste", { text: text.replace(/\r\n?/g, "\n") });
}

/** Length of the first key's bytes, or 0 when more are needed to know. */
function tokenLength(text: string, isFinal: boolean): number {
  if (text[0] !== "\x1b") return codePointLength(text, 0);
  const escapes = text[1] === "\x1b" ? 2 : 1;
  const kind = text[escapes];
  if (kind === undefined) return isFinal ? 1 : 0;
  if (kind === "[" || kind === "O") {
    const sequence = kind === "["
      // deno-lint-ignore no-control-regex -- the control characters of input
      ? /^\x1b{1,2}\[(?:\[[A-E]|[0-?]*[ -/]*[@-Z\\-~])/.exec(text)
      // deno-lint-ignore no-control-regex -- the control characters of input
      : /^\x1b{1,2}O[0-9;]*[@-~]/.exec(text);
    if (sequence) return sequence[0].length;
    const isOpen = kind === "["
      ? /^\[[0-?]*[ -/]*$/.test(text.slice(escapes)) || text.endsWith("[[")
      : /^O[0-9;]*$/.test(text.slice(escapes));
    if (isOpen && !isFinal && text.length < sequenceLimit) return 0;
    return isOpen ? text.length : escapes + 1;
  }
  if (kind === "]" || kind === "P" || kind === "_" || kind === "^") {
    return stringLength(text, isFinal);
  }
  return escapes === 2 ? 1 : 1 + codePointLength(text, 1);
}

/** A terminal's report (OSC, DCS): up to BEL or ST. */
function stringLength(text: string, isFinal: boolean): number {
  // deno-lint-ignore no-control-regex -- the control characters of input
  const end = /\x07|\x1b\\/.exec(text.slice(2));
  if (end) return 2 + end.index + end[0].length;
  if (text.length > 4096) return text.length;
  return isFinal ? 2 : 0;
}

function codePointLength(text: string, at: number): number {
  const code = text.codePointAt(at) ?? 0;
  return code > 0xffff ? 2 : 1;
}

function toKey(token: string): Key | null {
  if (token[0] !== "\x1b") return characterKey(token);
  if (token === "\x1b") return makeKey("escape");
  const isDouble = token[1] === "\x1b";
  const body = token.slice(isDouble ? 2 : 1);
  const isReport = body.length > 1 && "]P_^".includes(body[0] ?? "");
  if (isReport) return null;
  if (body.length > 1 && (body[0] === "[" || body[0] === "O")) {
    const key = sequenceKey(body);
    return key && isDouble ? { ...key, alt: true } : key;
  }
  const key = characterKey(body);
  if (key.name !== "text") return { ...key, alt: true };
  const name = body.toLowerCase();
  return makeKey(name, { alt: true, shift: name !== body });
}

function characterKey(character: string): Key {
  const named = controls[character];
  if (named !== undefined) return makeKey(named);
  const code = character.charCodeAt(0);
  if (code >= 32) return makeKey("text", { text: character });
  const name = code === 0 ? "space" : String.fromCharCode(code + 64);
  return makeKey(name.toLowerCase(), { ctrl: true });
}

/** A CSI or SS3 sequence without its escape byte; null when unknown. */
function sequenceKey(body: string): Key | null {
  const final = body.at(-1) ?? "";
  // The Linux console's own F1 to F5.
  if (body[1] === "[") return makeKey(`f${final.charCodeAt(0) - 64}`);
  const parameters = body.slice(1, -1).split(";");
  const first = parameters[0] ?? "";
  if (final === "u") return unicodeKey(first, parameters[1]);
  if (final === "~" && first === "27") {
    return unicodeKey(parameters[2] ?? "", parameters[1]);
  }
  const name = final === "~" ? tildes[first] : letters[final];
  if (name === undefined) return null;
  const modifiers = modifiersOf(parameters[1]);
  return final === "Z"
    ? makeKey(name, { ...modifiers, shift: true })
    : makeKey(name, modifiers);
}

/** A key that the terminal names by its code point (kitty, xterm). */
function unicodeKey(code: string, modifier: string | undefined): Key | null {
  const point = Number.parseInt(code, 10);
  if (!(point > 0 && point <= 0x10ffff)) return null;
  const character = String.fromCodePoint(point);
  const modifiers = modifiersOf(modifier);
  const plain = characterKey(character);
  if (plain.name !== "text") return { ...plain, ...modifiers };
  if (modifiers.ctrl || modifiers.alt) {
    return makeKey(character.toLowerCase(), modifiers);
  }
  const text = modifiers.shift ? character.toUpperCase() : character;
  return makeKey("text", { text });
}

function modifiersOf(parameter: string | undefined) {
  const bits = Math.max(0, (Number.parseInt(parameter ?? "1", 10) || 1) - 1);
  return {
    shift: (bits & 1) !== 0,
    alt: (bits & 2) !== 0,
    ctrl: (bits & 4) !== 0,
  };
}

function makeKey(name: string, rest: Partial<Key> = {}): Key {
  return { name, text: "", ctrl: false, alt: false, shift: false, ...rest };
}
