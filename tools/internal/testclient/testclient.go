// Package testclient is a client of the extended handshake for tests: it does
// each step by hand, so that a test sees what is on the wire.
package testclient

import (
	"bufio"
	"bytes"
	"io"
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

// A Client is one connection.
type Client struct {
	t      *testing.T
	conn   net.Conn
	br     *bufio.Reader
	target string
}

// Open goes through the opening handshake of addr, as a browser would for a page
// of that origin. Headers are added to it; one that names a header which is
// there takes its place.
func Open(t *testing.T, addr, target string, headers ...string) *Client {
	t.Helper()
	c := Dial(t, addr)
	c.target = target
	res := c.Do(Opening(addr, target, headers...))
	require.Equal(t, 101, res.StatusCode)
	require.Equal(t, "x-kaazing-handshake", res.Header.Get("Sec-WebSocket-Protocol"))
	return c
}

// Dial connects and says nothing.
func Dial(t *testing.T, addr string) *Client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return &Client{t: t, conn: conn, br: bufio.NewReader(conn)}
}

// Opening is the head of an opening handshake.
func Opening(addr, target string, headers ...string) string {
	lines := []string{
		"Host: " + addr,
		"Origin: http://" + addr,
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		"Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
		"Sec-WebSocket-Protocol: x-kaazing-handshake",
	}
	for _, h := range headers {
		name, _, _ := strings.Cut(h, ":")
		i := 0
		for i < len(lines) && !strings.HasPrefix(lines[i], name+":") {
			i++
		}
		lines = append(append(lines[:i:i], h), lines[min(i+1, len(lines)):]...)
	}
	return "GET " + target + " HTTP/1.1\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// Do sends an HTTP request and reads the response and its body.
func (c *Client) Do(request string) *http.Response {
	c.t.Helper()
	c.Write([]byte(request))
	res, err := http.ReadResponse(c.br, nil)
	require.NoError(c.t, err)
	if res.StatusCode != 101 {
		c.keepBody(res)
	}
	return res
}

func (c *Client) keepBody(res *http.Response) {
	c.t.Helper()
	body, err := io.ReadAll(res.Body)
	require.NoError(c.t, err)
	res.Body = io.NopCloser(bytes.NewReader(body))
}

// Request sends an extended request and reads the response and its end marker.
func (c *Client) Request(headers ...string) *http.Response {
	c.t.Helper()
	c.send(headers...)
	return c.Response()
}

// Response reads a response and its end marker.
func (c *Client) Response() *http.Response {
	c.t.Helper()
	res := c.response()
	require.Empty(c.t, c.Frame(ws.OpBinary), "the end marker")
	return res
}

// RequestUnmarked sends an extended request and reads a response without an end
// marker.
func (c *Client) RequestUnmarked(headers ...string) *http.Response {
	c.t.Helper()
	c.send(headers...)
	return c.response()
}

// send sends an extended request.
func (c *Client) send(headers ...string) {
	c.t.Helper()
	lines := append([]string{"GET " + c.target + " HTTP/1.1"}, headers...)
	c.Message(ws.OpText, strings.Join(lines, "\r\n")+"\r\n\r\n")
}

func (c *Client) response() *http.Response {
	c.t.Helper()
	response := c.Frame(ws.OpBinary)
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(response)), nil)
	require.NoError(c.t, err)
	c.keepBody(res)
	return res
}

// Write sends bytes.
func (c *Client) Write(b []byte) {
	c.t.Helper()
	_, err := c.conn.Write(b)
	require.NoError(c.t, err)
}

// Message sends a message, or a control frame.
func (c *Client) Message(op ws.OpCode, payload string) {
	c.t.Helper()
	c.Write(ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, true, []byte(payload)))))
}

// Frame reads a frame of that kind.
func (c *Client) Frame(op ws.OpCode) string {
	c.t.Helper()
	f, err := ws.ReadFrame(c.br)
	require.NoError(c.t, err)
	require.Equal(c.t, op, f.Header.OpCode)
	require.True(c.t, f.Header.Fin)
	require.Zero(c.t, f.Header.Rsv, "nothing is compressed")
	return string(f.Payload)
}

// CloseCode reads a close frame.
func (c *Client) CloseCode() int {
	c.t.Helper()
	code, _ := ws.ParseCloseFrameData([]byte(c.Frame(ws.OpClose)))
	return int(code)
}

// EOF waits until the server has ended the connection.
func (c *Client) EOF() {
	c.t.Helper()
	_, err := c.br.ReadByte()
	require.Error(c.t, err)
	timeout, ok := err.(net.Error)
	require.False(c.t, ok && timeout.Timeout(), "the server has not ended the connection")
}

// Close ends the connection without a word.
func (c *Client) Close() { _ = c.conn.Close() }
