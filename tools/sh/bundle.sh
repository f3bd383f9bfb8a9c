# shellcheck shell=bash
# What ./build.sh build leaves in dist/. Sourced, after needs.sh and wasm.sh.

build() {
  need_go
  need_node
  need_node_modules
  say_which_wasm
  build_bundles
  build_khpd
}

# The committed module ships as it is. Where TinyGo is there, its source is held against it.
say_which_wasm() {
  check_committed_wasm
  if ! have_tinygo; then
    say "khp.wasm: the committed module, since TinyGo is not here; ./build.sh test installs it and compares"
  elif compile_wasm "$cache/khp.wasm" && cmp -s "$cache/khp.wasm" "$root/wasm/khp.wasm"; then
    say "khp.wasm: the committed module, the same as compiled from its source"
  else
    say "khp.wasm: the committed module, NOT what its source gives now; ./build.sh wasm compiles it anew"
  fi
}

build_bundles() {
  (cd "$root" && npm run --silent build)
  cp "$root"/dist/kaazing-websocket.iife.js "$root"/dist/kaazing-websocket.iife.js.map "$root/web/lib/"
}

build_khpd() {
  local version
  version=$(node -p 'require(process.argv[1]).version' "$root/package.json")
  (cd "$root/tools" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" \
    -o "$root/dist/khpd" ./khpd)
}
