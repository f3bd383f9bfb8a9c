package khpserver_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// writing upgrades by hand: it hijacks, makes these writes and mirrors.
func writing(t *testing.T, writes func(r *http.Request) []string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		for _, s := range writes(r) {
			if _, err := io.WriteString(conn, s); err != nil {
				return
			}
		}
		_, _ = io.Copy(conn, conn)
	}
}

// A 101 opens the client however it is written, and bytes behind it come after
// the end marker, in order.
func TestRaw101(t *testing.T) {
	for name, writes := range map[string]func(r *http.Request) []string{
		"in one write": func(r *http.Request) []string { return []string{switching(r) + "one, two"} },
		"in two":       func(r *http.Request) []string { return []string{switching(r) + "one", ", two"} },
		"in three":     func(r *http.Request) []string { return []string{switching(r), "one, ", "two"} },
		"by the byte": func(r *http.Request) []string {
			return append(strings.Split(switching(r), ""), "one, two")
		},
		"within the blank line": func(r *http.Request) []string {
			head := switching(r)
			return []string{head[:len(head)-1], head[len(head)-1:] + "one, two"}
		},
		"after early hints": func(r *http.Request) []string {
			return []string{"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + switching(r) + "one, two"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, writing(t, writes), khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			require.Equal(t, 101, c.response().status)
			c.raw("one, two")
			c.write([]byte("three"))
			c.raw("three")
		})
	}
}

func TestRaw101Headers(t *testing.T) {
	addr := start(t, writing(t, func(r *http.Request) []string {
		return []string{switching(r, "Sec-WebSocket-Protocol: b", "Sec-WebSocket-Extensions: x-a; p=1", "X-A: 1", "X-A: 2", "Set-Cookie: a=b")}
	}), khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/", "Sec-WebSocket-Protocol: a, b", "Sec-WebSocket-Extensions: x-a; p, x-b")
	require.Equal(t, "HTTP/1.1 101 Switching Protocols\r\n"+
		"Connection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+testAccept+"\r\n"+
		"Sec-WebSocket-Extensions: x-a; p=1\r\n"+
		"Sec-WebSocket-Protocol: b\r\n"+
		"Upgrade: websocket\r\n"+
		"X-A: 1\r\nX-A: 2\r\n\r\n", c.response().text)
}

// WriteHeader(101) and then Hijack, as some libraries do.
func TestWriteHeader101(t *testing.T) {
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		for line := range strings.Lines(switching(r)) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(101)
		conn, brw := hijack(t, w)
		defer conn.Close()
		if _, err := brw.WriteString("one"); err != nil || brw.Flush() != nil {
			return
		}
		_, _ = io.Copy(conn, brw)
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 101, c.response().status)
	c.raw("one")
	c.write([]byte("two"))
	c.raw("two")
}

// Hijack fails where the head that WriteHeader was given cannot be sent.
func TestWriteHeader101Unwritable(t *testing.T) {
	result := make(chan error, 1)
	addr := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-A", "b\r\nX-Injected: c")
		w.WriteHeader(101)
		_, _, err := http.NewResponseController(w).Hijack()
		result <- err
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 502, c.response().status)
	require.Error(t, await(t, result, "Hijack"))
	c.leave()
}

// A 101 that a client must not take.
func TestRaw101Refused(t *testing.T) {
	for name, head := range map[string]func(r *http.Request) string{
		"wrong Accept": func(r *http.Request) string {
			return strings.Replace(switching(r), testAccept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=", 1)
		},
		"no Accept":   func(r *http.Request) string { return strings.Replace(switching(r), "Sec-WebSocket-Accept", "X", 1) },
		"two Accepts": func(r *http.Request) string { return switching(r, "Sec-WebSocket-Accept: "+testAccept) },
		"no Upgrade":  func(r *http.Request) string { return strings.Replace(switching(r), "Upgrade: websocket", "X: y", 1) },
		"another Upgrade": func(r *http.Request) string {
			return strings.Replace(switching(r), "Upgrade: websocket", "Upgrade: h2c", 1)
		},
		"no Connection":     func(r *http.Request) string { return strings.Replace(switching(r), "Connection: Upgrade", "X: y", 1) },
		"unasked protocol":  func(r *http.Request) string { return switching(r, "Sec-WebSocket-Protocol: b") },
		"an empty protocol": func(r *http.Request) string { return switching(r, "Sec-WebSocket-Protocol:") },
		"KHP as protocol":   func(r *http.Request) string { return switching(r, "Sec-WebSocket-Protocol: x-kaazing-handshake") },
		"two protocols": func(r *http.Request) string {
			return switching(r, "Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a")
		},
		"unasked extension": func(r *http.Request) string { return switching(r, "Sec-WebSocket-Extensions: x-a, x-b") },
		"frame-layer extension": func(r *http.Request) string {
			return switching(r, "Sec-WebSocket-Extensions: permessage-deflate")
		},
		"a broken header":    func(r *http.Request) string { return switching(r, "a header") },
		"a broken status":    func(*http.Request) string { return "HTTP/1.1 abc\r\n\r\n" },
		"another protocol":   func(*http.Request) string { return "220 ready\r\n\r\n" },
		"a head too large":   func(r *http.Request) string { return switching(r, "X: "+strings.Repeat("y", khpcore.DefaultHeadBytes)) },
		"a head without end": func(*http.Request) string { return strings.Repeat("x", khpcore.DefaultHeadBytes+1) },
	} {
		t.Run(name, func(t *testing.T) {
			failed := make(chan error, 1)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				conn, _ := hijack(t, w)
				_, err := io.WriteString(conn, head(r))
				if err == nil {
					_, err = io.WriteString(conn, "more")
				}
				failed <- err
			}, khpserver.Options{})
			c := open(t, addr, "/", "Sec-WebSocket-Extensions: permessage-deflate")
			c.request("/", "Sec-WebSocket-Protocol: a", "Sec-WebSocket-Extensions: x-a, permessage-deflate")
			r := c.response()
			require.Equal(t, 502, r.status)
			require.Equal(t, "502 Bad Gateway\n", r.body)
			require.ErrorIs(t, await(t, failed, "next is told"), net.ErrClosed)
			c.leave()
		})
	}
}

// A handler that hijacks and answers something other than 101 by hand.
func TestRawAnswer(t *testing.T) {
	const chunked = "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
	for _, tc := range []struct {
		name   string
		writes []string
		close  bool
		status int
		reason string
		body   string
	}{
		{"with its length", []string{"HTTP/1.1 403 Go away\r\nContent-Length: 4\r\n\r\nbody"}, false, 403, "Go away", "body"},
		{"... in parts", []string{"HTTP/1.1 403 Go", " away\r\nContent-Length: 4\r\n\r\nbo", "dy"}, false, 403, "Go away", "body"},
		{"... and a byte more", []string{"HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nbody!"}, false, 403, "No", "body"},
		{"without a body", []string{"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"}, false, 403, "No", ""},
		{"until it is closed", []string{"HTTP/1.1 403 No\r\nConnection: close\r\n\r\nbo", "dy"}, true, 403, "No", "body"},
		{"until next returns", []string{"HTTP/1.1 403 No\r\n\r\nbo", "dy"}, false, 403, "No", "body"},
		{"in chunks", []string{chunked}, false, 403, "No", "body"},
		{"in chunks by the byte", strings.Split(chunked, ""), false, 403, "No", "body"},
		{"no reason", []string{"HTTP/1.0 403\r\n\r\n"}, true, 403, "", ""},
		{"a challenge", []string{"HTTP/1.1 401 Who\r\nContent-Length: 0\r\n\r\n"}, true, 401, "Who", ""},
		{"a redirect", []string{"HTTP/1.1 302 There\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"}, true, 302, "There", ""},

		{"nothing, and closed", nil, true, 502, "Bad Gateway", "502 Bad Gateway\n"},
		{"a part of a head, and closed", []string{"HTTP/1.1 403 No\r\n"}, true, 502, "Bad Gateway", "502 Bad Gateway\n"},
		{"a part of a body, and closed", []string{"HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nbody"}, true, 502, "Bad Gateway", "502 Bad Gateway\n"},
		{"a part of a chunk, and closed", []string{chunked[:len(chunked)-1]}, true, 502, "Bad Gateway", "502 Bad Gateway\n"},
		{"broken chunks", []string{"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n"}, false, 502, "Bad Gateway", "502 Bad Gateway\n"},
		{"204", []string{"HTTP/1.1 204 None\r\n\r\n"}, true, 502, "Bad Gateway", "502 Bad Gateway\n"},
		{"too large a body", []string{fmt.Sprintf("HTTP/1.1 403 No\r\nContent-Length: %d\r\n\r\n", khpcore.DefaultBodyBytes+1),
			strings.Repeat("x", khpcore.DefaultBodyBytes+1)}, false, 502, "Bad Gateway", "502 Bad Gateway\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			addr := start(t, func(w http.ResponseWriter, _ *http.Request) {
				conn, _ := hijack(t, w)
				for _, s := range tc.writes {
					_, _ = io.WriteString(conn, s)
				}
				if tc.close {
					_ = conn.Close()
					if _, err := io.WriteString(conn, "more"); err == nil {
						t.Error("a write after Close is taken")
					}
					_ = conn.Close()
				}
			}, khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			r := c.response()
			require.Equal(t, tc.status, r.status)
			require.Equal(t, tc.body, r.body)
			require.True(t, strings.HasPrefix(r.text, fmt.Sprintf("HTTP/1.1 %d %s\r\n", tc.status, tc.reason)), r.text)
			c.write(closeFrame(1000))
			c.closeCode()
			c.eof()
		})
	}
}

// A 401 by hand is replayed like any other.
func TestRawReplay(t *testing.T) {
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			mirror(t)(w, r)
			return
		}
		conn, _ := hijack(t, w)
		_, _ = io.WriteString(conn, "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
		_ = conn.Close()
	}, khpserver.Options{})
	c := open(t, addr, "/")
	for range 2 {
		c.request("/")
		require.Equal(t, 401, c.response().status)
	}
	c.request("/", "Authorization: x")
	require.Equal(t, 101, c.response().status)
	c.write([]byte("any bytes"))
	c.raw("any bytes")
}

// Hijack after a status that is not 101 goes on with that response.
func TestHijackWithinAnswer(t *testing.T) {
	addr := start(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-A", "b")
		w.WriteHeader(403)
		_, _ = io.WriteString(w, "bo")
		conn, _ := hijack(t, w)
		_, _ = io.WriteString(conn, "dy")
		_ = conn.Close()
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	r := c.response()
	require.Equal(t, 403, r.status)
	require.Equal(t, "body", r.body)
	require.Equal(t, "b", r.header.Get("X-A"))
	c.leave()
}

func TestHijackOnce(t *testing.T) {
	errs := make(chan error, 2)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		_, _, err := w.(http.Hijacker).Hijack()
		errs <- err
		_, err = w.Write([]byte("x"))
		errs <- err
		w.WriteHeader(500)
		_, _ = io.WriteString(conn, switching(r))
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 101, c.response().status)
	require.ErrorIs(t, await(t, errs, "second Hijack"), http.ErrHijacked)
	require.ErrorIs(t, await(t, errs, "Write"), http.ErrHijacked)
}

// The reader that next gets has read nothing ahead: some libraries refuse one
// that has. What has arrived is read first nevertheless, however it is read.
func TestArrivedBeforeOpening(t *testing.T) {
	for name, mirror := range map[string]func(conn net.Conn, brw *bufio.ReadWriter){
		"by the reader": func(conn net.Conn, brw *bufio.ReadWriter) { _, _ = io.Copy(conn, brw) },
		"by io.Copy":    func(conn net.Conn, _ *bufio.ReadWriter) { _, _ = io.Copy(conn, conn) },
		"by the byte": func(conn net.Conn, _ *bufio.ReadWriter) {
			_, _ = io.CopyBuffer(struct{ io.Writer }{conn}, struct{ io.Reader }{conn}, make([]byte, 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			buffered := make(chan int, 1)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				conn, brw := hijack(t, w)
				buffered <- brw.Reader.Buffered()
				defer conn.Close()
				if _, err := io.WriteString(conn, switching(r)); err == nil {
					mirror(conn, brw)
				}
			}, khpserver.Options{})
			c := open(t, addr, "/")
			half := text("any bytes")[:5] // not enough of a frame to be one before its turn
			c.write(append(text(extended("/")), half...))
			require.Equal(t, 101, c.response().status)
			require.Zero(t, await(t, buffered, "next hijacks"))
			c.raw(string(half))
			c.write([]byte("more"))
			c.raw("more")
		})
	}
}

// next may answer in a goroutine of its own, after it has returned.
func TestAnswerAfterReturn(t *testing.T) {
	returned := make(chan struct{})
	inner := make(chan struct{})
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		head := switching(r)
		go func() {
			defer close(inner)
			defer conn.Close()
			<-returned
			if _, err := io.WriteString(conn, head); err == nil {
				_, _ = io.Copy(conn, conn)
			}
		}()
		close(returned)
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 101, c.response().status)
	c.write([]byte("any bytes"))
	c.raw("any bytes")
	require.NoError(t, c.conn.Close())
	await(t, inner, "the connection ends")
}

// Reading waits until the connection is open, and ends if it will not be.
func TestReadBeforeOpen(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(r *http.Request) string
		status int
	}{
		"it opens":     {func(r *http.Request) string { return switching(r) }, 101},
		"it does not":  {func(*http.Request) string { return "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n" }, 403},
		"it is broken": {func(*http.Request) string { return "x\r\n\r\n" }, 502},
	} {
		t.Run(name, func(t *testing.T) {
			result := make(chan error, 2)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				conn, _ := hijack(t, w)
				go func() {
					b := make([]byte, 3)
					_, err := io.ReadFull(conn, b)
					result <- err
					_, err = io.Copy(io.Discard, conn)
					result <- err
				}()
				_, _ = io.WriteString(conn, tc.answer(r))
			}, khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			require.Equal(t, tc.status, c.response().status)
			if tc.status != 101 {
				require.ErrorIs(t, await(t, result, "Read ends"), net.ErrClosed)
				require.ErrorIs(t, await(t, result, "Copy ends"), net.ErrClosed)
				c.leave()
				return
			}
			c.write([]byte("abcdef"))
			require.NoError(t, await(t, result, "Read ends"))
			require.NoError(t, c.conn.Close())
			await(t, result, "Copy ends")
		})
	}
}

// Deadlines that next sets before its 101 hold once the connection is open, and
// those of the handshake do not.
func TestDeadlines(t *testing.T) {
	past := time.Unix(1, 0)
	for name, tc := range map[string]struct {
		set         func(c net.Conn) error
		read, write bool // whether it fails
	}{
		"none":              {func(net.Conn) error { return nil }, false, false},
		"SetReadDeadline":   {func(c net.Conn) error { return c.SetReadDeadline(past) }, true, false},
		"SetWriteDeadline":  {func(c net.Conn) error { return c.SetWriteDeadline(past) }, false, true},
		"SetDeadline":       {func(c net.Conn) error { return c.SetDeadline(past) }, true, true},
		"set and cleared":   {func(c net.Conn) error { _ = c.SetDeadline(past); return c.SetDeadline(time.Time{}) }, false, false},
		"set after opening": {nil, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			errs := make(chan error, 3)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				conn, _ := hijack(t, w)
				defer conn.Close()
				if tc.set != nil {
					errs <- tc.set(conn)
				}
				_, _ = io.WriteString(conn, switching(r))
				if tc.set == nil {
					errs <- conn.SetDeadline(past)
				}
				_, err := conn.Read(make([]byte, 1))
				errs <- err
				_, err = io.WriteString(conn, "x")
				errs <- err
			}, khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			require.Equal(t, 101, c.response().status)
			c.write([]byte("x"))
			require.NoError(t, await(t, errs, "the deadline is set"))
			require.Equal(t, tc.read, isTimeout(await(t, errs, "Read ends")), "read")
			require.Equal(t, tc.write, isTimeout(await(t, errs, "Write ends")), "write")
		})
	}
}

// Half of an open connection can be closed, as httputil.ReverseProxy does.
func TestCloseWrite(t *testing.T) {
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		_, _ = io.WriteString(conn, switching(r)+"bye")
		_ = conn.(interface{ CloseWrite() error }).CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 101, c.response().status)
	c.raw("bye")
	c.eof()
	c.write([]byte("still taken"))
}

// io.Copy from and to the connection reaches the one below, so that the kernel
// can splice.
func TestCopyReachesTheConnectionBelow(t *testing.T) {
	kinds := make(chan string, 2)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		_, _ = io.WriteString(conn, switching(r))
		_, _ = conn.(io.ReaderFrom).ReadFrom(readerFunc(func(dst string) { kinds <- dst }))
		_, _ = io.Copy(writerFunc(func(src string) { kinds <- src }), conn)
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 101, c.response().status)
	require.Equal(t, "*net.TCPConn", await(t, kinds, "a copy to the connection"))
	// What TCPConn itself hands to a writer that is no socket.
	require.Equal(t, "net.tcpConnWithoutWriteTo", await(t, kinds, "a copy from the connection"))
}

// A readerFunc is told to which kind of writer io.Copy gives it.
type readerFunc func(dst string)

func (f readerFunc) Read([]byte) (int, error) { return 0, io.EOF }

func (f readerFunc) WriteTo(w io.Writer) (int64, error) {
	f(fmt.Sprintf("%T", w))
	return 0, nil
}

// A writerFunc is told from which kind of reader io.Copy reads into it.
type writerFunc func(src string)

func (f writerFunc) Write(p []byte) (int, error) { return len(p), nil }

func (f writerFunc) ReadFrom(r io.Reader) (int64, error) {
	f(fmt.Sprintf("%T", r))
	return 0, nil
}

// The buffered writer of Hijack is as good as the connection.
func TestHijackedWriter(t *testing.T) {
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		conn, brw := hijack(t, w)
		defer conn.Close()
		_, _ = brw.WriteString(switching(r) + "one")
		_ = brw.Flush()
		_, _ = brw.ReadFrom(strings.NewReader(", two"))
		_ = brw.Flush()
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 101, c.response().status)
	c.raw("one, two")
	c.eof()
}
