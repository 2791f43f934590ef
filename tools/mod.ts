import type { AnyTool } from "../lib/core/tool.ts";
import { bash } from "./bash.ts";
import { edit } from "./edit.ts";
import { glob } from "./glob.ts";
import { grep } from "./grep.ts";
import { read } from "./read.ts";
import { write } from "./write.ts";

/** The tools that come with the program, by name. */
export const builtinTools: readonly AnyTool[] = [
  bash,
  edit,
  glob,
  grep,
  read,
  write,
];
