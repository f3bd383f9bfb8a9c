# shellcheck shell=bash disable=SC2034
# What khp.wasm is compiled with. Another version of any of these gives other bytes. Sourced.

tinygo_version=0.39.0
tinygo_sum='h1:neR3OwQxjQo9FTIz28T6AWnir1Yde5H4ZFPkx6haznE='
# The newest Go that this TinyGo takes; fetched as a toolchain, beside the Go that is installed.
tinygo_go=1.25.9
llvm_version=19
binaryen_version=132.0.0
binaryen_sha512=e14b20ef212fc0edc532ca373a8bfaaa438e1d2a1dd4812ff9ba0a921efb91396333e78d068baa0936ea5acc06cdb1bebc334efdbfefd82e207c48755a007d2e
