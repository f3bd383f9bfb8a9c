package khpcore

// A Command is something that a [Client] asks its user to do: one of [*Send],
// [*CloseSocket], [*Connect], [*Authenticate], [*ConfirmRedirect], [*Timer],
// [*Outcome], [*Open], [*Deliver] and [*Fail].
type Command interface{ command() }

// Send sends a message over the current socket.
type Send struct {
	Text bool
	Data []byte
}

// CloseSocket closes the current socket, with a close handshake if it is open.
// Where the handshake goes on, its [Client.Closed] is awaited.
type CloseSocket struct {
	Code   int
	Reason string
}

// Connect opens a socket, which is the current one from now on.
type Connect struct {
	URL string
	// Protocols are the subprotocols to offer in the opening handshake.
	Protocols []string
}

// Authenticate asks the caller for credentials. One of [Client.Credentials],
// [Client.Authorization] and [Client.GiveUp] answers it.
type Authenticate struct {
	URL string
	// Challenge is the strongest one that can be answered.
	Challenge *Challenge
	// All are the challenges of the response, in their order.
	All []Challenge
	// Attempt counts the challenges on this connection, from 1.
	Attempt int
	// Proxy is set for a 407.
	Proxy bool
}

// ConfirmRedirect asks the caller whether to follow a redirect.
// [Client.Redirect] answers it.
type ConfirmRedirect struct {
	From, To string
	// Status is that of the response, or 0 for a balancer message.
	Status int
}

// TimerOp is what a [Timer] command does.
type TimerOp uint8

// The operations of a [Timer]. [Open] and [Fail] stop it. TimerIdle runs on an
// open socket, and anything that arrives starts it anew.
const (
	TimerStart TimerOp = iota + 1
	TimerPause
	TimerResume
	TimerIdle
)

// Timer runs the handshake's time limit. [Client.Timeout] says that it is over.
type Timer struct {
	Op TimerOp
	// Millis is the whole limit in milliseconds.
	Millis int
}

// Outcome is what came of the extended handshake. It comes before [Open] or
// [Fail], where there was any response.
type Outcome struct {
	// Status, Reason and Header are those of the last response.
	Status int
	Reason string
	Header Fields
	// URL is where the handshake ended, Redirects those left before, in order.
	URL       string
	Redirects []string
	// Challenges counts all that were put, answered or not.
	Challenges int
}

// Open says that the handshake is over and the socket is the application's.
type Open struct {
	// Protocol and Extensions are what was agreed, in both handshakes.
	Protocol, Extensions string
	// Agreed are the application-class extensions, in their order.
	Agreed []Extension
	// GoesOn is set where one of them is known to this package: the client has
	// a part in the open socket, by [Client.Received] and [Client.Sending].
	GoesOn bool
}

// Deliver gives the message of [Client.Received] to the application.
type Deliver struct{}

// Fail says that the handshake is over and why.
type Fail struct{ Err *HandshakeError }

func (*Send) command()            {}
func (*CloseSocket) command()     {}
func (*Connect) command()         {}
func (*Authenticate) command()    {}
func (*ConfirmRedirect) command() {}
func (*Timer) command()           {}
func (*Outcome) command()         {}
func (*Open) command()            {}
func (*Deliver) command()         {}
func (*Fail) command()            {}

// ErrorCode says in a word why a handshake failed.
type ErrorCode string

// Why a handshake failed.
const (
	CodeUnauthorized      ErrorCode = "unauthorized"       // a 401 that was not answered, or not to the server's liking
	CodeProxyUnauthorized ErrorCode = "proxy-unauthorized" // the same for a 407
	CodeStatus            ErrorCode = "status"             // any other status that fails
	CodeRedirect          ErrorCode = "redirect"           // refused, or without a usable Location
	CodeRedirectLoop      ErrorCode = "redirect-loop"      // to a URL already visited
	CodeRedirectLimit     ErrorCode = "redirect-limit"     // the sixth
	CodeTimeout           ErrorCode = "timeout"            // not open in time
	CodeProtocol          ErrorCode = "protocol"           // a malformed or unexpected message, or a promise broken
	CodeLimit             ErrorCode = "limit"              // over one of [Limits]
	CodeClosed            ErrorCode = "closed"             // the socket closed before the end
	CodeConnect           ErrorCode = "connect"            // the socket never opened
	CodeNoKHP             ErrorCode = "no-khp"             // the server did not select the subprotocol
	CodeAborted           ErrorCode = "aborted"            // by the caller
	CodeInsecure          ErrorCode = "insecure"           // Basic without TLS
)

// A HandshakeError is a handshake that failed.
type HandshakeError struct {
	Code ErrorCode
	// Status is that of the last response on the connection that failed, or 0.
	Status int
	// URL is where that connection went, without userinfo.
	URL string
	// Message says what arrived and what was expected.
	Message string
	// Err is the error below, if there is one.
	Err error
}

func (e *HandshakeError) Error() string { return e.Message }

// Unwrap returns the error below, if there is one.
func (e *HandshakeError) Unwrap() error { return e.Err }
