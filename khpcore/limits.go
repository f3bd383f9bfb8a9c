package khpcore

// Limits bounds what a peer can make this package read and keep. A zero field
// means its default. Sizes are in bytes.
type Limits struct {
	// HeadBytes is the most that a request or response head may have, from its
	// first line to its blank line.
	HeadBytes int
	// LineBytes is the most that one line of a head may have, without its CRLF.
	LineBytes int
	// HeaderCount is the most header lines that a head may have.
	HeaderCount int
	// BodyBytes is the most that a Content-Length may announce.
	BodyBytes int
	// Messages is the most WebSocket messages that one response may come in,
	// its end marker included.
	Messages int
}

// The defaults of [Limits], and the limits of the protocol that no caller sets.
const (
	DefaultHeadBytes   = 16 << 10
	DefaultLineBytes   = 8 << 10
	DefaultHeaderCount = 100
	DefaultBodyBytes   = 64 << 10
	DefaultMessages    = 16 << 10

	// MaxRedirects is how many redirects a client follows in one handshake
	// (khp.md, 3xx Redirection).
	MaxRedirects = 5
	// MaxCredentialRounds is how many times a client answers a challenge on one
	// connection.
	MaxCredentialRounds = 3
	// MaxInterimResponses is how many times a 202 makes a client wait in one
	// handshake.
	MaxInterimResponses = 32
	// MaxChallengeRounds is how many 401s a server sends on one connection.
	MaxChallengeRounds = 5
)

func (l Limits) withDefaults() Limits {
	orDefault(&l.HeadBytes, DefaultHeadBytes)
	orDefault(&l.LineBytes, DefaultLineBytes)
	orDefault(&l.HeaderCount, DefaultHeaderCount)
	orDefault(&l.BodyBytes, DefaultBodyBytes)
	orDefault(&l.Messages, DefaultMessages)
	return l
}

func orDefault(n *int, d int) {
	if *n <= 0 {
		*n = d
	}
}
