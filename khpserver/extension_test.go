package khpserver_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// accepting agrees to whatever a client offers of that name.
func accepting(name string, t khpserver.Transform) khpserver.Extension {
	return khpserver.Extension{Name: name, Accept: func(offered khpcore.Fields) (khpcore.Fields, khpserver.Transform, bool) {
		return offered, t, true
	}}
}

// framewise upgrades and sends every frame back as a server does; ping gets pong.
func framewise(t *testing.T, extra ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		if _, err := io.WriteString(conn, switching(r, extra...)); err != nil {
			return
		}
		for {
			f, err := ws.ReadFrame(conn)
			if err != nil {
				return
			}
			if !f.Header.Masked {
				t.Error("a frame for next is not masked")
			}
			f = ws.UnmaskFrame(f)
			if f.Header.OpCode == ws.OpPing {
				f.Header.OpCode = ws.OpPong
			}
			if err := ws.WriteFrame(conn, f); err != nil || f.Header.OpCode == ws.OpClose {
				return
			}
		}
	}
}

// agreed opens a connection on which extensions are agreed to.
func agreed(t *testing.T, c *client, offers string) {
	t.Helper()
	c.request("/", "Sec-WebSocket-Extensions: "+offers)
	r := c.response()
	require.Equal(t, 101, r.status, r.text)
	require.NotEmpty(t, r.header.Values("Sec-WebSocket-Extensions"))
}

// says reads one unfragmented frame.
func (c *client) says(op ws.OpCode, payload string) {
	c.t.Helper()
	f := c.frame()
	require.Equal(c.t, op, f.Header.OpCode)
	require.Equal(c.t, payload, string(f.Payload))
}

func TestExtensionNegotiation(t *testing.T) {
	nothing := khpserver.Transform{}
	extensions := []khpserver.Extension{
		accepting("x-a", nothing),
		{Name: "x-b", Accept: func(offered khpcore.Fields) (khpcore.Fields, khpserver.Transform, bool) {
			_, ok := offered.Get("level")
			return khpcore.Fields{{Name: "window", Value: "a b"}, {Name: "fast"}}, nothing, ok
		}},
		{Name: "x-broken", Accept: func(khpcore.Fields) (khpcore.Fields, khpserver.Transform, bool) {
			return khpcore.Fields{{Name: "a b"}}, nothing, true
		}},
		khpserver.IdleTimeout(90 * time.Second),
		khpserver.PingPong(0),
	}
	for name, tc := range map[string]struct {
		offers []string
		next   string // what next agrees to
		seen   string // what next sees
		want   []string
	}{
		"nothing":                 {},
		"unknown ones":            {[]string{`x-u; a="b, c", x-v`}, "", `x-u; a="b, c", x-v`, nil},
		"an unknown one, by next": {[]string{"x-u; a=1, x-v"}, "x-u", "x-u; a=1, x-v", []string{"x-u"}},
		"with its parameters":     {[]string{`x-a; p; q="1 2"`}, "", "", []string{`x-a; p; q="1 2"`}},
		"with others":             {[]string{"x-b; level=1"}, "", "", []string{`x-b; window="a b"; fast`}},
		"not accepted":            {[]string{"x-b"}, "", "", nil},
		"the second offer":        {[]string{"x-b", "x-b; level=1"}, "", "", []string{`x-b; window="a b"; fast`}},
		"each once":               {[]string{"x-a; p=1, x-a; p=2", "x-a"}, "", "", []string{"x-a; p=1"}},
		"in the client's order":   {[]string{"x-b; level=1, x-a"}, "", "", []string{`x-b; window="a b"; fast`, "x-a"}},
		"next's before the own":   {[]string{"x-a, x-u"}, "x-u; b=2", "x-u", []string{"x-u; b=2", "x-a"}},
		"what cannot be sent":     {[]string{"x-broken, x-a"}, "", "", []string{"x-a"}},
		"another case":            {[]string{"X-A"}, "", "X-A", nil},
		"ping-pong":               {[]string{"x-kaazing-ping-pong"}, "", "", []string{"x-kaazing-ping-pong; 01010102"}},
		"an idle timeout alone":   {[]string{"x-kaazing-idle-timeout"}, "", "", nil},
		"both": {[]string{"x-kaazing-idle-timeout,x-kaazing-ping-pong,x-kaazing-http-revalidate"}, "", "x-kaazing-http-revalidate",
			[]string{"x-kaazing-idle-timeout; timeout=90000", "x-kaazing-ping-pong; 01010102"}},
		"ping-pong next to the wire": {[]string{"x-kaazing-ping-pong, x-a, x-u"}, "x-u", "x-u",
			[]string{"x-u", "x-a", "x-kaazing-ping-pong; 01010102"}},
	} {
		t.Run(name, func(t *testing.T) {
			seen := make(chan string, 1)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				seen <- strings.Join(r.Header.Values("Sec-WebSocket-Extensions"), "|")
				var extra []string
				if tc.next != "" {
					extra = append(extra, "Sec-WebSocket-Extensions: "+tc.next)
				}
				framewise(t, extra...)(w, r)
			}, khpserver.Options{Extensions: extensions})
			c := open(t, addr, "/")
			var headers []string
			for _, offer := range tc.offers {
				headers = append(headers, "Sec-WebSocket-Extensions: "+offer)
			}
			c.request("/", headers...)
			r := c.response()
			require.Equal(t, 101, r.status)
			require.Equal(t, tc.want, r.header.Values("Sec-WebSocket-Extensions"))
			require.Equal(t, tc.seen, await(t, seen, "next is called"))
			c.write(text("hello"))
			c.says(ws.OpText, "hello")
		})
	}
}

// Next must not agree to what it was not offered, or what is agreed to already.
func TestExtensionOfNextRefused(t *testing.T) {
	for _, next := range []string{"x-a", "x-kaazing-idle-timeout; timeout=1", "x-c", "x-u, x-u", "x-u;"} {
		addr := start(t, framewise(t, "Sec-WebSocket-Extensions: "+next), khpserver.Options{
			Extensions: []khpserver.Extension{accepting("x-a", khpserver.Transform{}), khpserver.IdleTimeout(time.Minute), khpserver.PingPong(0)},
		})
		c := open(t, addr, "/")
		c.request("/", "Sec-WebSocket-Extensions: x-a, x-u, x-kaazing-idle-timeout")
		require.Equal(t, 502, c.response().status, next)
		c.leave()
	}
}

// Where nothing goes on, every byte passes as it is.
func TestExtensionThatDoesNothing(t *testing.T) {
	addr := start(t, mirror(t), khpserver.Options{Extensions: []khpserver.Extension{accepting("x-a", khpserver.Transform{})}})
	c := open(t, addr, "/")
	agreed(t, c, "x-a")
	c.write([]byte("any bytes, not frames"))
	c.raw("any bytes, not frames")
}

// An answer that is not a 101 agrees to nothing.
func TestExtensionNotOpened(t *testing.T) {
	addr := start(t, answer(403, ""), khpserver.Options{Extensions: []khpserver.Extension{khpserver.PingPong(0)}})
	c := open(t, addr, "/")
	c.request("/", "Sec-WebSocket-Extensions: x-kaazing-ping-pong")
	require.Empty(t, c.response().header.Values("Sec-WebSocket-Extensions"))
	c.leave()
}

func TestExtensionOfferMalformed(t *testing.T) {
	for _, offer := range []string{"x-a;", "x-a; b=", `x-a; b="c`, ";x-a", "x-a x-b", "x-a; =b", "x@a"} {
		addr := start(t, never(t), khpserver.Options{})
		c := open(t, addr, "/")
		c.request("/", "Sec-WebSocket-Extensions: "+offer)
		r := c.response()
		require.Equal(t, 400, r.status, offer)
		require.Contains(t, r.body, "malformed Sec-WebSocket-Extensions")
		c.leave()
	}
}

// A panic of an extension is one of the handler.
func TestExtensionPanics(t *testing.T) {
	handler := khpserver.New(never(t), quiet(khpserver.Options{Extensions: []khpserver.Extension{{
		Name:   "x-a",
		Accept: func(khpcore.Fields) (khpcore.Fields, khpserver.Transform, bool) { panic("a mistake") },
	}}}))
	recovered := make(chan any, 1)
	addr := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { recovered <- recover() }()
		handler.ServeHTTP(w, r)
	}))
	c := open(t, addr, "/")
	c.request("/", "Sec-WebSocket-Extensions: x-a")
	require.Equal(t, 500, c.response().status)
	c.leave()
	require.Equal(t, "a mistake", await(t, recovered, "the panic goes on"))
}

func TestExtensionOptionsThatCannotBe(t *testing.T) {
	accept := accepting("x", khpserver.Transform{}).Accept
	for _, tc := range []struct {
		extensions []khpserver.Extension
		text       string
	}{
		{[]khpserver.Extension{{Accept: accept}}, `the name ""`},
		{[]khpserver.Extension{{Name: "a b", Accept: accept}}, `the name "a b"`},
		{[]khpserver.Extension{{Name: "permessage-deflate", Accept: accept}}, `"permessage-deflate", want an extension of the application class`},
		{[]khpserver.Extension{{Name: "x-a"}}, `"x-a" without Accept`},
		{[]khpserver.Extension{khpserver.PingPong(0), khpserver.PingPong(1)}, `"x-kaazing-ping-pong" twice`},
		{[]khpserver.Extension{khpserver.PingPong(-1)}, "got PingPong(-1ns), want a duration"},
		{[]khpserver.Extension{khpserver.PingPong(0), khpserver.IdleTimeout(0)}, "got IdleTimeout(0s), want 1ms to 596h31m23.647s"},
		{[]khpserver.Extension{khpserver.PingPong(0), khpserver.IdleTimeout(time.Millisecond - 1)}, "want 1ms to"},
		{[]khpserver.Extension{khpserver.PingPong(0), khpserver.IdleTimeout(1 << 31 * time.Millisecond)}, "want 1ms to"},
		{[]khpserver.Extension{khpserver.IdleTimeout(time.Second)}, `"x-kaazing-idle-timeout" alone, want "x-kaazing-ping-pong" next to it`},
	} {
		var bad *khpserver.OptionError
		require.ErrorAs(t, (&khpserver.Options{Extensions: tc.extensions}).Validate(), &bad, tc.text)
		require.Equal(t, "Extensions", bad.Option)
		require.ErrorContains(t, bad, tc.text)
	}
	for _, d := range []time.Duration{time.Millisecond, (1<<31 - 1) * time.Millisecond} {
		require.NoError(t, (&khpserver.Options{Extensions: []khpserver.Extension{khpserver.IdleTimeout(d), khpserver.PingPong(d)}}).Validate())
	}
}

// wrapping marks what it has seen: messages of the client by <>, of next by ().
func wrapping(name string) khpserver.Extension {
	wrap := func(before, after string) func(khpserver.Message) (khpserver.Message, bool, error) {
		return func(m khpserver.Message) (khpserver.Message, bool, error) {
			m.Data = append(append([]byte(name+before), m.Data...), after...)
			return m, true, nil
		}
	}
	return accepting(name, khpserver.Transform{OnMessage: wrap("<", ">"), OnSend: wrap("(", ")")})
}

// A sender applies extensions in the order of the response, a receiver in the
// opposite one.
func TestTransformsInOrder(t *testing.T) {
	addr := start(t, framewise(t), khpserver.Options{Extensions: []khpserver.Extension{wrapping("a"), wrapping("b")}})
	c := open(t, addr, "/")
	agreed(t, c, "b, a")
	c.write(text("hi"))
	c.says(ws.OpText, "a(b(b<a<hi>>))")
	c.write(frame(ws.OpBinary, true, "\x00"))
	c.says(ws.OpBinary, "a(b(b<a<\x00>>))")
	c.leave()
}

// Transforms get whole messages, however they come, and control frames pass at
// once, as they are.
func TestTransformsOfFragments(t *testing.T) {
	addr := start(t, framewise(t), khpserver.Options{Extensions: []khpserver.Extension{wrapping("a")}})
	for _, part := range []int{1, 3, 1 << 20} {
		c := open(t, addr, "/")
		agreed(t, c, "a")
		var all []byte
		for _, f := range [][]byte{frame(ws.OpText, false, ""), frame(ws.OpContinuation, false, "h\xc3"), frame(ws.OpPing, true, "ping"),
			frame(ws.OpContinuation, false, "\xa9"), frame(ws.OpPong, true, ""), frame(ws.OpContinuation, true, ""),
			text(""), frame(ws.OpBinary, true, strings.Repeat("x", 70000))} {
			all = append(all, f...)
		}
		for len(all) > 0 {
			n := min(part, len(all))
			c.write(all[:n])
			if part < 3 {
				n = min(n+200, len(all)) // not every byte of the large one alone
				c.write(all[part:n])
			}
			all = all[n:]
		}
		c.says(ws.OpPong, "ping")
		c.says(ws.OpPong, "")
		c.says(ws.OpText, "a(a<h\u00e9>)")
		c.says(ws.OpText, "a(a<>)")
		c.says(ws.OpBinary, "a(a<"+strings.Repeat("x", 70000)+">)")
		c.leave()
	}
}

// A transform may take a message away, and make text of bytes.
func TestTransformDrops(t *testing.T) {
	addr := start(t, framewise(t), khpserver.Options{Extensions: []khpserver.Extension{accepting("x-a", khpserver.Transform{
		OnMessage: func(m khpserver.Message) (khpserver.Message, bool, error) { return m, string(m.Data) != "in", nil },
		OnSend: func(m khpserver.Message) (khpserver.Message, bool, error) {
			return khpserver.Message{Text: !m.Text, Data: m.Data}, string(m.Data) != "out", nil
		},
	})}})
	c := open(t, addr, "/")
	agreed(t, c, "x-a")
	for _, s := range []string{"in", "one", "out", "two"} {
		c.write(text(s))
	}
	c.says(ws.OpBinary, "one")
	c.says(ws.OpBinary, "two")
	c.write(frame(ws.OpBinary, true, "three"))
	c.says(ws.OpText, "three")
	c.leave()
}

// One direction alone: the other is not held up for whole messages.
func TestTransformOfOneDirection(t *testing.T) {
	addr := start(t, framewise(t), khpserver.Options{Extensions: []khpserver.Extension{accepting("x-a", khpserver.Transform{
		OnMessage: func(m khpserver.Message) (khpserver.Message, bool, error) {
			m.Data = append(m.Data, '!')
			return m, true, nil
		},
	})}, MaxMessage: 4})
	c := open(t, addr, "/")
	agreed(t, c, "x-a")
	c.write(text("abc"))
	c.says(ws.OpText, "abc!")
	c.leave()
}

// What goes wrong closes the connection: the client gets a code, next an error.
func TestTransformFails(t *testing.T) {
	mistake := errors.New("a mistake")
	for name, tc := range map[string]struct {
		transform khpserver.Transform
		frames    [][]byte
		code      int
		log       string
	}{
		"OnMessage": {khpserver.Transform{OnMessage: func(m khpserver.Message) (khpserver.Message, bool, error) { return m, true, mistake }},
			[][]byte{text("a")}, 1002, "level=INFO"},
		"OnSend": {khpserver.Transform{OnSend: func(m khpserver.Message) (khpserver.Message, bool, error) { return m, true, mistake }},
			[][]byte{text("a")}, 1011, "level=WARN"},
		"a message too large":   {wrappingOf("x"), [][]byte{text("0123456789")}, 1009, "MaxMessage of 9"},
		"... in frames":         {wrappingOf("x"), [][]byte{frame(ws.OpText, false, "01234"), frame(ws.OpContinuation, true, "56789")}, 1009, "MaxMessage of 9"},
		"made too large":        {wrappingOf("x"), [][]byte{text("01234567")}, 1009, "MaxMessage of 9"},
		"made too large by it":  {wrappingOf("x"), [][]byte{text("0123456")}, 1011, "MaxMessage of 9"},
		"text that is not":      {wrappingOf("x"), [][]byte{text("\xff")}, 1007, "UTF-8"},
		"made text that is not": {wrappingOf("\xff"), [][]byte{text("a")}, 1002, "UTF-8"},
		"an unmasked frame":     {wrappingOf("x"), [][]byte{{0x81, 0x01, 'a'}}, 1002, "masked"},
		"a continuation":        {wrappingOf("x"), [][]byte{frame(ws.OpContinuation, true, "a")}, 1002, "continuation"},
		"no frame at all":       {wrappingOf("x"), [][]byte{{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}}, 1002, "most significant bit"},
		"reserved bits":         {wrappingOf("x"), [][]byte{headed(ws.Header{Fin: true, Rsv: 4, OpCode: ws.OpText}, "a")}, 1002, "rsv"},
	} {
		t.Run(name, func(t *testing.T) {
			var log logBuffer
			failed := make(chan error, 1)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				conn, _ := hijack(t, w)
				defer conn.Close()
				_, err := io.WriteString(conn, switching(r))
				for err == nil {
					var f ws.Frame
					if f, err = ws.ReadFrame(conn); err == nil {
						err = ws.WriteFrame(conn, ws.UnmaskFrame(f))
					}
				}
				failed <- err
				if _, again := conn.Write([]byte{0x81, 0}); again == nil {
					t.Error("a write afterwards is taken")
				}
				if _, again := conn.Read(make([]byte, 1)); again == nil {
					t.Error("a read afterwards gives something")
				}
			}, khpserver.Options{MaxMessage: 9, Extensions: []khpserver.Extension{accepting("x-a", tc.transform)},
				Logger: slog.New(slog.NewTextHandler(&log, nil))})
			c := open(t, addr, "/")
			agreed(t, c, "x-a")
			for _, f := range tc.frames {
				c.write(f)
			}
			c.closes(tc.code)
			err := await(t, failed, "next is told")
			require.False(t, isTimeout(err), err)
			require.NotErrorIs(t, err, io.EOF)
			require.Contains(t, log.String(), tc.log)
		})
	}
}

// MaxMessage is about the whole of a message, in however many frames it comes;
// empty ones count for nothing. The default is one of it.
func TestMaxMessageInFrames(t *testing.T) {
	for _, tc := range []struct{ max, most int }{{0, khpserver.DefaultMaxMessage}, {1, 1}} {
		addr := start(t, framewise(t), khpserver.Options{Extensions: []khpserver.Extension{accepting("x-a", wrappingOf(""))}, MaxMessage: tc.max})
		c := open(t, addr, "/")
		agreed(t, c, "x-a")
		all := strings.Repeat("x", tc.most)
		c.write(frame(ws.OpBinary, false, all))
		c.write(frame(ws.OpContinuation, false, ""))
		c.write(frame(ws.OpContinuation, true, ""))
		c.says(ws.OpBinary, all)
		c.write(frame(ws.OpBinary, false, all))
		c.write(frame(ws.OpContinuation, false, "x"))
		c.closes(1009)
	}
}

func wrappingOf(with string) khpserver.Transform {
	wrap := func(m khpserver.Message) (khpserver.Message, bool, error) {
		m.Data = append(append([]byte(with), m.Data...), with...)
		return m, true, nil
	}
	return khpserver.Transform{OnMessage: wrap, OnSend: wrap}
}

// What next writes that is no server's frame ends the connection.
func TestFramesOfNextBroken(t *testing.T) {
	for name, b := range map[string]string{
		"masked":       string(text("a")),
		"continuation": "\x80\x01a",
		"reserved":     "\xc1\x01a",
		"long control": "\x89\x7e\x00\x7e",
	} {
		t.Run(name, func(t *testing.T) {
			failed := make(chan error, 1)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				conn, _ := hijack(t, w)
				defer conn.Close()
				_, _ = io.WriteString(conn, switching(r)+"\x81\x02ok")
				_, err := io.WriteString(conn, "\x81\x03o"+"k2"+b)
				failed <- err
			}, khpserver.Options{Extensions: []khpserver.Extension{khpserver.PingPong(0)}})
			c := open(t, addr, "/")
			agreed(t, c, "x-kaazing-ping-pong")
			c.says(ws.OpText, "ok")
			c.says(ws.OpText, "ok2")
			c.closes(1011)
			require.Error(t, await(t, failed, "next is told"))
		})
	}
}
