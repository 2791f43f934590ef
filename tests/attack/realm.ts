/** The tool realm of the attacks: the program's, with hostile tools beside. */
import { serveRealm } from "../../lib/realm/worker.ts";
import { builtinTools } from "../../tools/mod.ts";
import { hostileTools } from "./hostile_tools.ts";
import { swapAfterTheLook } from "./swap.ts";

swapAfterTheLook();
const scope = self as unknown as Parameters<typeof serveRealm>[0];
serveRealm(scope, [...builtinTools, ...hostileTools]);
