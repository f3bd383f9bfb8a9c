# shellcheck shell=bash
# What every script here uses. Sourced by them, with root set to the checkout.

cache=${root:?}/.cache

# A workspace above this folder and the state of git change nothing of what Go builds.
export GOWORK=off GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"

say() { printf '%s\n' "$*"; }

die() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 1
}

# A mistake in the words that a caller gave.
misuse() {
  printf 'build.sh: %s\n' "$*" >&2
  exit 2
}

# complete FOLDER KEY says whether FOLDER was filled for this KEY, to the end. The mark goes when the folder goes.
complete() { [ "$(cat "$1/.complete" 2>/dev/null)" = "$2" ]; }

mark_complete() { printf '%s\n' "$2" >"$1/.complete"; }

# quietly LOG COMMAND… keeps what COMMAND says in LOG and shows its end if it fails.
quietly() {
  local log=$cache/logs/$1 status=0
  shift
  mkdir -p "$cache/logs"
  "$@" >"$log" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    tail -n 20 "$log" >&2
    printf 'build.sh: "%s" failed with %s; all of it is in %s\n' "$*" "$status" "$log" >&2
  fi
  return "$status"
}
