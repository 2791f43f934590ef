/** A server of files. */
export interface FolderServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
}

/** Serves a folder of scripts on this machine, as a host of releases would. */
export function serveFolder(folder: string): FolderServer {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const name = new URL(request.url).pathname.slice(1);
      try {
        return new Response(await Deno.readFile(`${folder}/${name}`), {
          headers: { "content-type": "text/javascript" },
        });
      } catch {
        return new Response("not found", { status: 404 });
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
