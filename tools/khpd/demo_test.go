package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/tools/internal/testclient"
)

func requireEcho(t *testing.T, c *testclient.Client) {
	t.Helper()
	c.Message(ws.OpText, "hello")
	require.Equal(t, "hello", c.Frame(ws.OpText))
	c.Message(ws.OpBinary, "\x00\xff")
	require.Equal(t, "\x00\xff", c.Frame(ws.OpBinary))
	c.Message(ws.OpClose, string(ws.NewCloseFrameBody(1000, "")))
	require.Equal(t, 1000, c.CloseCode())
	c.EOF()
}

func TestDemo(t *testing.T) {
	addr := starts(t, "demo", "--listen", "127.0.0.1:0").addr

	t.Run("echo", func(t *testing.T) {
		c := testclient.Open(t, addr, "/echo")
		res := c.Request()
		require.Equal(t, 101, res.StatusCode)
		require.Empty(t, res.Header.Values("Sec-WebSocket-Protocol"))
		requireEcho(t, c)
	})
	t.Run("echo in a subprotocol", func(t *testing.T) {
		c := testclient.Open(t, addr, "/echo")
		require.Equal(t, "a", c.Request("Sec-WebSocket-Protocol: a, b").Header.Get("Sec-WebSocket-Protocol"))
		requireEcho(t, c)
	})
	t.Run("basic", func(t *testing.T) {
		c := testclient.Open(t, addr, "/basic")
		for _, headers := range [][]string{nil, {"Authorization: Basic am9lOndyb25n"}} {
			res := c.Request(headers...)
			require.Equal(t, 401, res.StatusCode)
			require.Contains(t, res.Header.Get("WWW-Authenticate"), `Basic realm="KHP demo"`)
		}
		require.Equal(t, 101, c.Request("Authorization: Basic am9lOndlbGNvbWU=").StatusCode)
		requireEcho(t, c)
	})
	t.Run("redirect", func(t *testing.T) {
		c := testclient.Open(t, addr, "/redirect")
		res := c.Request()
		require.Equal(t, 302, res.StatusCode)
		require.Equal(t, "/echo", res.Header.Get("Location"))
		require.Equal(t, 1000, c.CloseCode())
	})
	t.Run("forbidden", func(t *testing.T) {
		c := testclient.Open(t, addr, "/forbidden")
		res := c.Request()
		require.Equal(t, 403, res.StatusCode)
		body, _ := io.ReadAll(res.Body)
		require.Equal(t, "nobody may connect here\n", string(body))
		require.Equal(t, 1000, c.CloseCode())
	})
	t.Run("slow", func(t *testing.T) {
		c := testclient.Open(t, addr, "/slow")
		begin := time.Now()
		require.Equal(t, 101, c.Request().StatusCode)
		require.GreaterOrEqual(t, time.Since(begin), slowDelay)
		requireEcho(t, c)
	})
	t.Run("nowhere", func(t *testing.T) {
		c := testclient.Open(t, addr, "/nowhere")
		require.Equal(t, 404, c.Request().StatusCode)
	})
	t.Run("by another name of the host", func(t *testing.T) {
		host := strings.Replace(addr, "127.0.0.1", "localhost", 1)
		c := testclient.Open(t, addr, "/echo", "Host: "+host, "Origin: http://"+host)
		require.Equal(t, 101, c.Request().StatusCode)
	})
	t.Run("from a page of another origin", func(t *testing.T) {
		res := testclient.Dial(t, addr).Do(testclient.Opening(addr, "/echo", "Origin: http://evil.example"))
		require.Equal(t, 403, res.StatusCode)
	})
}

// Pages of the origins that are named may connect, in either way.
func TestDemoOrigins(t *testing.T) {
	addr := starts(t, "demo", "--listen", "127.0.0.1:0", "--allow-origin", "https://app.example", "--allow-origin=http://localhost:3000").addr
	for origin, status := range map[string]int{
		"https://app.example":   101,
		"http://localhost:3000": 101,
		"http://" + addr:        101,
		"https://evil.example":  403,
	} {
		for _, protocol := range []string{"x-kaazing-handshake", "chat"} {
			c := testclient.Dial(t, addr)
			res := c.Do(testclient.Opening(addr, "/echo", "Origin: "+origin, "Sec-WebSocket-Protocol: "+protocol))
			require.Equal(t, status, res.StatusCode, "%s %s", origin, protocol)
		}
	}
	c := testclient.Open(t, addr, "/echo", "Origin: https://app.example")
	require.Equal(t, 101, c.Request().StatusCode)
	requireEcho(t, c)
}

func TestDemoPage(t *testing.T) {
	addr := starts(t, "demo", "--listen", "127.0.0.1:0").addr
	for path, kind := range map[string]string{
		"/":          "text/html; charset=utf-8",
		"/app.js":    "text/javascript; charset=utf-8",
		"/style.css": "text/css; charset=utf-8",
	} {
		res, err := http.Get("http://" + addr + path)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode)
		require.Equal(t, kind, res.Header.Get("Content-Type"))
		require.Contains(t, res.Header.Get("Content-Security-Policy"), "script-src 'self' 'wasm-unsafe-eval';")
		require.NotEmpty(t, body)
	}
}
