package khpserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// TestHeadTooLarge: an application, or an upstream behind it, that answers with
// more headers than a client takes costs the client no more than a 502.
func TestHeadTooLarge(t *testing.T) {
	for header, status := range map[string]int{
		"X-A: " + strings.Repeat("y", khpcore.DefaultHeadBytes/2): 403,
		"X-A: " + strings.Repeat("y", khpcore.DefaultHeadBytes):   502,
		"X-A: " + strings.Repeat("y", 1<<20):                      502,
	} {
		addr := start(t, answer(403, "", header), khpserver.Options{})
		c := open(t, addr, "/")
		c.request("/")
		require.Equal(t, status, c.response().status)
		c.leave()
	}
}

// TestMaxMessage: a message at the limit passes through a transform, both ways.
func TestMaxMessage(t *testing.T) {
	same := func(m khpserver.Message) (khpserver.Message, bool, error) { return m, true, nil }
	for size, passes := range map[int]bool{8: true, 9: true, 10: false} {
		addr := start(t, framewise(t), khpserver.Options{MaxMessage: 9,
			Extensions: []khpserver.Extension{accepting("x-a", khpserver.Transform{OnMessage: same, OnSend: same})}})
		c := open(t, addr, "/")
		c.request("/", "Sec-WebSocket-Extensions: x-a")
		require.Equal(t, 101, c.response().status)
		message := strings.Repeat("m", size)
		c.write(text(message))
		if !passes {
			c.closes(1009)
			continue
		}
		require.Equal(t, message, string(c.frame().Payload))
		c.leave()
	}
}
