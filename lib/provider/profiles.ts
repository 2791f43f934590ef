import { isPrivateHost } from "./endpoint.ts";
import { modelRows } from "./model_rows.ts";
import {
  applyOverride,
  genericProfile,
  localTimeouts,
  type Profile,
  type ProfileOverride,
  type ServerKind,
} from "./profile.ts";
import { serverRows } from "./server_rows.ts";

export { applyOverride, genericProfile, type Profile, type ProfileOverride };

/** Options of {@link profileFor}. */
export interface ProfileOptions {
  /** What the probes of a local host found. */
  readonly probed?: ServerKind;
  /** What the server said of the model: above rows, below the user. */
  readonly discovered?: ProfileOverride;
  /** The user's word, which wins. */
  readonly override?: ProfileOverride;
}

/**
 * Chooses how to talk to a server about a model. The order is: generic, the
 * server's row (by host, else by probe), every row that fits the model, what
 * the server said, the user's override. Later ones win, field by field.
 */
export function profileFor(
  baseUrl: string,
  model: string,
  options: ProfileOptions = {},
): Profile {
  const url = new URL(baseUrl);
  const host = url.hostname.toLowerCase();
  const local = isPrivateHost(baseUrl);
  const server = serverRows.find((row) =>
    row.host?.test(host) === true &&
    (row.path === undefined || row.path.test(url.pathname))
  ) ?? serverRows.find((row) =>
    row.probe !== undefined && row.probe === options.probed
  );
  let profile: Profile = local
    ? { ...genericProfile, timeouts: localTimeouts, serialOnly: true }
    : genericProfile;
  const ids: string[] = [];
  if (server !== undefined) {
    profile = applyOverride(profile, server.set);
    ids.push(server.id);
  }
  for (const row of modelRows) {
    const onServer = row.servers === undefined ||
      row.servers.includes(server?.id ?? "generic");
    if (!onServer || !row.model.test(model)) continue;
    const { sampling, ...rest } = row.set;
    const isOwn = server?.ownSampling === true || sampling === undefined;
    profile = applyOverride(profile, isOwn ? rest : row.set);
    ids.push(row.id);
  }
  const id = ids.length === 0 ? "generic" : ids.join("+");
  profile = applyOverride({ ...profile, id }, options.discovered ?? {});
  return applyOverride(profile, options.override ?? {});
}

/**
 * Names the writer of some reasoning, for `Thinking.by`: a model is never
 * given another one's (spec/providers.md 2.6, 7.5 RSN-15).
 */
export function thinkingAuthor(profile: Profile, model: string): string {
  return `${profile.id}/${model}`;
}
