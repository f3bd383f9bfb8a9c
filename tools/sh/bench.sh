# shellcheck shell=bash
# ./build.sh bench. Sourced, after bundle.sh.

bench() {
  build
  say
  (cd "$root/tools" && go build -o "$cache/benchratio" ./benchratio)
  (cd "$root" && go test -run '^$' -bench . -benchmem ./khpcore) | "$cache/benchratio"
  say
  node "$root/tools/sh/sizes.mjs" "$root/dist"
}
