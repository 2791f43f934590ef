import { socketFolders, socketIn } from "./process.ts";

/** What an attack may try to reach, by the names that its texts use. */
export interface Listeners extends Disposable {
  /** Values for `%port%` and its like. */
  readonly values: Readonly<Record<string, string>>;
  /** Connections since the last look. */
  take(): number;
  /** Whether a socket could be made in `/run`. */
  readonly hasRun: boolean;
}

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nreached\n";

/**
 * Opens listeners on the loopback address and in the file system. `id` is
 * part of the names of the sockets.
 */
export function openListeners(id: string): Listeners {
  let connections = 0;
  const open: Deno.Listener[] = [];
  const serve = async (listener: Deno.Listener, reply: string) => {
    for await (const connection of listener) {
      if (reply === answer) connections++;
      await answerAndEnd(connection, reply);
    }
  };
  const start = <Kind extends Deno.Listener>(
    listener: Kind,
    reply: string = answer,
  ): Kind => {
    open.push(listener);
    serve(listener, reply).catch(ignoreEnd);
    return listener;
  };
  const target = start(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const { port } = target.addr as Deno.NetAddr;
  const redirect = start(
    Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${port}/\r\n` +
      "Content-Length: 0\r\n\r\n",
  );
  const sockets = socketFolders.map((folder) => {
    const path = socketIn(folder, id);
    try {
      start(Deno.listen({ transport: "unix", path }) as Deno.UnixListener);
      return path;
    } catch (error) {
      // Only root may do so in `/run`.
      if (error instanceof Deno.errors.PermissionDenied) return "";
      throw error;
    }
  });
  const [socket = "", farSocket = "", runSocket = ""] = sockets;
  return {
    values: {
      port: String(port),
      redirect: String((redirect.addr as Deno.NetAddr).port),
      socket,
      farSocket,
      runSocket,
    },
    hasRun: runSocket !== "",
    take() {
      const count = connections;
      connections = 0;
      return count;
    },
    // A listener takes its socket's file along.
    [Symbol.dispose]() {
      for (const listener of open) listener.close();
    },
  };
}

async function answerAndEnd(connection: Deno.Conn, reply: string) {
  try {
    // Before the request, which a bare redirection never sends.
    await connection.write(new TextEncoder().encode(reply));
    await connection.closeWrite();
    const buffer = new Uint8Array(1_024);
    while (await connection.read(buffer) !== null) { /* until it has gone */ }
  } catch (error) {
    ignoreEnd(error);
  } finally {
    connection.close();
  }
}

/** The other side may go at any time, and so does a listener at the end. */
function ignoreEnd(error: unknown): void {
  const isEnd = error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe;
  if (!isEnd) throw error;
}
