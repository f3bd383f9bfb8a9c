package khpcore

import (
	"bytes"
	"strings"
)

// A head is a start line and header lines, each ended by CRLF, and a blank
// line (RFC 9112 2.1). The draft-hixie-55 rules that RFC 9112 leaves to the
// recipient are read strictly: a CR or LF that is not part of a CRLF, an empty
// name, a missing colon and a folded line are errors.

// scanHead looks for the end of a head in b. from is where an earlier call on
// a shorter b stopped. It returns the index after the blank line, or 0 if that
// has not arrived, and where to go on.
func scanHead(b []byte, from int, l Limits) (end, next int, err error) {
	line := from
	for {
		i := bytes.IndexByte(b[line:], '\n') + line
		if i < line {
			break
		}
		switch {
		case i == line || b[i-1] != '\r':
			return 0, 0, syntaxError("head", "a line feed without a carriage return", "lines that end in CRLF (RFC 9112 2.2)")
		case i == 1:
			return 0, 0, syntaxError("head", "a blank line", "a start line before it")
		case i-1-line > l.LineBytes:
			return 0, 0, &LimitError{"LineBytes", l.LineBytes}
		case i >= l.HeadBytes:
			return 0, 0, &LimitError{"HeadBytes", l.HeadBytes}
		case i-1 == line:
			return i + 1, i + 1, nil
		}
		line = i + 1
	}
	if len(b)-line > l.LineBytes+1 {
		return 0, 0, &LimitError{"LineBytes", l.LineBytes}
	}
	if len(b) >= l.HeadBytes {
		return 0, 0, &LimitError{"HeadBytes", l.HeadBytes}
	}
	return 0, line, nil
}

// splitHead divides a head that scanHead has passed, blank line included, into
// its start line and its fields.
func splitHead(head string, l Limits) (start string, fields Fields, err error) {
	line := head[:lineEnd(head)]
	start = line
	if i := control(start); i >= 0 {
		return "", nil, syntaxError("start line", "byte "+quote(start[i:i+1])+" at "+itoa(i), "no control characters")
	}
	fields = make(Fields, 0, 8)
	for rest := head[len(line)+2:]; len(rest) > 2; rest = rest[len(line)+2:] {
		line = rest[:lineEnd(rest)]
		if len(fields) == l.HeaderCount {
			return "", nil, &LimitError{"HeaderCount", l.HeaderCount}
		}
		// field-line = field-name ":" OWS field-value OWS (RFC 9112 5)
		colon := outside(line, classToken)
		if colon < 1 || line[colon] != ':' {
			return "", nil, badLine(line, len(fields)+1)
		}
		value := trimSpace(line[colon+1:])
		if i := control(value); i >= 0 {
			return "", nil, syntaxError("value in header line "+itoa(len(fields)+1), "byte "+quote(value[i:i+1]),
				"no control characters (RFC 9110 5.5)")
		}
		fields = append(fields, Field{line[:colon], value})
	}
	return start, fields, nil
}

// lineEnd returns the length of the first line of a head.
func lineEnd(s string) int { return strings.IndexByte(s, '\n') - 1 }

func badLine(line string, number int) error {
	colon := indexByte(line, ':')
	if colon < 0 {
		return syntaxError("header line "+itoa(number), "no colon", "name: value (RFC 9112 5)")
	}
	return syntaxError("name in header line "+itoa(number), quote(line[:colon]),
		"a token directly before the colon (RFC 9112 5.1)")
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
