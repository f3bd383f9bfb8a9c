#!/usr/bin/env bash
# The one entrance: builds, runs, tests and measures everything here. Without a word it says what there is.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd -P)
# shellcheck source=tools/sh/common.sh
. "$root/tools/sh/common.sh"
# shellcheck source=tools/sh/debian.sh
. "$root/tools/sh/debian.sh"
# shellcheck source=tools/sh/needs.sh
. "$root/tools/sh/needs.sh"
# shellcheck source=tools/sh/wasm.sh
. "$root/tools/sh/wasm.sh"
# shellcheck source=tools/sh/bundle.sh
. "$root/tools/sh/bundle.sh"
# shellcheck source=tools/sh/test.sh
. "$root/tools/sh/test.sh"
# shellcheck source=tools/sh/bench.sh
. "$root/tools/sh/bench.sh"
# shellcheck source=tools/sh/fuzz.sh
. "$root/tools/sh/fuzz.sh"

help() {
  cat <<END
usage: ./build.sh WORD

  build                 leave the bundles, khp.wasm and the command khpd in dist/
  demo [--listen ADDR]  build, then serve the demo page, on 127.0.0.1:8080 if not told otherwise
  test [PART...]        run all tests, or build and these parts, in this order:
                        ${parts[*]}
  bench                 measure khpcore against net/http, and the sizes of what is in dist/
  fuzz [MINUTES]        run every fuzz target, sharing that time (5)
  wasm                  compile wasm/khp.wasm anew, and write its hash
  clean                 remove dist/, node_modules/, .cache/ and what the build left in web/lib/
  help                  show this

Go 1.26 or newer and Node.js 20 or newer have to be there. What else is needed is fetched, tools into .cache/.
Only test and wasm install Debian packages.
END
}

no_more_words() {
  local word=$1
  shift
  [ $# -eq 0 ] || misuse "$word takes no more words, got \"$*\""
}

demo() {
  case ${1-} in
    '') set -- --listen 127.0.0.1:8080 ;;
    --listen) [ $# -eq 2 ] || misuse "demo --listen takes one address, for example 127.0.0.1:8080" ;;
    --listen=*) no_more_words "demo $1" "${@:2}" ;;
    *) misuse "demo takes --listen ADDR, got \"$*\"" ;;
  esac
  build
  exec "$root/dist/khpd" demo "$@"
}

clean() {
  # What the Go tools write may be read-only.
  [ ! -d "$cache" ] || chmod -R u+w "$cache"
  rm -rf "$root/dist" "$root/node_modules" "$cache"
  find "$root/web/lib" -mindepth 1 ! -name .gitkeep -delete
}

main() {
  local word=${1-help}
  [ $# -eq 0 ] || shift
  case $word in
    build | bench | wasm | clean) no_more_words "$word" "$@" ;;
  esac
  case $word in
    build) build ;;
    demo) demo "$@" ;;
    test) run_parts "$@" ;;
    bench) bench ;;
    fuzz) fuzz "$@" ;;
    wasm) write_wasm ;;
    clean) clean ;;
    help | -h | --help) help ;;
    *) misuse "unknown word \"$word\"; ./build.sh help says what there is" ;;
  esac
}

main "$@"
