import { serveRealm } from "../../lib/realm/worker.ts";
import { fixtureTools } from "./fixture_tools.ts";

serveRealm(self as unknown as Parameters<typeof serveRealm>[0], fixtureTools);
