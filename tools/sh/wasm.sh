# shellcheck shell=bash
# The module khp.wasm: the committed one, and how it is compiled. Sourced, after common.sh.

# shellcheck source=tools/sh/versions.sh
. "$root/tools/sh/versions.sh"

tinygo=$cache/tinygo
tinygo_key="$tinygo_version $tinygo_sum $tinygo_go $llvm_version $binaryen_version"

have_tinygo() { complete "$tinygo" "$tinygo_key"; }

# need_tinygo returns 3 where TinyGo cannot be had here.
need_tinygo() {
  have_tinygo && return
  say "installing TinyGo $tinygo_version, which compiles khp.wasm"
  "$root/tools/sh/tinygo.sh" "$tinygo" || return
  mark_complete "$tinygo" "$tinygo_key"
}

# compile_wasm FILE writes the module as it ships. The same source gives the same bytes in any folder.
compile_wasm() {
  local out=$1 go_cache
  go_cache=$(go env GOCACHE)
  # TinyGo keeps a cache of its own, which belongs to this checkout.
  (cd "$root" && env GOWORK=off GOFLAGS='' GOTOOLCHAIN="go$tinygo_go" GOCACHE="$go_cache" \
    XDG_CACHE_HOME="$tinygo/cache" TINYGOROOT="$tinygo/root" WASMOPT="$tinygo/bin/wasm-opt" \
    "$tinygo/bin/tinygo" build -target="$root/tools/sh/reactor.json" -no-debug -o "$out" ./wasm) || return
  "$tinygo/bin/wasm-opt" -Oz --converge --enable-bulk-memory --enable-sign-ext \
    --enable-nontrapping-float-to-int --enable-mutable-globals --strip-debug --strip-producers "$out" -o "$out"
}

# check_committed_wasm holds the committed module to the hash beside it.
check_committed_wasm() {
  (cd "$root/wasm" && sha256sum --check --status khp.wasm.sha256) ||
    die "wasm/khp.wasm is not what wasm/khp.wasm.sha256 says; ./build.sh wasm writes both anew"
}

# write_wasm is the only thing that changes the committed module.
write_wasm() {
  need_go
  need_node
  need_tinygo || die "wasm/khp.wasm cannot be compiled without TinyGo"
  compile_wasm "$cache/khp.wasm"
  cp "$cache/khp.wasm" "$root/wasm/khp.wasm"
  (cd "$root/wasm" && sha256sum khp.wasm >khp.wasm.sha256)
  say "wasm/khp.wasm: $(wc -c <"$root/wasm/khp.wasm") bytes, sha256 $(cut -d' ' -f1 "$root/wasm/khp.wasm.sha256")"
}
