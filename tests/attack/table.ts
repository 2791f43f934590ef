import type { Attack, AttackGroup } from "./attack.ts";
import { commandAttacks } from "./table_commands.ts";
import { gitAttacks } from "./table_git.ts";
import { networkAttacks } from "./table_network.ts";
import { pathAttacks } from "./table_paths.ts";
import { processAttacks } from "./table_processes.ts";
import { realmAttacks } from "./table_realm.ts";
import { ruleAttacks } from "./table_rules.ts";
import { settingsAttacks } from "./table_settings.ts";

/** All attacks, in the order of the page. */
export const attackGroups: readonly AttackGroup[] = [
  { title: "Paths and links", attacks: pathAttacks },
  { title: "Command lines", attacks: commandAttacks },
  { title: "Git", attacks: gitAttacks },
  { title: "Network", attacks: networkAttacks },
  { title: "Processes and the environment", attacks: processAttacks },
  { title: "Rules", attacks: ruleAttacks },
  { title: "Settings, and texts of others", attacks: settingsAttacks },
  { title: "Tools that lie", attacks: realmAttacks },
];

/** The attacks without their groups. */
export const attacks: readonly Attack[] = attackGroups.flatMap(({ attacks }) =>
  attacks
);
