package main

import (
	"bufio"
	"compress/gzip"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/tools/internal/testclient"
)

// serves starts khpd serve in front of a handler.
func serves(t *testing.T, handler http.HandlerFunc, args ...string) *process {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return servesURL(t, "ws://"+server.Listener.Addr().String(), args...)
}

func servesURL(t *testing.T, upstream string, args ...string) *process {
	t.Helper()
	return starts(t, append([]string{"serve", "--listen", "127.0.0.1:0", "--upstream", upstream}, args...)...)
}

// anyOrigin upgrades and echoes, as a server does that leaves the origin to
// khpd.
func anyOrigin(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true,
		Subprotocols:       []string{"chat"},
		CompressionMode:    websocket.CompressionContextTakeover,
	})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	for {
		kind, message, err := conn.Read(r.Context())
		if err == nil {
			err = conn.Write(r.Context(), kind, message)
		}
		if err != nil {
			return
		}
	}
}

// closed is an address at which nobody listens.
func closed(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

// silent accepts connections and says nothing.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}

func TestServe(t *testing.T) {
	p := serves(t, anyOrigin)
	c := testclient.Open(t, p.addr, "/path?query")
	res := c.Request("Sec-WebSocket-Protocol: a, chat", "Sec-WebSocket-Extensions: permessage-deflate")
	require.Equal(t, 101, res.StatusCode)
	require.Equal(t, "chat", res.Header.Get("Sec-WebSocket-Protocol"))
	require.Empty(t, res.Header.Values("Sec-WebSocket-Extensions"))
	requireEcho(t, c)
}

func TestServeNoMarker(t *testing.T) {
	p := serves(t, anyOrigin, "--dialect", "no-marker")
	c := testclient.Open(t, p.addr, "/")
	require.Equal(t, 101, c.RequestUnmarked().StatusCode)
	requireEcho(t, c)
}

// A deployed Kaazing client needs no flag, and its parameter stays here.
func TestServeGateway(t *testing.T) {
	seen := make(chan string, 1)
	p := serves(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.RequestURI
		anyOrigin(w, r)
	}, "--dialect", "no-marker")
	c := testclient.Open(t, p.addr, "/a%2fb?c=d&.kl=Y")
	require.Equal(t, "\uf0ffN", c.Frame(ws.OpBinary))
	c.Message(ws.OpText, "GET /a%2fb?c=d HTTP/1.1\r\nWebSocket-Protocol: \r\nSec-WebSocket-Protocol: chat\r\n\r\n")
	require.Equal(t, "chat", c.Response().Header.Get("Sec-WebSocket-Protocol"))
	require.Equal(t, "\uf0ffN", c.Frame(ws.OpBinary))
	requireEcho(t, c)
	require.Equal(t, "/a%2fb?c=d", <-seen)
}

func TestServeTLSUpstream(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(anyOrigin))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	t.Cleanup(server.Close)
	upstream := "wss://" + server.Listener.Addr().String()

	c := testclient.Open(t, servesURL(t, upstream).addr, "/")
	require.Equal(t, 502, c.Request().StatusCode, "its certificate is not trusted")

	trusted := filepath.Join(t.TempDir(), "cert.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(trusted, block, 0o600))
	t.Setenv("SSL_CERT_FILE", trusted)
	c = testclient.Open(t, servesURL(t, upstream).addr, "/")
	require.Equal(t, 101, c.Request().StatusCode)
	requireEcho(t, c)
}

// Whatever the upstream answers is the extended response.
func TestServeAnswers(t *testing.T) {
	p := serves(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/private":
			if r.Header.Get("Authorization") != "Bearer token" {
				w.Header().Set("WWW-Authenticate", "Bearer")
				http.Error(w, "who?", http.StatusUnauthorized)
				return
			}
			anyOrigin(w, r)
		default:
			http.Error(w, "not today", http.StatusServiceUnavailable)
		}
	})
	c := testclient.Open(t, p.addr, "/redirect")
	res := c.Request()
	require.Equal(t, 302, res.StatusCode)
	require.Equal(t, "/elsewhere", res.Header.Get("Location"))
	require.Equal(t, 1000, c.CloseCode())

	c = testclient.Open(t, p.addr, "/private")
	require.Equal(t, 401, c.Request().StatusCode)
	require.Equal(t, 101, c.Request("Authorization: Bearer token").StatusCode)
	requireEcho(t, c)

	c = testclient.Open(t, p.addr, "/other")
	res = c.Request()
	require.Equal(t, 503, res.StatusCode)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "not today\n", string(body))
}

// What the upstream sees of a request, whichever kind it is.
func TestServeForwards(t *testing.T) {
	for _, tc := range []struct{ base, target, want string }{
		{"", "/", "/"},
		{"", "/a/b?c=d", "/a/b?c=d"},
		{"/", "/a", "/a"},
		{"/base", "/", "/base/"},
		{"/base", "/a", "/base/a"},
		{"/base/", "/a", "/base/a"},
		{"/b%2Fc", "/a", "/b%2Fc/a"},
		{"", "/?", "/?"},
		{"", "/a%2fb/%41|^", "/a%2fb/%41|^"},
		{"", "/?a;b=%zz&c", "/?a;b=%zz&c"},
		{"", "//a//b", "//a//b"},
		{"/base", "/../a/./b", "/base/../a/./b"},
	} {
		t.Run(tc.base+" "+tc.target, func(t *testing.T) {
			seen := make(chan *http.Request, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen <- r.Clone(r.Context())
				w.WriteHeader(http.StatusTeapot)
			}))
			t.Cleanup(server.Close)
			upstream := server.Listener.Addr().String()
			p := servesURL(t, "ws://"+upstream+tc.base)

			forged := []string{"X-Forwarded-For: 192.0.2.1", "X-Forwarded-Host: forged", "X-Forwarded-Proto: https",
				"X-Forwarded-Port: 1", "X-Forwarded: forged", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1", "Cookie: a=b"}
			check := func(r *http.Request) {
				require.Equal(t, tc.want, r.RequestURI)
				require.Equal(t, p.addr, r.Host)
				require.Equal(t, []string{"http://" + p.addr}, r.Header.Values("Origin"))
				require.Equal(t, []string{"a=b"}, r.Header.Values("Cookie"))
				require.Equal(t, []string{"127.0.0.1"}, r.Header.Values("X-Forwarded-For"))
				require.Equal(t, []string{p.addr}, r.Header.Values("X-Forwarded-Host"))
				require.Equal(t, []string{"http"}, r.Header.Values("X-Forwarded-Proto"))
				for _, name := range []string{"X-Forwarded-Port", "X-Forwarded", "Forwarded", "X-Real-Ip"} {
					require.Empty(t, r.Header.Values(name), name)
				}
			}

			c := testclient.Open(t, p.addr, tc.target, forged...)
			require.Equal(t, http.StatusTeapot, c.Request("X-Tenant: blue").StatusCode)
			r := <-seen
			check(r)
			require.Equal(t, "blue", r.Header.Get("X-Tenant"))
			require.Empty(t, r.Header.Values("Sec-WebSocket-Protocol"))

			plain := testclient.Opening(p.addr, tc.target, append(forged, "Sec-WebSocket-Protocol: a, b")...)
			require.Equal(t, http.StatusTeapot, testclient.Dial(t, p.addr).Do(plain).StatusCode)
			r = <-seen
			check(r)
			require.Equal(t, "a, b", r.Header.Get("Sec-WebSocket-Protocol"))
			require.Equal(t, "permessage-deflate; client_max_window_bits", r.Header.Get("Sec-WebSocket-Extensions"))
		})
	}
}

// Requests that are not for KHP come and go as they are.
func TestServePlainHTTP(t *testing.T) {
	p := serves(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") == "gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			zip := gzip.NewWriter(w)
			_, _ = io.WriteString(zip, "zipped")
			_ = zip.Close()
			return
		}
		w.Header().Set("Set-Cookie", "a=b")
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, "%s %s %q %q", r.Method, r.RequestURI, r.Header.Values("Accept-Encoding"), r.Header.Values("User-Agent"))
		_, _ = io.Copy(w, r.Body)
	})
	res := testclient.Dial(t, p.addr).Do("PUT /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n, body")
	require.Equal(t, http.StatusCreated, res.StatusCode)
	require.Equal(t, "a=b", res.Header.Get("Set-Cookie"))
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, `PUT /a?b [] [], body`, string(body))

	res = testclient.Dial(t, p.addr).Do("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n")
	require.Equal(t, "gzip", res.Header.Get("Content-Encoding"))

	require.Equal(t, http.StatusMethodNotAllowed,
		testclient.Dial(t, p.addr).Do("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n").StatusCode)
}

// An event stream is passed on as it comes.
func TestServeStreams(t *testing.T) {
	more := make(chan bool)
	p := serves(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "one\n")
		_ = http.NewResponseController(w).Flush()
		<-more
		_, _ = io.WriteString(w, "two\n")
	})
	res, err := http.Get("http://" + p.addr)
	require.NoError(t, err)
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	one, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "one\n", one)
	more <- true
	two, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "two\n", two)
}

// A plain WebSocket, with the compression that both ends agree on.
func TestServePlainWebSocket(t *testing.T) {
	p := serves(t, anyOrigin)
	conn, res, err := websocket.Dial(t.Context(), "ws://"+p.addr, &websocket.DialOptions{
		Subprotocols:    []string{"chat"},
		CompressionMode: websocket.CompressionContextTakeover,
	})
	require.NoError(t, err)
	defer conn.CloseNow()
	require.Equal(t, "chat", conn.Subprotocol())
	require.Contains(t, res.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	message := strings.Repeat("hello ", 1000)
	require.NoError(t, conn.Write(t.Context(), websocket.MessageText, []byte(message)))
	_, echo, err := conn.Read(t.Context())
	require.NoError(t, err)
	require.Equal(t, message, string(echo))
}

func TestServeOrigins(t *testing.T) {
	p := serves(t, anyOrigin, "--allow-origin", "https://app.example", "--allow-origin=http://localhost:3000")
	for origin, status := range map[string]int{
		"https://app.example":    101,
		"http://localhost:3000":  101,
		"http://" + p.addr:       101,
		"http://app.example":     403,
		"http://localhost:3001":  403,
		"https://evil.example":   403,
		"null":                   403,
		"https://app.example:44": 403,
	} {
		for _, protocol := range []string{"x-kaazing-handshake", "chat"} {
			res := testclient.Dial(t, p.addr).Do(testclient.Opening(p.addr, "/", "Origin: "+origin, "Sec-WebSocket-Protocol: "+protocol))
			require.Equal(t, status, res.StatusCode, "%s %s", origin, protocol)
		}
	}
}

func TestServeUnreachable(t *testing.T) {
	upstream := closed(t)
	p := servesURL(t, "ws://"+upstream)
	c := testclient.Open(t, p.addr, "/path?secret=s3cret")
	res := c.Request("Authorization: Bearer s3cret")
	require.Equal(t, 502, res.StatusCode)
	require.Equal(t, 1000, c.CloseCode())
	p.logged("level=ERROR", "upstream cannot be reached", "status=502", "path=/path", "upstream="+upstream, "connection refused")
	require.NotContains(t, p.log.String(), "s3cret")

	require.Equal(t, 502, testclient.Dial(t, p.addr).Do("GET / HTTP/1.1\r\nHost: x\r\n\r\n").StatusCode)
}

func TestServeUpstreamTimeout(t *testing.T) {
	p := servesURL(t, "ws://"+silent(t), "--upstream-timeout", "50ms")
	c := testclient.Open(t, p.addr, "/path?secret=s3cret")
	require.Equal(t, 504, c.Request().StatusCode)
	require.Equal(t, 1000, c.CloseCode())
	require.Equal(t, 504, testclient.Dial(t, p.addr).Do("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n").StatusCode)
	p.logged("level=ERROR", "upstream does not answer", "status=504", "path=/plain")
	require.NotContains(t, p.log.String(), "s3cret")
}

func TestServeHandshakeTimeout(t *testing.T) {
	p := serves(t, anyOrigin, "--handshake-timeout", "50ms")
	c := testclient.Open(t, p.addr, "/")
	require.Equal(t, 4408, c.CloseCode())
	c.EOF()
	p.logged("level=INFO", "client timed out", "path=/")
}

func TestServeMaxMessageSize(t *testing.T) {
	p := serves(t, anyOrigin, "--max-message-size", "200")
	c := testclient.Open(t, p.addr, "/")
	require.Equal(t, 400, c.Request("X-Long: "+strings.Repeat("x", 200)).StatusCode)
	p.logged("level=INFO", "extended request refused", "HeadBytes of 200")

	c = testclient.Open(t, p.addr, "/")
	require.Equal(t, 101, c.Request("X-Short: x").StatusCode)
	large := strings.Repeat("x", 10000)
	c.Message(ws.OpText, large)
	require.Equal(t, large, c.Frame(ws.OpText))
}

// The client goes away while the upstream is working.
func TestServeClientGoesAway(t *testing.T) {
	working, ended := make(chan bool, 1), make(chan bool, 1)
	p := serves(t, func(_ http.ResponseWriter, r *http.Request) {
		working <- true
		<-r.Context().Done()
		ended <- true
	})
	c := testclient.Open(t, p.addr, "/")
	c.Message(ws.OpText, "GET / HTTP/1.1\r\n\r\n")
	<-working
	c.Close()
	select {
	case <-ended:
	case <-time.After(patience):
		require.Fail(t, "the request to the upstream goes on")
	}
}

// No secret that passes through is in the log.
func TestServeKeepsSecrets(t *testing.T) {
	p := serves(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, request := range []string{
		"GET /path?token=s3cret HTTP/1.1\r\nAuthorization: s3cret\r\n\r\n",
		"GET /path?token=s3cret HTTP/1.1\r\nCookie: s3cret\r\n\r\n",
		"GET /path?token=s3cret HTTP/1.0\r\n\r\n",
		"GET /s3cret HTTP/1.1\r\n\r\n",
	} {
		c := testclient.Open(t, p.addr, "/path?token=s3cret", "Cookie: session=s3cret")
		c.Message(ws.OpText, request)
		require.Contains(t, c.Frame(ws.OpBinary), "HTTP/1.1 ")
	}
	p.logged("level=WARN", "path=/path", "status 204 without an upgrade")
	p.logged("level=INFO", "path=/path", "refused")
	require.NotContains(t, p.log.String(), "s3cret")
}
