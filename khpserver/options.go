package khpserver

import (
	"log/slog"
	"strconv"
	"time"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// Options are the choices that a server has. The zero value is the defaults.
type Options struct {
	// Dialect is how responses end: [khpcore.Standard], the default, or
	// [khpcore.NoMarker]. A client that asks for [khpcore.Gateway], by the
	// parameter .kl=Y in its opening request, gets that, and next does not see
	// the parameter.
	Dialect khpcore.Dialect

	// Limits bounds what a client may send during the handshake. HeadBytes is
	// the most bytes of an extended request. It is not about messages after
	// the handshake.
	Limits khpcore.Limits

	// AllowHeaders narrows the headers that an extended request may carry, next
	// to those of the handshake itself, Authorization and Proxy-Authorization.
	// nil allows all that a web page may be believed about
	// ([khpcore.CheckRequestField]); an empty list allows none.
	AllowHeaders []string

	// MaxRequestBody is the most bytes of a body that an extended request may
	// have, by Expect: 100-continue and Content-Length. next reads it from its
	// request. The default, 0, is that there must be none.
	MaxRequestBody int

	// Extensions are the application-class extensions that the server knows, and
	// agrees to by itself: [PingPong], [IdleTimeout], your own. What a client
	// offers besides goes on to next, with its parameters.
	Extensions []Extension

	// MaxMessage is the most bytes that a message may have which a [Transform]
	// takes or makes. A larger one closes the connection: with code 1009 if it is
	// the client's, else 1011. Messages that no transform takes are not limited.
	// The default is 1 MiB.
	MaxMessage int

	// AllowOrigins are more origins, such as "https://example.com", from which
	// WebSocket requests are accepted; "*" is all of them. The server's own
	// origin, by the Host header, is accepted always, and so is a request
	// without an Origin header: it is not from a browser.
	AllowOrigins []string

	// HandshakeTimeout is how long each wait for the client may take until its
	// extended request is complete. After a 401, when a person may be typing,
	// it is four times as long. The default is 20 s.
	HandshakeTimeout time.Duration

	// ResponseTimeout is how long next may take to answer an extended request.
	// After it the client gets 504. The default is 30 s.
	ResponseTimeout time.Duration

	// Logger takes what happens to handshakes: an outcome at level Debug, a
	// client's mistake at Info, next's at Warn. It never gets a header's value
	// or a query. The default is [slog.Default].
	Logger *slog.Logger
}

// The defaults of [Options], and the limits that no caller sets.
const (
	DefaultHandshakeTimeout = 20 * time.Second
	DefaultResponseTimeout  = 30 * time.Second
	DefaultMaxMessage       = 1 << 20

	// replayFactor is how much longer a client may take after a 401.
	replayFactor = 4
	// closeGrace is what a client gets to close the connection itself after a
	// final response, and again to answer the server's close frame.
	closeGrace = time.Second
	// maxAnswerHead and maxAnswerBody are the most bytes of next's answer. A
	// longer head becomes a 502, a longer body stays behind. A client need not
	// take more either.
	maxAnswerHead = khpcore.DefaultHeadBytes
	maxAnswerBody = khpcore.DefaultBodyBytes
)

// An OptionError is an option that cannot be.
type OptionError struct {
	// Option is the name of the field of [Options].
	Option string
	// Got is what it holds, Want what is expected there.
	Got, Want string
}

func (e *OptionError) Error() string {
	return "khpserver: " + e.Option + ": got " + e.Got + ", want " + e.Want
}

// Validate returns an [*OptionError] for the first option that cannot be.
func (o *Options) Validate() error {
	if o.Dialect != khpcore.Standard && o.Dialect != khpcore.NoMarker {
		return &OptionError{"Dialect", o.Dialect.String(), "standard or no-marker (gateway is the client's choice)"}
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"HandshakeTimeout", o.HandshakeTimeout}, {"ResponseTimeout", o.ResponseTimeout}} {
		if d.value < 0 {
			return &OptionError{d.name, d.value.String(), "more than 0, or 0 for the default"}
		}
	}
	if o.MaxRequestBody < 0 {
		return &OptionError{"MaxRequestBody", strconv.Itoa(o.MaxRequestBody), "a number of bytes, or 0 for none"}
	}
	if o.MaxMessage < 0 {
		return &OptionError{"MaxMessage", strconv.Itoa(o.MaxMessage), "a number of bytes, or 0 for the default"}
	}
	if err := o.validateExtensions(); err != nil {
		return err
	}
	for _, name := range o.AllowHeaders {
		if err := khpcore.CheckField(name, ""); err != nil {
			return &OptionError{"AllowHeaders", quoted(name), "the name of a header"}
		}
		if err := khpcore.CheckRequestField(name); err != nil {
			return &OptionError{"AllowHeaders", quoted(name), "a header that a web page may set"}
		}
	}
	for _, origin := range o.AllowOrigins {
		if _, ok := parseOrigin(origin); !ok && origin != anyOrigin {
			return &OptionError{"AllowOrigins", quoted(origin), "scheme://host[:port], or *"}
		}
	}
	return nil
}

func (o *Options) withDefaults() Options {
	d := *o
	if d.HandshakeTimeout == 0 {
		d.HandshakeTimeout = DefaultHandshakeTimeout
	}
	if d.ResponseTimeout == 0 {
		d.ResponseTimeout = DefaultResponseTimeout
	}
	if d.MaxMessage == 0 {
		d.MaxMessage = DefaultMaxMessage
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	return d
}
