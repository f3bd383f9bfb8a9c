package interop_test

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"
)

// patience bounds a failure; no test waits that long when all is well.
const patience = 20 * time.Second

// A client speaks the extended handshake by hand.
type client struct {
	t    *testing.T
	conn net.Conn
	br   *bufio.Reader
}

// open goes through the opening handshake of addr, as a browser would.
func open(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	c := &client{t, conn, bufio.NewReader(conn)}
	c.write([]byte("GET /path HTTP/1.1\r\n" +
		"Host: " + addr + "\r\n" +
		"Origin: http://" + addr + "\r\n" +
		"Upgrade: websocket\r\n" +
		"Connection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
		"Sec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" +
		"Sec-WebSocket-Protocol: x-kaazing-handshake, x-other, chat\r\n\r\n"))
	res, err := http.ReadResponse(c.br, nil)
	require.NoError(t, err)
	require.Equal(t, 101, res.StatusCode)
	require.Equal(t, "x-kaazing-handshake", res.Header.Get("Sec-WebSocket-Protocol"))
	return c
}

// request sends an extended request and reads the response to it.
func (c *client) request(headers ...string) *http.Response {
	c.t.Helper()
	lines := append([]string{"GET /path HTTP/1.1", "Sec-WebSocket-Protocol: x-other, chat",
		"Sec-WebSocket-Extensions: permessage-deflate"}, headers...)
	c.message(ws.OpText, strings.Join(lines, "\r\n")+"\r\n\r\n")
	head := c.frame(ws.OpBinary)
	require.Empty(c.t, c.frame(ws.OpBinary), "the end marker")
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(head)), nil)
	require.NoError(c.t, err)
	return res
}

func (c *client) write(b []byte) {
	c.t.Helper()
	_, err := c.conn.Write(b)
	require.NoError(c.t, err)
}

func (c *client) message(op ws.OpCode, payload string) {
	c.t.Helper()
	c.write(ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, true, []byte(payload)))))
}

// frame reads a frame of that kind.
func (c *client) frame(op ws.OpCode) string {
	c.t.Helper()
	f, err := ws.ReadFrame(c.br)
	require.NoError(c.t, err)
	require.Equal(c.t, op, f.Header.OpCode)
	require.True(c.t, f.Header.Fin)
	require.Zero(c.t, f.Header.Rsv, "nothing is compressed")
	return string(f.Payload)
}
