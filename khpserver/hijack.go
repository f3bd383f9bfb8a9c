package khpserver

import (
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A hijackedConn is the connection that next gets from Hijack. Until next has
// written a whole response head it captures what is written, and reads wait.
// With a 101 it opens, and is then as good as the connection below it: nothing
// is looked at or copied any more. With any other response its work is done.
//
// The connection below is the client's own or, where an agreed extension goes
// on, a [framedConn] over that.
type hijackedConn struct {
	net.Conn
	exchange *exchange
	below    net.Conn // once open

	open    atomic.Bool
	ready   chan struct{} // closed when open is set
	pending []byte        // after ready: arrived during the handshake, to be read first

	mu            sync.Mutex // before open
	raw           rawResponse
	answered      bool
	readDeadline  time.Time
	writeDeadline time.Time
}

func newHijackedConn(x *exchange) *hijackedConn {
	return &hijackedConn{Conn: x.session.conn, exchange: x, ready: make(chan struct{})}
}

// Write takes the response of next, or what comes after it.
func (c *hijackedConn) Write(p []byte) (int, error) {
	if !c.open.Load() {
		if took, rest, err := c.capture(p); took {
			if err == nil && len(rest) > 0 {
				_, err = c.below.Write(rest)
			}
			if err != nil {
				return 0, err
			}
			return len(p), nil
		}
	}
	return c.below.Write(p)
}

// capture takes bytes of the response; took is false if that is over and the
// connection is open. rest are those behind the response that have not been
// sent with it.
func (c *hijackedConn) capture(p []byte) (took bool, rest []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open.Load() {
		return false, nil, nil
	}
	if c.answered {
		return true, nil, net.ErrClosed
	}
	a := c.raw.write(p, c.exchange.request)
	if a == nil {
		return true, nil, nil
	}
	opened := c.respond(a)
	switch {
	case opened && c.exchange.framed != nil:
		return true, a.rest, nil
	case !opened && (a.err != nil || a.response.Status == http.StatusSwitchingProtocols):
		return true, nil, net.ErrClosed
	}
	return true, nil, nil
}

// respond gives the answer and, if that was a 101 which opened the client, opens
// the connection. c.mu is held.
func (c *hijackedConn) respond(a *answer) (opened bool) {
	c.answered = true
	if !c.exchange.respond(a) {
		return false
	}
	c.raw = rawResponse{}
	pending := c.exchange.session.release()
	if framed := c.exchange.framed; framed != nil {
		framed.start(pending)
		c.below = framed
	} else {
		c.pending = pending
		c.below = c.Conn
	}
	if !c.readDeadline.IsZero() {
		_ = c.below.SetReadDeadline(c.readDeadline)
	}
	if !c.writeDeadline.IsZero() {
		_ = c.below.SetWriteDeadline(c.writeDeadline)
	}
	c.open.Store(true)
	close(c.ready)
	return true
}

// give answers unless there is an answer already.
func (c *hijackedConn) give(a *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a != nil && !c.answered {
		c.respond(a)
	}
}

// end returns the answer if all that was written is a whole response.
func (c *hijackedConn) end() *answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raw.end(c.exchange.request)
}

// returned tells that next has returned. A response without a length is whole
// then. If there is none yet, a goroutine of next may still write one.
func (c *hijackedConn) returned() { c.give(c.end()) }

// Close ends the response, if the connection is not open yet.
func (c *hijackedConn) Close() error {
	if c.open.Load() {
		return c.below.Close()
	}
	a := c.end()
	if a == nil {
		a = badAnswer(errNoAnswer)
	}
	c.give(a)
	if c.open.Load() { // by a write at the same time
		return c.below.Close()
	}
	return nil
}

// wait returns when the connection is open, or an error if it will not be.
func (c *hijackedConn) wait() error {
	if c.open.Load() {
		return nil
	}
	<-c.exchange.decided
	if !c.exchange.opened {
		return net.ErrClosed
	}
	<-c.ready
	return nil
}

func (c *hijackedConn) Read(p []byte) (int, error) {
	if err := c.wait(); err != nil {
		return 0, err
	}
	if len(c.pending) > 0 {
		n := copy(p, c.pending)
		c.pending = c.pending[n:]
		return n, nil
	}
	return c.below.Read(p)
}

// WriteTo and ReadFrom let the kernel splice where it can: io.Copy finds the
// connection below.
func (c *hijackedConn) WriteTo(w io.Writer) (int64, error) {
	if err := c.wait(); err != nil {
		return 0, err
	}
	var written int64
	for len(c.pending) > 0 {
		n, err := w.Write(c.pending)
		c.pending = c.pending[n:]
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	n, err := io.Copy(w, c.below)
	return written + n, err
}

// ReadFrom writes what r has; see WriteTo.
func (c *hijackedConn) ReadFrom(r io.Reader) (int64, error) {
	if c.open.Load() {
		return io.Copy(c.below, r)
	}
	return io.Copy(struct{ io.Writer }{c}, r)
}

// CloseWrite closes one direction, where the connection below can.
func (c *hijackedConn) CloseWrite() error {
	if c.open.Load() {
		if cw, ok := c.below.(interface{ CloseWrite() error }); ok {
			return cw.CloseWrite()
		}
	}
	return c.Close()
}

// SetDeadline, SetReadDeadline and SetWriteDeadline are for the open connection.
// Before that the deadlines of the handshake hold.
func (c *hijackedConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline is one half of SetDeadline.
func (c *hijackedConn) SetReadDeadline(t time.Time) error {
	return c.setDeadline(t, &c.readDeadline, net.Conn.SetReadDeadline)
}

// SetWriteDeadline is the other half of SetDeadline.
func (c *hijackedConn) SetWriteDeadline(t time.Time) error {
	return c.setDeadline(t, &c.writeDeadline, net.Conn.SetWriteDeadline)
}

func (c *hijackedConn) setDeadline(t time.Time, kept *time.Time, set func(net.Conn, time.Time) error) error {
	if c.open.Load() {
		return set(c.below, t)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open.Load() {
		return set(c.below, t)
	}
	*kept = t
	return nil
}
