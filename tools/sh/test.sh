# shellcheck shell=bash
# The parts of ./build.sh test, in order. Sourced, after bundle.sh.
#
# Each part is a function part_NAME that runs in a shell of its own, fails with any status but 0, and ends with a
# line that says how many of its checks passed. With $skip it says that it could not check.

parts=(build shell gofmt vet staticcheck go wasm eslint prettier types unit browser page pack)
skip=77

run_parts() {
  local passed=0 skipped=0 chosen=() part status
  choose_parts "$@"
  for part in "${chosen[@]}"; do
    say
    say "== $part"
    # In a condition, bash would go on after a command that failed inside the part.
    set +e
    (
      set -e
      cd "$root"
      "part_$part"
    )
    status=$?
    set -e
    case $status in
      0) passed=$((passed + 1)) ;;
      "$skip") skipped=$((skipped + 1)) ;;
      *)
        say
        say "stopped at the part $part, which failed with $status"
        say "all parts: $passed passed, 1 failed$(and_skipped "$skipped")"
        exit 1
        ;;
    esac
  done
  say
  say "all parts: $passed passed, 0 failed$(and_skipped "$skipped")"
}

and_skipped() { [ "$1" -eq 0 ] || printf ', %s skipped' "$1"; }

# choose_parts PART… sets chosen to those parts in their order, or to all. What they test is always built first.
choose_parts() {
  local part wanted=" build $* "
  for part; do
    [[ " ${parts[*]} " == *" $part "* ]] || misuse "unknown part \"$part\"; there are: ${parts[*]}"
  done
  for part in "${parts[@]}"; do
    [[ $# -gt 0 && $wanted != *" $part "* ]] || chosen+=("$part")
  done
}

# in_both_modules COMMAND… runs it in the library's module and in that of the tools.
in_both_modules() {
  (cd "$root" && "$@")
  (cd "$root/tools" && "$@")
}

count_packages() { in_both_modules go list ./... | wc -l; }

part_build() {
  build
  say "build: passed"
}

part_shell() {
  local commands=(build.sh .ci/run tools/sh/tinygo.sh)
  need_shellcheck
  shellcheck --external-sources --check-sourced "${commands[@]}"
  say "shell: ${#commands[@]} commands and what they source passed, 0 failed"
}

part_gofmt() {
  local files bad
  mapfile -d '' files < <(find . \( -name node_modules -o -name '.?*' \) -prune -o -name '*.go' -print0)
  bad=$(gofmt -l "${files[@]}")
  if [ -n "$bad" ]; then
    say "$bad"
    say "gofmt: $((${#files[@]} - $(wc -l <<<"$bad"))) passed, $(wc -l <<<"$bad") failed; gofmt -w mends them"
    return 1
  fi
  say "gofmt: ${#files[@]} files passed, 0 failed"
}

part_vet() {
  in_both_modules go vet ./...
  say "vet: $(count_packages) packages passed, 0 failed"
}

part_staticcheck() {
  (cd tools && go build -o "$cache/staticcheck" honnef.co/go/tools/cmd/staticcheck)
  in_both_modules "$cache/staticcheck" ./...
  say "staticcheck: $(count_packages) packages passed, 0 failed"
}

part_go() {
  need_cc
  (cd tools && go build -o "$cache/testcount" ./testcount)
  in_both_modules go test -race -count=1 -json ./... | "$cache/testcount"
}

part_wasm() {
  local status=0
  check_committed_wasm
  need_tinygo || status=$?
  if [ "$status" -eq 3 ]; then
    say "wasm: 1 passed, 0 failed, 1 skipped: the committed khp.wasm has its hash, but was NOT compared with its source"
    return "$skip"
  fi
  [ "$status" -eq 0 ] || return "$status"
  compile_wasm "$cache/khp.wasm"
  if ! cmp "$cache/khp.wasm" wasm/khp.wasm; then
    say "wasm/khp.wasm is not what its source gives; ./build.sh wasm compiles it anew"
    dpkg-query -W "llvm-$llvm_version" "lld-$llvm_version" "libclang-rt-$llvm_version-dev-wasm32" wasi-libc
    say "wasm: 1 passed, 1 failed"
    return 1
  fi
  say "wasm: 2 passed, 0 failed: khp.wasm has its hash, and its source gives it bit for bit"
}

part_eslint() { npx --no-install eslint --format ./tools/sh/eslint-format.mjs .; }

part_prettier() { npx --no-install prettier --check .; }

part_types() {
  npm run --silent types
  say "types: $(npx --no-install tsc --listFilesOnly | grep -vc /node_modules/) files passed, 0 failed"
}

part_unit() { node_test unit js/test/unit/*.test.mjs; }

part_browser() {
  need_chromium
  npm run --silent test:browser
}

part_page() {
  need_chromium
  node_test page web/test/*.test.mjs
}

part_pack() { node_test pack tools/sh/pack.test.mjs; }

# node_test PART FILE… runs those files.
node_test() { PART=$1 node --test --test-reporter=./tools/sh/reporter.mjs "${@:2}"; }
