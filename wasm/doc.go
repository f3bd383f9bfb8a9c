//go:build !tinygo && !wasm

// Command wasm is built for WebAssembly alone; README.md describes the module.
package main

func main() { panic("build me with GOARCH=wasm") }
