package khpcore

// An Extension is one member of Sec-WebSocket-Extensions: an offer, or what was
// agreed to (RFC 6455 9.1). In an extended handshake it is of the application
// class: it is about messages, not frames (khp.md, Introduction).
type Extension struct {
	Name string
	// Params are the parameters in their order. One without a value has an
	// empty one.
	Params Fields
}

// String returns e as it stands in the header. A value that is no token is
// quoted.
func (e Extension) String() string {
	b := []byte(e.Name)
	for _, p := range e.Params {
		b = append(b, "; "...)
		b = append(b, p.Name...)
		switch {
		case p.Value == "":
		case isToken(p.Value):
			b = append(append(b, '='), p.Value...)
		default:
			b = appendQuoted(append(b, '='), p.Value)
		}
	}
	return string(b)
}

// CheckExtension says whether an offer can stand in a request: tokens as names,
// and values without controls. The error is a [*SyntaxError].
func CheckExtension(e Extension) error {
	if !isToken(e.Name) {
		return syntaxError("extension name", quote(e.Name), "a token (RFC 6455 9.1)")
	}
	for _, p := range e.Params {
		if err := CheckField(p.Name, p.Value); err != nil {
			return err
		}
	}
	return nil
}

// ParseExtensions reads the value of one header. The error is a [*SyntaxError].
func ParseExtensions(value string) ([]Extension, error) {
	p := challengeParser{rest: value}
	var list []Extension
	for {
		for p.rest != "" && (p.rest[0] == ',' || p.rest[0] == ' ' || p.rest[0] == '\t') {
			p.rest = p.rest[1:]
		}
		if p.rest == "" {
			return list, nil
		}
		e := Extension{Name: p.token()}
		if e.Name == "" {
			return nil, extensionError(p.rest[:1], "a name")
		}
		for p.spaces(); p.rest != "" && p.rest[0] == ';'; p.spaces() {
			p.rest = p.rest[1:]
			p.spaces()
			param := Field{Name: p.token()}
			if param.Name == "" {
				return nil, extensionError(p.rest[:min(len(p.rest), 1)], "the name of a parameter")
			}
			p.spaces()
			if p.rest != "" && p.rest[0] == '=' {
				p.rest = p.rest[1:]
				p.spaces()
				var ok bool
				if param.Value, ok = p.value(); !ok {
					return nil, extensionError(p.rest[:min(len(p.rest), 1)], "a token or a quoted string")
				}
			}
			e.Params = append(e.Params, param)
		}
		if p.rest != "" && p.rest[0] != ',' {
			return nil, extensionError(p.rest[:1], "a semicolon or a comma")
		}
		list = append(list, e)
	}
}

func extensionError(got, want string) error {
	return syntaxError("Sec-WebSocket-Extensions", quote(got), want+" (RFC 6455 9.1)")
}

// Extensions returns the members of all headers Sec-WebSocket-Extensions. The
// error is a [*SyntaxError].
func (f Fields) Extensions() ([]Extension, error) {
	var all []Extension
	for i := range f {
		if equalFold(f[i].Name, "Sec-WebSocket-Extensions") {
			list, err := ParseExtensions(f[i].Value)
			if err != nil {
				return nil, err
			}
			all = append(all, list...)
		}
	}
	return all, nil
}

// checkAgreed holds the extensions of a 101 to those offered: a subset, each
// once, and none that the opening handshake has agreed to already (khp.md,
// Handshake Requirements for the Extended WebSocket Handshake).
func checkAgreed(agreed, offered []Extension, opening string) (why string) {
	before, _ := ParseExtensions(opening)
	for i, e := range agreed {
		switch {
		case !named(offered, e.Name):
			return "the server selected the extension " + quote(e.Name) + ", which was not offered"
		case named(agreed[:i], e.Name):
			return "the server selected the extension " + quote(e.Name) + " twice"
		case named(before, e.Name):
			return "the server selected the extension " + quote(e.Name) + ", which the opening handshake has agreed to"
		}
	}
	return ""
}

func named(list []Extension, name string) bool {
	for i := range list {
		if list[i].Name == name {
			return true
		}
	}
	return false
}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}
