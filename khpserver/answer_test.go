package khpserver_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// Whatever next answers by its ResponseWriter is the extended response.
func TestAnswerPassesOn(t *testing.T) {
	for _, status := range []int{200, 203, 206, 400, 402, 403, 404, 407, 418, 426, 429, 500, 503, 511, 599, 999} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			addr := start(t, answer(status, "the reason\n", "Retry-After: 5", "X-A: 1", "X-A: 2", "Upgrade: TLS/1.2",
				"Set-Cookie: a=b", "Connection: close", "Keep-Alive: 1", "Content-Length: 11"), khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			r := c.response()
			require.Equal(t, status, r.status)
			require.Equal(t, "the reason\n", r.body)
			require.Equal(t, "5", r.header.Get("Retry-After"))
			require.Equal(t, []string{"1", "2"}, r.header.Values("X-A"))
			require.Equal(t, "TLS/1.2", r.header.Get("Upgrade"))
			require.Equal(t, []string{"11"}, r.header.Values("Content-Length"))
			for _, name := range []string{"Set-Cookie", "Connection", "Keep-Alive"} {
				require.Empty(t, r.header.Values(name), name)
			}
			c.leave()
		})
	}
}

func TestRedirectClosesAtOnce(t *testing.T) {
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
		addr := start(t, answer(status, "", "Location: /elsewhere"), khpserver.Options{})
		c := open(t, addr, "/")
		c.request("/")
		r := c.response()
		require.Equal(t, status, r.status)
		require.Equal(t, "/elsewhere", r.header.Get("Location"))
		c.closes(1000)
	}
}

// Statuses that would open the client, or leave it waiting, on nothing.
func TestAnswerThatIsNoAnswer(t *testing.T) {
	for name, next := range map[string]http.HandlerFunc{
		"201":                  answer(201, ""),
		"202":                  answer(202, "later"),
		"204":                  answer(204, ""),
		"205":                  answer(205, ""),
		"101 without Hijack":   answer(101, ""),
		"a header that breaks": answer(403, "", "X-A: b\r\nX-Injected: c"),
		"one cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(403)
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, next, khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			r := c.response()
			require.Equal(t, 502, r.status)
			require.Equal(t, "502 Bad Gateway\n", r.body)
			c.leave()
		})
	}
}

func TestLargestBody(t *testing.T) {
	addr := start(t, answer(403, strings.Repeat("x", khpcore.DefaultBodyBytes)), khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	r := c.response()
	require.Equal(t, 403, r.status)
	require.Len(t, r.body, khpcore.DefaultBodyBytes)
	c.leave()
}

// A status is worth more than the body that comes with it.
func TestBodyTooLarge(t *testing.T) {
	addr := start(t, answer(403, strings.Repeat("x", khpcore.DefaultBodyBytes+1)), khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	r := c.response()
	require.Equal(t, 403, r.status)
	require.Empty(t, r.body)
	c.leave()
}

// The ResponseWriter does what net/http's own does.
func TestResponseWriter(t *testing.T) {
	for _, tc := range []struct {
		name   string
		next   func(t *testing.T, w http.ResponseWriter)
		status int
		body   string
		header string
	}{
		{"nothing written", func(*testing.T, http.ResponseWriter) {}, 200, "", ""},
		{"a body alone", func(_ *testing.T, w http.ResponseWriter) { _, _ = io.WriteString(w, "x") }, 200, "x", ""},
		{"a type is found", func(_ *testing.T, w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") }, 200, "<html>",
			"Content-Type: text/html; charset=utf-8"},
		{"a type is kept", func(_ *testing.T, w http.ResponseWriter) {
			w.Header().Set("Content-Type", "a/b")
			_, _ = io.WriteString(w, "<html>")
		}, 200, "<html>", "Content-Type: a/b"},
		{"flushed", func(_ *testing.T, w http.ResponseWriter) {
			w.(http.Flusher).Flush()
			w.WriteHeader(500)
			_, _ = io.WriteString(w, "x")
		}, 200, "x", ""},
		{"the first status counts", func(_ *testing.T, w http.ResponseWriter) {
			w.WriteHeader(403)
			w.WriteHeader(500)
		}, 403, "", ""},
		{"headers after the status do not count", func(_ *testing.T, w http.ResponseWriter) {
			w.Header().Set("X-A", "before")
			w.WriteHeader(403)
			w.Header().Set("X-A", "after")
		}, 403, "", "X-A: before"},
		{"informational statuses do not count", func(_ *testing.T, w http.ResponseWriter) {
			w.WriteHeader(103)
			w.WriteHeader(403)
		}, 403, "", ""},
		{"no body with 304", func(t *testing.T, w http.ResponseWriter) {
			w.WriteHeader(304)
			if _, err := io.WriteString(w, "x"); err != http.ErrBodyNotAllowed {
				t.Errorf("Write returned %v", err)
			}
		}, 304, "", ""},
		{"a status that cannot be", func(t *testing.T, w http.ResponseWriter) {
			defer func() {
				if recover() == nil {
					t.Error("WriteHeader(42) did not panic")
				}
			}()
			w.WriteHeader(42)
		}, 200, "", ""},
		{"a ResponseController", func(t *testing.T, w http.ResponseWriter) {
			rc := http.NewResponseController(w)
			for name, err := range map[string]error{
				"SetReadDeadline":  rc.SetReadDeadline(time.Unix(1, 0)),
				"SetWriteDeadline": rc.SetWriteDeadline(time.Unix(1, 0)),
				"EnableFullDuplex": rc.EnableFullDuplex(),
				"Flush":            rc.Flush(),
			} {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}, 200, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			addr := start(t, func(w http.ResponseWriter, _ *http.Request) { tc.next(t, w) }, khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			r := c.response()
			require.Equal(t, tc.status, r.status)
			require.Equal(t, tc.body, r.body)
			if name, value, ok := strings.Cut(tc.header, ": "); ok {
				require.Equal(t, value, r.header.Get(name))
			}
			c.write(closeFrame(1000))
			c.closeCode()
			c.eof()
		})
	}
}

// What middleware around the handler has set is there for next's answer.
func TestHeadersOfMiddleware(t *testing.T) {
	handler := khpserver.New(answer(403, "", "X-Next: b"), quiet(khpserver.Options{}))
	addr := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "a")
		handler.ServeHTTP(w, r)
	}))
	c := open(t, addr, "/")
	c.request("/")
	r := c.response()
	require.Equal(t, "a", r.header.Get("X-Request-Id"))
	require.Equal(t, "b", r.header.Get("X-Next"))
	c.leave()
}

// A panic of next is a 500 for the client and goes on to the server.
func TestPanic(t *testing.T) {
	for name, beforehand := range map[string]func(w http.ResponseWriter){
		"before an answer":  func(http.ResponseWriter) {},
		"within an answer":  func(w http.ResponseWriter) { w.WriteHeader(403) },
		"after hijacking":   func(w http.ResponseWriter) { hijack(t, w) },
		"within a raw head": func(w http.ResponseWriter) { c, _ := hijack(t, w); _, _ = io.WriteString(c, "HTTP/1.1 1") },
	} {
		t.Run(name, func(t *testing.T) {
			raised := make(chan any, 1)
			handler := khpserver.New(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				beforehand(w)
				panic("a bug")
			}), quiet(khpserver.Options{}))
			addr := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer func() { raised <- recover() }()
				handler.ServeHTTP(w, r)
			}))
			c := open(t, addr, "/")
			c.request("/")
			require.Equal(t, 500, c.response().status)
			c.leave()
			require.Equal(t, "a bug", await(t, raised, "the panic goes on"))
		})
	}
}

// http.ErrAbortHandler closes the connection without a word.
func TestAbort(t *testing.T) {
	raised := make(chan any, 1)
	handler := khpserver.New(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic(http.ErrAbortHandler)
	}), quiet(khpserver.Options{}))
	addr := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { raised <- recover() }()
		handler.ServeHTTP(w, r)
	}))
	c := open(t, addr, "/")
	c.request("/")
	c.eof()
	require.Equal(t, http.ErrAbortHandler, await(t, raised, "the panic goes on"))
}

// After a 401 the client asks again on the same connection, and next sees the
// opening request again with what the new one adds.
func TestReplay(t *testing.T) {
	requests := make(chan *http.Request, 9)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		requests <- r
		if _, password, _ := r.BasicAuth(); password != "welcome" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(401)
			return
		}
		mirror(t)(w, r)
	}, khpserver.Options{})
	c := open(t, addr, "/a")
	c.request("/a", "X-Round: 1", "X-First: a")
	r := c.response()
	require.Equal(t, 401, r.status)
	require.Equal(t, `Basic realm="x"`, r.header.Get("WWW-Authenticate"))
	first := await(t, requests, "the first request")
	await(t, first.Context().Done(), "the end of its context")

	c.request("/a", "X-Round: 2", "Authorization: Basic am9lOndyb25n")
	require.Equal(t, 401, c.response().status)
	c.request("/a", "X-Round: 3", "Authorization: Basic am9lOndlbGNvbWU=")
	require.Equal(t, 101, c.response().status)

	second, third := await(t, requests, "the second"), await(t, requests, "the third")
	require.Equal(t, []string{"2"}, second.Header.Values("X-Round"))
	require.Equal(t, []string{"3"}, third.Header.Values("X-Round"))
	require.Empty(t, third.Header.Values("X-First"))
	require.Equal(t, first.RemoteAddr, third.RemoteAddr)
	c.write([]byte("any bytes"))
	c.raw("any bytes")
}

func TestReplayRefused(t *testing.T) {
	addr := start(t, answer(401, ""), khpserver.Options{})
	c := open(t, addr, "/a")
	c.request("/a")
	require.Equal(t, 401, c.response().status)
	c.request("/b")
	require.Equal(t, 400, c.response().status)
	c.leave()
}

// The last of the challenges closes the connection.
func TestFiveChallenges(t *testing.T) {
	calls := make(chan bool, 9)
	addr := start(t, func(w http.ResponseWriter, _ *http.Request) {
		calls <- true
		w.WriteHeader(401)
	}, khpserver.Options{})
	c := open(t, addr, "/")
	for range khpcore.MaxChallengeRounds {
		c.request("/")
		require.Equal(t, 401, c.response().status)
	}
	c.request("/")
	c.closes(1000)
	require.Len(t, calls, khpcore.MaxChallengeRounds)
}
