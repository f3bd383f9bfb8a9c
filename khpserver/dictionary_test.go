package khpserver_test

import (
	"net/http"
	"testing"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// The extension of the example at work: next speaks in full, the client in short.
func TestDictionary(t *testing.T) {
	quotes := dictionary("quotes-1", `{"symbol":"`, `","bid":`, `,"ask":`)
	seen := make(chan string, 9)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		_, _ = conn.Write([]byte(switching(r)))
		for {
			f, err := ws.ReadFrame(conn)
			if err != nil {
				return
			}
			f = ws.UnmaskFrame(f)
			_ = ws.WriteFrame(conn, f)
			if f.Header.OpCode == ws.OpClose {
				return
			}
			seen <- string(f.Payload)
		}
	}, khpserver.Options{Extensions: []khpserver.Extension{quotes}})

	c := open(t, addr, "/")
	agreed(t, c, "x-dictionary; id=quotes-1")
	for short, full := range map[string]string{
		"\x0eXY\x0f1\x102}":          `{"symbol":"XY","bid":1,"ask":2}`,
		"\x1b\x0e, \x1b\x1b, \u00e9": "\x0e, \x1b, \u00e9",
		"":                           "",
	} {
		c.write(text(short))
		require.Equal(t, full, await(t, seen, "next reads"))
		c.says(ws.OpText, short)
	}
	c.write(text("\x1a"))
	c.closes(1002)

	c = open(t, addr, "/")
	c.request("/", "Sec-WebSocket-Extensions: x-dictionary; id=quotes-2")
	require.Empty(t, c.response().header.Values("Sec-WebSocket-Extensions"))
	c.write(text("\x0e"))
	c.says(ws.OpText, "\x0e")
	c.leave()
}
