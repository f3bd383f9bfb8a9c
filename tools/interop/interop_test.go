package interop_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
	"github.com/kaazingwebsocket/kaazingwebsocket/tools/internal/testclient"
)

// arrangements are the ways in which a server may stand behind khpserver.
var arrangements = map[string]func(t *testing.T, server http.Handler) http.Handler{
	"handler": func(_ *testing.T, server http.Handler) http.Handler { return server },
	"mux": func(_ *testing.T, server http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle("/path", server)
		return m
	},
	"reverse proxy":         proxied,
	"two reverse proxies":   func(t *testing.T, server http.Handler) http.Handler { return proxied(t, proxied(t, server)) },
	"proxy to a KHP server": func(t *testing.T, server http.Handler) http.Handler { return proxied(t, khpserver.Handler(server)) },
}

// each runs a test for every server in every arrangement.
func each(t *testing.T, wrap func(http.Handler) http.Handler, test func(t *testing.T, addr string)) {
	eachWith(t, nil, wrap, test)
}

func eachWith(t *testing.T, opts *khpserver.Options, wrap func(http.Handler) http.Handler, test func(t *testing.T, addr string)) {
	for library, server := range servers {
		for arrangement, arrange := range arrangements {
			t.Run(library+"/"+arrangement, func(t *testing.T) {
				front := httptest.NewServer(khpserver.New(arrange(t, wrap(server)), opts))
				t.Cleanup(front.Close)
				test(t, front.Listener.Addr().String())
			})
		}
	}
}

// open goes through the opening handshake.
func open(t *testing.T, addr string) *testclient.Client {
	return testclient.Open(t, addr, "/path", "Sec-WebSocket-Protocol: x-kaazing-handshake, x-other, chat")
}

// request sends an extended request.
func request(c *testclient.Client, headers ...string) *http.Response {
	return c.Request(append(headers, "Sec-WebSocket-Protocol: x-other, chat", "Sec-WebSocket-Extensions: permessage-deflate")...)
}

func unwrapped(h http.Handler) http.Handler { return h }

func TestServers(t *testing.T) {
	each(t, unwrapped, func(t *testing.T, addr string) {
		c := open(t, addr)
		res := request(c)
		require.Equal(t, 101, res.StatusCode)
		require.Equal(t, "chat", res.Header.Get("Sec-WebSocket-Protocol"))
		require.Empty(t, res.Header.Values("Sec-WebSocket-Extensions"))
		converse(t, c)
	})
}

// converse exchanges messages on an open connection, and closes it.
func converse(t *testing.T, c *testclient.Client) {
	require.Equal(t, greeting, c.Frame(ws.OpText))
	goOn(t, c)
}

// goOn does so when the server has greeted.
func goOn(t *testing.T, c *testclient.Client) {
	c.Message(ws.OpText, "hello")
	require.Equal(t, "hello", c.Frame(ws.OpText))
	c.Message(ws.OpBinary, "\x00\xff")
	require.Equal(t, "\x00\xff", c.Frame(ws.OpBinary))

	large := strings.Repeat("x", 1<<20)
	c.Message(ws.OpBinary, large)
	require.Equal(t, len(large), len(c.Frame(ws.OpBinary)))

	c.Message(ws.OpPing, "are you there?")
	require.Equal(t, "are you there?", c.Frame(ws.OpPong))
	c.Message(ws.OpClose, string(ws.NewCloseFrameBody(3000, "")))
	require.Equal(t, 3000, c.CloseCode())
	c.EOF()
}

// A client need not wait for what the server says first.
func TestClientSpeaksFirst(t *testing.T) {
	each(t, unwrapped, func(t *testing.T, addr string) {
		c := open(t, addr)
		require.Equal(t, 101, request(c).StatusCode)
		for range 100 {
			c.Message(ws.OpText, "hello")
		}
		require.Equal(t, greeting, c.Frame(ws.OpText))
		for range 100 {
			require.Equal(t, "hello", c.Frame(ws.OpText))
		}
	})
}

func TestBasicAuthentication(t *testing.T) {
	each(t, basicAuth, func(t *testing.T, addr string) {
		c := open(t, addr)
		for _, headers := range [][]string{nil, {"Authorization: Basic am9lOndyb25n"}} {
			res := request(c, headers...)
			require.Equal(t, 401, res.StatusCode)
			require.Equal(t, `Basic realm="interop"`, res.Header.Get("WWW-Authenticate"))
		}
		require.Equal(t, 101, request(c, "Authorization: Basic am9lOndlbGNvbWU=").StatusCode)
		converse(t, c)
	})
}

// Middleware around khpserver that counts, times or recovers has a
// ResponseWriter of its own; what it must have is Unwrap.
func TestMiddlewareAround(t *testing.T) {
	for library, server := range servers {
		t.Run(library, func(t *testing.T) {
			handler := khpserver.Handler(server)
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				handler.ServeHTTP(unwrapper{w}, r)
			}))
			t.Cleanup(front.Close)
			c := open(t, front.Listener.Addr().String())
			require.Equal(t, 101, request(c).StatusCode)
			converse(t, c)
		})
	}
}

type unwrapper struct{ http.ResponseWriter }

func (u unwrapper) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// gobwas/ws hijacks before it refuses, and writes the refusal itself.
func TestRefusalByHand(t *testing.T) {
	front := httptest.NewServer(khpserver.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Sec-WebSocket-Key", "too short")
		serveGobwas(w, r)
	})))
	t.Cleanup(front.Close)
	c := open(t, front.Listener.Addr().String())
	require.Equal(t, http.StatusBadRequest, request(c).StatusCode)
}
