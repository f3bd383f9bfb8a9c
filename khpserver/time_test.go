package khpserver_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// The tests in this file run on a clock of their own: what they say about times
// is exact.

// A pipeWriter is the ResponseWriter of a connection that is a pipe.
type pipeWriter struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (w *pipeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.conn, bufio.NewReadWriter(bufio.NewReader(w.conn), bufio.NewWriter(w.conn)), nil
}

// onPipe has a handler serve one opened connection. Its clock begins at begin.
func onPipe(t *testing.T, next http.HandlerFunc, opts khpserver.Options) (c *client, begin time.Time) {
	c = openPipe(t, opening("/"), next, opts)
	return c, time.Now()
}

// openPipe has a handler serve one connection that opens with that head.
func openPipe(t *testing.T, head string, next http.HandlerFunc, opts khpserver.Options) *client {
	near, far := net.Pipe()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
	require.NoError(t, err)
	r = r.WithContext(t.Context())
	go khpserver.New(next, quiet(opts)).ServeHTTP(&pipeWriter{httptest.NewRecorder(), far}, r)
	c := newClient(t, near)
	require.NoError(t, near.SetDeadline(time.Now().Add(24*time.Hour)))
	require.Equal(t, 101, c.httpResponse().StatusCode)
	return c
}

// timed runs a test on a clock of its own.
func timed(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f(t)
			time.Sleep(time.Minute) // after which nothing of it goes on
		})
	})
}

// drip sends one part a second, until the connection is closed.
func drip[P string | []byte](c *client, parts []P) {
	for _, part := range parts {
		time.Sleep(time.Second)
		if _, err := c.conn.Write([]byte(part)); err != nil {
			return
		}
	}
}

// bytewise takes a message apart.
func bytewise(message string) []string { return strings.Split(string(text(message)), "") }

func TestHandshakeTimeout(t *testing.T) {
	long := extended("/", "X-A: "+strings.Repeat("b", 200))
	for name, send := range map[string]func(c *client){
		"nothing":            func(*client) {},
		"a byte at a time":   func(c *client) { go drip(c, bytewise(long)) },
		"a part of a frame":  func(c *client) { c.write(text(long)[:100]) },
		"a part of messages": func(c *client) { c.write(frame(ws.OpText, false, long)) },
		"pongs":              func(c *client) { go drip(c, slices.Repeat([][]byte{frame(ws.OpPong, true, "")}, 300)) },
	} {
		timed(t, name, func(t *testing.T) {
			c, begin := onPipe(t, never(t), khpserver.Options{})
			send(c)
			require.Equal(t, 4408, c.closeCode())
			require.Equal(t, 20*time.Second, time.Since(begin))
			c.eof()
			require.LessOrEqual(t, time.Since(begin), 21*time.Second)
		})
	}
}

func TestHandshakeTimeoutAfter401(t *testing.T) {
	const wait = time.Second
	timed(t, "in time", func(t *testing.T) {
		c, _ := onPipe(t, answer(401, ""), khpserver.Options{HandshakeTimeout: wait})
		time.Sleep(wait - 1)
		c.request("/")
		require.Equal(t, 401, c.response().status)
		for range 3 {
			time.Sleep(4*wait - 1)
			c.request("/")
			require.Equal(t, 401, c.response().status)
		}
	})
	timed(t, "too late", func(t *testing.T) {
		c, _ := onPipe(t, answer(401, ""), khpserver.Options{HandshakeTimeout: wait})
		c.request("/")
		require.Equal(t, 401, c.response().status)
		begin := time.Now()
		require.Equal(t, 4408, c.closeCode())
		require.Equal(t, 4*wait, time.Since(begin))
	})
}

func TestResponseTimeout(t *testing.T) {
	for name, before := range map[string]func(t *testing.T, w http.ResponseWriter){
		"nothing":  func(*testing.T, http.ResponseWriter) {},
		"a status": func(_ *testing.T, w http.ResponseWriter) { w.WriteHeader(403) },
		"hijacked": func(t *testing.T, w http.ResponseWriter) { hijack(t, w) },
		"half a head": func(t *testing.T, w http.ResponseWriter) {
			c, _ := hijack(t, w)
			_, _ = io.WriteString(c, "HTTP/1.1 101")
		},
		"deadlines": func(t *testing.T, w http.ResponseWriter) { c, _ := hijack(t, w); _ = c.SetDeadline(time.Time{}) },
		"reading": func(t *testing.T, w http.ResponseWriter) {
			c, _ := hijack(t, w)
			go func() { _, _ = c.Read(make([]byte, 1)) }()
		},
		"half a body": func(t *testing.T, w http.ResponseWriter) {
			c, _ := hijack(t, w)
			_, _ = io.WriteString(c, "HTTP/1.1 403 No\r\n\r\n...")
		},
		"early reader": func(t *testing.T, w http.ResponseWriter) { _, b := hijack(t, w); go func() { _, _ = b.ReadByte() }() },
	} {
		timed(t, name, func(t *testing.T) {
			ended := make(chan time.Time, 1)
			c, begin := onPipe(t, func(w http.ResponseWriter, r *http.Request) {
				before(t, w)
				<-r.Context().Done()
				ended <- time.Now()
				_, _ = io.WriteString(w, "too late")
			}, khpserver.Options{})
			c.request("/")
			require.Equal(t, 504, c.response().status)
			require.Equal(t, 30*time.Second, time.Since(begin))
			require.Equal(t, 30*time.Second, (<-ended).Sub(begin))
			c.leave()
		})
	}
}

// A handler that has returned and never answers on its hijacked connection.
func TestResponseTimeoutAfterReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, begin := onPipe(t, func(w http.ResponseWriter, _ *http.Request) { hijack(t, w) }, khpserver.Options{ResponseTimeout: time.Minute})
		c.request("/")
		require.Equal(t, 504, c.response().status)
		require.Equal(t, time.Minute, time.Since(begin))
		c.leave()
	})
}

func TestSlowAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := onPipe(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(30*time.Second - 1)
			mirror(t)(w, r)
		}, khpserver.Options{})
		c.request("/")
		require.Equal(t, 101, c.response().status)
		// No timeout of the handshake is left behind.
		time.Sleep(time.Hour)
		c.write([]byte("any bytes"))
		c.raw("any bytes")
	})
}

// Who closes the connection after a final response, and when.
func TestCloseTimes(t *testing.T) {
	for _, tc := range []struct {
		status int
		after  time.Duration
	}{{302, 0}, {307, 0}, {403, time.Second}, {500, time.Second}, {200, time.Second}} {
		timed(t, http.StatusText(tc.status), func(t *testing.T) {
			c, _ := onPipe(t, answer(tc.status, ""), khpserver.Options{})
			c.request("/")
			require.Equal(t, tc.status, c.response().status)
			begin := time.Now()
			require.Equal(t, 1000, c.closeCode())
			require.Equal(t, tc.after, time.Since(begin))
			c.eof() // it is not answered
			require.Equal(t, tc.after+time.Second, time.Since(begin))
		})
	}
	timed(t, "the client closes first", func(t *testing.T) {
		c, _ := onPipe(t, answer(403, ""), khpserver.Options{})
		c.request("/")
		require.Equal(t, 403, c.response().status)
		begin := time.Now()
		time.Sleep(time.Second - 1)
		c.leave()
		require.Less(t, time.Since(begin), time.Second)
	})
	timed(t, "the client keeps talking", func(t *testing.T) {
		c, _ := onPipe(t, answer(403, ""), khpserver.Options{})
		c.request("/")
		require.Equal(t, 403, c.response().status)
		begin := time.Now()
		go drip(c, bytewise(strings.Repeat("x", 300)))
		require.Equal(t, 1000, c.closeCode())
		c.eof()
		require.LessOrEqual(t, time.Since(begin), 2*time.Second)
	})
}

// A client that does not read cannot hold the server up.
func TestClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		returned := make(chan time.Time, 1)
		near, far := net.Pipe()
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(opening("/"))))
		require.NoError(t, err)
		handler := khpserver.New(answer(403, ""), quiet(khpserver.Options{}))
		go func() {
			handler.ServeHTTP(&pipeWriter{httptest.NewRecorder(), far}, r)
			returned <- time.Now()
		}()
		c := newClient(t, near)
		require.NoError(t, near.SetDeadline(time.Now().Add(time.Hour)))
		require.Equal(t, 101, c.httpResponse().StatusCode)
		c.request("/")
		begin := time.Now()
		require.Equal(t, 20*time.Second, (<-returned).Sub(begin))
	})
}
