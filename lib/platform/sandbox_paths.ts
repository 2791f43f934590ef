import type { ProtectedPath } from "../core/sandbox.ts";
import { path } from "./paths.ts";

/** A path that a command must not see or not change, and why. */
export interface PathRow {
  /** Relative to the home folder or to a writable folder; or absolute. */
  readonly path: string;
  readonly because: string;
}

/** What holds keys, passwords and sessions, in the home folder. */
export const homeSecrets: readonly PathRow[] = [
  { path: ".ssh", because: "private keys, control sockets" },
  { path: ".gnupg", because: "private keys, the agent's socket" },
  { path: ".password-store", because: "passwords" },
  { path: ".netrc", because: "passwords of hosts" },
  { path: "_netrc", because: "passwords of hosts" },
  { path: ".authinfo", because: "passwords of hosts" },
  { path: ".authinfo.gpg", because: "passwords of hosts" },
  { path: ".git-credentials", because: "passwords of git hosts" },
  { path: ".config/git/credentials", because: "passwords of git hosts" },
  { path: ".config/gh", because: "token of a git host" },
  { path: ".config/glab-cli", because: "token of a git host" },
  { path: ".config/hub", because: "token of a git host" },
  { path: ".config/github-copilot", because: "token of a model host" },
  { path: ".aws", because: "cloud keys" },
  { path: ".azure", because: "cloud keys" },
  { path: ".config/gcloud", because: "cloud keys" },
  { path: ".config/doctl", because: "cloud keys" },
  { path: ".oci", because: "cloud keys" },
  { path: ".boto", because: "cloud keys" },
  { path: ".s3cfg", because: "cloud keys" },
  { path: ".config/rclone", because: "cloud keys" },
  { path: ".fly", because: "cloud keys" },
  { path: ".terraform.d", because: "cloud keys" },
  { path: ".vault-token", because: "token of a secret store" },
  { path: ".kube", because: "cluster keys" },
  { path: ".docker", because: "registry passwords, the engine's socket" },
  { path: ".config/containers/auth.json", because: "registry passwords" },
  { path: ".colima", because: "the container engine's socket" },
  { path: ".orbstack", because: "the container engine's socket" },
  { path: ".npmrc", because: "registry tokens" },
  { path: ".yarnrc.yml", because: "registry tokens" },
  { path: ".pypirc", because: "registry tokens" },
  { path: ".gem/credentials", because: "registry tokens" },
  { path: ".cargo/credentials", because: "registry tokens" },
  { path: ".cargo/credentials.toml", because: "registry tokens" },
  { path: ".m2/settings.xml", because: "registry passwords" },
  { path: ".gradle/gradle.properties", because: "registry passwords" },
  { path: ".cache/huggingface/token", because: "token of a model host" },
  { path: ".huggingface", because: "token of a model host" },
  { path: ".claude/.credentials.json", because: "token of a model host" },
  { path: ".codex/auth.json", because: "token of a model host" },
  { path: ".gemini/oauth_creds.json", because: "token of a model host" },
  { path: ".local/share/opencode/auth.json", because: "keys of model hosts" },
  { path: ".pgpass", because: "database passwords" },
  { path: ".my.cnf", because: "database passwords" },
  { path: ".mylogin.cnf", because: "database passwords" },
  { path: ".local/share/keyrings", because: "the desktop's passwords" },
  { path: ".local/share/kwalletd", because: "the desktop's passwords" },
  { path: ".config/op", because: "password manager" },
  { path: ".config/1Password", because: "password manager" },
  { path: ".config/Bitwarden", because: "password manager" },
  { path: ".config/Bitwarden CLI", because: "password manager" },
  { path: ".config/keepassxc", because: "password manager" },
  { path: ".mozilla", because: "browser sessions" },
  { path: ".config/google-chrome", because: "browser sessions" },
  { path: ".config/chromium", because: "browser sessions" },
  { path: ".config/BraveSoftware", because: "browser sessions" },
  { path: ".config/microsoft-edge", because: "browser sessions" },
  { path: ".config/vivaldi", because: "browser sessions" },
  { path: ".config/opera", because: "browser sessions" },
  { path: ".var/app", because: "data of desktop programs" },
  { path: ".thunderbird", because: "mail" },
  { path: ".config/Signal", because: "messages" },
  { path: ".config/Slack", because: "messages" },
  { path: ".bash_history", because: "commands with keys in them" },
  { path: ".zsh_history", because: "commands with keys in them" },
  { path: ".python_history", because: "commands with keys in them" },
  { path: ".psql_history", because: "commands with keys in them" },
  { path: ".mysql_history", because: "commands with keys in them" },
  { path: ".local/share/fish/fish_history", because: "commands with keys" },
  { path: "Library/Keychains", because: "the system's passwords" },
  { path: "Library/Cookies", because: "browser sessions" },
  { path: "Library/Safari", because: "browser history" },
  { path: "Library/Messages", because: "messages" },
  { path: "Library/Mail", because: "mail" },
  {
    path: "Library/Application Support/Google/Chrome",
    because: "browser sessions",
  },
  {
    path: "Library/Application Support/BraveSoftware",
    because: "browser sessions",
  },
  {
    path: "Library/Application Support/Microsoft Edge",
    because: "browser sessions",
  },
  { path: "Library/Application Support/Firefox", because: "browser sessions" },
];

/** Secrets of the system, and sockets of those who act for anybody. */
export const systemSecrets: readonly PathRow[] = [
  { path: "/etc/shadow", because: "password hashes" },
  { path: "/etc/gshadow", because: "password hashes" },
  { path: "/etc/ssl/private", because: "private keys" },
  { path: "/var/lib/lxd", because: "a socket that starts containers" },
  {
    path: "/var/snap/lxd/common/lxd",
    because: "a socket that starts containers",
  },
  { path: "/var/lib/incus", because: "a socket that starts containers" },
];

const report = "report";
const git = "git runs what it says";
const editor = "the editor runs its tasks and tools";
const shell = "each new shell runs it";
const builder = "the build tool runs what it says";
const agent = "an agent runs its hooks and servers";
const pipeline = "the CI service runs it";

/**
 * What is read-only inside a writable folder, relative to it: the protected
 * paths of spec/features.md 1C.2(13). Of `.git` only what git runs or takes
 * as settings, so that work in the sandbox can be committed.
 */
export const protectedRows: readonly ProtectedPath[] = [
  { path: ".git/hooks", because: git, missing: "fill" },
  { path: ".git/config", because: git, missing: "remove" },
  { path: ".git/config.worktree", because: git, missing: "remove" },
  { path: ".git/commondir", because: git, missing: "remove" },
  { path: ".gitconfig", because: git, missing: report },
  { path: ".config/git", because: git, missing: report },
  { path: ".gitmodules", because: git, missing: report },
  { path: ".husky", because: git, missing: report },
  { path: ".pre-commit-config.yaml", because: git, missing: report },
  { path: ".vscode", because: editor, missing: report },
  { path: ".idea", because: editor, missing: report },
  { path: ".devcontainer", because: editor, missing: report },
  { path: ".cargo", because: builder, missing: report },
  { path: ".yarn/releases", because: builder, missing: report },
  { path: ".yarn/plugins", because: builder, missing: report },
  { path: ".yarn/sdks", because: builder, missing: report },
  { path: ".yarnrc.yml", because: builder, missing: report },
  { path: ".mvn", because: builder, missing: report },
  { path: ".npmrc", because: builder, missing: report },
  {
    path: ".ripgreprc",
    because: "ripgrep runs its preprocessor",
    missing: report,
  },
  { path: ".envrc", because: shell, missing: report },
  { path: ".bashrc", because: shell, missing: report },
  { path: ".bash_profile", because: shell, missing: report },
  { path: ".bash_login", because: shell, missing: report },
  { path: ".bash_logout", because: shell, missing: report },
  { path: ".bash_aliases", because: shell, missing: report },
  { path: ".profile", because: shell, missing: report },
  { path: ".zshrc", because: shell, missing: report },
  { path: ".zshenv", because: shell, missing: report },
  { path: ".zprofile", because: shell, missing: report },
  { path: ".zlogin", because: shell, missing: report },
  { path: ".config/fish", because: shell, missing: report },
  { path: ".claude", because: agent, missing: report },
  { path: ".openclaude", because: agent, missing: report },
  { path: ".mcp.json", because: agent, missing: report },
  { path: ".lsp.json", because: agent, missing: report },
  { path: ".github/workflows", because: pipeline, missing: report },
  { path: ".gitlab-ci.yml", because: pipeline, missing: report },
  { path: ".circleci", because: pipeline, missing: report },
];

/** Folders in protected ones that hold the work's own texts. */
export const unprotected: readonly string[] = [
  ".claude/commands",
  ".claude/agents",
  ".claude/skills",
  ".claude/worktrees",
];

/**
 * The protected rows of one writable folder, as absolute paths. A folder that
 * is a git folder itself (that of a linked worktree) has git's rows alone.
 */
export function protectedIn(folder: string): ProtectedPath[] {
  const isGit = path.basename(folder) === ".git";
  return protectedRows
    .filter((row) => !isGit || row.path.startsWith(".git/"))
    .map((row) => ({
      ...row,
      path: path.join(folder, isGit ? row.path.slice(5) : row.path),
    }));
}
