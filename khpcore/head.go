package khpcore

// A head is a start line and header lines, each ended by CRLF, and a blank
// line (RFC 9112 2.1). The draft-hixie-55 rules that RFC 9112 leaves to the
// recipient are read strictly: a CR or LF that is not part of a CRLF, an empty
// name, a missing colon and a folded line are errors.

// scanHead looks for the end of a head in b. from is where an earlier call on
// a shorter b stopped. It returns the index after the blank line, or 0 if that
// has not arrived, and where to go on.
func scanHead(b []byte, from int, l Limits) (end, next int, err error) {
	line := from
	for i := from; i < len(b); i++ {
		if b[i] != '\n' {
			continue
		}
		if i == line || b[i-1] != '\r' {
			return 0, 0, syntaxError("head", "a line feed without a carriage return", "lines that end in CRLF (RFC 9112 2.2)")
		}
		if i-1 == line {
			if i+1 > l.HeadBytes {
				return 0, 0, &LimitError{"HeadBytes", l.HeadBytes}
			}
			return i + 1, i + 1, nil
		}
		if i-1-line > l.LineBytes {
			return 0, 0, &LimitError{"LineBytes", l.LineBytes}
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

// splitHead divides a whole head, blank line included, into its start line and
// its fields.
func splitHead(head string, l Limits) (start string, fields Fields, err error) {
	start, rest := cutLine(head)
	if i := outside(start, classValue); i >= 0 {
		return "", nil, syntaxError("start line", "byte "+quote(start[i:i+1])+" at "+itoa(i), "no control characters")
	}
	n := 0
	for i := 0; i < len(rest); i++ {
		if rest[i] == '\n' {
			n++
		}
	}
	n-- // the blank line
	if n > l.HeaderCount {
		return "", nil, &LimitError{"HeaderCount", l.HeaderCount}
	}
	fields = make(Fields, 0, n)
	for range n {
		var line string
		line, rest = cutLine(rest)
		f, err := splitLine(line, len(fields)+1)
		if err != nil {
			return "", nil, err
		}
		fields = append(fields, f)
	}
	return start, fields, nil
}

// cutLine takes the first line off a head that scanHead has passed.
func cutLine(s string) (line, rest string) {
	i := indexByte(s, '\n')
	if i < 1 {
		return "", ""
	}
	return s[:i-1], s[i+1:]
}

func splitLine(line string, number int) (Field, error) {
	colon := indexByte(line, ':')
	if colon < 0 {
		return Field{}, syntaxError("header line "+itoa(number), "no colon", "name: value (RFC 9112 5)")
	}
	if !isToken(line[:colon]) {
		return Field{}, syntaxError("name in header line "+itoa(number), quote(line[:colon]),
			"a token directly before the colon (RFC 9112 5.1)")
	}
	value := trimSpace(line[colon+1:])
	if i := outside(value, classValue); i >= 0 {
		return Field{}, syntaxError("value in header line "+itoa(number), "byte "+quote(value[i:i+1]),
			"no control characters (RFC 9110 5.5)")
	}
	return Field{line[:colon], value}, nil
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
