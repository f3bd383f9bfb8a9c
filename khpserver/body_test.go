package khpserver_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// bodied answers with what it sees of the body.
func bodied(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.ContentLength != int64(len(body)) || len(r.Header.Values("Expect")) > 0 {
			t.Errorf("body %q of %d bytes, %v, Expect %q", body, r.ContentLength, err, r.Header.Values("Expect"))
		}
		w.Header().Set("X-Length", strings.Join(r.Header.Values("Content-Length"), "|"))
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write(body)
	}
}

// continued reads the response 100.
func (c *client) continued() {
	c.t.Helper()
	require.Equal(c.t, "HTTP/1.1 100 Continue\r\n\r\n", c.message())
	require.Empty(c.t, c.message(), "the end marker")
}

func TestRequestBody(t *testing.T) {
	for name, tc := range map[string]struct {
		length string
		frames [][]byte
		want   string
	}{
		"text":           {"5", [][]byte{text("hello")}, "hello"},
		"bytes":          {"3", [][]byte{frame(ws.OpBinary, true, "\x00\xff\x01")}, "\x00\xff\x01"},
		"in frames":      {"5", [][]byte{frame(ws.OpText, false, "he"), frame(ws.OpPong, true, ""), frame(ws.OpContinuation, true, "llo")}, "hello"},
		"the most":       {"10", [][]byte{text("0123456789")}, "0123456789"},
		"a leading zero": {"05", [][]byte{text("hello")}, "hello"},
		"empty":          {"0", [][]byte{text("")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, bodied(t), khpserver.Options{MaxRequestBody: 10})
			c := open(t, addr, "/")
			c.request("/", "Content-Length: "+tc.length, "Expect: 100-Continue")
			c.continued()
			for _, f := range tc.frames {
				c.write(f)
			}
			r := c.response()
			require.Equal(t, http.StatusTeapot, r.status)
			require.Equal(t, tc.want, r.body)
			if tc.want != "" {
				require.Equal(t, strings.TrimLeft(tc.length, "0"), r.header.Get("X-Length"))
			}
			c.leave()
		})
	}
}

// The body comes again with a request that is replayed, and the socket may open.
func TestRequestBodyReplayed(t *testing.T) {
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		if body, _ := io.ReadAll(r.Body); r.Header.Get("Authorization") == "" {
			w.WriteHeader(401)
		} else if string(body) == "hello" {
			mirror(t)(w, r)
		}
	}, khpserver.Options{MaxRequestBody: 5})
	c := open(t, addr, "/")
	c.request("/", "Expect: 100-continue", "Content-Length: 5")
	c.continued()
	c.write(text("first"))
	require.Equal(t, 401, c.response().status)
	c.request("/", "Expect: 100-continue", "Content-Length: 5", "Authorization: x")
	c.continued()
	c.write(text("hello"))
	require.Equal(t, 101, c.response().status)
	c.write([]byte("any bytes"))
	c.raw("any bytes")
}

func TestRequestBodyRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		max     int
		headers []string
		status  int
	}{
		"none are taken":             {0, []string{"Expect: 100-continue", "Content-Length: 5"}, 417},
		"none are taken, no length":  {0, []string{"Expect: 100-continue"}, 417},
		"another Expect":             {9, []string{"Expect: 200-ok", "Content-Length: 5"}, 417},
		"an empty Expect":            {9, []string{"Expect:", "Content-Length: 5"}, 417},
		"Expect twice":               {9, []string{"Expect: 100-continue", "expect: 100-continue", "Content-Length: 5"}, 417},
		"no length":                  {9, []string{"Expect: 100-continue"}, 411},
		"no Expect":                  {9, []string{"Content-Length: 5"}, 400},
		"no Expect and no length":    {9, []string{"Content-Length: 0"}, 400},
		"a length that is none":      {9, []string{"Expect: 100-continue", "Content-Length: +5"}, 400},
		"an empty length":            {9, []string{"Expect: 100-continue", "Content-Length:"}, 400},
		"two lengths":                {9, []string{"Expect: 100-continue", "Content-Length: 5", "content-length: 5"}, 400},
		"Transfer-Encoding":          {9, []string{"Expect: 100-continue", "Transfer-Encoding: chunked"}, 400},
		"one byte too many":          {4, []string{"Expect: 100-continue", "Content-Length: 5"}, 413},
		"a number that overflows":    {9, []string{"Expect: 100-continue", "Content-Length: 18446744073709551620"}, 413},
		"a header that is refused":   {9, []string{"Expect: 100-continue", "Content-Length: 5", "Cookie: a"}, 400},
		"a refused one, not allowed": {0, []string{"Expect: 100-continue", "Cookie: a"}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, never(t), khpserver.Options{MaxRequestBody: tc.max})
			c := open(t, addr, "/")
			c.request("/", tc.headers...)
			require.Equal(t, tc.status, c.response().status)
			c.leave()
		})
	}
}

// One message of exactly the announced length, and nothing else.
func TestRequestBodyOfAnotherLength(t *testing.T) {
	for name, frames := range map[string][][]byte{
		"shorter":           {text("hell")},
		"longer":            {text("hello!")},
		"empty":             {text("")},
		"longer in frames":  {frame(ws.OpText, false, "hello"), frame(ws.OpContinuation, true, "!")},
		"a header's worth":  {text(strings.Repeat("x", 1<<16))[:14]},
		"a request instead": {text(extended("/"))},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, never(t), khpserver.Options{MaxRequestBody: 9})
			c := open(t, addr, "/")
			c.request("/", "Expect: 100-continue", "Content-Length: 5")
			c.continued()
			for _, f := range frames {
				c.write(f)
			}
			r := c.response()
			require.Equal(t, 400, r.status)
			require.Contains(t, r.body, "want the 5 bytes that Content-Length says")
			if name != "a header's worth" {
				c.leave()
			}
		})
	}
}

// The wait for the body is one of its own.
func TestRequestBodyTimeout(t *testing.T) {
	timed(t, "nothing", func(t *testing.T) {
		c, _ := onPipe(t, never(t), khpserver.Options{MaxRequestBody: 9})
		time.Sleep(20*time.Second - 1)
		c.request("/", "Expect: 100-continue", "Content-Length: 5")
		c.continued()
		begin := time.Now()
		require.Equal(t, 4408, c.closeCode())
		require.Equal(t, 20*time.Second, time.Since(begin))
		c.eof()
	})
	timed(t, "after a 401", func(t *testing.T) {
		c, _ := onPipe(t, answer(401, ""), khpserver.Options{MaxRequestBody: 9})
		c.request("/")
		require.Equal(t, 401, c.response().status)
		time.Sleep(80*time.Second - 1)
		c.request("/", "Expect: 100-continue", "Content-Length: 5")
		c.continued()
		time.Sleep(20*time.Second - 1)
		c.write(text("hello"))
		require.Equal(t, 401, c.response().status)

		c.request("/", "Expect: 100-continue", "Content-Length: 5")
		c.continued()
		begin := time.Now()
		require.Equal(t, 4408, c.closeCode())
		require.Equal(t, 20*time.Second, time.Since(begin))
		c.eof()
	})
}

func TestRequestBodyNoMarker(t *testing.T) {
	addr := start(t, bodied(t), khpserver.Options{MaxRequestBody: 9, Dialect: 1})
	c := open(t, addr, "/")
	c.request("/", "Expect: 100-continue", "Content-Length: 5")
	require.Equal(t, "HTTP/1.1 100 Continue\r\n\r\n", c.message())
	c.write(text("hello"))
	require.Equal(t, "hello", c.unmarked().body)
	c.leave()
}
