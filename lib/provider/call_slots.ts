import { JsonScan } from "./json_scan.ts";
import type { RawCall } from "./raw.ts";

/** A piece of a call as servers stream it; any field may be missing. */
export interface CallDelta {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: {
    readonly name?: unknown;
    readonly arguments?: unknown;
  } | null;
}

/** What one delta added, for a preview of the call. */
export interface CallProgress {
  /** Position of the call in the reply. */
  readonly position: number;
  /** The name, when this delta brought it. */
  readonly name?: string;
  readonly arguments: string;
}

interface Slot {
  readonly position: number;
  id: string;
  name: string;
  arguments: string;
  /** Follows the arguments. */
  scan: JsonScan;
  /** The index under which the last delta for it came. */
  index: number | undefined;
  /** A name came again without arguments: the next ones may be a new call's. */
  isHeralded: boolean;
}

/** One delta with its fields checked. */
interface Piece {
  readonly id: string;
  readonly index: number | undefined;
  readonly name: string;
  readonly arguments: string;
  /** Arguments that came as an object are whole. */
  readonly isWhole: boolean;
}

/**
 * Puts streamed pieces of calls together, as odd as servers send them:
 * without ids, without indexes, with the same index for several calls, with
 * names or arguments repeated, late or split (spec/providers.md 2.2, 2.3).
 */
export class CallSlots {
  readonly #offered: ReadonlySet<string>;
  readonly #slots: Slot[] = [];
  readonly #byIndex = new Map<number, Slot>();
  readonly #byId = new Map<string, Slot>();
  #orphan = "";

  constructor(offered: ReadonlySet<string>) {
    this.#offered = offered;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Takes one delta; undefined when it added nothing. */
  add(delta: CallDelta): CallProgress | undefined {
    const piece = readPiece(delta);
    const routed = this.#route(piece);
    if (routed === undefined) {
      this.#orphan += piece.arguments;
      return undefined;
    }
    const slot = this.#successor(routed, piece) ?? routed;
    if (piece.index !== undefined) {
      slot.index = piece.index;
      this.#byIndex.set(piece.index, slot);
    }
    if (slot.id === "" && piece.id !== "") {
      slot.id = piece.id;
      this.#byId.set(piece.id, slot);
    }
    const named = this.#setName(slot, piece);
    const added = addArguments(slot, piece);
    if (!named && added === "") return undefined;
    return {
      position: slot.position,
      ...(named ? { name: slot.name } : {}),
      arguments: added,
    };
  }

  /**
   * The calls, in the order in which they began. With `isCut`, the last one
   * is marked as cut unless its arguments are whole.
   */
  end(isCut: boolean): RawCall[] {
    const nameless = this.#slots.filter((slot) => slot.name === "");
    const [only] = nameless;
    if (this.#orphan !== "" && nameless.length === 1 && only !== undefined) {
      setArguments(only, only.arguments + this.#orphan);
    }
    const kept = this.#slots.filter((slot) =>
      slot.name !== "" || slot.arguments !== ""
    );
    return kept.map((slot, at) => ({
      id: slot.id,
      name: slot.name,
      arguments: slot.arguments,
      cut: isCut && at === kept.length - 1 && !slot.scan.isWhole,
    }));
  }

  /** The slot that a piece belongs to; undefined when nobody can say. */
  #route(piece: Piece): Slot | undefined {
    const { id, index, name } = piece;
    const atIndex = index === undefined ? undefined : this.#byIndex.get(index);
    if (id !== "") {
      const known = this.#byId.get(id);
      if (known !== undefined) return known;
      const isLate = atIndex !== undefined && atIndex.id === "" &&
        (name === "" || atIndex.name === "" || atIndex.name === name) &&
        !atIndex.scan.isWhole;
      return isLate ? atIndex : this.#open();
    }
    if (index !== undefined) return atIndex ?? this.#open();
    const last = this.#slots.at(-1);
    if (name === "") return last;
    if (last === undefined || last.scan.isWhole) return this.#open();
    const isOther = last.name !== "" && last.name !== name &&
      this.#offered.has(last.name) && this.#offered.has(name) &&
      !this.#offered.has(last.name + name);
    return isOther ? this.#open() : last;
  }

  /**
   * A new slot, when a piece was routed to a call that is complete already
   * and begins another one: servers reuse an index, or an id, for each call.
   */
  #successor(slot: Slot, piece: Piece): Slot | undefined {
    if (slot.arguments === "" || slot.name === "") return undefined;
    const isSame = piece.arguments === slot.arguments &&
      (piece.name === "" || piece.name === slot.name) &&
      (piece.id === "" ? piece.name === "" : piece.id === slot.id);
    if (isSame) return undefined;
    const begins = piece.isWhole || piece.arguments.charCodeAt(0) === 0x7b;
    if (begins) {
      const isNamed = piece.name !== "" || piece.id !== "" || slot.isHeralded;
      if (!isNamed || !slot.scan.isWhole) return undefined;
      const next = this.#open();
      if (piece.name === "") next.name = slot.name;
      // The same id twice is settled later: each call gets its own.
      if (piece.id !== "") this.#byId.set(piece.id, next);
      return next;
    }
    if (piece.name !== "" && piece.arguments === "") {
      if (piece.name !== slot.name && slot.scan.isWhole) {
        return this.#open();
      }
      slot.isHeralded = piece.id === "";
    }
    return undefined;
  }

  #open(): Slot {
    const slot: Slot = {
      position: this.#slots.length,
      id: "",
      name: "",
      arguments: "",
      scan: new JsonScan(),
      index: undefined,
      isHeralded: false,
    };
    this.#slots.push(slot);
    return slot;
  }

  /** True when the call has its name from this piece. */
  #setName(slot: Slot, { name }: Piece): boolean {
    if (name === "" || name === slot.name) return false;
    const joined = slot.name + name;
    if (slot.name !== "" && this.#offered.has(joined)) slot.name = joined;
    else if (slot.name !== "" && this.#offered.has(slot.name)) return false;
    else slot.name = name;
    return true;
  }
}

function readPiece({ id, index, function: called }: CallDelta): Piece {
  const sent = called?.arguments;
  const isObject = sent !== null && typeof sent === "object";
  return {
    id: typeof id === "string" ? id : typeof id === "number" ? `${id}` : "",
    index: typeof index === "number" ? index : undefined,
    name: typeof called?.name === "string" ? called.name : "",
    arguments: isObject
      ? JSON.stringify(sent)
      : typeof sent === "string"
      ? sent
      : "",
    isWhole: isObject,
  };
}

/** Adds a piece's arguments to a call; what of them is new. */
function addArguments(slot: Slot, piece: Piece): string {
  const { arguments: sent } = piece;
  const had = slot.arguments;
  if (sent === "") return "";
  // A broken proxy repeats all that was sent so far in each delta.
  if (had !== "" && sent.length >= had.length && sent.startsWith(had)) {
    if (sent.length > had.length) {
      setArguments(slot, sent);
      return sent.slice(had.length);
    }
    if (slot.scan.isWhole) return "";
  }
  // Some bridges begin every call with an empty object.
  if (piece.isWhole || had === "{}" && sent.startsWith("{")) {
    setArguments(slot, sent);
  } else {
    slot.arguments = had + sent;
    slot.scan.push(sent);
  }
  return sent;
}

function setArguments(slot: Slot, sent: string): void {
  slot.arguments = sent;
  slot.scan = new JsonScan();
  slot.scan.push(sent);
}
