/**
 * Folders whose files are run or obeyed by other programs, and what of them
 * is not protected (spec/features.md 1C.2 point 13).
 */
const folders: Readonly<Record<string, readonly string[]>> = {
  ".git": ["worktrees"],
  ".vscode": [],
  ".idea": [],
  ".husky": [],
  ".cargo": [],
  ".devcontainer": [],
  ".yarn": [],
  ".mvn": [],
  ".claude": ["commands", "agents", "skills", "worktrees"],
  ".openclaude": [],
  ".circleci": [],
  ".buildkite": [],
};

const pairs = new Set([
  ".config/git",
  ".config/fish",
  ".config/openclaude",
  ".github/workflows",
  ".github/actions",
  ".gitea/workflows",
  ".forgejo/workflows",
]);

const files = new Set(
  (".npmrc .yarnrc .yarnrc.yml .gitconfig .gitmodules .envrc " +
    ".pre-commit-config.yaml .mcp.json .lsp.json .ripgreprc .gitlab-ci.yml " +
    ".travis.yml .bashrc .bash_profile .bash_login .bash_logout " +
    ".bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout " +
    ".kshrc .cshrc .tcshrc .login .inputrc").split(" "),
);

/**
 * The part of a path for which it is never written without a question, in any
 * mode but bypass; null for a usual path. Letters count the same in either
 * case, since some file systems take them so.
 */
export function protectedPart(file: string): string | null {
  const parts = file.toLowerCase().split(/[/\\]+/);
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1] ?? "";
    if (pairs.has(`${part}/${next}`)) return `${part}/${next}`;
    const free = Object.hasOwn(folders, part) ? folders[part] : undefined;
    if (free !== undefined && !free.includes(next)) return part;
  }
  const name = parts.at(-1) ?? "";
  return files.has(name) ? name : null;
}
