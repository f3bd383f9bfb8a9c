package khpcore

// A Response is an extended response: the HTTP/1.1 response that a server sends
// to an extended request.
type Response struct {
	// Status is the three-digit status code.
	Status int
	// Reason is the reason phrase, which may be empty.
	Reason string
	Header Fields
	Body   []byte
}

// AppendResponse appends the head of r and its body as they go on the wire.
// What delimits the body is in r.Header. The error is a [*SyntaxError].
func AppendResponse(dst []byte, r *Response) ([]byte, error) {
	if r.Status < 100 || r.Status > 999 {
		return nil, syntaxError("status", itoa(r.Status), "100 to 999")
	}
	if i := outside(r.Reason, classValue); i >= 0 {
		return nil, syntaxError("reason phrase", "byte "+quote(r.Reason[i:i+1]), "no control characters")
	}
	dst = append(dst, "HTTP/1.1 "...)
	dst = appendInt(dst, r.Status)
	dst = append(dst, ' ')
	dst = append(dst, r.Reason...)
	dst = append(dst, "\r\n"...)
	dst, err := appendFields(dst, r.Header)
	if err != nil {
		return nil, err
	}
	return append(dst, r.Body...), nil
}

// newResponse reads the status line.
func newResponse(start string, fields Fields) (*Response, error) {
	// status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 4);
	// the second space may be missing where the reason is.
	const version = "HTTP/1.1 "
	const n = len(version)
	if len(start) < n+3 || start[:n] != version || (len(start) > n+3 && start[n+3] != ' ') {
		return nil, badStatusLine(start)
	}
	status := 0
	for _, c := range []byte(start[n : n+3]) {
		if c < '0' || c > '9' {
			return nil, badStatusLine(start)
		}
		status = status*10 + int(c-'0')
	}
	if status < 100 {
		return nil, badStatusLine(start)
	}
	reason := ""
	if len(start) > n+4 {
		reason = start[n+4:]
	}
	return &Response{Status: status, Reason: reason, Header: fields}, nil
}

// bodyLength returns the length of the body that follows the head of r.
func (r *Response) bodyLength(l Limits) (int, error) {
	n, err := contentLength(r.Header, l)
	if err == nil && n > 0 && (r.Status < 200 || r.Status == 204 || r.Status == 205) {
		err = syntaxError("response "+itoa(r.Status), "a body", "none (RFC 9110 15)")
	}
	return n, err
}

// badStatusLine shows no more than the first word of what is no response at
// all: it may be our own request, with a secret in its query.
func badStatusLine(start string) error {
	if i := indexByte(start, ' '); i >= 0 && !hasPrefixFold(start, "HTTP/") {
		start = start[:i]
	}
	return syntaxError("status line", quote(start), "HTTP/1.1, a status of three digits and a reason")
}

// Progress is what a message brought a [ResponseReader].
type Progress uint8

const (
	// NeedMore: neither the head nor the end was completed by this message.
	NeedMore Progress = iota
	// HeadComplete: the head is whole now; the body or the end marker is due.
	HeadComplete
	// Complete: the response has ended.
	Complete
)

// A ResponseReader puts one extended response together from messages.
type ResponseReader struct {
	// Response is nil until the head is complete.
	Response *Response

	head     headReader
	dialect  Dialect
	missing  int // bytes of the body that have not arrived
	messages int
	done     bool
}

// NewResponseReader returns a reader for one response in that dialect.
func NewResponseReader(d Dialect, l Limits) *ResponseReader {
	return &ResponseReader{head: headReader{limits: l.withDefaults()}, dialect: d}
}

// Message takes the next message; it does not keep data. text tells whether it
// came as a text message. The error is a [*SyntaxError] or a [*LimitError]; where
// it is about the body, Response is already set.
func (r *ResponseReader) Message(data []byte, text bool) (Progress, error) {
	if r.done {
		return 0, syntaxError("response", "a message after its end", "none before the next request")
	}
	if r.messages++; r.messages > r.head.limits.Messages {
		return 0, &LimitError{"Messages", r.head.limits.Messages}
	}
	if len(data) == 0 {
		return r.marker(text)
	}
	if r.Response != nil {
		if r.missing == 0 {
			return 0, syntaxError("end marker", "a message of "+itoa(len(data))+" bytes", "an empty binary message")
		}
		return r.body(data)
	}
	n, end, err := r.head.read(data)
	if !end {
		return NeedMore, err
	}
	if r.Response, err = newResponse(r.head.start, r.head.fields); err != nil {
		return 0, err
	}
	if r.missing, err = r.Response.bodyLength(r.head.limits); err != nil {
		return 0, err
	}
	rest := data[n:]
	if len(rest) > 0 {
		if p, err := r.body(rest); p == Complete || err != nil {
			return p, err
		}
	}
	if r.endsItself() {
		return Complete, nil
	}
	return HeadComplete, nil
}

func (r *ResponseReader) body(data []byte) (Progress, error) {
	if len(data) > r.missing {
		return 0, syntaxError("response "+itoa(r.Response.Status), itoa(len(data)-r.missing)+" bytes too many",
			"its end where Content-Length says")
	}
	r.Response.Body = append(r.Response.Body, data...)
	r.missing -= len(data)
	if r.endsItself() {
		return Complete, nil
	}
	return NeedMore, nil
}

func (r *ResponseReader) endsItself() bool {
	r.done = r.dialect == NoMarker && r.missing == 0
	return r.done
}

// marker reads an empty message. khp.md: the extended handshake response ends
// with an empty WebSocket binary frame.
func (r *ResponseReader) marker(text bool) (Progress, error) {
	switch {
	case r.dialect == NoMarker:
		return 0, syntaxError("response", "an empty message", "none in the dialect no-marker")
	case text && r.dialect != Gateway:
		return 0, syntaxError("end marker", "an empty text message", "an empty binary message")
	case r.Response == nil:
		return 0, syntaxError("response", "the end marker", "a whole head before it")
	case r.missing > 0:
		return 0, syntaxError("response "+itoa(r.Response.Status), "the end marker",
			itoa(r.missing)+" more bytes of its body")
	}
	r.done = true
	return Complete, nil
}

// ParseResponse reads msg as one whole response: head and body. The error is a
// [*SyntaxError] or a [*LimitError].
func ParseResponse(msg []byte, l Limits) (*Response, error) {
	r := ResponseReader{head: headReader{limits: l.withDefaults()}, dialect: NoMarker}
	p, err := r.Message(msg, false)
	if err != nil {
		return nil, err
	}
	if p != Complete {
		return nil, syntaxError("response", "a part of one", "a whole one")
	}
	return r.Response, nil
}
