package khpserver

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// errPeerClosed is the client's close frame; it has been answered.
var errPeerClosed = errors.New("khpserver: the client closed the connection")

// closeTimedOut is the code for a client that kept the server waiting too long:
// 4000 and the status 408, as a client puts it when a server does.
const closeTimedOut ws.StatusCode = 4000 + http.StatusRequestTimeout

// A session is one connection from its opening handshake until it belongs to
// next or is closed. One goroutine at a time reads and writes it: the one in
// which ServeHTTP was called or, while next is serving, that of
// [exchange.watch].
type session struct {
	handler *handler
	opening *http.Request
	header  http.Header // what was set around this handler, for next to start from
	conn    net.Conn
	frames  frameReader
	machine *khpcore.Server
	log     *slog.Logger
	closing bool // a close frame has been sent
}

// newSession takes a hijacked connection over. early is what of it has been
// read already.
func newSession(h *handler, opening *http.Request, header http.Header, conn net.Conn, early []byte) *session {
	return &session{
		handler: h,
		opening: opening,
		header:  header,
		conn:    conn,
		frames:  frameReader{conn: conn, buf: append([]byte(nil), early...)},
		log:     h.log(opening),
		machine: khpcore.NewServer(khpcore.ServerConfig{
			Dialect:      h.opts.Dialect,
			Limits:       h.opts.Limits,
			Target:       originForm(opening.RequestURI),
			Protocols:    openingProtocols(opening.Header),
			HasHeader:    func(name string) bool { return len(opening.Header.Values(name)) > 0 },
			AllowHeaders: h.opts.AllowHeaders,
			MaxBody:      h.opts.MaxRequestBody,
		}),
	}
}

// originForm cuts scheme and authority off a target in absolute form, which a
// client sends to a proxy (RFC 9112 3.2.2).
func originForm(target string) string {
	if strings.HasPrefix(target, "/") {
		return target
	}
	_, rest, _ := strings.Cut(target, "://")
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		rest = rest[i:]
	} else {
		rest = ""
	}
	if !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	return rest
}

func openingProtocols(h http.Header) []string {
	var protocols []string
	for _, p := range headerList(h, "Sec-WebSocket-Protocol") {
		if p != khpcore.Subprotocol {
			protocols = append(protocols, p)
		}
	}
	return protocols
}

// run takes the session through its rounds of request and response.
func (s *session) run() {
	wait := s.handler.opts.HandshakeTimeout
	for {
		offer := s.request(wait)
		if offer == nil || !s.exchange(offer) {
			return
		}
		wait = replayFactor * s.handler.opts.HandshakeTimeout
	}
}

// request waits for an extended request, and for its body where it has one. nil
// is that the session has ended.
func (s *session) request(wait time.Duration) *khpcore.Offer {
	for {
		_ = s.conn.SetReadDeadline(in(wait))
		step, err := s.step()
		if err == nil && step.Await == khpcore.AwaitBody {
			wait = s.handler.opts.HandshakeTimeout
			err = s.send(step, nil)
		}
		switch {
		case err != nil:
			s.fail(err)
			return nil
		case step.Serve != nil:
			return step.Serve
		case step.Await == khpcore.AwaitNothing:
			s.log.Info("extended request refused", "err", step.Err)
			s.finish(step)
			return nil
		}
	}
}

// step waits for one message and hands it to the machine.
func (s *session) step() (khpcore.ServerStep, error) {
	msg, fits, err := s.message()
	if err != nil {
		return khpcore.ServerStep{}, err
	}
	if !fits {
		return s.machine.TooLarge(), nil
	}
	return s.machine.Message(msg), nil
}

// message reads one message, of text or bytes, in one or more frames. It stops
// at the header of the frame with which the message becomes too large.
func (s *session) message() (msg []byte, fits bool, err error) {
	var text bool
	for {
		h, size, err := s.nextData()
		if err != nil {
			return nil, false, err
		}
		if h.Length > int64(s.machine.MaxMessage()-len(msg)) {
			return nil, false, nil
		}
		p, err := s.frames.payload(h, size)
		if err != nil {
			return nil, false, err
		}
		text = text || h.OpCode == ws.OpText
		msg = append(msg, p...)
		if !h.Fin {
			continue
		}
		if text && !utf8.Valid(msg) {
			return nil, false, &protocolError{ws.StatusInvalidFramePayloadData, "a text message that is not UTF-8"}
		}
		return msg, true, nil
	}
}

// nextData answers control frames until a frame of a message has begun to
// arrive. It leaves that frame where it is.
func (s *session) nextData() (ws.Header, int, error) {
	for {
		h, size, err := s.frames.header()
		if err != nil || !h.OpCode.IsControl() {
			return h, size, err
		}
		p, err := s.frames.payload(h, size)
		if err == nil {
			err = s.control(h.OpCode, p)
		}
		if err != nil {
			return h, 0, err
		}
	}
}

func (s *session) control(op ws.OpCode, payload []byte) error {
	switch op {
	case ws.OpPing:
		return s.write(appendFrame(nil, ws.OpPong, payload))
	case ws.OpClose:
		code, err := closeCode(payload)
		if err != nil {
			return err
		}
		if err := s.sendClose(code, ""); err != nil {
			return err
		}
		return errPeerClosed
	}
	return nil
}

// write sends bytes as they are. Only a client that does not read makes it wait.
func (s *session) write(b []byte) error {
	_ = s.conn.SetWriteDeadline(in(s.handler.opts.HandshakeTimeout))
	_, err := s.conn.Write(b)
	return err
}

// send sends the messages of a step, and rest behind them, in one write.
func (s *session) send(step khpcore.ServerStep, rest []byte) error {
	return s.write(append(appendMessages(nil, step), rest...))
}

// appendMessages appends what a step sends.
func appendMessages(dst []byte, step khpcore.ServerStep) []byte {
	for _, msg := range step.Send {
		dst = appendFrame(dst, ws.OpBinary, msg)
	}
	return dst
}

// sendClose sends the one close frame of this side. Code 0 is a frame without.
func (s *session) sendClose(code ws.StatusCode, reason string) error {
	if s.closing {
		return nil
	}
	s.closing = true
	var body []byte
	if code != 0 {
		body = ws.NewCloseFrameBody(code, reason)
	}
	return s.write(appendFrame(nil, ws.OpClose, body))
}

// finish sends the last messages of the handshake and closes the connection.
func (s *session) finish(step khpcore.ServerStep) {
	if s.send(step, nil) != nil {
		_ = s.conn.Close()
		return
	}
	s.close(step.Close)
}

// close ends the connection in the way that a step asks for.
func (s *session) close(how khpcore.Closing) {
	if how == khpcore.CloseLater && !isTimeout(s.drain()) {
		_ = s.conn.Close()
		return
	}
	s.closeWith(ws.StatusNormalClosure, "")
}

// closeWith goes through the close handshake and closes the connection.
func (s *session) closeWith(code ws.StatusCode, reason string) {
	if s.sendClose(code, reason) == nil {
		_ = s.drain()
	}
	_ = s.conn.Close()
}

// drain discards what arrives until the connection ends or closeGrace is over,
// which is a timeout.
func (s *session) drain() error {
	_ = s.conn.SetReadDeadline(in(closeGrace))
	for {
		h, size, err := s.nextData()
		if err == nil {
			err = s.frames.skip(h, size)
		}
		if err != nil {
			return err
		}
	}
}

// fail ends a connection that went wrong outside the extended handshake.
func (s *session) fail(err error) {
	var broken *protocolError
	switch {
	case errors.As(err, &broken):
		s.log.Info("connection failed", "code", int(broken.code), "err", err)
		s.closeWith(broken.code, broken.reason)
	case isTimeout(err):
		s.log.Info("client timed out", "code", int(closeTimedOut))
		s.closeWith(closeTimedOut, "handshake timeout")
	default:
		s.log.Debug("connection ended during the handshake", "err", err)
		_ = s.conn.Close()
	}
}

// release hands the connection over: its deadlines as a fresh one has them, and
// what has arrived for its new owner. Nothing more is kept for its lifetime.
func (s *session) release() []byte {
	_ = s.conn.SetDeadline(time.Time{})
	pending := append([]byte(nil), s.frames.buf...)
	s.frames = frameReader{}
	return pending
}
