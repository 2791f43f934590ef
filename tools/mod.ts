import type { AnyTool } from "../lib/core/tool.ts";
import { bash } from "./bash.ts";

/** The tools that come with the program, by name. */
export const builtinTools: readonly AnyTool[] = [
  bash,
];
