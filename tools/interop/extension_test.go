package interop_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
	"github.com/kaazingwebsocket/kaazingwebsocket/tools/internal/testclient"
)

const (
	control = "\x01\x01\x01\x02"
	ping    = control + "\x09\x00"
	pong    = control + "\x0a\x00"
)

// openWith opens a connection with these extensions.
func openWith(t *testing.T, addr, offers string, agreed ...string) *testclient.Client {
	t.Helper()
	c := open(t, addr)
	res := request(c, "Sec-WebSocket-Extensions: "+offers)
	require.Equal(t, 101, res.StatusCode)
	require.Equal(t, "chat", res.Header.Get("Sec-WebSocket-Protocol"))
	require.Equal(t, agreed, res.Header.Values("Sec-WebSocket-Extensions"))
	return c
}

// Servers that know nothing of it are kept alive, and get every message.
func TestPingPong(t *testing.T) {
	opts := &khpserver.Options{Extensions: []khpserver.Extension{khpserver.PingPong(time.Minute), khpserver.IdleTimeout(time.Hour)}}
	eachWith(t, opts, unwrapped, func(t *testing.T, addr string) {
		c := openWith(t, addr, "x-kaazing-idle-timeout, x-kaazing-ping-pong",
			"x-kaazing-idle-timeout; timeout=3600000", "x-kaazing-ping-pong; 01010102")
		require.Equal(t, greeting, c.Frame(ws.OpText))
		c.Message(ws.OpText, ping)
		require.Equal(t, pong, c.Frame(ws.OpText))
		c.Message(ws.OpText, control)
		c.Message(ws.OpText, ping)
		require.Equal(t, control, c.Frame(ws.OpText))
		require.Equal(t, ping, c.Frame(ws.OpText))
		c.Message(ws.OpBinary, ping)
		require.Equal(t, ping, c.Frame(ws.OpBinary))
		goOn(t, c)
	})
}

// A transform sees every message of a server that knows nothing of it.
func TestTransform(t *testing.T) {
	upper := func(m khpserver.Message) (khpserver.Message, bool, error) {
		m.Data = bytes.ToUpper(m.Data)
		return m, true, nil
	}
	lower := func(m khpserver.Message) (khpserver.Message, bool, error) {
		m.Data = bytes.ToLower(m.Data)
		return m, true, nil
	}
	opts := &khpserver.Options{MaxMessage: 1 << 21, Extensions: []khpserver.Extension{khpserver.PingPong(0), {
		Name: "x-shout",
		Accept: func(khpcore.Fields) (khpcore.Fields, khpserver.Transform, bool) {
			return nil, khpserver.Transform{OnSend: upper, OnMessage: lower}, true
		},
	}}}
	eachWith(t, opts, unwrapped, func(t *testing.T, addr string) {
		c := openWith(t, addr, "x-shout", "x-shout")
		require.Equal(t, strings.ToUpper(greeting), c.Frame(ws.OpText))
		for _, op := range []ws.OpCode{ws.OpText, ws.OpBinary} {
			c.Message(op, "Hello")
			require.Equal(t, "HELLO", c.Frame(op))
			large := strings.Repeat("X", 1<<20)
			c.Message(op, large)
			require.Equal(t, large, c.Frame(op))
		}
		c.Message(ws.OpPing, "are you there?")
		require.Equal(t, "are you there?", c.Frame(ws.OpPong))
		c.Message(ws.OpClose, string(ws.NewCloseFrameBody(3000, "")))
		require.Equal(t, 3000, c.CloseCode())
		c.EOF()
	})
}
