#!/usr/bin/env bash
# Installs what compiles khp.wasm: TinyGo, built from its source against Debian's LLVM, and wasm-opt.
# usage: tinygo.sh FOLDER
# Exits with 3 where it cannot be had here, and with 1 where what was had is not what it should be.
set -euo pipefail

folder=${1:?usage: tinygo.sh FOLDER}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=tools/sh/common.sh
. "$root/tools/sh/common.sh"
# shellcheck source=tools/sh/debian.sh
. "$root/tools/sh/debian.sh"
# shellcheck source=tools/sh/versions.sh
. "$root/tools/sh/versions.sh"

unavailable() {
  say "$*" >&2
  exit 3
}

# TinyGo's module. Its version list need not be served: the version and its hash are pinned.
fetch_source() {
  local answer
  answer=$(cd "$folder" && go mod download -json "github.com/tinygo-org/tinygo@v$tinygo_version") ||
    unavailable "the source of TinyGo $tinygo_version could not be downloaded: ${answer//[$'\n\t']/ }"
  field() { node -p 'JSON.parse(process.argv[1])[process.argv[2]]' "$answer" "$1"; }
  [ "$(field Sum)" = "$tinygo_sum" ] ||
    die "the source of TinyGo $tinygo_version has the hash $(field Sum), expected $tinygo_sum"
  cp -R "$(field Dir)" "$folder/root"
  chmod -R u+w "$folder/root"
  # A submodule that the module's archive lacks. Only its folder has to be there.
  mkdir -p "$folder/root/src/net/http"
}

build_tinygo() {
  cd "$folder/root"
  GOWORK=off GOFLAGS=-mod=readonly go build -buildvcs=false -tags "llvm$llvm_version" -o "$folder/bin/tinygo" .
}

fetch_wasm_opt() {
  local archive=$folder/binaryen-$binaryen_version.tgz
  (cd "$folder" && npm pack --silent --ignore-scripts "binaryen@$binaryen_version" >/dev/null) ||
    unavailable "binaryen $binaryen_version, which has wasm-opt, could not be downloaded"
  sha512sum --check --status <<<"$binaryen_sha512  $archive" ||
    die "binaryen $binaryen_version has the SHA-512 $(sha512sum <"$archive"), expected $binaryen_sha512"
  tar -xzf "$archive" -C "$folder/bin" --strip-components=2 package/bin/wasm-opt package/bin/package.json
  rm "$archive"
}

install_packages g++ "llvm-$llvm_version-dev" "libclang-$llvm_version-dev" "clang-$llvm_version" \
  "lld-$llvm_version" "libclang-rt-$llvm_version-dev-wasm32" wasi-libc ||
  unavailable "its Debian packages could not be installed"
rm -rf "$folder"
mkdir -p "$folder/bin"
# So that go and npm do not take the project above for theirs.
printf 'module tinygo-setup\n' >"$folder/go.mod"
printf '{"private": true}\n' >"$folder/package.json"
fetch_source
quietly tinygo-build.log build_tinygo
fetch_wasm_opt
GOTOOLCHAIN=go$tinygo_go go version >/dev/null 2>&1 ||
  unavailable "the toolchain go$tinygo_go, which TinyGo compiles with, could not be downloaded"
