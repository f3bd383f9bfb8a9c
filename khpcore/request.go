package khpcore

// A Request is an extended request: the HTTP/1.1 request that a client sends as
// its first message (khp.md, Handshake Requirements for the Extended WebSocket
// Handshake).
type Request struct {
	// Target is the path and query, in origin form (RFC 9112 3.2.1).
	Target string
	Header Fields
}

const (
	requestStart = "GET "
	requestEnd   = " HTTP/1.1\r\n"
)

// AppendRequest appends r as it goes on the wire. The error is a [*SyntaxError].
// Where dst has room it allocates nothing.
func AppendRequest(dst []byte, r *Request) ([]byte, error) {
	if err := checkTarget(r.Target); err != nil {
		return nil, err
	}
	dst = append(dst, requestStart...)
	dst = append(dst, r.Target...)
	dst = append(dst, requestEnd...)
	return appendFields(dst, r.Header)
}

// ParseRequest reads msg, one WebSocket message, as one whole extended request
// without a body. The error is a [*SyntaxError] or a [*LimitError].
func ParseRequest(msg []byte, l Limits) (*Request, error) {
	h := headReader{limits: l.withDefaults()}
	n, end, err := h.read(msg)
	switch {
	case err != nil:
		return nil, err
	case !end:
		return nil, syntaxError("extended request", "no blank line", "one whole request in one message")
	case n < len(msg):
		return nil, syntaxError("extended request", itoa(len(msg)-n)+" bytes after the blank line", "nothing")
	}
	start := h.start
	// request-line = method SP request-target SP HTTP-version (RFC 9112 3)
	const version = " HTTP/1.1"
	n = len(start) - len(version)
	if n < len(requestStart) || start[:len(requestStart)] != requestStart || start[n:] != version {
		return nil, syntaxError("request line", badRequestLine(start), "GET target HTTP/1.1")
	}
	target := start[len(requestStart):n]
	if err := checkTarget(target); err != nil {
		return nil, err
	}
	return &Request{Target: target, Header: h.fields}, nil
}

// checkTarget holds a target to the resource name of draft-ietf-hybi-02 3.3.
func checkTarget(target string) error {
	if target == "" || target[0] != '/' {
		return syntaxError("request target", "one that does not begin with a slash", "a path and query (RFC 9112 3.2.1)")
	}
	if i := outside(target, classVisible); i >= 0 {
		return syntaxError("request target", "byte "+quote(target[i:i+1])+" at "+itoa(i), "U+0021 to U+007E")
	}
	return nil
}

// badRequestLine shows a request line by its method, if that is one: the rest
// may hold a secret.
func badRequestLine(start string) string {
	n := 0
	for n < len(start) && start[n] >= 'A' && start[n] <= 'Z' {
		n++
	}
	if n > 0 && n <= len("PROPPATCH") && n < len(start) && start[n] == ' ' {
		return "one that begins with " + start[:n]
	}
	return "another one"
}
