package khpserver

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/gobwas/ws"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// errNoPong is a client that does not answer a ping.
var errNoPong = errors.New("khpserver: the client does not answer a ping")

// readFailed fails the connection if the client is to blame.
func (f *framedConn) readFailed(err error) error {
	var (
		broken    *protocolError
		tooLarge  *khpcore.LimitError
		extension *extensionError
	)
	if failed := f.failure(); failed != nil {
		return failed
	}
	switch {
	case errors.As(err, &broken):
		return f.fail(broken.code, broken.reason, err)
	case errors.As(err, &extension):
		return f.fail(extension.code, "extension failed", err)
	case errors.As(err, &tooLarge):
		return f.fail(ws.StatusMessageTooBig, "message too large", err)
	case !isTimeout(err):
		f.keepalive.stop()
	}
	return err
}

func (f *framedConn) failure() error {
	f.state.Lock()
	defer f.state.Unlock()
	return f.failed
}

// fail closes the connection with a code, as far as the client lets it, and
// returns why. next gets that from every call.
func (f *framedConn) fail(code ws.StatusCode, reason string, why error) error {
	f.keepalive.stop()
	f.state.Lock()
	defer f.state.Unlock()
	if f.failed == nil {
		f.failed = why
		level := slog.LevelInfo
		if code == ws.StatusInternalServerError {
			level = slog.LevelWarn // not the client's mistake
		}
		f.log.Log(context.Background(), level, "connection failed", "code", int(code), "err", why)
		_ = f.Conn.SetDeadline(in(closeGrace)) // also for calls that are waiting
		go f.shutDown(code, reason)
	}
	return f.failed
}

// shutDown goes through the close handshake and closes the connection.
func (f *framedConn) shutDown(code ws.StatusCode, reason string) {
	f.writing.take()
	if f.broken == nil && f.out.left == 0 && !f.out.closing {
		_, f.broken = f.Conn.Write(appendFrame(nil, ws.OpClose, ws.NewCloseFrameBody(code, reason)))
	}
	f.writing.leave()
	f.reading.take()
	f.drain()
	f.reading.leave()
	_ = f.Conn.Close()
}

// drain discards what arrives until the client has closed, too. A connection
// that is closed with bytes unread is reset, and the client might not get the
// close frame.
func (f *framedConn) drain() {
	err := f.in.frames.discard(f.in.left)
	for err == nil && !f.in.closing {
		var h ws.Header
		var size int
		if h, size, err = f.in.frames.header(); size > 0 { // whatever is wrong with it
			f.in.closing = h.OpCode == ws.OpClose
			err = f.in.frames.skip(h, size)
		}
	}
	var broken *protocolError
	if errors.As(err, &broken) {
		_, _ = io.Copy(io.Discard, f.Conn)
	}
}

// Close closes the connection, unless that is going on already.
func (f *framedConn) Close() error {
	f.keepalive.stop()
	if f.failure() != nil {
		return nil
	}
	return f.Conn.Close()
}

// CloseWrite closes one direction, where the connection below can.
func (f *framedConn) CloseWrite() error {
	cw, ok := f.Conn.(interface{ CloseWrite() error })
	if !ok || f.failure() != nil {
		return f.Close()
	}
	f.keepalive.stop()
	return cw.CloseWrite()
}
