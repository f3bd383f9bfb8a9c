package khpserver

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// An openingError is an opening handshake that is answered with that status.
type openingError struct {
	status int
	reason string
}

func (e *openingError) Error() string { return e.reason }

// isWebSocket tells whether r asks for a WebSocket, well or badly: by an
// upgrade (RFC 6455 4.1), or by an extended CONNECT (RFC 8441).
func isWebSocket(r *http.Request) bool {
	return hasToken(r.Header, "Upgrade", "websocket") ||
		r.Method == http.MethodConnect && strings.EqualFold(r.Header.Get(":protocol"), "websocket")
}

// checkOpening holds an opening handshake to RFC 6455 4.2.1.
func checkOpening(r *http.Request) *openingError {
	if r.ProtoMajor != 1 || r.ProtoMinor < 1 {
		return &openingError{http.StatusNotImplemented, "the extended handshake needs a connection of its own, over HTTP/1.1"}
	}
	if r.Method != http.MethodGet {
		return &openingError{http.StatusMethodNotAllowed, "a WebSocket opening handshake is a GET request"}
	}
	if !hasToken(r.Header, "Connection", "upgrade") {
		return &openingError{http.StatusBadRequest, "no upgrade in the Connection header"}
	}
	if v := r.Header.Values("Sec-WebSocket-Version"); len(v) != 1 || v[0] != "13" {
		return &openingError{http.StatusUpgradeRequired, "Sec-WebSocket-Version must be 13"}
	}
	keys := r.Header.Values("Sec-WebSocket-Key")
	if len(keys) != 1 {
		return &openingError{http.StatusBadRequest, strconv.Itoa(len(keys)) + " Sec-WebSocket-Key headers, want 1"}
	}
	if key, err := base64.StdEncoding.Strict().DecodeString(keys[0]); err != nil || len(key) != 16 {
		return &openingError{http.StatusBadRequest, "Sec-WebSocket-Key is not the base64 of 16 bytes"}
	}
	// Its bytes would be read as frames.
	if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
		return &openingError{http.StatusBadRequest, "a WebSocket opening handshake has no body"}
	}
	return nil
}

// openingResponse is the 101 that selects KHP. It agrees to no extension: what
// comes after the handshake is next's, which knows of none.
func openingResponse(r *http.Request) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 101 Switching Protocols\r\n"+
		"Upgrade: websocket\r\n"+
		"Connection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n"+
		"Sec-WebSocket-Protocol: %s\r\n\r\n",
		acceptFor(r.Header.Get("Sec-WebSocket-Key")), khpcore.Subprotocol)
}

// acceptFor returns the Sec-WebSocket-Accept of a key (RFC 6455 4.2.2).
func acceptFor(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
