package khpserver_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// headed is a frame with that header and a masked payload.
func headed(h ws.Header, payload string) []byte {
	f := ws.NewFrame(h.OpCode, h.Fin, []byte(payload))
	f.Header.Rsv = h.Rsv
	return ws.MustCompileFrame(ws.MaskFrame(f))
}

func TestRequestInFrames(t *testing.T) {
	request := extended("/", "X-A: b")
	for name, frames := range map[string][][]byte{
		"one of text":  {frame(ws.OpText, true, request)},
		"one of bytes": {frame(ws.OpBinary, true, request)},
		"two":          {frame(ws.OpText, false, request[:9]), frame(ws.OpContinuation, true, request[9:])},
		"empty ones": {frame(ws.OpText, false, ""), frame(ws.OpContinuation, false, ""), frame(ws.OpContinuation, false, request),
			frame(ws.OpContinuation, true, "")},
		"a pong between": {frame(ws.OpText, false, request[:9]), frame(ws.OpPong, true, "x"), frame(ws.OpContinuation, true, request[9:])},
		"a character in two frames": {frame(ws.OpText, false, extended("/", "X-A: \u00e9")[:24]),
			frame(ws.OpContinuation, true, extended("/", "X-A: \u00e9")[24:])},
	} {
		t.Run(name, func(t *testing.T) {
			seen := make(chan string, 1)
			addr := start(t, func(w http.ResponseWriter, r *http.Request) {
				seen <- r.Header.Get("X-A")
				mirror(t)(w, r)
			}, khpserver.Options{})
			all := slices.Concat(frames...)
			for _, writes := range [][][]byte{frames, {all}, slices.Collect(slices.Chunk(all, 1))} {
				c := open(t, addr, "/")
				for _, b := range writes {
					c.write(b)
				}
				require.Equal(t, 101, c.response().status)
				require.NotEmpty(t, await(t, seen, "next is called"))
			}
		})
	}
}

// A client may send its extended request before it has the opening response.
func TestRequestRightBehindOpening(t *testing.T) {
	addr := start(t, mirror(t), khpserver.Options{})
	c := connect(t, addr)
	require.Equal(t, 101, c.do(opening("/")+string(text(extended("/")))).StatusCode)
	require.Equal(t, 101, c.response().status)
}

func TestPing(t *testing.T) {
	serve := make(chan bool)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		<-serve
		mirror(t)(w, r)
	}, khpserver.Options{})
	c := open(t, addr, "/")
	pong := func(payload string) {
		f := c.frame()
		require.Equal(t, ws.OpPong, f.Header.OpCode)
		require.Equal(t, payload, string(f.Payload))
	}
	c.write(frame(ws.OpPing, true, "before"))
	pong("before")
	request := extended("/")
	c.write(frame(ws.OpText, false, request[:5]))
	c.write(frame(ws.OpPing, true, ""))
	pong("")
	c.write(frame(ws.OpContinuation, true, request[5:]))
	c.write(frame(ws.OpPing, true, "while next is serving"))
	pong("while next is serving")
	serve <- true
	require.Equal(t, 101, c.response().status)
	ping := string(frame(ws.OpPing, true, "to next"))
	c.write([]byte(ping))
	c.raw(ping)
}

// What breaks RFC 6455 fails the connection: before the request, within it and
// while next is serving.
func TestBrokenFrames(t *testing.T) {
	unmasked := func(op ws.OpCode, payload string) []byte {
		return ws.MustCompileFrame(ws.NewFrame(op, true, []byte(payload)))
	}
	closing := func(code uint16, reason string) []byte {
		return frame(ws.OpClose, true, string(ws.NewCloseFrameBody(ws.StatusCode(code), reason)))
	}
	for _, tc := range []struct {
		name   string
		frames []byte
		code   int
	}{
		{"unmasked text", unmasked(ws.OpText, extended("/")), 1002},
		{"unmasked ping", unmasked(ws.OpPing, ""), 1002},
		{"unmasked close", unmasked(ws.OpClose, ""), 1002},
		{"RSV1", headed(ws.Header{OpCode: ws.OpText, Fin: true, Rsv: ws.Rsv(true, false, false)}, extended("/")), 1002},
		{"RSV2", headed(ws.Header{OpCode: ws.OpText, Fin: true, Rsv: ws.Rsv(false, true, false)}, extended("/")), 1002},
		{"RSV3 on a ping", headed(ws.Header{OpCode: ws.OpPing, Fin: true, Rsv: ws.Rsv(false, false, true)}, ""), 1002},
		{"opcode 3", frame(3, true, "x"), 1002},
		{"opcode 11", frame(11, true, "x"), 1002},
		{"a ping in two frames", frame(ws.OpPing, false, "x"), 1002},
		{"a ping of 126 bytes", frame(ws.OpPing, true, strings.Repeat("x", 126)), 1002},
		{"a continuation of nothing", frame(ws.OpContinuation, true, "x"), 1002},
		{"a message within one", append(frame(ws.OpText, false, "GET"), text(extended("/"))...), 1002},
		{"a length of 2^63", []byte{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 1002},
		{"text that is not UTF-8", text(extended("/", "X-A: \xe9")), 1007},
		{"a close code of one byte", frame(ws.OpClose, true, "x"), 1002},
		{"close code 0", closing(0, ""), 1002},
		{"close code 999", closing(999, ""), 1002},
		{"close code 1005", closing(1005, ""), 1002},
		{"close code 1006", closing(1006, ""), 1002},
		{"close code 1015", closing(1015, ""), 1002},
		{"a close reason that is not UTF-8", closing(1000, "\xe9"), 1007},
	} {
		t.Run(tc.name, func(t *testing.T) {
			addr := start(t, never(t), khpserver.Options{})
			c := open(t, addr, "/")
			c.write(tc.frames)
			c.closes(tc.code)
		})
		if h, _ := ws.ReadHeader(strings.NewReader(string(tc.frames))); h.OpCode.IsData() && h.Rsv == 0 && h.Masked && h.Length > 0 {
			continue // a message, and any is one before its turn then
		}
		t.Run(tc.name+" while next is serving", func(t *testing.T) {
			serving := make(chan bool)
			addr := start(t, func(_ http.ResponseWriter, r *http.Request) {
				serving <- true
				<-r.Context().Done()
			}, khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			await(t, serving, "next is called")
			c.write(tc.frames)
			c.closes(tc.code)
		})
	}
}

// A client's close frame is answered with its own code.
func TestClientCloses(t *testing.T) {
	for name, tc := range map[string]struct {
		payload []byte
		code    int
	}{
		"with a code":      {ws.NewCloseFrameBody(4408, "too slow"), 4408},
		"without a code":   {nil, 0},
		"normal closure":   {ws.NewCloseFrameBody(1000, ""), 1000},
		"a registered one": {ws.NewCloseFrameBody(3000, ""), 3000},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, never(t), khpserver.Options{})
			c := open(t, addr, "/")
			c.write(frame(ws.OpClose, true, string(tc.payload)))
			require.Equal(t, tc.code, c.closeCode())
			c.eof()
		})
	}
}

// The size of an extended request is bounded whatever it comes in, and without
// reading it.
func TestMessageSize(t *testing.T) {
	const limit = 100
	fits := extended("/", "X: ")
	fits = extended("/", "X: "+strings.Repeat("y", limit-len(fits)))
	require.Len(t, fits, limit)
	for _, tc := range []struct {
		name   string
		frames []byte
		status int
	}{
		{"at the limit", text(fits), 200},
		{"at the limit in frames", append(frame(ws.OpText, false, fits[:50]), frame(ws.OpContinuation, true, fits[50:])...), 200},
		{"a byte more", text(fits + "x"), 400},
		{"a byte more in frames", append(frame(ws.OpText, false, fits), frame(ws.OpContinuation, true, "x")...), 400},
		{"announced alone", []byte{0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4}, 400},
		{"announced alone, as large as can be", []byte{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			addr := start(t, answer(200, ""), khpserver.Options{Limits: khpcore.Limits{HeadBytes: limit}})
			c := open(t, addr, "/")
			c.write(tc.frames)
			r := c.response()
			require.Equal(t, tc.status, r.status)
			if tc.status == 400 {
				require.Contains(t, r.body, "over the limit HeadBytes of 100")
			}
			if strings.HasPrefix(tc.name, "announced") {
				c.closes(1000) // the rest of the frame never comes
			} else {
				c.leave()
			}
		})
	}
}

// The rest of a message that is too large is not taken for frames.
func TestRestOfLargeMessageIsSkipped(t *testing.T) {
	addr := start(t, never(t), khpserver.Options{})
	c := open(t, addr, "/")
	c.write(text(strings.Repeat("x", 3<<20)))
	require.Equal(t, 400, c.response().status)
	c.write(text("one more, which does not count"))
	c.leave()
}

// Messages after the handshake have no limit of the server's.
func TestNoLimitAfterHandshake(t *testing.T) {
	addr := start(t, mirror(t), khpserver.Options{Limits: khpcore.Limits{HeadBytes: 100}})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 101, c.response().status)
	large := strings.Repeat("x", 3<<20)
	go func() { _, _ = c.conn.Write([]byte(large)) }()
	c.raw(large)
}
