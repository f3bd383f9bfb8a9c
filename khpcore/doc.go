// Package khpcore is the Kaazing WebSocket Handshake Protocol (KHP) without
// any input or output: the codec of extended requests and responses, the
// tables, and the state machines of both ends.
//
// After a WebSocket has opened with the subprotocol x-kaazing-handshake, one
// more HTTP request and response travel over it as messages: the extended
// handshake. [Client] and [Server] are its two halves. Each takes what happened
// (a message arrived, the socket closed, the time is up) and returns what to do
// (send this, ask for credentials, connect there, open, fail). They hold no
// socket, start no goroutine and read no clock, so the same code runs in a
// browser, compiled to WebAssembly, and in a Go program.
//
// The package imports nothing that would weigh on the WebAssembly module:
// neither fmt nor net nor reflection. It never panics on what a peer sends;
// every malformed input is a [*SyntaxError], [*LimitError] or [*RefusedError].
package khpcore

// Subprotocol is what a client offers in the opening handshake, and a server
// selects, to run the extended handshake (khp.md, Handshake Requirements for
// the Opening WebSocket Handshake).
const Subprotocol = "x-kaazing-handshake"

// Dialect is how the two ends delimit a response. Deployed implementations
// differ, so both ends must be told, or find out.
type Dialect uint8

const (
	// Standard ends every response with an empty binary message, as the newest
	// revision of khp.md has it.
	Standard Dialect = iota
	// NoMarker ends a response where its head, and Content-Length if it has a
	// body, say so, as the earlier revision of khp.md has it.
	NoMarker
	// Gateway is what deployed Kaazing clients and gateways speak: an empty
	// message of either type ends a response, the opening request has one more
	// parameter, and a balancer message comes before the extended request and
	// after the last response.
	Gateway
)

func (d Dialect) String() string {
	switch d {
	case Standard:
		return "standard"
	case NoMarker:
		return "no-marker"
	case Gateway:
		return "gateway"
	}
	return "unknown"
}
