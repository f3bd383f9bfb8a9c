package khpserver

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// longAgo as a read deadline ends a read that is under way.
var longAgo = time.Unix(1, 0)

// errNoAnswer is an application that let go of its connection without a whole
// answer.
var errNoAnswer = errors.New("khpserver: the connection was closed without a whole response")

// An answer is what next made of a request. Without response it is none.
type answer struct {
	response *khpcore.Response
	rest     []byte // what next wrote behind a 101
	abort    bool   // close the connection without a word
	err      error  // why response is not next's own
}

// An exchange is one call of next. next runs in the goroutine of ServeHTTP;
// meanwhile watch, in one of its own, has the connection to itself: it answers
// pings, notices that the client goes away or speaks before its turn and that
// the time is up, and sends the answer.
type exchange struct {
	session   *session
	ctx       context.Context
	cancel    context.CancelFunc
	offer     *khpcore.Offer
	agreement *agreement
	request   *http.Request

	mu     sync.Mutex
	over   bool    // no answer is taken any more
	answer *answer // next's, for watch to send

	decided chan struct{} // closed when the answer, whoever gave it, was sent
	opened  bool          // after decided: the connection is next's
	framed  *framedConn   // after decided: through this, or nil
	done    chan struct{} // closed when watch has let go of the connection
	replay  bool          // after done: another request is due
}

// exchange has next answer one request. It reports whether the client may
// replay it; otherwise the session has ended.
func (s *session) exchange(offer *khpcore.Offer) (replay bool) {
	ctx, cancel := context.WithCancel(s.opening.Context())
	x := &exchange{
		session: s,
		ctx:     ctx,
		cancel:  cancel,
		offer:   offer,
		decided: make(chan struct{}),
		done:    make(chan struct{}),
	}
	_ = s.conn.SetReadDeadline(in(s.handler.opts.ResponseTimeout))
	go x.watch()
	x.serve()
	<-x.done
	return x.replay
}

// serve calls next, after the extensions. A panic of either goes on to who called
// ServeHTTP.
func (x *exchange) serve() {
	returned := false
	var w *responseWriter
	defer func() {
		x.cancel()
		if returned {
			return
		}
		p := recover()
		a := &answer{response: statusResponse(http.StatusInternalServerError)}
		switch {
		case p == http.ErrAbortHandler && w != nil && w.status != 0:
			a = badAnswer(errCutOff) // as a ReverseProxy whose upstream hangs up
		case p == nil || p == http.ErrAbortHandler:
			a = &answer{abort: true} // as net/http does, also after runtime.Goexit
		}
		x.respond(a)
		<-x.done
		if p != nil {
			panic(p)
		}
	}()
	x.agreement = x.session.agree(x.offer)
	x.request = x.session.nextRequest(x.ctx, x.offer)
	w = newResponseWriter(x)
	x.session.handler.next.ServeHTTP(w, x.request)
	w.finish()
	returned = true
}

// respond gives an answer and waits until it is sent. It reports whether the
// connection is next's now. Only the first answer counts.
func (x *exchange) respond(a *answer) (opened bool) {
	x.mu.Lock()
	taken := x.answer == nil && !x.over
	if taken {
		x.answer = a
		_ = x.session.conn.SetReadDeadline(longAgo)
	}
	x.mu.Unlock()
	<-x.decided
	return taken && x.opened
}

// settle ends the time for answers and returns the one there is.
func (x *exchange) settle() *answer {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.over = true
	return x.answer
}

// watch waits for next or the client, whoever comes first, and sees the
// exchange through.
func (x *exchange) watch() {
	defer close(x.done)
	s := x.session
	_, _, err := s.nextData()
	a := x.settle()
	if a == nil || a.response == nil || err != nil && !isTimeout(err) {
		x.cancel()
	}
	switch {
	case err != nil && !isTimeout(err):
		close(x.decided)
		s.fail(err)
	case a == nil && err == nil:
		x.send(s.machine.Message(nil), nil) // before its turn
	case a == nil:
		a := &answer{response: statusResponse(http.StatusGatewayTimeout)}
		s.log.Warn("no answer in time", "status", a.response.Status, "timeout", s.handler.opts.ResponseTimeout)
		x.send(s.machine.Respond(a.response), nil)
	case a.abort:
		s.log.Debug("connection aborted by the application")
		_ = s.conn.Close()
		close(x.decided)
	default:
		x.send(s.machine.Respond(a.response), a)
	}
}

// send carries a step out. a is next's answer, if the step is made of it.
func (x *exchange) send(step khpcore.ServerStep, a *answer) {
	s := x.session
	x.logStep(step, a)
	var rest []byte
	switch {
	case step.Open && x.agreement.goesOn():
		x.framed = newFramedConn(s.conn, x.agreement, s.handler.opts.MaxMessage, s.log)
	case step.Open:
		rest = a.rest
	}
	if s.send(step, rest) != nil {
		close(x.decided)
		_ = s.conn.Close()
		return
	}
	x.opened = step.Open
	x.replay = step.Await == khpcore.AwaitReplay
	close(x.decided)
	if step.Close != khpcore.KeepOpen {
		s.close(step.Close)
	}
}

func (x *exchange) logStep(step khpcore.ServerStep, a *answer) {
	log := x.session.log
	switch {
	case a == nil && step.Err != nil:
		log.Info("extended request refused", "err", step.Err)
	case a == nil:
	case a.err != nil:
		log.Warn("answer of the application not usable", "status", a.response.Status, "err", a.err)
	case step.Err != nil:
		log.Warn("answer of the application not usable", "status", http.StatusBadGateway, "err", step.Err)
	default:
		log.Debug("extended request answered", "status", a.response.Status)
	}
}

// badAnswer is the 502 that takes the place of an answer.
func badAnswer(err error) *answer {
	return &answer{response: statusResponse(http.StatusBadGateway), err: err}
}
