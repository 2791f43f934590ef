/** A program on a terminal of its own, for tests that type. Needs tmux. */
export interface TmuxSession extends AsyncDisposable {
  /** Types: names such as "Enter" and "C-c", or text. */
  keys(...keys: readonly string[]): Promise<void>;
  /** What the terminal shows, scrollback included. */
  screen(): Promise<string>;
  /**
   * Waits until the terminal shows a text; resolves to the milliseconds that
   * it took. Throws with the whole screen when it never does.
   */
  shows(text: string): Promise<number>;
  resize(columns: number, rows: number): Promise<void>;
}

/** What to run, and where. */
export interface TmuxOptions {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

const patienceMs = 60_000;
const pollMs = 20;

/**
 * Starts a program on a terminal of 140 columns and 40 rows. After its end
 * "code N" is shown, and "restored" when the terminal echoes keys again.
 */
export async function openTmux(
  { words, env, cwd }: TmuxOptions,
): Promise<TmuxSession> {
  const socket = `openclaude-${crypto.randomUUID()}`;
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", socket, "-f", "/dev/null", ...args],
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    if (code !== 0) throw new Error(decoder.decode(stderr));
    return decoder.decode(stdout);
  };
  const assignments = Object.entries(env)
    .map(([name, value]) => quote(`${name}=${value}`));
  const line = ['env -i "TERM=$TERM"', ...assignments, ...words.map(quote)]
    .join(" ");
  const script = `cd ${quote(cwd)}; ${line}; echo "code $?"; ` +
    "stty -a | grep -q ' echo ' && echo restored; exec sleep 600";
  await tmux("new-session", "-d", "-x", "140", "-y", "40", script);

  const screen = () => tmux("capture-pane", "-p", "-S", "-");
  return {
    screen,
    keys: async (...keys) => {
      await tmux("send-keys", ...keys);
    },
    shows: async (text) => {
      const started = performance.now();
      while (true) {
        const shown = await screen();
        const elapsed = performance.now() - started;
        if (shown.includes(text)) return elapsed;
        if (elapsed > patienceMs) {
          throw new Error(`Never shown: ${text}\n${shown}`);
        }
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    },
    resize: async (columns, rows) => {
      await tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
    },
    [Symbol.asyncDispose]: async () => {
      await tmux("kill-server");
    },
  };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
