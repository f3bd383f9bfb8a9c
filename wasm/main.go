//go:build tinygo || wasm

// Command wasm is the module khp.wasm: khpcore's client behind two exported
// functions. README.md describes them. It is a reactor: main never runs.
package main

import (
	"unsafe"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/wasm/abi"
)

var (
	machine = abi.Machine{Crypto: host{}}
	event   []byte
	answer  []byte
)

// buffer makes room for an event of that size and returns where it is.
//
//go:wasmexport khp_buffer
func buffer(size uint32) uint32 {
	if uint32(cap(event)) < size {
		event = make([]byte, size)
	}
	event = event[:cap(event)]
	return address(event)
}

// handle takes the event of that size and returns where its commands are,
// behind their length.
//
//go:wasmexport khp_event
func handle(size uint32) uint32 {
	answer = append(answer[:0], 0, 0, 0, 0)
	answer = machine.Handle(answer, event[:min(int(size), len(event))])
	n := len(answer) - 4
	answer[0], answer[1], answer[2], answer[3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
	return address(answer)
}

// host is the cryptography of whoever instantiates the module.
type host struct{}

//go:wasmimport khp hash
func hostHash(algorithm uint32, data unsafe.Pointer, size uint32, out unsafe.Pointer) uint32

//go:wasmimport khp random
func hostRandom(out unsafe.Pointer, size uint32) uint32

func (host) Hash(h khpcore.DigestHash, data string) []byte {
	out := make([]byte, 32)
	n := hostHash(uint32(h), unsafe.Pointer(unsafe.StringData(data)), uint32(len(data)), unsafe.Pointer(&out[0]))
	return out[:min(int(n), len(out))]
}

func (host) Random(n int) []byte {
	out := make([]byte, n)
	return out[:min(int(hostRandom(unsafe.Pointer(&out[0]), uint32(n))), n)]
}

func address(b []byte) uint32 { return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

func main() {}
