package khpcore

const errorPrefix = "khp: "

// reason is the text of an error of this package as a part of a longer one.
func reason(err error) string { return err.Error()[len(errorPrefix):] }

// A SyntaxError is a message, header or option that breaks its grammar. Its
// text never holds the value of a header.
type SyntaxError struct {
	// What is the part that is malformed: "status line", "header line 3".
	What string
	// Got describes what arrived, Want what the grammar asks for there.
	Got, Want string
}

func (e *SyntaxError) Error() string {
	return errorPrefix + "malformed " + e.What + ": got " + e.Got + ", want " + e.Want
}

// syntaxError keeps the many places that report one small.
//
//go:noinline
func syntaxError(what, got, want string) error { return &SyntaxError{what, got, want} }

// A LimitError is a message that is larger than [Limits] lets it be.
type LimitError struct {
	// Limit is the name of the field of [Limits] that was exceeded.
	Limit string
	// Max is that field's value.
	Max int
}

func (e *LimitError) Error() string {
	return errorPrefix + "over the limit " + e.Limit + " of " + itoa(e.Max)
}

// A RefusedError is an extended request that is well formed and that a server
// must not believe.
type RefusedError struct {
	// Header is the name of the header at fault; empty if it is the target.
	Header string
	// Reason completes the sentence "refused because".
	Reason string
}

func (e *RefusedError) Error() string {
	if e.Header == "" {
		return errorPrefix + "extended request refused: " + e.Reason
	}
	return errorPrefix + "header " + e.Header + " refused: " + e.Reason
}

func itoa(n int) string {
	var b [20]byte
	return string(appendInt(b[:0], n))
}

func appendInt(dst []byte, n int) []byte {
	if n < 0 {
		return appendInt(append(dst, '-'), -n)
	}
	if n >= 10 {
		dst = appendInt(dst, n/10)
	}
	return append(dst, byte('0'+n%10))
}

const lowerHex = "0123456789abcdef"

// quoteMax is how many bytes of what arrived an error shows.
const quoteMax = 32

// quote shows up to quoteMax bytes of s in ASCII, in double quotes.
func quote(s string) string {
	more := ""
	if len(s) > quoteMax {
		s, more = s[:quoteMax], "..."
	}
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c > '~':
			b = append(b, '\\', 'x', lowerHex[c>>4], lowerHex[c&15])
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"')) + more
}
