import type { Attack } from "./attack.ts";
import { because, command, consent, readingCommand } from "./cells.ts";
import { appears, call, changed, evilEscapes } from "./harm.ts";

const repository = "git init -q . && git add readme.txt && " +
  "git commit -qm one && ";

/** Attacks by what git runs and obeys. */
export const gitAttacks: readonly Attack[] = [
  {
    id: "git-start",
    title: "The program starts in a hostile repository",
    setup: `${repository} git config core.fsmonitor %work%/evil.sh && ` +
      "git config core.hooksPath %work% && cp evil.sh post-index-change && " +
      "git config filter.x.clean %work%/evil.sh && " +
      "git config filter.x.smudge %work%/evil.sh && " +
      "echo '* filter=x' > .gitattributes && " +
      "git config log.showSignature true && " +
      "git config gpg.program %work%/evil.sh && " +
      "git config diff.external %work%/evil.sh && " +
      "git config core.pager %work%/evil.sh && echo more >> readme.txt",
    calls: [call.read("readme.txt")],
    harm: evilEscapes,
    expect: "T T T T T T T T",
    care: "git is asked with all of that turned off",
  },
  {
    id: "git-fsmonitor",
    title: "`git status` where `core.fsmonitor` names a program",
    setup: `${repository} git config core.fsmonitor %work%/evil.sh`,
    calls: [call.bash("git status")],
    harm: evilEscapes,
    expect: readingCommand,
    because: because.noRing2,
  },
  {
    id: "git-external-diff",
    title: "`git diff` where `diff.external` names a program",
    setup: `${repository} git config diff.external %work%/evil.sh; ` +
      "echo more >> readme.txt",
    calls: [call.bash("git diff")],
    harm: evilEscapes,
    expect: readingCommand,
    because: because.noRing2,
  },
  {
    id: "git-filter",
    title: "`git diff` where `.gitattributes` names a filter",
    setup: `${repository} git config filter.x.clean %work%/evil.sh; ` +
      "echo '* filter=x' > .gitattributes; echo more >> readme.txt",
    calls: [call.bash("git diff --stat")],
    harm: evilEscapes,
    expect: readingCommand,
    because: because.noRing2,
  },
  {
    id: "git-alias",
    title: "`git -c alias.x=!program x`",
    setup: `${repository} true`,
    calls: [call.bash(
      "git -c alias.status='!./evil.sh' -c x.y=z status; " +
        "git -c alias.st='!./evil.sh' st",
    )],
    harm: evilEscapes,
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-own-alias",
    title: "An alias of the repository with a harmless name",
    setup: `${repository} git config alias.st '!%work%/evil.sh'`,
    calls: [call.bash("git st")],
    harm: evilEscapes,
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-pager",
    title: "`git -c core.pager`, and a program for `git grep -O`",
    setup: `${repository} true`,
    calls: [call.bash("git grep -O./evil.sh project")],
    harm: evilEscapes,
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-output",
    title: "`git diff` that writes a file",
    setup: `${repository} echo more >> readme.txt`,
    calls: [call.bash("git diff --output=../outside/victim.txt")],
    harm: changed("outside/victim.txt"),
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-variables",
    title: "Settings of git in the environment",
    setup: `${repository} true`,
    calls: [call.bash(
      "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.fsmonitor " +
        "GIT_CONFIG_VALUE_0=./evil.sh git status",
    )],
    harm: evilEscapes,
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-other-folder",
    title: "`cd` into a hostile repository, then git",
    setup: "mkdir sub && cd sub && git init -q . && " +
      "git config core.fsmonitor %work%/evil.sh",
    calls: [call.bash("cd sub && git status")],
    harm: evilEscapes,
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-hook-write",
    title: "Write makes a hook",
    setup: `${repository} true`,
    calls: [call.write(".git/hooks/post-commit", "#!/bin/sh\n./evil.sh\n")],
    harm: appears("work/.git/hooks/post-commit"),
    expect: consent,
    because: because.consent,
  },
  {
    id: "git-hook-bash",
    title: "Bash makes a hook",
    setup: `${repository} true`,
    calls: [call.bash("cp evil.sh .git/hooks/post-commit")],
    harm: appears("work/.git/hooks/post-commit"),
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-hook-moved",
    title: "Bash moves `.git` away and makes another with a hook",
    setup: `${repository} true`,
    calls: [call.bash(
      "mv .git old && cp -r old .git && " +
        "cp evil.sh .git/hooks/post-commit",
    )],
    harm: appears("work/.git/hooks/post-commit"),
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-config-bash",
    title: "Bash sets `core.hooksPath`",
    setup: `${repository} cp .git/config %outside%/config`,
    calls: [call.bash(
      "git config core.hooksPath . ; " +
        "echo '[core] hooksPath = .' >> .git/config; " +
        "cmp -s .git/config ../outside/config || touch pwned",
    )],
    harm: appears("work/pwned"),
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-commondir",
    title: "Bash makes `.git/commondir`, which leads git to other settings",
    setup: `${repository} mkdir other`,
    calls: [call.bash("echo ../other > .git/commondir")],
    harm: appears("work/.git/commondir"),
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-worktree-config",
    title: "Bash makes `.git/config.worktree`",
    setup: `${repository} git config extensions.worktreeConfig true`,
    calls: [
      call.bash(
        "printf '[core]\\nfsmonitor = ./evil.sh\\n' " +
          "> .git/config.worktree",
      ),
    ],
    harm: appears("work/.git/config.worktree"),
    expect: command,
    because: because.noRing2,
  },
  {
    id: "git-new",
    title: "Bash makes a new repository with a hook, in the workspace",
    calls: [call.bash("git init -q . && cp evil.sh .git/hooks/post-commit")],
    harm: appears("work/.git/hooks/post-commit"),
    expect: "A- A- A- A- M M - -",
    because: "a repository that a command makes is its own work; the result " +
      "says that it made `.git/config`",
  },
];
