package khpcore

// ServerConfig is what a [Server] knows before the extended request arrives.
type ServerConfig struct {
	// Dialect is [Standard] or [NoMarker]. Where Target asks for [Gateway], that
	// is spoken whatever it says.
	Dialect Dialect
	Limits  Limits
	// Target is the target of the opening request, byte for byte.
	Target string
	// Protocols are those that the opening request offers besides [Subprotocol].
	// They count if the extended request names none.
	Protocols []string
	// Extensions are the names of those that the opening handshake has agreed
	// to. An extended request must not offer them again.
	Extensions []string
	// HasHeader tells whether the opening request has a header of that name.
	// Such a header cannot come again in the extended request. Nil is none.
	HasHeader func(name string) bool
	// AllowHeaders narrows the headers that an extended request may carry, next
	// to those of the handshake itself and Authorization. Nil allows all that
	// are not refused by [CheckRequestField].
	AllowHeaders []string
	// MaxBody is the most bytes of a body that an extended request may announce
	// by Expect: 100-continue. 0 is that there must be none.
	MaxBody int
}

// Server is the server's half of one extended handshake.
//
// Its user gives it each message that arrives ([Server.Message]) and each
// answer of the application ([Server.Respond]), and does what the returned
// [ServerStep] says. It is not safe for concurrent use.
type Server struct {
	cfg    ServerConfig
	state  serverState
	rounds int    // 401s sent
	offer  *Offer // what the application is to answer
	length int    // of the body that is due
}

type serverState uint8

const (
	serverAwaiting serverState = iota // an extended request is due
	serverBody                        // the body of one is due
	serverServing                     // the application is to answer
	serverEnded                       // open, or closing
)

// A ServerStep is what the user of a [Server] does next, field by field in this
// order.
type ServerStep struct {
	// Send are binary messages to send, in order.
	Send [][]byte
	// Serve is what the application is to answer, or nil.
	Serve *Offer
	// Await is set when the next event due is a message from the client.
	Await Await
	// Open is set when the handshake has completed: every byte from here on
	// belongs to the application.
	Open bool
	// Close is set when the socket must be closed, with code 1000.
	Close Closing
	// Err says why a request was refused, or an answer became a 502: a
	// [*SyntaxError], [*LimitError] or [*RefusedError].
	Err error
}

// Await says which wait for the client begins. Each has a time limit of its own,
// which the server's user keeps.
type Await uint8

const (
	// AwaitNothing: no message is due.
	AwaitNothing Await = iota
	// AwaitReplay: the client was challenged, and a person may be typing.
	AwaitReplay
	// AwaitBody: the client was told to go on with its request.
	AwaitBody
)

// Closing says how the socket must be closed.
type Closing uint8

const (
	// KeepOpen: it must not.
	KeepOpen Closing = iota
	// CloseNow begins the close handshake at once.
	CloseNow
	// CloseLater gives the client a second to close it first.
	CloseLater
)

// NewServer returns the server's half for a connection whose opening handshake
// selected [Subprotocol].
func NewServer(cfg ServerConfig) *Server {
	cfg.Limits = cfg.Limits.withDefaults()
	if target, ok := CutGatewayParameter(cfg.Target); ok {
		cfg.Dialect, cfg.Target = Gateway, target
	}
	return &Server{cfg: cfg}
}

// Start returns what to send right behind the opening response.
func (s *Server) Start() ServerStep {
	if s.cfg.Dialect != Gateway {
		return ServerStep{}
	}
	return ServerStep{Send: [][]byte{[]byte(balancerStay)}}
}

// Message takes a message from the client, text or binary. It may keep data.
func (s *Server) Message(data []byte) ServerStep {
	switch s.state {
	case serverAwaiting:
		req, err := ParseRequest(data, s.cfg.Limits)
		if err == nil {
			err = s.vet(req)
		}
		if err != nil {
			return s.refuse(err)
		}
		return s.take(req)
	case serverBody:
		if len(data) != s.length {
			return s.refuse(s.bodyError(itoa(len(data)) + " bytes"))
		}
		s.offer.Body = data
		s.state = serverServing
		return ServerStep{Serve: s.offer}
	case serverServing:
		return s.refuse(&SyntaxError{"extended handshake", "a message before the response to the last one", "none"})
	}
	return ServerStep{}
}

// MaxMessage returns the most bytes that a message from the client may have. A
// larger one goes unread, and [Server.TooLarge] takes its place.
func (s *Server) MaxMessage() int {
	if s.state == serverBody {
		return s.length
	}
	return s.cfg.Limits.HeadBytes
}

// TooLarge takes the place of [Server.Message] for a message of more than
// [Server.MaxMessage] bytes.
func (s *Server) TooLarge() ServerStep {
	switch s.state {
	case serverEnded:
		return ServerStep{}
	case serverBody:
		return s.refuse(s.bodyError("more"))
	}
	return s.refuse(&LimitError{"HeadBytes", s.cfg.Limits.HeadBytes})
}

func (s *Server) bodyError(got string) error {
	return &SyntaxError{"request body", got, "the " + itoa(s.length) + " bytes that Content-Length says, as one message"}
}

// take has a request served, or waits for its body.
func (s *Server) take(req *Request) ServerStep {
	offer, err := newOffer(req, &s.cfg)
	if err != nil {
		return s.refuse(err)
	}
	s.offer = offer
	if req.Header.Count("Expect") == 0 {
		s.state = serverServing
		return ServerStep{Serve: s.offer}
	}
	if r, err := s.expected(req.Header); err != nil {
		return s.end(r, ServerStep{Close: CloseLater, Err: err})
	}
	s.state = serverBody
	return s.send(&Response{Status: 100, Reason: "Continue"}, ServerStep{Await: AwaitBody})
}

// expected reads what a request says about the body that it wants to send
// (RFC 9110 10.1.1, 8.6). On an error it returns the response.
func (s *Server) expected(header Fields) (r *Response, err error) {
	expect, _ := header.Get("Expect")
	if s.cfg.MaxBody <= 0 {
		err = &RefusedError{"Expect", "this server takes no request body"}
		return errorResponse(417, "Expectation Failed", err), err
	}
	if header.Count("Expect") > 1 || !equalFold(expect, "100-continue") {
		err = &RefusedError{"Expect", "it is not 100-continue"}
		return errorResponse(417, "Expectation Failed", err), err
	}
	if header.Count("Content-Length") == 0 {
		err = &RefusedError{"Expect", "the request has no Content-Length"}
		return errorResponse(411, "Length Required", err), err
	}
	s.length, err = contentLength(header, Limits{BodyBytes: s.cfg.MaxBody})
	switch err.(type) {
	case *LimitError:
		err = &LimitError{"MaxBody", s.cfg.MaxBody}
		return errorResponse(413, "Content Too Large", err), err
	case *SyntaxError:
		return errorResponse(400, "Bad Request", err), err
	}
	return nil, nil
}

// Respond takes the application's answer to the last [ServerStep.Serve]. For
// status 101 the application has hijacked its connection, and its first bytes
// after that head belong to the client.
func (s *Server) Respond(r *Response) ServerStep {
	if s.state != serverServing {
		return ServerStep{}
	}
	switch {
	case r.Status == 101:
		if err := s.offer.checkAgreed(r.Header); err != nil {
			return s.badGateway(err)
		}
		opening := *r
		opening.Header = append(r.Header[:len(r.Header):len(r.Header)], s.offer.agreed()...)
		step := s.end(&opening, ServerStep{Open: true})
		if step.Open && s.cfg.Dialect == Gateway {
			step.Send = append(step.Send, []byte(balancerStay))
		}
		return step
	case r.Status < 200, r.Status == 201, r.Status == 202, r.Status == 204, r.Status == 205:
		// These would open the client, or keep it waiting, on nothing.
		return s.badGateway(&SyntaxError{"answer of the application", "status " + itoa(r.Status) + " without an upgrade",
			"101 or a failure"})
	case r.Status >= 300 && r.Status < 400:
		return s.end(r, ServerStep{Close: CloseNow})
	case r.Status == 401:
		if s.rounds++; s.rounds == MaxChallengeRounds {
			return s.end(r, ServerStep{Close: CloseLater})
		}
		s.state = serverAwaiting
		return s.send(r, ServerStep{Await: AwaitReplay})
	default:
		return s.end(r, ServerStep{Close: CloseLater})
	}
}

// refuse answers with 400, says why, and closes.
func (s *Server) refuse(err error) ServerStep {
	return s.end(errorResponse(400, "Bad Request", err), ServerStep{Close: CloseLater, Err: err})
}

// badGateway answers with 502 and closes. Why concerns the application, not
// the client.
func (s *Server) badGateway(err error) ServerStep {
	return s.end(errorResponse(502, "Bad Gateway", nil), ServerStep{Close: CloseLater, Err: err})
}

// end ends the handshake with a response.
func (s *Server) end(r *Response, step ServerStep) ServerStep {
	s.state = serverEnded
	return s.send(r, step)
}

// send puts a response into step.
func (s *Server) send(r *Response, step ServerStep) ServerStep {
	r = outgoing(r)
	if s.cfg.Dialect == Gateway && r.Status == 401 {
		r.Header = byApplication(r.Header)
	}
	msg, err := AppendResponse(nil, r)
	if err == nil && len(msg)-len(r.Body) > DefaultHeadBytes {
		err = &LimitError{"HeadBytes", DefaultHeadBytes} // of a client with the defaults
	}
	if err != nil {
		return s.badGateway(err)
	}
	step.Send = append(step.Send, msg)
	if s.cfg.Dialect != NoMarker {
		step.Send = append(step.Send, nil)
	}
	return step
}

// errorResponse is a response of this package's own. err, which holds no
// secret, tells the client's developer what to change.
func errorResponse(status int, reason string, err error) *Response {
	body := itoa(status) + " " + reason
	if err != nil {
		body += ": " + err.Error()
	}
	return &Response{Status: status, Reason: reason,
		Header: Fields{{"Content-Type", "text/plain; charset=utf-8"}},
		Body:   []byte(body + "\n")}
}

// outgoing is r as it may leave: without what a script must not read or what
// belongs to the application's own connection, and with its length.
func outgoing(r *Response) *Response {
	out := *r
	out.Header = make(Fields, 0, len(r.Header)+1)
	for _, f := range r.Header {
		switch {
		case equalFold(f.Name, "Set-Cookie"), equalFold(f.Name, "Set-Cookie2"),
			equalFold(f.Name, "Content-Length"), equalFold(f.Name, "Transfer-Encoding"),
			equalFold(f.Name, "Trailer"), equalFold(f.Name, "Keep-Alive"):
		case r.Status != 101 && equalFold(f.Name, "Connection"):
		case equalFold(f.Name, "Sec-WebSocket-Extensions") && trimList(f.Value) == "":
			// khp.md: if present it must contain a non-empty list.
		default:
			out.Header = append(out.Header, f)
		}
	}
	if r.Status < 200 {
		out.Body = nil
		return &out
	}
	out.Header = append(out.Header, Field{"Content-Length", itoa(len(r.Body))})
	return &out
}

// vet holds a request to what a server may believe of it.
func (s *Server) vet(req *Request) error {
	if err := s.vetTarget(req.Target); err != nil {
		return err
	}
	expects := req.Header.Count("Expect") > 0
	for i, f := range req.Header {
		if expects && equalFold(f.Name, "Content-Length") {
			continue // of the body that is to follow
		}
		if err := s.vetField(f.Name, req.Header[:i]); err != nil {
			return err
		}
	}
	return vetProtocols(req.Header)
}

// vetProtocols holds the subprotocols to hybi-02 3.3: tokens, each once.
func vetProtocols(header Fields) error {
	const name = "Sec-WebSocket-Protocol"
	list := header.list(name)
	for i, p := range list {
		if !isToken(p) {
			return syntaxError(name, "a member that is no token", "tokens (RFC 6455 4.1)")
		}
		if contains(list[:i], p) {
			return syntaxError(name, "a member twice", "each once (RFC 6455 4.1)")
		}
	}
	return nil
}

// vetTarget compares a target with that of the opening request. Deployed
// clients name another query, so in the dialect [Gateway] the path alone counts.
func (s *Server) vetTarget(target string) error {
	what, want := "target", s.cfg.Target
	if s.cfg.Dialect == Gateway {
		what, target, want = "path", pathOf(target), pathOf(want)
	}
	if target != want {
		return &RefusedError{"", "its " + what + " is not that of the opening request"}
	}
	return nil
}

func pathOf(target string) string {
	if i := indexByte(target, '?'); i >= 0 {
		return target[:i]
	}
	return target
}

// vetField judges one header by its name. earlier are those above it.
func (s *Server) vetField(name string, earlier Fields) error {
	switch requestFieldClass(name) {
	case fieldRefused:
		return CheckRequestField(name)
	case fieldTolerated, fieldHandshake:
		return nil
	}
	authorization := equalFold(name, "Authorization")
	if authorization || equalFold(name, "Proxy-Authorization") {
		if earlier.Count(name) > 0 {
			return &RefusedError{name, "it comes twice"}
		}
	} else if s.cfg.AllowHeaders != nil && !containsFold(s.cfg.AllowHeaders, name) {
		return &RefusedError{name, "it is not one of those that this server allows"}
	}
	if !authorization && s.cfg.HasHeader != nil && s.cfg.HasHeader(name) {
		return &RefusedError{name, "the opening request has it already"}
	}
	return nil
}

func containsFold(list []string, s string) bool {
	for _, m := range list {
		if equalFold(m, s) {
			return true
		}
	}
	return false
}
