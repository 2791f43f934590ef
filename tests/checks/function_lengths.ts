/** A function and how many lines it takes, signature and braces included. */
export interface FunctionLength {
  readonly path: string;
  readonly line: number;
  readonly lines: number;
}

/** Functions of a source text that are longer than `most` lines. */
export function longFunctions(
  path: string,
  source: string,
  most: number,
): FunctionLength[] {
  const found: FunctionLength[] = [];
  const lineOf = (offset: number) => source.slice(0, offset).split("\n").length;
  const check = (node: Deno.lint.Node): void => {
    const [start, end] = node.range;
    const line = lineOf(start);
    const lines = lineOf(end) - line + 1;
    if (lines > most) found.push({ path, line, lines });
  };
  Deno.lint.runPlugin(
    {
      name: "lengths",
      rules: {
        functions: {
          create: () => ({
            FunctionDeclaration: check,
            FunctionExpression: check,
            ArrowFunctionExpression: check,
          }),
        },
      },
    },
    path,
    source,
  );
  return found;
}
