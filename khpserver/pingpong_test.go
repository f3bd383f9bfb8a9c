package khpserver_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

const (
	control = "\x01\x01\x01\x02"
	extPing = control + "\x09\x00"
	extPong = control + "\x0a\x00"
)

// pingPong opens a connection to next with x-kaazing-ping-pong.
func pingPong(t *testing.T, next http.HandlerFunc, more ...khpserver.Extension) *client {
	t.Helper()
	addr := start(t, next, khpserver.Options{Extensions: append(more, khpserver.PingPong(0))})
	c := open(t, addr, "/")
	agreed(t, c, "x-kaazing-ping-pong, x-a")
	return c
}

// The escape comes before what needs one, both ways; pings and pongs stay with
// the server.
func TestPingPong(t *testing.T) {
	for name, more := range map[string][]khpserver.Extension{
		"alone":             nil,
		"with a transform":  {accepting("x-a", wrappingOf(""))},
		"with one way only": {accepting("x-a", khpserver.Transform{OnMessage: wrappingOf("").OnMessage})},
		"the other":         {accepting("x-a", khpserver.Transform{OnSend: wrappingOf("").OnSend})},
	} {
		t.Run(name, func(t *testing.T) {
			c := pingPong(t, framewise(t), more...)
			for _, s := range []string{"", "a", control[:3], "short", "hello, world", strings.Repeat("long", 5000)} {
				c.write(text(s))
				c.says(ws.OpText, s)
			}
			for _, s := range []string{"", control, extPing, control + "x", "hello, world"} {
				c.write(frame(ws.OpBinary, true, s))
				c.says(ws.OpBinary, s)
			}
			for _, s := range []string{control, control + "zzz", extPing, extPong, control + strings.Repeat("long", 5000)} {
				c.write(text(control))
				c.write(text(s))
				c.says(ws.OpText, control)
				c.says(ws.OpText, s)
			}
			c.write(text(extPong))
			c.write(text(extPing))
			c.says(ws.OpText, extPong)
			c.write(frame(ws.OpPing, true, "a frame"))
			c.says(ws.OpPong, "a frame")
			c.leave()
		})
	}
}

// fragments sends a message in frames of that many bytes.
func (c *client) fragments(op ws.OpCode, payload string, size int) {
	c.t.Helper()
	for first := true; first || payload != ""; first = false {
		n := min(size, len(payload))
		c.write(frame(op, n == len(payload), payload[:n]))
		payload, op = payload[n:], ws.OpContinuation
	}
}

// joined reads a message in any number of frames.
func (c *client) joined() (op ws.OpCode, payload string, frames int) {
	c.t.Helper()
	for {
		f, err := ws.ReadFrame(c.br)
		require.NoError(c.t, err)
		if frames++; frames == 1 {
			op = f.Header.OpCode
		}
		if payload += string(f.Payload); f.Header.Fin {
			return op, payload, frames
		}
	}
}

// A message is judged by its first bytes, over however many frames they come.
func TestPingPongFragments(t *testing.T) {
	c := pingPong(t, framewise(t))
	for size := 1; size < 10; size++ {
		for _, s := range []string{"a", "short", "long enough", control[:3] + "x", "\x00"} {
			c.fragments(ws.OpText, s, size)
			op, payload, _ := c.joined()
			require.Equal(t, ws.OpText, op)
			require.Equal(t, s, payload)
			c.fragments(ws.OpBinary, s, size)
			op, payload, frames := c.joined()
			require.Equal(t, ws.OpBinary, op)
			require.Equal(t, s, payload)
			require.Equal(t, (len(s)+size-1)/size, frames, "bytes pass in the frames in which they came")
		}
		for _, s := range []string{control, control + "zzz", control + "long enough"} {
			c.fragments(ws.OpText, control, size)
			c.fragments(ws.OpText, s, size)
			c.says(ws.OpText, control)
			op, payload, _ := c.joined()
			require.Equal(t, ws.OpText, op)
			require.Equal(t, s, payload)
		}
		c.fragments(ws.OpText, extPing, size)
		c.says(ws.OpText, extPong)
	}
	c.write(frame(ws.OpText, false, ""))
	c.write(frame(ws.OpContinuation, false, "he"))
	c.write(frame(ws.OpPing, true, ""))
	c.says(ws.OpPong, "")
	c.write(frame(ws.OpContinuation, true, "llo"))
	_, payload, _ := c.joined()
	require.Equal(t, "hello", payload)
	c.leave()
}

func TestPingPongBroken(t *testing.T) {
	for name, messages := range map[string][][]byte{
		"an unknown control message":       {text(control + "\x0b\x00")},
		"a control message too long":       {text(extPing + "x")},
		"a control message too short":      {text(control + "\x09")},
		"an escape before what needs none": {text(control), text("hello")},
		"an escape before bytes":           {text(control), frame(ws.OpBinary, true, control)},
		"an unknown one in frames":         {frame(ws.OpText, false, control), frame(ws.OpContinuation, false, "\x0b\x00x")},
	} {
		t.Run(name, func(t *testing.T) {
			c := pingPong(t, framewise(t))
			for _, m := range messages {
				c.write(m)
			}
			c.closes(1002)
		})
	}
}

// A message passes in parts, as it arrives: none is kept for its size.
func TestPingPongStreams(t *testing.T) {
	near, far := net.Pipe() // next's client, and what next reads from
	defer near.Close()
	c := pingPong(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		_, _ = io.WriteString(conn, switching(r))
		go func() { _, _ = io.Copy(far, conn) }()
		_, _ = io.Copy(conn, far)
	})
	require.NoError(t, near.SetDeadline(time.Now().Add(patience)))
	for _, message := range [][]byte{text(strings.Repeat("in parts", 1<<10)), frame(ws.OpBinary, true, strings.Repeat("in parts", 1<<10))} {
		got := make([]byte, len(message))
		for at, next := 0, 100; at < len(message); at, next = next, min(next+1000, len(message)) {
			c.write(message[at:next])
			_, err := io.ReadFull(near, got[at:next])
			require.NoError(t, err)
		}
		require.Equal(t, message, got, "as it came, mask and all")
	}
	back := ws.MustCompileFrame(ws.NewTextFrame([]byte(strings.Repeat("and back", 1<<10))))
	for at, next := 0, 100; at < len(back); at, next = next, min(next+1000, len(back)) {
		_, err := near.Write(back[at:next])
		require.NoError(t, err)
		c.raw(string(back[at:next]))
	}
}

// What next says by itself goes between two messages of the application.
func TestPongBetweenMessages(t *testing.T) {
	finish := make(chan bool)
	c := pingPong(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		_, _ = io.WriteString(conn, switching(r)+"\x01\x09beginning")
		first, _ := ws.ReadFrame(conn) // reads past the ping before it
		if got := string(ws.UnmaskFrame(first).Payload); got != "more" {
			t.Errorf("next reads %q", got)
		}
		_, _ = io.WriteString(conn, "\x00\x02, \x89\x00\x80\x03end\x81\x04next")
		<-finish
	})
	require.Equal(t, []byte("beginning"), c.fragment(ws.OpText)) // the message is under way
	c.write(text(extPing))
	c.write(text("more"))
	require.Equal(t, []byte(", "), c.fragment(ws.OpContinuation))
	c.says(ws.OpPing, "")
	c.says(ws.OpContinuation, "end")
	var messages []string
	for range 2 {
		messages = append(messages, string(c.frame().Payload))
	}
	require.ElementsMatch(t, []string{extPong, "next"}, messages)
	finish <- true
	c.eof()
}

// fragment reads a frame that is not the last of its message.
func (c *client) fragment(op ws.OpCode) []byte {
	c.t.Helper()
	f, err := ws.ReadFrame(c.br)
	require.NoError(c.t, err)
	require.False(c.t, f.Header.Fin)
	require.Equal(c.t, op, f.Header.OpCode)
	return f.Payload
}

// Frames of next come out the same however they are written.
func TestPingPongWritesOfNext(t *testing.T) {
	var all bytes.Buffer
	for _, f := range []ws.Frame{
		ws.NewTextFrame([]byte("one")), ws.NewFrame(ws.OpText, false, []byte("t")), ws.NewPingFrame(nil), ws.NewFrame(ws.OpContinuation, true, []byte("wo")),
		ws.NewTextFrame([]byte(control)), ws.NewBinaryFrame([]byte(control)), ws.NewTextFrame([]byte(strings.Repeat("x", 70000))),
		ws.NewCloseFrame(ws.NewCloseFrameBody(3000, "bye")),
	} {
		require.NoError(t, ws.WriteFrame(&all, f))
	}
	for _, part := range []int{1, 7, 4096, 1 << 20} {
		c := pingPong(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			rest := append([]byte(switching(r)), all.Bytes()...)
			for len(rest) > 0 {
				n := min(part, len(rest))
				if wrote, err := conn.Write(rest[:n]); wrote != n || err != nil {
					t.Errorf("wrote %d of %d bytes: %v", wrote, n, err)
				}
				rest = rest[n:]
			}
			_, _ = io.Copy(io.Discard, conn)
		})
		c.says(ws.OpText, "one")
		c.says(ws.OpPing, "")
		_, two, _ := c.joined()
		require.Equal(t, "two", two)
		c.says(ws.OpText, control)
		c.says(ws.OpText, control)
		c.says(ws.OpBinary, control)
		c.says(ws.OpText, strings.Repeat("x", 70000))
		require.Equal(t, 3000, c.closeCode())
	}
}

// The rest of a connection is as it is without extensions.
func TestFramedConnection(t *testing.T) {
	past := time.Unix(1, 0)
	type result struct {
		n   int
		err error
	}
	results := make(chan result, 9)
	c := pingPong(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		defer conn.Close()
		_ = conn.SetDeadline(past)
		_, _ = io.WriteString(conn, switching(r))
		call := func(n int, err error) { results <- result{n, err} }
		call(conn.Read(make([]byte, 1)))
		call(conn.Write([]byte("\x81\x01a")))
		results <- result{0, conn.SetDeadline(time.Time{})}
		call(conn.Read(nil))
		call(conn.Read(make([]byte, 1)))
		results <- result{0, conn.(interface{ CloseWrite() error }).CloseWrite()}
		n, err := io.Copy(io.Discard, conn)
		call(int(n), err)
	})
	next := func() result { t.Helper(); return await(t, results, "a call of next returns") }
	require.True(t, isTimeout(next().err), "a read before its deadline")
	require.True(t, isTimeout(next().err), "a write")
	require.NoError(t, next().err)
	require.Equal(t, result{0, nil}, next(), "a read of nothing")
	f := text("still read")
	c.write(f)
	require.Equal(t, result{1, nil}, next())
	require.NoError(t, next().err)
	c.eof()
	c.write(f)
	require.NoError(t, c.conn.Close())
	require.Equal(t, result{2*len(f) - 1, nil}, next())
}
