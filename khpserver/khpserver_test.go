package khpserver_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

func TestHandshakeOpens(t *testing.T) {
	addr := listen(t, khpserver.Handler(mirror(t)))
	c := open(t, addr, "/echo?a=b")
	c.request("/echo?a=b", "Host: elsewhere")
	require.Equal(t, "HTTP/1.1 101 Switching Protocols\r\n"+
		"Connection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+testAccept+"\r\n"+
		"Upgrade: websocket\r\n\r\n", c.response().text)
	c.write([]byte("any bytes"))
	c.raw("any bytes")
}

func TestNoMarkerDialect(t *testing.T) {
	addr := start(t, mirror(t), khpserver.Options{Dialect: 1})
	c := open(t, addr, "/echo")
	c.request("/echo")
	require.Equal(t, 101, c.unmarked().status)
	c.write([]byte("any bytes"))
	c.raw("any bytes")
}

// What is not for KHP goes to next as it came.
func TestUntouched(t *testing.T) {
	for name, head := range map[string]string{
		"plain GET":                "GET /a?b HTTP/1.1\r\nHost: example.com\r\n\r\n",
		"POST":                     "POST /a?b HTTP/1.1\r\nHost: example.com\r\nContent-Length: 0\r\n\r\n",
		"another upgrade":          "GET /a?b HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nOrigin: http://evil\r\n\r\n",
		"subprotocol, no upgrade":  "GET /a?b HTTP/1.1\r\nHost: example.com\r\nSec-WebSocket-Protocol: x-kaazing-handshake\r\n\r\n",
		"a page of another origin": "GET /a?b HTTP/1.1\r\nHost: example.com\r\nOrigin: http://evil\r\n\r\n",
		"WebSocket without KHP":    opening("/a?b", "Sec-WebSocket-Protocol: chat, superchat"),
		"WebSocket, no protocol":   opening("/a?b", "Sec-WebSocket-Protocol:"),
		"WebSocket, other case":    opening("/a?b", "Sec-WebSocket-Protocol: X-Kaazing-Handshake"),
		"WebSocket, bad key":       opening("/a?b", "Sec-WebSocket-Protocol:", "Sec-WebSocket-Key: x"),
	} {
		t.Run(name, func(t *testing.T) {
			seen := make(chan *http.Request, 1)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				seen <- r.Clone(r.Context())
				if kind := fmt.Sprintf("%T", w); kind != "*http.response" {
					t.Errorf("the ResponseWriter is a %s, not the server's", kind)
				}
				w.WriteHeader(http.StatusTeapot)
			}, khpserver.Options{})
			c := connect(t, addr)
			require.Equal(t, http.StatusTeapot, c.do(head).StatusCode)
			r := await(t, seen, "next is called")
			require.Equal(t, "/a?b", r.RequestURI)
			for line := range strings.Lines(head) {
				if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && name != "Host" && name != "Content-Length" {
					require.Equal(t, []string{value}, r.Header.Values(name))
				}
			}
		})
	}
}

func TestOpeningHandshakeRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		head   string
		status int
		header string
	}{
		"version 8":          {opening("/", "Sec-WebSocket-Version: 8"), 426, "Sec-WebSocket-Version: 13"},
		"no version":         {opening("/", "Sec-WebSocket-Version:"), 426, "Sec-WebSocket-Version: 13"},
		"no key":             {opening("/", "Sec-WebSocket-Key:"), 400, ""},
		"15 bytes of key":    {opening("/", "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1"), 400, ""},
		"17 bytes of key":    {opening("/", "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Njc="), 400, ""},
		"key not base64":     {opening("/", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=!"), 400, ""},
		"two keys":           {strings.Replace(opening("/"), "Host:", "Sec-WebSocket-Key: "+testKey+"\r\nHost:", 1), 400, ""},
		"no Connection":      {opening("/", "Connection:"), 400, ""},
		"Connection: close":  {opening("/", "Connection: close"), 400, ""},
		"POST":               {strings.Replace(opening("/"), "GET", "POST", 1), 405, "Allow: GET"},
		"HTTP/1.0":           {strings.Replace(opening("/"), "HTTP/1.1", "HTTP/1.0", 1), 501, ""},
		"a body":             {opening("/", "Content-Length: 3") + "abc", 400, ""},
		"a chunked body":     {opening("/", "Transfer-Encoding: chunked") + "0\r\n\r\n", 400, ""},
		"a foreign origin":   {opening("/", "Origin: http://evil.example"), 403, ""},
		"... in plain, too":  {opening("/", "Origin: http://evil.example", "Sec-WebSocket-Protocol:"), 403, ""},
		"... with odd forms": {opening("/", "Origin: http://evil.example", "Upgrade: h2c, WebSocket", "Connection:"), 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, never(t), khpserver.Options{})
			res := connect(t, addr).do(tc.head)
			require.Equal(t, tc.status, res.StatusCode)
			body, _ := io.ReadAll(res.Body)
			require.NotEmpty(t, strings.TrimSpace(string(body)), "the reason")
			if name, value, ok := strings.Cut(tc.header, ": "); ok {
				require.Equal(t, value, res.Header.Get(name))
			}
		})
	}
}

// The tokens of an opening handshake are found wherever they stand.
func TestOpeningHandshakeAccepted(t *testing.T) {
	for name, extra := range map[string][]string{
		"among others":      {"Sec-WebSocket-Protocol: chat , x-kaazing-handshake,superchat"},
		"case of tokens":    {"Upgrade: WebSocket", "Connection: UPGRADE"},
		"the own origin":    {"Origin: http://example.com"},
		"behind TLS":        {"Origin: https://example.com"},
		"an empty body":     {"Content-Length: 0"},
		"a header per name": {"Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: x-kaazing-handshake"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, mirror(t), khpserver.Options{})
			c := open(t, addr, "/", extra...)
			c.request("/")
			require.Equal(t, 101, c.response().status)
		})
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(khpserver.New(mirror(t), quiet(khpserver.Options{})))
	t.Cleanup(server.Close)
	conn, err := dialTLS(server)
	require.NoError(t, err)
	c := newClient(t, conn)
	require.Equal(t, 101, c.do(opening("/")).StatusCode)
	c.request("/")
	require.Equal(t, 101, c.response().status)
	c.write([]byte("any bytes"))
	c.raw("any bytes")
}

// Over HTTP/2 there is no connection to take over.
func TestHTTP2(t *testing.T) {
	r := httptest.NewRequest(http.MethodConnect, "https://example.com/", nil)
	r.ProtoMajor, r.ProtoMinor = 2, 0
	r.Header[":protocol"] = []string{"websocket"}
	r.Header.Set("Sec-WebSocket-Protocol", "x-kaazing-handshake")
	w := httptest.NewRecorder()
	khpserver.New(never(t), quiet(khpserver.Options{})).ServeHTTP(w, r)
	require.Equal(t, http.StatusNotImplemented, w.Code)
	require.Contains(t, w.Body.String(), "HTTP/1.1")
}

// A ResponseWriter that some middleware has put its own in front of.
func TestNoHijacker(t *testing.T) {
	handler := khpserver.New(never(t), quiet(khpserver.Options{}))
	addr := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(struct{ http.ResponseWriter }{w}, r)
	}))
	require.Equal(t, http.StatusNotImplemented, connect(t, addr).do(opening("/")).StatusCode)
}
