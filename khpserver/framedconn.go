package khpserver

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

const (
	// flushSize is how many bytes for the client are gathered before they are
	// written, at the most one message more.
	flushSize = 64 << 10
	// keepSize is the largest buffer that an idle connection keeps.
	keepSize = 8 << 10
)

// errMore says that next has not written the rest of a frame yet.
var errMore = errors.New("khpserver: the rest of a frame is to be written")

// A turn is taken by one goroutine at a time, for as long as a read or a write
// may last.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take()  { t <- struct{}{} }
func (t turn) leave() { <-t }

// A framedConn is an open connection on which agreed extensions go on. next
// reads and writes frames on it as it would on the client's own; the extensions
// see the messages in between.
//
// It works within next's calls: what next does not read stays where it is, and
// next waits for a client that does not read. Nothing but a pong, a ping or the
// end of a failed connection happens outside of them.
type framedConn struct {
	net.Conn  // the client's
	agreement *agreement
	pingPong  *khpcore.PingPong // or nil
	keepalive keepalive
	log       *slog.Logger

	reading turn
	in      relay

	writing turn
	out     relay
	room    []byte // for what next writes
	broken  error  // of a write: what would come next would be read wrongly

	state         sync.Mutex
	pingDue       bool
	pongDue       bool
	sayer         bool // a goroutine is to say what is due
	speaking      bool // what is due is being written
	writers       int  // calls of Write that go on
	writeDeadline time.Time
	failed        error // why the connection is being closed
}

// newFramedConn returns the connection for next. Its reading begins with start.
func newFramedConn(conn net.Conn, a *agreement, limit int, log *slog.Logger) *framedConn {
	f := &framedConn{Conn: conn, agreement: a, log: log, reading: newTurn(), writing: newTurn()}
	f.in = relay{frames: frameReader{conn: &heardReader{f}}, limit: limit}
	f.out = relay{frames: frameReader{conn: noMore{}, unmasked: true}, limit: limit}
	if a.keepalive.pingPong {
		// These control bytes are well formed.
		f.pingPong, _ = khpcore.NewPingPong(khpcore.Fields{{Name: pingPongControl}})
		f.in.judge, f.out.judge = f.arrives, f.leaves
	}
	if len(a.onMessage) > 0 {
		f.in.whole = f.fromClient
	}
	if len(a.onSend) > 0 {
		f.out.whole = f.fromNext
	}
	f.keepalive.terms = a.keepalive
	f.keepalive.ping = func() { f.say(&f.pingDue) }
	f.keepalive.gone = func() { f.fail(closeTimedOut, "no answer to a ping", errNoPong) }
	return f
}

// start begins with what has arrived already.
func (f *framedConn) start(pending []byte) {
	f.in.frames.buf = pending
	f.keepalive.start()
}

// A heardReader reads from the client, of which the keepalive is told.
type heardReader struct{ f *framedConn }

func (r *heardReader) Read(p []byte) (int, error) {
	return r.f.keepalive.read(func() (int, error) { return r.f.Conn.Read(p) })
}

// noMore takes the place of a connection for what next writes.
type noMore struct{}

func (noMore) Read([]byte) (int, error) { return 0, errMore }

// Read gives next frames of the client.
func (f *framedConn) Read(p []byte) (int, error) {
	f.reading.take()
	defer f.reading.leave()
	for f.in.out.Len() == 0 && len(p) > 0 {
		if err := f.failure(); err != nil {
			return 0, err
		}
		if err := f.in.step(); err != nil {
			return 0, f.readFailed(err)
		}
	}
	n, _ := f.in.out.Read(p)
	trim(&f.in)
	if f.in.closing {
		f.keepalive.stop()
	}
	return n, nil
}

// Write takes frames of next, whole or in parts.
func (f *framedConn) Write(p []byte) (int, error) {
	f.beginWrite()
	defer f.endWrite()
	f.writing.take()
	defer f.writing.leave()
	f.feed(p)
	for {
		if err := f.failure(); err != nil {
			return 0, err
		}
		stepped := f.out.step()
		if stepped == nil && f.out.out.Len() < flushSize {
			continue
		}
		if err := f.flush(); err != nil {
			return 0, err
		}
		switch {
		case stepped == errMore:
			if len(f.out.frames.buf) == 0 {
				f.out.frames.buf = nil
			}
			return len(p), nil
		case stepped != nil:
			return 0, f.fail(ws.StatusInternalServerError, "", stepped)
		}
	}
}

// beginWrite has next's deadline hold also while a ping is in the way.
func (f *framedConn) beginWrite() {
	f.state.Lock()
	defer f.state.Unlock()
	if f.writers++; f.speaking && f.failed == nil {
		_ = f.Conn.SetWriteDeadline(f.writeDeadline)
	}
}

func (f *framedConn) endWrite() {
	f.state.Lock()
	defer f.state.Unlock()
	f.writers--
}

// feed puts p behind what is left of earlier writes.
func (f *framedConn) feed(p []byte) {
	buf := &f.out.frames.buf
	if len(*buf) == 0 {
		*buf = f.room
	}
	*buf = append(*buf, p...)
	if f.room = nil; cap(*buf) <= keepSize {
		f.room = (*buf)[:0]
	}
}

// flush writes what there is for the client. f.writing is held.
func (f *framedConn) flush() error {
	if f.broken == nil && f.out.out.Len() > 0 {
		_, f.broken = f.Conn.Write(f.out.out.Bytes())
		f.out.out.Reset()
		trim(&f.out)
	}
	if f.broken != nil || f.out.closing {
		f.keepalive.stop()
		return f.broken
	}
	if f.out.ended {
		f.out.ended = false
		f.keepalive.sent()
	}
	f.sayDue()
	return f.broken
}

// trim lets go of a large buffer that is not in use.
func trim(r *relay) {
	if r.out.Len() == 0 && r.out.Cap() > keepSize {
		r.out = bytes.Buffer{}
	}
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (f *framedConn) SetDeadline(t time.Time) error {
	if err := f.SetReadDeadline(t); err != nil {
		return err
	}
	return f.SetWriteDeadline(t)
}

// SetReadDeadline is for next's reads. Once the connection is being closed, that
// has deadlines of its own.
func (f *framedConn) SetReadDeadline(t time.Time) error {
	f.state.Lock()
	defer f.state.Unlock()
	if f.failed != nil {
		return f.failed
	}
	return f.Conn.SetReadDeadline(t)
}

// SetWriteDeadline is for next's writes.
func (f *framedConn) SetWriteDeadline(t time.Time) error {
	f.state.Lock()
	defer f.state.Unlock()
	if f.failed != nil {
		return f.failed
	}
	f.writeDeadline = t
	return f.Conn.SetWriteDeadline(t)
}
