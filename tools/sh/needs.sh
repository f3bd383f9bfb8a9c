# shellcheck shell=bash
# What has to be there before a step. Sourced, after common.sh and debian.sh.

need_go() {
  local version
  command -v go >/dev/null ||
    die "Go is missing: install version 1.25 or newer from https://go.dev/dl/ and put its bin folder on PATH"
  version=$(cd "$root/tools" && go env GOVERSION) || die "this Go cannot be used: $(go version)"
  version=${version#go1.}
  [ "${version%%[!0-9]*}" -ge 25 ] ||
    die "Go is too old: found 1.$version, needed is 1.25 or newer, from https://go.dev/dl/"
  # The same flags everywhere: a workspace above this folder and the state of git change nothing.
  export GOWORK=off GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"
}

need_node() {
  local version
  command -v node >/dev/null ||
    die "Node.js is missing: install version 20 or newer, with npm, from https://nodejs.org/en/download"
  command -v npm >/dev/null || die "npm is missing: it comes with Node.js, https://nodejs.org/en/download"
  version=$(node --version)
  version=${version#v}
  [ "${version%%.*}" -ge 20 ] ||
    die "Node.js is too old: found $version, needed is 20 or newer, from https://nodejs.org/en/download"
}

# need_node_modules brings node_modules to what package-lock.json says.
need_node_modules() {
  local key
  key="$(sha256sum <"$root/package-lock.json") $(node --version)"
  [ -d "$root/node_modules" ] && done_for node_modules "$key" && return
  say "installing node_modules"
  (cd "$root" && PUPPETEER_SKIP_DOWNLOAD=1 quietly npm-ci.log npm ci --no-audit --no-fund) || die "npm ci failed"
  mark_done node_modules "$key"
}

# The race detector needs a C compiler.
need_cc() {
  command -v "${CC:-gcc}" >/dev/null || install_packages gcc libc6-dev || die "a C compiler is missing: go test -race needs one"
}

need_chromium() {
  export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
  [ -x "$CHROMIUM" ] || install_packages chromium || true
  [ -x "$CHROMIUM" ] || die "$CHROMIUM is missing: the environment variable CHROMIUM may name another"
}

need_shellcheck() {
  command -v shellcheck >/dev/null || install_packages shellcheck || die "shellcheck is missing"
}
