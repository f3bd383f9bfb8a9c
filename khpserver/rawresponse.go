package khpserver

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// errCutOff is an answer that next has begun and then aborted.
var errCutOff = errors.New("khpserver: an answer without its end")

// errNotHijacked is a 101 by WriteHeader that no Hijack followed.
var errNotHijacked = errors.New("khpserver: status 101 without a hijacked connection")

// A rawResponse is what next writes on its hijacked connection up to the end of
// a response, however it is split over writes.
type rawResponse struct{ buf []byte }

// write takes more of it. It returns nil as long as the response is not whole.
func (r *rawResponse) write(p []byte, req *http.Request) *answer {
	r.buf = append(r.buf, p...)
	return r.parse(req, false)
}

// end returns the answer if the response is whole by next saying no more; else
// nil.
func (r *rawResponse) end(req *http.Request) *answer { return r.parse(req, true) }

// parse reads the response as net/http's client does. ended tells that a body
// without a length is whole.
func (r *rawResponse) parse(req *http.Request, ended bool) *answer {
	for {
		head, rest, ok := bytes.Cut(r.buf, []byte("\r\n\r\n"))
		if len(head) > maxAnswerHead {
			return badAnswer(&khpcore.LimitError{Limit: "HeadBytes", Max: maxAnswerHead})
		}
		if !ok {
			return nil
		}
		res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(r.buf)), nil)
		if err != nil {
			return badAnswer(fmt.Errorf("khpserver: not an HTTP response: %w", err))
		}
		switch {
		case res.StatusCode == http.StatusSwitchingProtocols:
			return switchProtocols(req, res, rest)
		case res.StatusCode < 200:
			r.buf = rest
		default:
			return withBody(res, ended)
		}
	}
}

// switchProtocols holds a 101 to RFC 6455 4.1. rest is what follows it.
func switchProtocols(req *http.Request, res *http.Response, rest []byte) *answer {
	want := acceptFor(req.Header.Get("Sec-WebSocket-Key"))
	got := res.Header.Values("Sec-WebSocket-Accept")
	switch {
	case !hasToken(res.Header, "Upgrade", "websocket"), !hasToken(res.Header, "Connection", "upgrade"):
		return badAnswer(errors.New("khpserver: a 101 that does not upgrade to WebSocket"))
	case len(got) != 1 || got[0] != want:
		return badAnswer(errors.New("khpserver: a 101 whose Sec-WebSocket-Accept is not that of the key"))
	}
	return &answer{response: convert(res, nil), rest: bytes.Clone(rest)}
}

// withBody reads the body of any other response; nil if there is more to come.
func withBody(res *http.Response, ended bool) *answer {
	untilClose := res.ContentLength < 0 && len(res.TransferEncoding) == 0
	if untilClose && !ended {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswerBody+1))
	switch {
	case len(body) > maxAnswerBody:
		return badAnswer(&khpcore.LimitError{Limit: "BodyBytes", Max: maxAnswerBody})
	case err == nil:
		return &answer{response: convert(res, body)}
	case strings.Contains(err.Error(), "unexpected EOF"): // net/http has two errors for it
		return nil
	}
	return badAnswer(fmt.Errorf("khpserver: response body: %w", err))
}

func convert(res *http.Response, body []byte) *khpcore.Response {
	_, reason, _ := strings.Cut(res.Status, " ")
	return &khpcore.Response{Status: res.StatusCode, Reason: reason, Header: fieldsOf(res.Header), Body: body}
}
