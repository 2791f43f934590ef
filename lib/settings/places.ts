import type { Settings } from "../core/settings.ts";
import { path } from "../platform/paths.ts";

/** What relative paths and "~" in settings stand for. */
export interface Places {
  readonly folder: string;
  readonly home: string | undefined;
}

/** Where the machine's owner may lay down settings that win over all others. */
export const managedFile: string = Deno.build.os === "darwin"
  ? "/Library/Application Support/openclaude/managed-settings.json"
  : Deno.build.os === "windows"
  ? "C:\\ProgramData\\openclaude\\managed-settings.json"
  : "/etc/openclaude/managed-settings.json";

/** The files of a workspace: what the project shares, and one person's own. */
export function workspaceFiles(
  workspace: string,
): { readonly project: string; readonly local: string } {
  const folder = path.join(workspace, ".openclaude");
  return {
    project: path.join(folder, "settings.json"),
    local: path.join(folder, "settings.local.json"),
  };
}

/** A path of a settings file as an absolute one; links are not followed. */
export function settledPath(named: string, { folder, home }: Places): string {
  if (named === "~") return home ?? folder;
  if (/^~[/\\]/.test(named) && home !== undefined) {
    return path.join(home, named.slice(2));
  }
  return path.resolve(folder, named);
}

/** Settings whose paths are absolute. */
export function settlePaths(settings: Settings, places: Places): Settings {
  const { permissions, sandbox } = settings;
  const settle = (list: readonly string[] | undefined) =>
    list?.map((named) => settledPath(named, places));
  return {
    ...settings,
    ...(permissions?.additionalDirectories === undefined ? {} : {
      permissions: {
        ...permissions,
        additionalDirectories: settle(permissions.additionalDirectories),
      },
    }),
    ...(sandbox === undefined ? {} : {
      sandbox: {
        ...sandbox,
        ...definedOnly({
          denyRead: settle(sandbox.denyRead),
          denyWrite: settle(sandbox.denyWrite),
          allowWrite: settle(sandbox.allowWrite),
        }),
      },
    }),
  };
}

function definedOnly(
  lists: Record<string, string[] | undefined>,
): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(lists).flatMap(([key, list]) =>
      list === undefined ? [] : [[key, list]]
    ),
  );
}
