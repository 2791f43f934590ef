#!/bin/sh
# Installs the openclaude executable for Linux or macOS: downloads it, checks
# its SHA-256 and that it starts, and only then puts it into place.
#
#   OPENCLAUDE_VERSION   a version such as 0.1.0; without it, the latest
#   OPENCLAUDE_INSTALL   the folder; without it, ~/.local/bin
#   OPENCLAUDE_BASE_URL  the page of releases, another one than this script's
set -eu

# Filled in when a release is made.
release_url=""

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# The name that the release has for this system.
target() {
  system=$(uname -s)
  machine=$(uname -m)
  case "$system" in
    Linux)
      # The executable needs glibc.
      if have ldd && ldd --version 2>&1 | grep -qi musl; then
        fail "there is no executable for musl: use \"deno run\" instead"
      fi
      system=unknown-linux-gnu
      ;;
    Darwin)
      system=apple-darwin
      # A shell under Rosetta says x86_64 on Apple silicon.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || :)" = 1 ]; then
        machine=arm64
      fi
      ;;
    *) fail "there is no executable for $system: on Windows use install.ps1" ;;
  esac
  case "$machine" in
    x86_64 | amd64) machine=x86_64 ;;
    arm64 | aarch64) machine=aarch64 ;;
    *) fail "there is no executable for $machine" ;;
  esac
  printf '%s-%s' "$machine" "$system"
}

# download URL FILE
download() {
  if have curl; then
    curl -fsSL --retry 2 -o "$2" "$1" || fail "cannot download $1"
  elif have wget; then
    wget -q -O "$2" "$1" || fail "cannot download $1"
  else
    fail "curl or wget is needed"
  fi
}

sum_of() {
  if have sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif have shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  else
    fail "sha256sum or shasum is needed"
  fi
}

# A function, called in the last line: a script cut short does nothing.
main() {
  base=${OPENCLAUDE_BASE_URL:-$release_url}
  [ -n "$base" ] || fail "set OPENCLAUDE_BASE_URL to the page of releases"
  version=${OPENCLAUDE_VERSION:-}
  if [ -n "$version" ]; then
    from="$base/download/v${version#v}"
  else
    from="$base/latest/download"
  fi
  folder=${OPENCLAUDE_INSTALL:-$HOME/.local/bin}
  name="openclaude-$(target)"

  mkdir -p "$folder"
  # In the same folder, so that the last step is a rename.
  work=$(mktemp -d "$folder/.openclaude.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM

  download "$from/SHA256SUMS" "$work/SHA256SUMS"
  expected=$(awk -v name="$name" '$2 == name { print $1 }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "$from/SHA256SUMS does not name $name"
  download "$from/$name" "$work/openclaude"
  actual=$(sum_of "$work/openclaude")
  if [ "$actual" != "$expected" ]; then
    fail "$from/$name is not what was published: its SHA-256 is $actual, not $expected"
  fi
  chmod 755 "$work/openclaude"
  found=$("$work/openclaude" --version) || fail "$name does not start here"
  mv -f "$work/openclaude" "$folder/openclaude"

  printf 'Installed %s to %s\n' "$found" "$folder/openclaude"
  case ":$PATH:" in
    *":$folder:"*) ;;
    *)
      printf 'Your PATH does not have that folder yet. Add it:\n'
      # shellcheck disable=SC2016
      printf '  export PATH="%s:$PATH"\n' "$folder"
      ;;
  esac
}

main
