# shellcheck shell=bash
# ./build.sh fuzz: every fuzz target in turn. Sourced, after needs.sh.

fuzz() {
  local minutes=${1-5} targets seconds module package name
  [[ $# -le 1 && $minutes =~ ^[1-9][0-9]{0,3}$ ]] || misuse "fuzz takes a number of minutes, 1 to 9999, got \"$*\""
  need_go
  targets=$(fuzz_targets . && fuzz_targets tools) || die "the tests do not build"
  [ -n "$targets" ] || die "there are no fuzz targets"
  seconds=$((minutes * 60 / $(wc -l <<<"$targets")))
  while read -r module package name; do
    fuzz_one "$module" "$package" "$name" $((seconds > 0 ? seconds : 1))
  done <<<"$targets"
}

# fuzz_targets MODULE prints a line "MODULE PACKAGE NAME" for each target; MODULE is a folder of the checkout.
fuzz_targets() {
  (cd "$root/$1" && go test -list '^Fuzz' ./...) | awk -v module="$1" '
    /^Fuzz/ { names[++n] = $1 }
    $1 == "ok" { for (i = 1; i <= n; i++) print module, $2, names[i]; n = 0 }'
}

# What was found stands in testdata/fuzz of the package, from where go test runs it from then on.
fuzz_one() {
  local module=$1 package=$2 name=$3 seconds=$4 log=$cache/logs/fuzz-$3.log
  mkdir -p "$cache/logs"
  if ! (cd "$root/$module" && go test -run '^$' -fuzz "^$name\$" -fuzztime "${seconds}s" -fuzzminimizetime 5s "$package") >"$log" 2>&1 </dev/null; then
    cat "$log"
    die "$name of $package failed"
  fi
  say "$name: $(sed -n 's/.*execs: \([0-9]*\).*/\1/p' "$log" | tail -n 1) executions in $seconds s, none failed"
}
