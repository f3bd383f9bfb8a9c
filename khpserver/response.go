package khpserver

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// statusResponse is a response of this package's own.
func statusResponse(status int) *khpcore.Response {
	reason := http.StatusText(status)
	return &khpcore.Response{
		Status: status,
		Reason: reason,
		Header: khpcore.Fields{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}},
		Body:   fmt.Appendf(nil, "%d %s\n", status, reason),
	}
}

// A responseWriter is the http.ResponseWriter of next. It keeps the response
// until next returns, or until it hijacks.
type responseWriter struct {
	exchange *exchange
	header   http.Header
	sent     http.Header // header when status was set
	status   int         // 0 until it is
	body     bytes.Buffer
	tooLarge bool
	conn     *hijackedConn // nil until hijacked
}

var (
	_ http.Flusher  = (*responseWriter)(nil)
	_ http.Hijacker = (*responseWriter)(nil)
)

func newResponseWriter(x *exchange) *responseWriter {
	header := x.session.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &responseWriter{exchange: x, header: header}
}

func (w *responseWriter) Header() http.Header { return w.header }

// WriteHeader sets the status. Informational ones other than 101 would not mean
// anything to the client and are dropped.
func (w *responseWriter) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("khpserver: WriteHeader with status %d, want 100 to 999", status))
	}
	if w.status != 0 || w.conn != nil || status < 200 && status != http.StatusSwitchingProtocols {
		return
	}
	w.status = status
	w.sent = w.header.Clone()
}

func (w *responseWriter) Write(p []byte) (int, error) {
	if w.conn != nil {
		return 0, http.ErrHijacked
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !bodyAllowed(w.status) {
		return 0, http.ErrBodyNotAllowed
	}
	if w.tooLarge = w.tooLarge || len(p) > maxAnswerBody-w.body.Len(); w.tooLarge {
		// An error would have a ReverseProxy give up: the status is worth more
		// to the client than the body, which goes.
		w.body.Reset()
		return len(p), nil
	}
	return w.body.Write(p)
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// Flush settles the status; the body stays until it is whole.
func (w *responseWriter) Flush() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
}

// SetReadDeadline, SetWriteDeadline and EnableFullDuplex are for
// http.ResponseController. There is no body to read and none to wait for, and
// hijacking would clear the deadlines.
func (w *responseWriter) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing; see SetReadDeadline.
func (w *responseWriter) SetWriteDeadline(time.Time) error { return nil }

// EnableFullDuplex does nothing; see SetReadDeadline.
func (w *responseWriter) EnableFullDuplex() error { return nil }

// Hijack gives next a connection on which it writes its response itself. A
// response that it had begun before is written there first, as net/http does.
func (w *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.conn != nil {
		return nil, nil, http.ErrHijacked
	}
	if w.exchange.request.Context().Err() != nil {
		return nil, nil, net.ErrClosed
	}
	w.conn = newHijackedConn(w.exchange)
	if w.status != 0 {
		if err := w.begin(); err != nil {
			return nil, nil, err
		}
	}
	return w.conn, bufio.NewReadWriter(bufio.NewReader(w.conn), bufio.NewWriter(w.conn)), nil
}

// begin writes what there is of the response to the hijacked connection.
func (w *responseWriter) begin() error {
	head, err := khpcore.AppendResponse(nil, w.response())
	if err != nil {
		w.conn.give(badAnswer(err))
		return err
	}
	_, err = w.conn.Write(head)
	return err
}

func (w *responseWriter) response() *khpcore.Response {
	return &khpcore.Response{
		Status: w.status,
		Reason: http.StatusText(w.status),
		Header: fieldsOf(w.sent),
		Body:   w.body.Bytes(),
	}
}

// finish makes the answer when next has returned.
func (w *responseWriter) finish() {
	if w.conn != nil {
		w.conn.returned()
		return
	}
	w.Flush()
	switch {
	case w.status == http.StatusSwitchingProtocols:
		w.exchange.respond(badAnswer(errNotHijacked))
	case w.tooLarge:
		w.sent.Del("Content-Encoding")
		w.exchange.respond(&answer{response: w.response(), err: &khpcore.LimitError{Limit: "BodyBytes", Max: maxAnswerBody}})
	default:
		w.sniff()
		w.exchange.respond(&answer{response: w.response()})
	}
}

// sniff names the type of a body for which next has not, as net/http does.
func (w *responseWriter) sniff() {
	if _, ok := w.sent["Content-Type"]; !ok && w.body.Len() > 0 && w.sent.Get("Content-Encoding") == "" {
		w.sent.Set("Content-Type", http.DetectContentType(w.body.Bytes()))
	}
}
