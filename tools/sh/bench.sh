# shellcheck shell=bash
# ./build.sh bench. Sourced, after bundle.sh.

bench() {
  need_go
  (cd "$root/tools" && go build -o "$cache/benchratio" ./benchratio)
  (cd "$root" && go test -run '^$' -bench . -benchmem ./khpcore) | "$cache/benchratio"
  say
  # The build ends with the sizes of what it made.
  build
}
