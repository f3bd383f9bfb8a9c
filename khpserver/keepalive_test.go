package khpserver_test

import (
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// The tests in this file run on a clock of their own, as those of time_test.go.

// kept opens a connection to next that is kept alive.
func kept(t *testing.T, next http.HandlerFunc, extensions ...khpserver.Extension) (c *client, begin time.Time) {
	t.Helper()
	c, _ = onPipe(t, next, khpserver.Options{Extensions: extensions})
	agreed(t, c, "x-kaazing-idle-timeout, x-kaazing-ping-pong")
	return c, time.Now()
}

// pinged waits for a ping and returns how long that took.
func (c *client) pinged() time.Duration {
	c.t.Helper()
	begin := time.Now()
	c.says(ws.OpText, extPing)
	return time.Since(begin)
}

func TestPingInterval(t *testing.T) {
	timed(t, "answered", func(t *testing.T) {
		c, _ := kept(t, framewise(t), khpserver.PingPong(10*time.Second))
		for range 3 {
			require.Equal(t, 10*time.Second, c.pinged())
			c.write(text(extPong))
		}
		time.Sleep(7 * time.Second)
		c.write(text("hello"))
		c.says(ws.OpText, "hello")
		require.Equal(t, 10*time.Second, c.pinged(), "whatever arrives puts it off")
		time.Sleep(10*time.Second - 1)
		c.write(frame(ws.OpPong, true, ""))
		c.says(ws.OpPong, "")
		require.Equal(t, 10*time.Second, c.pinged(), "a frame that only the server sees, too")
		require.NoError(t, c.conn.Close())
	})
	timed(t, "not answered", func(t *testing.T) {
		c, begin := kept(t, framewise(t), khpserver.PingPong(10*time.Second))
		require.Equal(t, 10*time.Second, c.pinged())
		require.Equal(t, 4408, c.closeCode())
		require.Equal(t, 20*time.Second, time.Since(begin))
		c.eof()
		require.Equal(t, 21*time.Second, time.Since(begin))
	})
	timed(t, "not answered but closed", func(t *testing.T) {
		c, begin := kept(t, framewise(t), khpserver.PingPong(10*time.Second))
		require.Equal(t, 10*time.Second, c.pinged())
		c.closes(4408)
		require.Equal(t, 20*time.Second, time.Since(begin))
	})
	timed(t, "0", func(t *testing.T) {
		c, _ := kept(t, framewise(t), khpserver.PingPong(0))
		time.Sleep(24 * time.Hour / 2)
		c.write(text(extPing))
		c.says(ws.OpText, extPong)
		require.NoError(t, c.conn.Close())
	})
}

func TestIdleTimeout(t *testing.T) {
	idle := khpserver.IdleTimeout(10 * time.Second)
	timed(t, "nothing is said", func(t *testing.T) {
		c, _ := kept(t, framewise(t), idle, khpserver.PingPong(0))
		for range 3 {
			require.Equal(t, 5*time.Second, c.pinged())
			c.write(text(extPong))
		}
		require.NoError(t, c.conn.Close())
	})
	timed(t, "next speaks", func(t *testing.T) {
		c, _ := kept(t, framewise(t), idle, khpserver.PingPong(0))
		for range 3 {
			time.Sleep(4 * time.Second)
			c.write(text("hello"))
			c.says(ws.OpText, "hello")
		}
		require.Equal(t, 5*time.Second, c.pinged())
		require.NoError(t, c.conn.Close())
	})
	timed(t, "next sends pongs, which a page does not see", func(t *testing.T) {
		c, begin := kept(t, framewise(t), idle, khpserver.PingPong(0))
		time.Sleep(4 * time.Second)
		c.write(frame(ws.OpPing, true, ""))
		c.says(ws.OpPong, "")
		c.pinged()
		require.Equal(t, 5*time.Second, time.Since(begin))
		require.NoError(t, c.conn.Close())
	})
	timed(t, "the client speaks, and next does not", func(t *testing.T) {
		c, begin := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r))
			_, _ = io.Copy(io.Discard, conn)
		}, idle, khpserver.PingPong(time.Minute))
		go func() {
			for range 8 {
				time.Sleep(time.Second)
				_, _ = c.conn.Write(text("hello"))
			}
		}()
		c.pinged()
		require.Equal(t, 5*time.Second, time.Since(begin))
		require.NoError(t, c.conn.Close())
	})
	timed(t, "the client is gone", func(t *testing.T) {
		c, begin := kept(t, framewise(t), idle, khpserver.PingPong(0))
		require.Equal(t, 5*time.Second, c.pinged())
		require.Equal(t, 5*time.Second, c.pinged())
		require.Equal(t, 4408, c.closeCode())
		require.Equal(t, 15*time.Second, time.Since(begin))
		c.eof()
	})
	timed(t, "with an interval of its own", func(t *testing.T) {
		c, begin := kept(t, framewise(t), idle, khpserver.PingPong(3*time.Second))
		require.Equal(t, 3*time.Second, c.pinged())
		require.Equal(t, 4408, c.closeCode())
		require.Equal(t, 6*time.Second, time.Since(begin))
		c.eof()
	})
}

// A ping waits for the end of a message that next sends in parts.
func TestPingBetweenMessages(t *testing.T) {
	for name, parts := range map[string][]string{
		"in frames":       {"\x01\x08in parts", "\x00\x05, one", "\x80\x0b by one end"},
		"within a frame":  {"\x81\x18in parts", ", one", " by one end"},
		"within a header": {"\x01\x08in parts\x00", "\x05, one\x80", "\x0b by one end"},
	} {
		timed(t, name, func(t *testing.T) {
			c, begin := kept(t, func(w http.ResponseWriter, r *http.Request) {
				conn, _ := hijack(t, w)
				defer conn.Close()
				_, _ = io.WriteString(conn, switching(r))
				for _, part := range parts {
					_, _ = io.WriteString(conn, part)
					time.Sleep(15 * time.Second)
				}
				_, _ = io.Copy(io.Discard, conn)
			}, khpserver.PingPong(10*time.Second))
			_, message, _ := c.joined()
			require.Equal(t, "in parts, one by one end", message)
			require.Equal(t, 30*time.Second, time.Since(begin))
			require.Zero(t, c.pinged())
			require.NoError(t, c.conn.Close())
		})
	}
}

// Once a close frame has passed, either way, nothing more is said.
func TestNoPingWhileClosing(t *testing.T) {
	timed(t, "by the client", func(t *testing.T) {
		c, _ := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r))
			_, _ = io.ReadFull(conn, make([]byte, len(closeFrame(1000))))
			time.Sleep(time.Hour)
		}, khpserver.PingPong(time.Second))
		c.write(closeFrame(1000))
		begin := time.Now()
		c.eof()
		require.Equal(t, time.Hour, time.Since(begin))
	})
	for name, before := range map[string]time.Duration{"by next": 0, "by next, while a pong is due": 1500 * time.Millisecond} {
		timed(t, name, func(t *testing.T) {
			c, _ := kept(t, func(w http.ResponseWriter, r *http.Request) {
				conn, _ := hijack(t, w)
				defer conn.Close()
				_, _ = io.WriteString(conn, switching(r))
				go func() { _, _ = io.Copy(io.Discard, conn) }()
				time.Sleep(before)
				_, _ = io.WriteString(conn, "\x88\x00")
				time.Sleep(time.Hour)
			}, khpserver.PingPong(time.Second))
			if before > 0 {
				c.pinged()
			}
			require.Zero(t, c.closeCode())
			begin := time.Now()
			if before == 0 {
				c.write(text(extPing))
			}
			c.eof()
			require.Equal(t, time.Hour, time.Since(begin))
		})
	}
}

// A client that has broken the protocol is heard out for a second, or until it
// has closed, so that it gets the close frame.
func TestFailingConnection(t *testing.T) {
	noFrame := []byte{0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}
	for name, tc := range map[string]struct {
		broken []byte
		more   []byte
		after  time.Duration
	}{
		"it closes":           {text(control + "\x0b\x00"), append(text(control+"\x0b\x00"), closeFrame(1002)...), 0},
		"it does not":         {text(control + "\x0b\x00"), text("more"), time.Second},
		"within a frame":      {text(control + "\x0b\x00 ...")[:14], text(control + "\x0b\x00 ...")[14:], time.Second},
		"what are no frames":  {noFrame, noFrame, time.Second},
		"what it must not be": {[]byte{0x81, 0x00}, append([]byte{0x81, 0x04, 'm', 'o', 'r', 'e'}, closeFrame(1002)...), 0},
	} {
		timed(t, name, func(t *testing.T) {
			c, _ := kept(t, framewise(t), khpserver.PingPong(time.Hour))
			begin := time.Now()
			go c.conn.Write(tc.broken)
			require.Equal(t, 1002, c.closeCode())
			for range 3 {
				synctest.Wait() // next has let go of the connection
				if _, err := c.conn.Write(tc.more); err != nil || tc.after == 0 {
					break
				}
			}
			c.eof()
			require.Equal(t, tc.after, time.Since(begin))
		})
	}
	timed(t, "while next is within a frame", func(t *testing.T) {
		c, _ := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r)+"\x82\x0ahello")
			_, _ = io.Copy(io.Discard, conn)
		}, khpserver.PingPong(time.Hour))
		c.raw("\x82\x0ahello")
		c.write(text(control + "\x0b\x00"))
		c.eof() // and no close frame, which would be taken for the rest
	})
}

// A client that next does not read is not held to its pongs.
func TestNextThatDoesNotRead(t *testing.T) {
	timed(t, "at first", func(t *testing.T) {
		c, begin := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r))
			time.Sleep(time.Hour + 3*time.Second)
			_, _ = io.Copy(io.Discard, conn)
		}, khpserver.PingPong(10*time.Second))
		require.Equal(t, 10*time.Second, c.pinged())
		require.Equal(t, 4408, c.closeCode())
		require.Equal(t, time.Hour+13*time.Second, time.Since(begin))
		c.eof()
	})
}

// The deadline of a write of next is not for pings.
func TestPingAfterWriteDeadline(t *testing.T) {
	timed(t, "a deadline that is over", func(t *testing.T) {
		c, _ := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r))
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = io.WriteString(conn, "\x81\x02hi")
			_, _ = conn.Read(make([]byte, 1))
			if _, err := io.WriteString(conn, "\x81\x02hi"); !isTimeout(err) {
				t.Errorf("a write after its deadline: %v", err)
			}
		}, khpserver.PingPong(10*time.Second))
		c.says(ws.OpText, "hi")
		for range 3 {
			require.Equal(t, 10*time.Second, c.pinged())
			c.write(text(extPong))
		}
		c.write(text("hello"))
		c.eof()
	})
	timed(t, "a write that waits for a ping", func(t *testing.T) {
		result := make(chan time.Time, 1)
		c, begin := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r))
			time.Sleep(11 * time.Second) // the client does not read the ping
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
			if _, err := io.WriteString(conn, "\x81\x02hi"); err == nil {
				t.Error("a client that does not read is written to")
			}
			result <- time.Now()
		}, khpserver.PingPong(10*time.Second))
		require.Equal(t, 12*time.Second, (<-result).Sub(begin))
		require.NoError(t, c.conn.Close())
	})
	timed(t, "the other way around", func(t *testing.T) {
		result := make(chan time.Time, 1)
		c, begin := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r))
			_ = conn.SetWriteDeadline(time.Now().Add(12 * time.Second))
			time.Sleep(11 * time.Second)
			if _, err := io.WriteString(conn, "\x81\x02hi"); err == nil {
				t.Error("a client that does not read is written to")
			}
			result <- time.Now()
		}, khpserver.PingPong(10*time.Second))
		require.Equal(t, 12*time.Second, (<-result).Sub(begin))
		require.NoError(t, c.conn.Close())
	})
}

// A client that does not read holds up next's writes and nothing else.
func TestBackpressure(t *testing.T) {
	timed(t, "to the client", func(t *testing.T) {
		wrote := make(chan bool, 1)
		c, _ := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r))
			_, _ = io.WriteString(conn, "\x81\x02hi")
			wrote <- true
		}, khpserver.PingPong(0))
		time.Sleep(time.Hour)
		require.Empty(t, wrote)
		c.says(ws.OpText, "hi")
		<-wrote
		c.eof()
	})
	timed(t, "to next", func(t *testing.T) {
		wrote := make(chan bool, 1)
		c, _ := kept(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _ := hijack(t, w)
			defer conn.Close()
			_, _ = io.WriteString(conn, switching(r))
			time.Sleep(time.Hour)
			_, _ = io.Copy(io.Discard, conn)
		}, khpserver.PingPong(0))
		go func() {
			_, _ = c.conn.Write(text("hello"))
			wrote <- true
		}()
		time.Sleep(time.Hour - 1)
		require.Empty(t, wrote)
		<-wrote
		require.NoError(t, c.conn.Close())
	})
	timed(t, "the client asks for pongs and reads none", func(t *testing.T) {
		c, _ := kept(t, framewise(t), khpserver.PingPong(0))
		for range 1000 {
			c.write(text(extPing))
			synctest.Wait()
		}
		c.says(ws.OpText, extPong)
		c.says(ws.OpText, extPong) // for all that came while the first was not read
		c.write(text("hello"))
		c.says(ws.OpText, "hello")
		require.NoError(t, c.conn.Close())
	})
}
