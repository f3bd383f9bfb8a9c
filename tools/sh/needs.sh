# shellcheck shell=bash
# What has to be there before a step. Sourced, after common.sh and debian.sh.

need_go() {
  local wanted found
  wanted=$(sed -n 's/^go \(1\.[0-9]*\).*/\1/p' "$root/tools/go.mod")
  command -v go >/dev/null ||
    die "Go is missing: install version $wanted or newer from https://go.dev/dl/ and put its bin folder on PATH"
  # In the module a Go may fetch the toolchain that it needs; one that may not fails there.
  found=$(cd "$root/tools" && go env GOVERSION 2>/dev/null) || found=$(cd / && go env GOVERSION)
  found=${found#go}
  [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
    die "Go is too old: found $found, needed is $wanted or newer, from https://go.dev/dl/"
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
  complete "$root/node_modules" "$key" && return
  say "installing node_modules"
  (cd "$root" && PUPPETEER_SKIP_DOWNLOAD=1 quietly npm-ci.log npm ci --ignore-scripts --no-audit --no-fund) || die "npm ci failed"
  mark_complete "$root/node_modules" "$key"
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
