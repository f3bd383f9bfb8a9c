package khpserver_test

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// patience is how long a test waits for what must come. It bounds a failure; no
// test waits that long when all is well.
const patience = 20 * time.Second

const (
	testKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	testAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" // RFC 6455 1.3
)

// quiet keeps the log of expected mistakes out of the test's output.
func quiet(o khpserver.Options) *khpserver.Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &o
}

// start serves next behind khpserver and returns the address. When the test ends,
// every call of ServeHTTP must have returned.
func start(t *testing.T, next http.HandlerFunc, opts khpserver.Options) string {
	t.Helper()
	return listen(t, khpserver.New(next, quiet(opts)))
}

func listen(t *testing.T, handler http.Handler) string {
	t.Helper()
	var serving sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		handler.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Start()
	t.Cleanup(func() {
		server.Close()
		done := make(chan struct{})
		go func() { serving.Wait(); close(done) }()
		await(t, done, "ServeHTTP returns")
	})
	return server.Listener.Addr().String()
}

// await fails the test if ch does not become ready.
func await[T any](t *testing.T, ch <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		require.FailNow(t, "waited in vain: "+what)
		panic("unreachable")
	}
}

// A client is a WebSocket client that does as it is told, right or wrong.
type client struct {
	t    *testing.T
	conn net.Conn
	br   *bufio.Reader
}

func connect(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	return newClient(t, conn)
}

func newClient(t *testing.T, conn net.Conn) *client {
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return &client{t, conn, bufio.NewReader(conn)}
}

// opening is the head of an opening handshake that offers KHP. Lines in extra
// are added; one that names a header which is there already takes its place, and
// one without a value removes it.
func opening(target string, extra ...string) string {
	lines := []string{
		"Host: example.com",
		"Upgrade: websocket",
		"Connection: keep-alive, Upgrade",
		"Sec-WebSocket-Key: " + testKey,
		"Sec-WebSocket-Version: 13",
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
		"Sec-WebSocket-Protocol: x-kaazing-handshake",
	}
	for _, add := range extra {
		name, value, _ := strings.Cut(add, ":")
		kept := lines[:0]
		for _, line := range lines {
			if had, _, _ := strings.Cut(line, ":"); !strings.EqualFold(had, name) {
				kept = append(kept, line)
			}
		}
		if lines = kept; strings.TrimSpace(value) != "" {
			lines = append(lines, add)
		}
	}
	return "GET " + target + " HTTP/1.1\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// open goes through the opening handshake.
func open(t *testing.T, addr, target string, extra ...string) *client {
	t.Helper()
	c := connect(t, addr)
	res := c.do(opening(target, extra...))
	require.Equal(t, 101, res.StatusCode)
	require.Equal(t, testAccept, res.Header.Get("Sec-WebSocket-Accept"))
	require.Equal(t, "x-kaazing-handshake", res.Header.Get("Sec-WebSocket-Protocol"))
	require.Empty(t, res.Header.Values("Sec-WebSocket-Extensions"))
	return c
}

// do sends the head of an HTTP request and reads the response, body included.
func (c *client) do(request string) *http.Response {
	c.t.Helper()
	c.write([]byte(request))
	return c.httpResponse()
}

func (c *client) httpResponse() *http.Response {
	c.t.Helper()
	res, err := http.ReadResponse(c.br, nil)
	require.NoError(c.t, err)
	if res.StatusCode != 101 {
		body, err := io.ReadAll(res.Body)
		require.NoError(c.t, err)
		res.Body = io.NopCloser(bytes.NewReader(body))
	}
	return res
}

func (c *client) write(b []byte) {
	c.t.Helper()
	_, err := c.conn.Write(b)
	require.NoError(c.t, err)
}

// frame is a frame as a client sends it.
func frame(op ws.OpCode, fin bool, payload string) []byte {
	return ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, fin, []byte(payload))))
}

func text(payload string) []byte { return frame(ws.OpText, true, payload) }

// extended is an extended request.
func extended(target string, headers ...string) string {
	return strings.Join(append(append([]string{"GET " + target + " HTTP/1.1"}, headers...), "\r\n"), "\r\n")
}

// request sends an extended request.
func (c *client) request(target string, headers ...string) {
	c.t.Helper()
	c.write(text(extended(target, headers...)))
}

// frame reads the next frame from the server.
func (c *client) frame() ws.Frame {
	c.t.Helper()
	f, err := ws.ReadFrame(c.br)
	require.NoError(c.t, err)
	require.True(c.t, f.Header.Fin)
	require.False(c.t, f.Header.Masked)
	require.Zero(c.t, f.Header.Rsv)
	return f
}

// message reads one binary message.
func (c *client) message() string {
	c.t.Helper()
	f := c.frame()
	require.Equal(c.t, ws.OpBinary, f.Header.OpCode)
	return string(f.Payload)
}

// A response is an extended response.
type response struct {
	status int
	header http.Header
	body   string
	text   string // as it came
}

// response reads an extended response and its end marker.
func (c *client) response() response {
	c.t.Helper()
	r := c.unmarked()
	require.Empty(c.t, c.message(), "the end marker")
	return r
}

// unmarked reads an extended response without an end marker.
func (c *client) unmarked() response {
	c.t.Helper()
	msg := c.message()
	res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(msg)), nil)
	require.NoError(c.t, err)
	r := response{status: res.StatusCode, header: res.Header, text: msg}
	if r.status != 101 {
		body, err := io.ReadAll(res.Body)
		require.NoError(c.t, err)
		require.NotEmpty(c.t, res.Header.Get("Content-Length"))
		r.body = string(body)
	}
	return r
}

// closeCode reads the server's close frame; 0 is one without a code.
func (c *client) closeCode() int {
	c.t.Helper()
	f := c.frame()
	require.Equal(c.t, ws.OpClose, f.Header.OpCode)
	code, _ := ws.ParseCloseFrameData(f.Payload)
	return int(code)
}

// closes reads the server's close frame, answers it, and waits for the end.
func (c *client) closes(code int) {
	c.t.Helper()
	require.Equal(c.t, code, c.closeCode())
	c.write(closeFrame(code))
	c.eof()
}

func closeFrame(code int) []byte {
	return frame(ws.OpClose, true, string(ws.NewCloseFrameBody(ws.StatusCode(code), "")))
}

// leave closes first, as a client does that has got a final response.
func (c *client) leave() {
	c.t.Helper()
	c.write(closeFrame(4403))
	require.Equal(c.t, 4403, c.closeCode())
	c.eof()
}

// eof waits until the server has closed the connection.
func (c *client) eof() {
	c.t.Helper()
	_, err := c.br.ReadByte()
	require.Error(c.t, err)
	require.False(c.t, isTimeout(err), "the server has not closed the connection")
}

// raw reads bytes of an open connection.
func (c *client) raw(want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	_, err := io.ReadFull(c.br, got)
	require.NoError(c.t, err)
	require.Equal(c.t, want, string(got))
}

func isTimeout(err error) bool {
	ne, ok := err.(net.Error)
	return ok && ne.Timeout()
}

// switching is the head with which a handler upgrades by hand.
func switching(r *http.Request, extra ...string) string {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	lines := append([]string{
		"HTTP/1.1 101 Switching Protocols",
		"Upgrade: websocket",
		"Connection: Upgrade",
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]),
	}, extra...)
	return strings.Join(append(lines, "\r\n"), "\r\n")
}

// hijack takes the connection over, or fails the test.
func hijack(t *testing.T, w http.ResponseWriter) (net.Conn, *bufio.ReadWriter) {
	conn, brw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Errorf("Hijack: %v", err)
		panic(http.ErrAbortHandler)
	}
	return conn, brw
}

// mirror upgrades and sends every byte back.
func mirror(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		if _, err := io.WriteString(conn, switching(r)); err == nil {
			_, _ = io.Copy(conn, conn)
		}
	}
}

// never fails the test if it is called.
func never(t *testing.T) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) { t.Errorf("next was called for %s", r.URL.Path) }
}

// answer is a handler that answers with that status and body.
func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}
}

// dialTLS connects to a server of httptest.
func dialTLS(server *httptest.Server) (net.Conn, error) {
	config := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	config.NextProtos = []string{"http/1.1"}
	config.ServerName = "example.com"
	return tls.Dial("tcp", server.Listener.Addr().String(), config)
}
