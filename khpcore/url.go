package khpcore

// A URL is an absolute WebSocket URL without fragment (draft-hixie-55 3.1).
// [ParseURL] and [URL.Resolve] take less than browsers do, and nothing that a
// browser would read as another origin: a backslash, a host that is not plain
// ASCII or an unknown scheme is an error.
type URL struct {
	Secure bool   // wss
	Host   string // in lower case; an IPv6 address has its brackets
	Port   string // empty where it is the scheme's own
	Target string // path and query: the resource name
	// User is the userinfo, or nil. String leaves it out.
	User *Userinfo
}

// Userinfo is what stands before the @ of a URL, percent-decoded.
type Userinfo struct{ Username, Password string }

// ParseURL reads an absolute ws, wss, http or https URL; http and https are
// read as ws and wss. The error is a [*SyntaxError], which shows no userinfo.
func ParseURL(s string) (*URL, error) {
	secure, rest, ok := cutScheme(s)
	if !ok {
		return nil, syntaxError("URL", "one without a known scheme", "ws, wss, http or https")
	}
	return parseAuthority(secure, rest)
}

// Resolve reads ref, a URI reference such as the value of Location, relative to
// u (RFC 3986 5.2). Userinfo in ref is dropped.
func (u *URL) Resolve(ref string) (*URL, error) {
	if ref = trimSpace(ref); ref == "" {
		return nil, syntaxError("Location", "nothing", "a URL")
	}
	if i := indexByte(ref, '#'); i >= 0 {
		ref = ref[:i]
	}
	secure, rest, ok := cutScheme(ref)
	switch {
	case !ok && hasScheme(ref):
		return nil, syntaxError("Location", "an unknown scheme", "ws, wss, http or https")
	case !ok && hasPrefixFold(ref, "//"):
		secure, rest, ok = u.Secure, ref, true
	}
	if ok {
		to, err := parseAuthority(secure, rest)
		if err == nil {
			to.User = nil
		}
		return to, err
	}
	base := u.Target
	if i := indexByte(base, '?'); i >= 0 {
		base = base[:i]
	}
	switch {
	case ref == "":
		ref = u.Target
	case ref[0] == '/':
	case ref[0] == '?':
		ref = base + ref
	default:
		ref = base[:lastSlash(base)+1] + ref
	}
	target, err := normalizeTarget(ref)
	return &URL{Secure: u.Secure, Host: u.Host, Port: u.Port, Target: target}, err
}

// cutScheme takes one of the four schemes off s.
func cutScheme(s string) (secure bool, rest string, ok bool) {
	for i, scheme := range [...]string{"ws:", "http:", "wss:", "https:"} {
		if hasPrefixFold(s, scheme) {
			return i >= 2, s[len(scheme):], true
		}
	}
	return false, "", false
}

// hasScheme tells whether a colon stands before anything that ends a scheme.
func hasScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ':':
			return true
		case '/', '?':
			return false
		}
	}
	return false
}

func lastSlash(s string) int {
	i := len(s) - 1
	for i >= 0 && s[i] != '/' {
		i--
	}
	return i
}

// parseAuthority reads what follows the scheme: "//" authority path query.
func parseAuthority(secure bool, s string) (*URL, error) {
	u := &URL{Secure: secure}
	if !hasPrefixFold(s, "//") {
		return nil, syntaxError("URL", "one without a host", "two slashes after the scheme")
	}
	s = s[2:]
	end := 0
	for end < len(s) && s[end] != '/' && s[end] != '?' && s[end] != '#' {
		end++
	}
	authority, rest := s[:end], s[end:]
	if indexByte(authority, '\\') >= 0 {
		return nil, syntaxError("host of a URL", "a backslash", "an ASCII name or an IP address")
	}
	if i := indexByte(rest, '#'); i >= 0 {
		rest = rest[:i]
	}
	for i := len(authority) - 1; i >= 0; i-- {
		if authority[i] == '@' {
			user, password := authority[:i], ""
			if j := indexByte(user, ':'); j >= 0 {
				user, password = user[:j], user[j+1:]
			}
			u.User = &Userinfo{percentDecode(user), percentDecode(password)}
			authority = authority[i+1:]
			break
		}
	}
	if err := u.setHost(authority); err != nil {
		return nil, err
	}
	if rest == "" || rest[0] == '?' {
		rest = "/" + rest
	}
	var err error
	u.Target, err = normalizeTarget(rest)
	return u, err
}

func (u *URL) setHost(s string) error {
	end := len(s)
	if s != "" && s[0] == '[' {
		end = indexByte(s, ']') + 1
	} else if i := indexByte(s, ':'); i >= 0 {
		end = i
	}
	u.Host = toLower(s[:end])
	if !validHost(u.Host) {
		return syntaxError("host of a URL", quote(u.Host), "an ASCII name or an IP address")
	}
	port := s[end:]
	if port == "" {
		return nil
	}
	n := 0
	for i := 1; i < len(port); i++ {
		if c := port[i]; c >= '0' && c <= '9' && n <= 65535 {
			n = n*10 + int(c-'0')
		} else {
			n = 65536
		}
	}
	if port[0] != ':' || n > 65535 {
		return syntaxError("port of a URL", quote(port), "a colon and 0 to 65535")
	}
	if len(port) > 1 && n != u.defaultPort() {
		u.Port = itoa(n)
	}
	return nil
}

func (u *URL) defaultPort() int {
	if u.Secure {
		return 443
	}
	return 80
}

func validHost(h string) bool {
	if h == "" {
		return false
	}
	allowed := "abcdefghijklmnopqrstuvwxyz0123456789-._"
	if h[0] == '[' {
		if len(h) < 4 {
			return false
		}
		h, allowed = h[1:len(h)-1]+":", "0123456789abcdef:."
	}
	for i := 0; i < len(h); i++ {
		if indexByte(allowed, h[i]) < 0 {
			return false
		}
	}
	return !endsInNumber(h) || isIPv4(h)
}

// endsInNumber tells hosts that a browser reads as an IPv4 address, in many
// forms. Only the plain one is taken here, so that both mean the same host.
func endsInNumber(h string) bool {
	if h[len(h)-1] == '.' {
		h = h[:len(h)-1]
	}
	start := len(h)
	for start > 0 && h[start-1] != '.' {
		start--
	}
	last := h[start:]
	if hasPrefixFold(last, "0x") {
		return true
	}
	for i := 0; i < len(last); i++ {
		if last[i] < '0' || last[i] > '9' {
			return false
		}
	}
	return last != ""
}

// normalizeTarget removes dot segments from the path and percent-encodes what
// may not stand in a resource name, as browsers do.
func normalizeTarget(s string) (string, error) {
	path, query := s, ""
	if i := indexByte(s, '?'); i >= 0 {
		path, query = s[:i], s[i:]
	}
	// A browser reads a backslash as a slash; whoever sends one means harm.
	if indexByte(path, '\\') >= 0 {
		return "", syntaxError("path of a URL", "a backslash", "slashes")
	}
	out := make([]byte, 0, len(s))
	for path != "" {
		segment := path[1:] // path begins with a slash here
		next := ""
		if i := indexByte(segment, '/'); i >= 0 {
			segment, next = segment[:i], segment[i:]
		}
		switch dots(segment) {
		case 0:
			out = append(out, '/')
			out = appendEncoded(out, segment, "\"<>`{}")
		case 2:
			// The parent's segment goes as well.
			out = out[:max(lastSlash(string(out)), 0)]
			fallthrough
		default:
			if next == "" {
				out = append(out, '/')
			}
		}
		path = next
	}
	out = appendEncoded(out, query, "\"<>'")
	target := string(out)
	return target, checkTarget(target)
}

// rawTarget returns the target of an absolute URL as it stands: what was really
// requested is not for this package to normalise.
func rawTarget(url string) string {
	i := indexByte(url, '/') + 2 // after the slashes of the scheme
	for i < len(url) && url[i] != '/' && url[i] != '?' && url[i] != '#' {
		i++
	}
	target := url[i:]
	if j := indexByte(target, '#'); j >= 0 {
		target = target[:j]
	}
	if target == "" || target[0] == '?' {
		return "/" + target
	}
	return target
}

// dots returns 1 for "." and 2 for "..", each dot also as %2e; else 0.
func dots(segment string) int {
	n := 0
	for segment != "" {
		switch {
		case segment[0] == '.':
			segment = segment[1:]
		case hasPrefixFold(segment, "%2e"):
			segment = segment[3:]
		default:
			return 0
		}
		n++
	}
	if n > 2 {
		return 0
	}
	return n
}

const upperHex = "0123456789ABCDEF"

// appendEncoded percent-encodes spaces, what is not ASCII, and those.
func appendEncoded(dst []byte, s, those string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c <= ' ' || c > '~' || indexByte(those, c) >= 0 {
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

func percentDecode(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

func unhex(c byte) int {
	for i := 0; i < len(upperHex); i++ {
		if lower(c) == lower(upperHex[i]) {
			return i
		}
	}
	return -1
}

// String returns the URL without userinfo (draft-hixie-55 3.2).
func (u *URL) String() string { return u.origin() + u.Target }

// HostPort returns the value of the Host header.
func (u *URL) HostPort() string {
	if u.Port == "" {
		return u.Host
	}
	return u.Host + ":" + u.Port
}

func (u *URL) origin() string {
	if u.Secure {
		return "wss://" + u.HostPort()
	}
	return "ws://" + u.HostPort()
}

// SameOrigin tells whether scheme, host and port are the same.
func (u *URL) SameOrigin(v *URL) bool {
	return u.Secure == v.Secure && u.Host == v.Host && u.Port == v.Port
}

// shown is the URL for messages: a query may hold a secret.
func (u *URL) shown() string {
	path := u.Target
	if i := indexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	return u.origin() + path
}

// trustworthy tells whether a password may be sent there in the clear: over
// TLS, or to this machine (W3C Secure Contexts 3.1).
func (u *URL) trustworthy() bool {
	const local = ".localhost"
	return u.Secure || u.Host == "localhost" || u.Host == "[::1]" ||
		len(u.Host) > len(local) && u.Host[len(u.Host)-len(local):] == local || hasPrefixFold(u.Host, "127.") && isIPv4(u.Host)
}

// isIPv4 knows the form with four decimal numbers.
func isIPv4(h string) bool {
	numbers, n, digits := 0, 0, 0
	for i := 0; i <= len(h); i++ {
		switch {
		case i == len(h) || h[i] == '.':
			if digits == 0 || digits > 1 && h[i-digits] == '0' {
				return false
			}
			numbers, n, digits = numbers+1, 0, 0
		case h[i] >= '0' && h[i] <= '9':
			n = n*10 + int(h[i]-'0')
			if digits++; n > 255 || digits > 3 {
				return false
			}
		default:
			return false
		}
	}
	return numbers == 4
}
