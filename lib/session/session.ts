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
  historyOf,
  pathTo,
  stateOf,
} from "./tree.ts";
import type { SessionView } from "./view.ts";
import { EntryWriter } from "./writer.ts";

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
export interface Session extends SessionView, AsyncDisposable {
  /**
   * Appends an entry behind the leaf. A disk that does not take it is told
   * once; the entry is kept, and written before the next one. An entry that
   * cannot be kept either is told, and is not in the session.
   */
  append(body: EntryBody): Entry;
  /** Appends what an event leaves. The end of a turn goes to the disk. */
  record(event: AgentEvent): void;
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
  readonly #writer: EntryWriter;
  #leaf: string | null;
  #facts: SessionFacts;
  #history: HistoryItem[] = [];
  #flushing = Promise.resolve();

  constructor(parts: SessionParts) {
    this.header = parts.header;
    this.file = parts.file;
    this.#parts = parts;
    this.#nodes = new Map(parts.nodes);
    this.#leaf = parts.leaf;
    this.#facts = parts.facts;
    this.#writer = new EntryWriter(parts.log, {
      onProblem: (text) => parts.ports.onProblem(text),
      onWritten: (id, span) => {
        const node = this.#nodes.get(id);
        if (node !== undefined) this.#nodes.set(id, { ...node, ...span });
      },
    });
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

  async *read(nodes: readonly EntryNode[]): AsyncGenerator<Entry> {
    for (let first = 0; first < nodes.length;) {
      const isWaiting = this.#writer.isWaiting(nodes[first]?.id ?? "");
      let next = first + 1;
      while (
        next < nodes.length &&
        this.#writer.isWaiting(nodes[next]?.id ?? "") === isWaiting
      ) next++;
      const run = nodes.slice(first, next);
      yield* isWaiting ? this.#writer.read(run) : this.#readWritten(run);
      first = next;
    }
  }

  #readWritten(nodes: readonly EntryNode[]): AsyncIterable<Entry> {
    // Some may have been waiting when the caller was given them.
    return this.#parts.reader.read(
      nodes.map((node) => this.#nodes.get(node.id) ?? node),
    );
  }

  append(body: EntryBody): Entry {
    return this.#appendAt(this.#leaf, body);
  }

  record(event: AgentEvent): void {
    const bodies = entriesOf(event, {
      facts: this.#facts,
      history: this.#history,
    });
    for (const body of bodies) this.append(body);
    if (event.type === "turn_end" || event.type === "run_end") {
      // Its failure is told by the writer, and the next turn need not wait.
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
    this.#history = await historyOf(path, this);
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
      ? first.message.content.slice(0, first.message.preamble ?? 0)
      : [];
    return { messages, preamble, lost, callIds, ...stateOf(path) };
  }

  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#writer.sync());
    return this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
    this.#parts.log.close();
    await this.#parts.lock?.[Symbol.asyncDispose]();
  }

  #appendAt(parentId: string | null, body: EntryBody): Entry {
    const full = body.type === "run_end"
      ? { ...body, summary: summarise(this.#facts) }
      : body;
    const { type, ...rest } = full;
    const entry = {
      type,
      id: newEntryId((id) => this.#nodes.has(id)),
      parentId,
      timestamp: new Date(this.#parts.ports.now()).toISOString(),
      ...rest,
    } as Entry;
    const line = scrubKnown(JSON.stringify(entry), this.#parts.ports.secrets);
    if (!this.#writer.take(entry.id, line)) return entry;
    const { id } = entry;
    const place = { start: 0, length: 0, ...outlineOf(entry) };
    this.#nodes.set(id, { id, parentId, ...place });
    this.#leaf = id;
    this.#facts = addFact(this.#facts, entry);
    this.#follow(entry);
    this.#writer.drain();
    return entry;
  }

  /** Keeps the history, to which a later compaction refers. */
  #follow(entry: Entry): void {
    if (entry.type === "message") {
      this.#history.push({ id: entry.id, message: entry.message });
    } else if (entry.type === "compaction") {
      this.#history = expand(this.#history, entry.id, entry.history);
    }
  }
}
