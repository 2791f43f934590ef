import type { Settings } from "../core/settings.ts";

/** Where settings come from, the strongest first (spec/features.md 1C.9). */
export const layerNames = [
  "managed",
  "flag",
  "local",
  "project",
  "user",
] as const;

/** One of the {@link layerNames}. */
export type LayerName = typeof layerNames[number];

/** The layers that `--setting-sources` names. */
export const sourceNames = ["user", "project", "local"] as const;

/** One of the {@link sourceNames}. */
export type SourceName = typeof sourceNames[number];

/** What one place says. Paths in `settings` are absolute. */
export interface SettingsLayer {
  readonly layer: LayerName;
  /** The file, absolute; "--settings" for what a flag says itself. */
  readonly file: string;
  /** What patterns that begin with "/" are relative to. */
  readonly folder: string;
  readonly settings: Settings;
}

/** All settings of a session. */
export interface LoadedSettings {
  readonly merged: Settings;
  /** Those that say something, the strongest first. */
  readonly layers: readonly SettingsLayer[];
  /** What was left out and why, a sentence each. */
  readonly warnings: readonly string[];
}
