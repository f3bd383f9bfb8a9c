package khpcore

// A Field is one header line.
type Field struct{ Name, Value string }

// Fields are the header lines of a head in the order in which they arrived.
// Names are compared without regard to ASCII case.
type Fields []Field

// Get returns the value of the first field of that name, and whether there is one.
func (f Fields) Get(name string) (value string, ok bool) {
	for i := range f {
		if equalFold(f[i].Name, name) {
			return f[i].Value, true
		}
	}
	return "", false
}

// Count returns how many fields have that name.
func (f Fields) Count(name string) int {
	n := 0
	for i := range f {
		if equalFold(f[i].Name, name) {
			n++
		}
	}
	return n
}

// byte classes, one bit each
const (
	classToken   = 1 << iota // tchar, RFC 9110 5.6.2
	classValue               // field-vchar, SP and HTAB, RFC 9110 5.5
	classVisible             // U+0021 to U+007E, draft-ietf-hybi-02 3.3
)

var classes = func() (t [256]byte) {
	for c := 0x20; c < 256; c++ {
		if c != 0x7f {
			t[c] |= classValue
		}
		if c > ' ' && c < 0x7f {
			t[c] |= classVisible | classToken
		}
	}
	t['\t'] |= classValue
	for _, c := range []byte("\"(),/:;<=>?@[\\]{}") {
		t[c] &^= classToken
	}
	return t
}()

// outside returns the index of the first byte of s that is not of that class, or -1.
func outside(s string, class byte) int {
	for i := 0; i < len(s); i++ {
		if classes[s[i]]&class == 0 {
			return i
		}
	}
	return -1
}

func isToken(s string) bool { return s != "" && outside(s, classToken) < 0 }

// CheckField says whether name and value can stand in a head: a token, and
// bytes without controls. The error is a [*SyntaxError] that does not show the
// value (RFC 9110 5.1, 5.5).
func CheckField(name, value string) error {
	if !isToken(name) {
		return syntaxError("header name", quote(name), "a token (RFC 9110 5.6.2)")
	}
	if i := outside(value, classValue); i >= 0 {
		return syntaxError("value of header "+name, "byte "+quote(value[i:i+1])+" at "+itoa(i),
			"no control characters (RFC 9110 5.5)")
	}
	return nil
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func equalFold(a, b string) bool { return len(a) == len(b) && hasPrefixFold(a, b) }

func hasPrefixFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := 0; i < len(prefix); i++ {
		if lower(s[i]) != lower(prefix[i]) {
			return false
		}
	}
	return true
}

func toLower(s string) string {
	for i := 0; i < len(s); i++ {
		if lower(s[i]) != s[i] {
			b := []byte(s)
			for ; i < len(b); i++ {
				b[i] = lower(b[i])
			}
			return string(b)
		}
	}
	return s
}

func indexByte(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}

// trimSpace strips optional white space, OWS of RFC 9110 5.6.3.
func trimSpace(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

// list returns the members of the comma-separated values of all fields of that
// name (RFC 9110 5.6.1), white space and empty members left out. It does not
// look into quoted strings.
func (f Fields) list(name string) []string {
	var members []string
	for i := range f {
		if !equalFold(f[i].Name, name) {
			continue
		}
		for rest := f[i].Value; rest != ""; {
			member := rest
			if j := indexByte(rest, ','); j >= 0 {
				member, rest = rest[:j], rest[j+1:]
			} else {
				rest = ""
			}
			if member = trimSpace(member); member != "" {
				members = append(members, member)
			}
		}
	}
	return members
}
