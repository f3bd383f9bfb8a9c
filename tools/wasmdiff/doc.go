// Package wasmdiff holds the shipped WebAssembly module, compiled by TinyGo,
// and the same source compiled by standard Go to what khpcore does natively:
// the same events must yield the same commands, byte by byte.
package wasmdiff
