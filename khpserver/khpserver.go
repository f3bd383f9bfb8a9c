// Package khpserver gives the server's half of the Kaazing WebSocket Handshake
// Protocol (KHP) to any http.Handler that upgrades to WebSocket:
//
//	mux.Handle("/ws", khpserver.Handler(next))
//
// When a client offers the subprotocol x-kaazing-handshake, the handler accepts
// the opening handshake itself, reads the extended request and calls next with
// an ordinary upgrade request made of both. What next answers over HTTP becomes
// the extended response: a 401 with its challenge, a 302 with its Location, a
// 503. When next hijacks and writes its own 101, that head becomes the extended
// 101, and from there on every byte passes through raw, both ways. So next can
// use any WebSocket library, or be an httputil.ReverseProxy.
//
// Deployed Kaazing clients are served too: they ask for their dialect by .kl=Y in
// the URL, which next does not see. Application-class extensions that the server
// shall know are in [Options.Extensions]; where one is agreed to that goes on, the
// bytes after the 101 are taken apart into messages for it.
package khpserver

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// Handler is [New] with the default options.
func Handler(next http.Handler) http.Handler { return New(next, nil) }

// New returns a handler that speaks the extended handshake with clients that
// offer it and hands everything else to next untouched. WebSocket requests of
// either kind from an origin that opts does not allow get 403 first.
//
// next is called once for each extended request: again on the same connection
// when it answered 401 and the client replayed its request. The context of its
// request ends when the client goes away, when the time is up, and when next
// returns, but not while a hijacked connection is in use.
//
// nil opts are the defaults. New panics with an [*OptionError] if
// [Options.Validate] fails.
func New(next http.Handler, opts *Options) http.Handler {
	if opts == nil {
		opts = &Options{}
	}
	if err := opts.Validate(); err != nil {
		panic(err)
	}
	return &handler{next: next, opts: opts.withDefaults()}
}

type handler struct {
	next http.Handler
	opts Options
}

// ServeHTTP sorts requests: those that it serves itself, those of next alone,
// and those of nobody.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !isWebSocket(r) {
		h.next.ServeHTTP(w, r)
		return
	}
	if !h.opts.allowsOrigin(r) {
		h.refuse(w, r, &openingError{http.StatusForbidden, "this origin is not allowed"})
		return
	}
	if !slices.Contains(headerList(r.Header, "Sec-WebSocket-Protocol"), khpcore.Subprotocol) {
		h.next.ServeHTTP(w, r)
		return
	}
	if err := checkOpening(r); err != nil {
		h.refuse(w, r, err)
		return
	}
	s, err := h.accept(w, r)
	if err != nil {
		return
	}
	s.run()
}

// refuse answers an opening handshake that is not accepted.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, err *openingError) {
	h.log(r).Info("opening handshake refused", "status", err.status, "reason", err.reason)
	switch err.status {
	case http.StatusUpgradeRequired:
		w.Header().Set("Sec-WebSocket-Version", "13")
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodGet)
	}
	http.Error(w, err.reason, err.status)
}

// accept completes the opening handshake. On an error it has answered.
func (h *handler) accept(w http.ResponseWriter, r *http.Request) (*session, error) {
	header := w.Header().Clone()
	conn, brw, err := http.NewResponseController(w).Hijack()
	if errors.Is(err, http.ErrNotSupported) {
		h.refuse(w, r, &openingError{http.StatusNotImplemented, "the extended handshake needs a connection of its own, over HTTP/1.1"})
		return nil, err
	}
	if err != nil {
		h.log(r).Warn("opening handshake failed", "err", err)
		http.Error(w, "the connection cannot be taken over", http.StatusInternalServerError)
		return nil, err
	}
	early, _ := brw.Reader.Peek(brw.Reader.Buffered())
	s := newSession(h, r, header, conn, early)
	if err := s.write(appendMessages(openingResponse(r), s.machine.Start())); err != nil {
		s.log.Debug("opening handshake failed", "err", err)
		_ = conn.Close()
		return nil, err
	}
	return s, nil
}

// log returns the logger for one request. The query stays out: it may hold a
// secret.
func (h *handler) log(r *http.Request) *slog.Logger {
	return h.opts.Logger.With("remote", r.RemoteAddr, "path", r.URL.Path)
}

// isTimeout tells a deadline from every other end of a connection.
func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

func in(d time.Duration) time.Time { return time.Now().Add(d) }
