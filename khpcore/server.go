package khpcore

// ServerConfig is what a [Server] knows before the extended request arrives.
type ServerConfig struct {
	Dialect Dialect
	Limits  Limits
	// Target is the target of the opening request, byte for byte.
	Target string
	// HasHeader tells whether the opening request has a header of that name.
	// Such a header cannot come again in the extended request. Nil is none.
	HasHeader func(name string) bool
	// AllowHeaders narrows the headers that an extended request may carry, next
	// to those of the handshake itself and Authorization. Nil allows all that
	// are not refused by [CheckRequestField].
	AllowHeaders []string
}

// Server is the server's half of one extended handshake.
//
// Its user gives it each message that arrives ([Server.Message]) and each
// answer of the application ([Server.Respond]), and does what the returned
// [ServerStep] says. It is not safe for concurrent use.
type Server struct {
	cfg    ServerConfig
	state  serverState
	rounds int // 401s sent
}

type serverState uint8

const (
	serverAwaiting serverState = iota // an extended request is due
	serverServing                     // the application is to answer
	serverEnded                       // open, or closing
)

// A ServerStep is what the user of a [Server] does next, field by field in this
// order.
type ServerStep struct {
	// Send are binary messages to send, in order.
	Send [][]byte
	// Serve is the request for the application to answer, or nil.
	Serve *Request
	// Await is set when the next event due is a message from the client.
	Await Await
	// Open is set when the handshake has completed: every byte from here on
	// belongs to the application.
	Open bool
	// Close is set when the socket must be closed, with code 1000.
	Close Closing
	// Err says why a request was answered with 400, or an answer with 502: a
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
	return &Server{cfg: cfg}
}

// Message takes a message from the client, text or binary.
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
		if _, ok := req.Header.Get("Expect"); ok {
			return s.end(plainResponse(417, "Expectation Failed"), ServerStep{Close: CloseLater,
				Err: &RefusedError{"Expect", "this server takes no request body"}})
		}
		s.state = serverServing
		return ServerStep{Serve: req}
	case serverServing:
		return s.refuse(&SyntaxError{"extended handshake", "a message before the response to the last one", "none"})
	}
	return ServerStep{}
}

// TooLarge takes the place of [Server.Message] for a message of more than max
// bytes, which was not read.
func (s *Server) TooLarge(max int) ServerStep {
	if s.state == serverEnded {
		return ServerStep{}
	}
	return s.refuse(&LimitError{"HeadBytes", max})
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
		return s.end(r, ServerStep{Open: true})
	case r.Status < 200, r.Status == 201, r.Status == 202, r.Status == 204, r.Status == 205:
		// These would open the client, or keep it waiting, on nothing.
		return s.end(plainResponse(502, "Bad Gateway"), ServerStep{Close: CloseLater,
			Err: &SyntaxError{"answer of the application", "status " + itoa(r.Status) + " without an upgrade", "101 or a failure"}})
	case r.Status >= 300 && r.Status < 400:
		return s.end(r, ServerStep{Close: CloseNow})
	case r.Status == 401 && s.rounds < MaxChallengeRounds:
		s.rounds++
		step := s.end(r, ServerStep{Await: AwaitReplay})
		if step.Close == KeepOpen {
			s.state = serverAwaiting
		}
		return step
	default:
		return s.end(r, ServerStep{Close: CloseLater})
	}
}

// refuse answers with 400 and closes.
func (s *Server) refuse(err error) ServerStep {
	return s.end(plainResponse(400, "Bad Request"), ServerStep{Close: CloseLater, Err: err})
}

// end puts the response into step and ends the handshake.
func (s *Server) end(r *Response, step ServerStep) ServerStep {
	s.state = serverEnded
	msg, err := AppendResponse(nil, outgoing(r))
	if err != nil {
		step = ServerStep{Close: CloseLater, Err: err}
		msg, _ = AppendResponse(nil, outgoing(plainResponse(502, "Bad Gateway")))
	}
	step.Send = append(step.Send, msg)
	if s.cfg.Dialect != NoMarker {
		step.Send = append(step.Send, nil)
	}
	return step
}

func plainResponse(status int, reason string) *Response {
	return &Response{Status: status, Reason: reason,
		Header: Fields{{"Content-Type", "text/plain; charset=utf-8"}},
		Body:   []byte(itoa(status) + " " + reason + "\n")}
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
			equalFold(f.Name, "Trailer"):
		case r.Status != 101 && (equalFold(f.Name, "Connection") || equalFold(f.Name, "Keep-Alive")):
		default:
			out.Header = append(out.Header, f)
		}
	}
	if r.Status == 101 {
		out.Body = nil
		return &out
	}
	out.Header = append(out.Header, Field{"Content-Length", itoa(len(r.Body))})
	return &out
}

// vet holds a request to what design and khp.md let a server believe.
func (s *Server) vet(req *Request) error {
	if req.Target != s.cfg.Target {
		return &RefusedError{"", "its target is not that of the opening request"}
	}
	seen := req.Header
	for i, f := range seen {
		if err := CheckRequestField(f.Name); err != nil {
			return err
		}
		switch requestFieldClass(f.Name) {
		case fieldTolerated, fieldHandshake:
			continue
		}
		for _, earlier := range seen[:i] {
			if equalFold(earlier.Name, f.Name) && equalFold(f.Name, "Authorization") {
				return &RefusedError{f.Name, "it comes twice"}
			}
		}
		if isCredentials(f.Name) {
			continue
		}
		if s.cfg.HasHeader != nil && s.cfg.HasHeader(f.Name) {
			return &RefusedError{f.Name, "the opening request has it already"}
		}
		if s.cfg.AllowHeaders != nil && !containsFold(s.cfg.AllowHeaders, f.Name) {
			return &RefusedError{f.Name, "it is not one of those allowed"}
		}
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
