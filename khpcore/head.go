package khpcore

import (
	"bytes"
	"strings"
)

// A head is a start line and header lines, each ended by CRLF, and a blank
// line (RFC 9112 2.1). The draft-hixie-55 rules that RFC 9112 leaves to the
// recipient are read strictly: a CR or LF that is not part of a CRLF, an empty
// name, a missing colon and a folded line are errors.

// A headReader takes a head apart, line by line as its bytes arrive, so that
// what is malformed fails as soon as it is certain to.
type headReader struct {
	limits  Limits
	start   string
	fields  Fields
	size    int    // bytes of whole lines so far
	partial []byte // the beginning of a line
}

// read takes the next bytes of a head, and returns how many of them belong to
// it and whether that is its end.
func (h *headReader) read(data []byte) (n int, end bool, err error) {
	before := len(h.partial)
	if before == 0 {
		return h.lines(string(data))
	}
	h.partial = append(h.partial, data...)
	if bytes.IndexByte(data, '\n') < 0 {
		return len(data), false, h.checkPartial()
	}
	text := string(h.partial)
	h.partial = h.partial[:0]
	n, end, err = h.lines(text)
	return n - before, end, err
}

// lines reads all whole lines of text and keeps the rest.
func (h *headReader) lines(text string) (n int, end bool, err error) {
	for {
		i := strings.IndexByte(text[n:], '\n')
		if i < 0 {
			h.partial = append(h.partial, text[n:]...)
			return len(text), false, h.checkPartial()
		}
		if i == 0 || text[n+i-1] != '\r' {
			return 0, false, syntaxError("head", "a line feed without a carriage return", "lines that end in CRLF (RFC 9112 2.2)")
		}
		line := text[n : n+i-1]
		n += i + 1
		if len(line) > h.limits.LineBytes {
			return 0, false, &LimitError{"LineBytes", h.limits.LineBytes}
		}
		if h.size += i + 1; h.size > h.limits.HeadBytes {
			return 0, false, &LimitError{"HeadBytes", h.limits.HeadBytes}
		}
		if line == "" && h.start != "" {
			return n, true, nil
		}
		if err := h.line(line); err != nil {
			return 0, false, err
		}
	}
}

// checkPartial holds the beginning of a line to the limits; its last byte may
// be the CR of its end.
func (h *headReader) checkPartial() error {
	if len(h.partial) > h.limits.LineBytes+1 {
		return &LimitError{"LineBytes", h.limits.LineBytes}
	}
	if h.size+len(h.partial) >= h.limits.HeadBytes {
		return &LimitError{"HeadBytes", h.limits.HeadBytes}
	}
	return nil
}

func (h *headReader) line(line string) error {
	if h.start == "" {
		if line == "" {
			return syntaxError("head", "a blank line", "a start line before it")
		}
		if i := control(line); i >= 0 {
			return syntaxError("start line", "byte "+quote(line[i:i+1])+" at "+itoa(i), "no control characters")
		}
		h.start = line
		return nil
	}
	if len(h.fields) == h.limits.HeaderCount {
		return &LimitError{"HeaderCount", h.limits.HeaderCount}
	}
	// field-line = field-name ":" OWS field-value OWS (RFC 9112 5)
	colon := outside(line, classToken)
	if colon < 1 || line[colon] != ':' {
		return badLine(line, len(h.fields)+1)
	}
	value := trimSpace(line[colon+1:])
	if i := control(value); i >= 0 {
		return syntaxError("value in header line "+itoa(len(h.fields)+1), "byte "+quote(value[i:i+1]),
			"no control characters (RFC 9110 5.5)")
	}
	if h.fields == nil {
		h.fields = make(Fields, 0, 6)
	}
	h.fields = append(h.fields, Field{line[:colon], value})
	return nil
}

// badLine never shows more than a byte: what stands where a name should be may
// be a secret.
func badLine(line string, number int) error {
	what := "header line " + itoa(number)
	if indexByte(line, ':') < 0 {
		return syntaxError(what, "no colon", "name: value (RFC 9112 5)")
	}
	i := outside(line, classToken)
	if i == 0 && line[0] == ':' {
		return syntaxError(what, "no name", "a token before the colon (RFC 9112 5.1)")
	}
	return syntaxError(what, "byte "+quote(line[i:i+1])+" in its name", "a token directly before the colon (RFC 9112 5.1)")
}

// control returns the index of the first byte of s that may not stand in a
// value, or -1. It looks at eight bytes at a time.
func control(s string) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		below := (x - ones*0x20) &^ x & highs
		del := x ^ ones*0x7f
		if below|(del-ones)&^del&highs != 0 {
			if j := outside(s[i:i+8], classValue); j >= 0 {
				return i + j
			}
		}
	}
	if j := outside(s[i:], classValue); j >= 0 {
		return i + j
	}
	return -1
}

// appendFields writes header lines and the blank line. What could break out of
// its line is an error: injection is impossible whoever calls.
func appendFields(dst []byte, fields Fields) ([]byte, error) {
	for i := range fields {
		f := &fields[i]
		if !isToken(f.Name) || outside(f.Value, classValue) >= 0 {
			return nil, CheckField(f.Name, f.Value)
		}
		dst = append(dst, f.Name...)
		dst = append(dst, ": "...)
		dst = append(dst, f.Value...)
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "\r\n"...), nil
}

// contentLength reads the one way in which a body is delimited here.
func contentLength(fields Fields, l Limits) (int, error) {
	if fields.Count("Transfer-Encoding") > 0 {
		return 0, syntaxError("body", "Transfer-Encoding", "Content-Length")
	}
	value, ok := fields.Get("Content-Length")
	if !ok {
		return 0, nil
	}
	if fields.Count("Content-Length") > 1 {
		return 0, syntaxError("body", "Content-Length twice", "it once")
	}
	n := 0
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c < '0' || c > '9' {
			return 0, syntaxError("Content-Length", quote(value), "decimal digits (RFC 9110 8.6)")
		}
		if n = n*10 + int(c-'0'); n > l.BodyBytes {
			return 0, &LimitError{"BodyBytes", l.BodyBytes}
		}
	}
	if value == "" {
		return 0, syntaxError("Content-Length", quote(value), "decimal digits (RFC 9110 8.6)")
	}
	return n, nil
}
