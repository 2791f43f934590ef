/** Fenced blocks of a Markdown page, fences and all. */
export function blocksOf(text: string): string[] {
  return text.match(/^```[\s\S]*?^```$/gm) ?? [];
}

/** A block's text without its fences. */
export function inside(block: string): string {
  return block.split("\n").slice(1, -1).join("\n");
}

/** Words of a command line as a shell would split it. */
export function wordsOf(line: string): string[] {
  const joined = line.replaceAll("\\\n", " ");
  return (joined.match(/"[^"]*"|\S+/g) ?? [])
    .map((word) => word.replaceAll('"', ""));
}

/** Command lines of a block: comments, empty lines and line ends are gone. */
export function commandsOf(block: string): string[] {
  return inside(block).replaceAll("\\\n", " ").split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}
