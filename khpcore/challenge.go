package khpcore

// A Challenge is one challenge of a WWW-Authenticate or Proxy-Authenticate
// header (RFC 9110 11.3, 11.6.1).
type Challenge struct {
	// Scheme is the authentication scheme as it was sent, without the leading
	// "Application " of deployed Kaazing gateways.
	Scheme string
	// Params are the parameters in their order, with names in lower case and
	// values unquoted, as UTF-8. A token68 is the value of a parameter without name.
	Params Fields
}

// Realm returns the parameter realm, or nothing.
func (c *Challenge) Realm() string {
	realm, _ := c.Params.Get("realm")
	return realm
}

// ParseChallenges reads the value of one header. On an error, a [*SyntaxError],
// it returns the challenges before it too.
func ParseChallenges(value string) ([]Challenge, error) {
	p := challengeParser{rest: value}
	for p.next() {
	}
	return p.found, p.err
}

type challengeParser struct {
	rest  string
	found []Challenge
	err   error
}

// next reads one member of the list: a parameter of the last challenge, or the
// start of another one.
func (p *challengeParser) next() bool {
	for p.rest != "" && (p.rest[0] == ',' || p.rest[0] == ' ' || p.rest[0] == '\t') {
		p.rest = p.rest[1:]
	}
	if p.rest == "" {
		return false
	}
	token := p.token()
	if token == "" {
		return p.fail(quote(p.rest[:1]), "a scheme or a parameter")
	}
	if after := trimSpace(p.rest); after != "" && after[0] == '=' && len(p.found) > 0 {
		p.rest = trimSpace(after[1:])
		return p.param(token)
	}
	spaced := p.spaces()
	if equalFold(token, "Application") && spaced {
		before := p.rest
		scheme := p.token()
		if after := trimSpace(p.rest); scheme != "" && (after == "" || after[0] != '=') {
			token, spaced = scheme, p.spaces()
		} else {
			p.rest = before
		}
	}
	p.found = append(p.found, Challenge{Scheme: token})
	if p.rest == "" || p.rest[0] == ',' {
		return true
	}
	if !spaced {
		return p.fail(quote(p.rest[:1])+" after the scheme "+quote(token), "a space or a comma")
	}
	p.token68()
	return true
}

// spaces takes white space off the rest, and tells whether there was any.
func (p *challengeParser) spaces() bool {
	n := len(p.rest)
	for p.rest != "" && (p.rest[0] == ' ' || p.rest[0] == '\t') {
		p.rest = p.rest[1:]
	}
	return len(p.rest) < n
}

func (p *challengeParser) token() string {
	n := outside(p.rest, classToken)
	if n < 0 {
		n = len(p.rest)
	}
	token := p.rest[:n]
	p.rest = p.rest[n:]
	return token
}

// token68 takes a token68 if one stands here: its characters, then any number
// of equals signs, then the end or a comma (RFC 9110 11.2).
func (p *challengeParser) token68() {
	i := 0
	for i < len(p.rest) && (isAlphanumeric(p.rest[i]) || indexByte("-._~+/", p.rest[i]) >= 0) {
		i++
	}
	if i == 0 {
		return
	}
	for i < len(p.rest) && p.rest[i] == '=' {
		i++
	}
	if after := trimSpace(p.rest[i:]); after == "" || after[0] == ',' {
		last := &p.found[len(p.found)-1]
		last.Params = append(last.Params, Field{"", p.rest[:i]})
		p.rest = after
	}
}

func isAlphanumeric(c byte) bool {
	c = lower(c)
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

func (p *challengeParser) param(name string) bool {
	value, ok := p.value()
	if !ok {
		return p.fail("no whole value for the parameter "+quote(name), "a token or a quoted string")
	}
	last := &p.found[len(p.found)-1]
	last.Params = append(last.Params, Field{toLower(name), validUTF8(value)})
	p.spaces()
	if p.rest != "" && p.rest[0] != ',' {
		return p.fail(quote(p.rest[:1])+" after the parameter "+quote(name), "a comma")
	}
	return true
}

// value takes a token or a quoted string.
func (p *challengeParser) value() (value string, ok bool) {
	if p.rest != "" && p.rest[0] == '"' {
		return p.quoted()
	}
	value = p.token()
	return value, value != ""
}

// quoted takes a quoted string (RFC 9110 5.6.4).
func (p *challengeParser) quoted() (value string, ok bool) {
	var b []byte
	for i := 1; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case c == '"':
			p.rest = p.rest[i+1:]
			return string(b), true
		case c == '\\' && i+1 < len(p.rest):
			i++
			c = p.rest[i]
		}
		b = append(b, c)
	}
	return "", false
}

func (p *challengeParser) fail(got, want string) bool {
	p.err = syntaxError("challenge", got, want+" (RFC 9110 11.6.1)")
	return false
}
