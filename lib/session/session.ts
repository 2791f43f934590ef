import { describeError } from "../core/error.ts";
import type { AgentEvent } from "../core/event.ts";
import type { Message, Part } from "../core/message.ts";
import type { PermissionMode } from "../core/permission.ts";
import type { FileVersion } from "../core/tool.ts";
import type { FileLock } from "../platform/lock.ts";
import {
  type Entry,
  type EntryBody,
  newEntryId,
  type SessionHeader,
} from "./entry.ts";
import { addFact, type SessionFacts, summarise } from "./facts.ts";
import type { SessionLog } from "./log.ts";
import { entriesOf } from "./record.ts";
import { repairHistory } from "./repair.ts";
import { type EntryNode, outlineOf } from "./scan.ts";
import { scrubKnown } from "./scrub.ts";
import {
  type EntryReader,
  expand,
  type HistoryItem,
  historyItem,
  historyOf,
  pathTo,
  stateOf,
} from "./tree.ts";

/** What a conversation needs to go on from an entry. */
export interface Resumed {
  /** A valid history: one result for each call, behind its reply. */
  readonly messages: readonly Message[];
  /** The preamble of the history's first message, by its own parts. */
  readonly preamble: readonly Part[];
  /** Working directory of the next call; null when no call changed it. */
  readonly cwd: string | null;
  /** Versions of the files that the model has read, as it read them. */
  readonly seen: Map<string, FileVersion>;
  /** Ids of all calls on all branches. */
  readonly callIds: Set<string>;
  /** Calls whose result was lost, and which say so now. */
  readonly lost: number;
}

/** An open session: what is appended to it survives the process. */
export interface Session extends AsyncDisposable {
  readonly header: SessionHeader;
  /** Null for a session that is written nowhere. */
  readonly file: string | null;
  /** The entry that the next one follows. */
  readonly leaf: string | null;
  readonly facts: SessionFacts;
  /** The entries from the root to the leaf. */
  path(): EntryNode[];
  /** Reads entries again, in the order of the nodes. */
  read(nodes: readonly EntryNode[]): AsyncIterable<Entry>;
  /**
   * Appends an entry behind the leaf. A disk that does not take it is told
   * once; the entry is kept, and written before the next one.
   */
  append(body: EntryBody): Entry;
  /**
   * Appends what an event leaves. `preamble` holds the parts that open the
   * history's first message. The end of a turn goes to the disk.
   */
  record(event: AgentEvent, preamble?: readonly Part[]): void;
  /**
   * Goes on from an entry, or from nothing: rewinds, takes a compaction back,
   * or changes to another branch. What was after it stays in the file.
   *
   * @throws {RangeError} when there is no such entry
   */
  moveTo(id: string | null, because?: string): Promise<Resumed>;
  /** The state at the leaf, read from the file. */
  resume(): Promise<Resumed>;
  /** Waits until all is on the disk. */
  flush(): Promise<void>;
}

/** What an open session is made of. */
export interface SessionParts {
  readonly header: SessionHeader;
  readonly file: string | null;
  readonly log: SessionLog;
  readonly reader: EntryReader;
  readonly lock: FileLock | null;
  readonly nodes: ReadonlyMap<string, EntryNode>;
  readonly leaf: string | null;
  readonly facts: SessionFacts;
  readonly ports: SessionPorts;
}

/** What comes from outside. */
export interface SessionPorts {
  /** Milliseconds since 1970. */
  now(): number;
  /** Keys that must not get into the file. */
  readonly secrets: readonly string[];
  /** Told when entries can't be saved, once until it works again. */
  onProblem(text: string): void;
}

/** Opens a session of its parts; `resume()` comes first where it has entries. */
export function liveSession(parts: SessionParts): Session {
  return new LiveSession(parts);
}

/** Permission modes that are not gone on with: each start asks for them. */
const dropped: readonly PermissionMode[] = ["plan", "bypassPermissions"];

/** The mode with which a session is resumed; null for the default. */
export function resumableMode(facts: SessionFacts): PermissionMode | null {
  const { mode } = facts;
  return mode === null || dropped.includes(mode) ? null : mode;
}

class LiveSession implements Session {
  readonly header: SessionHeader;
  readonly file: string | null;
  readonly #parts: SessionParts;
  readonly #nodes: Map<string, EntryNode>;
  /** Entries that the disk has not taken yet. */
  readonly #waiting: { entry: Entry; line: string }[] = [];
  #leaf: string | null;
  #facts: SessionFacts;
  #history: HistoryItem[] = [];
  #flushing = Promise.resolve();
  #hasProblem = false;

  constructor(parts: SessionParts) {
    this.header = parts.header;
    this.file = parts.file;
    this.#parts = parts;
    this.#nodes = new Map(parts.nodes);
    this.#leaf = parts.leaf;
    this.#facts = parts.facts;
  }

  get leaf(): string | null {
    return this.#leaf;
  }

  get facts(): SessionFacts {
    return this.#facts;
  }

  path(): EntryNode[] {
    return pathTo(this.#nodes, this.#leaf);
  }

  read(nodes: readonly EntryNode[]): AsyncIterable<Entry> {
    return this.#parts.reader.read(nodes);
  }

  append(body: EntryBody): Entry {
    return this.#appendAt(this.#leaf, body);
  }

  record(event: AgentEvent, preamble: readonly Part[] = []): void {
    const bodies = entriesOf(event, {
      facts: this.#facts,
      history: this.#history,
      preamble,
    });
    for (const body of bodies) this.append(body);
    if (event.type === "turn_end" || event.type === "run_end") {
      // Its failure is told by #sync(), and the next turn need not wait.
      void this.flush();
    }
  }

  async moveTo(id: string | null, because?: string): Promise<Resumed> {
    if (id !== null && !this.#nodes.has(id)) {
      throw new RangeError(`Cannot go back to entry "${id}": there is none`);
    }
    const reason = because === undefined ? {} : { because };
    this.#appendAt(id, { type: "leaf", ...reason });
    return await this.resume();
  }

  async resume(): Promise<Resumed> {
    const path = this.path();
    this.#history = await historyOf(path, this.#parts.reader);
    const finished = new Set<string>();
    const callIds = new Set<string>();
    for (const { type, callIds: ids = [] } of this.#nodes.values()) {
      for (const id of ids) {
        callIds.add(id);
        if (type === "call") finished.add(id);
      }
    }
    const history = this.#history.map(({ message }) => message);
    const { messages, lost } = repairHistory(history, { finished });
    const [first] = this.#history;
    const preamble = first?.message.role === "user"
      ? first.message.content.slice(0, first.preamble ?? 0)
      : [];
    return { messages, preamble, lost, callIds, ...stateOf(path) };
  }

  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#sync());
    return this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    this.#parts.log.close();
    await this.#parts.lock?.[Symbol.asyncDispose]();
  }

  #appendAt(parentId: string | null, body: EntryBody): Entry {
    const isTaken = (id: string) =>
      this.#nodes.has(id) ||
      this.#waiting.some(({ entry }) => entry.id === id);
    const full = body.type === "run_end"
      ? { ...body, summary: summarise(this.#facts) }
      : body;
    const { type, ...rest } = full;
    const entry = {
      type,
      id: newEntryId(isTaken),
      parentId,
      timestamp: new Date(this.#parts.ports.now()).toISOString(),
      ...rest,
    } as Entry;
    const line = scrubKnown(JSON.stringify(entry), this.#parts.ports.secrets);
    this.#waiting.push({ entry, line });
    this.#leaf = entry.id;
    this.#facts = addFact(this.#facts, entry);
    this.#follow(entry);
    this.#drain();
    return entry;
  }

  /** Keeps the history, to which a later compaction refers. */
  #follow(entry: Entry): void {
    if (entry.type === "message") {
      this.#history.push(historyItem(entry.id, entry));
    } else if (entry.type === "compaction") {
      this.#history = expand(this.#history, entry.id, entry.history);
    }
  }

  #drain(): void {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const { entry, line } = next;
      try {
        const span = this.#parts.log.append(line);
        const { id, parentId } = entry;
        this.#nodes.set(id, { id, parentId, ...span, ...outlineOf(entry) });
      } catch (error) {
        return this.#tell(error);
      }
      this.#waiting.shift();
      this.#hasProblem = false;
    }
  }

  async #sync(): Promise<void> {
    this.#drain();
    try {
      await this.#parts.log.sync();
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (this.#hasProblem) return;
    this.#hasProblem = true;
    this.#parts.ports.onProblem(describeError(error));
  }
}
