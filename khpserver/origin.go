package khpserver

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// anyOrigin in [Options.AllowOrigins] turns the check off.
const anyOrigin = "*"

// An origin is scheme, host and port (RFC 6454 4), in lower case and with its
// default port left out.
type origin struct{ scheme, host string }

// allowsOrigin decides by the Origin header whether a WebSocket request may go
// on. Browsers let every page connect everywhere, so this is the only guard
// against other sites' pages (RFC 6455 10.2).
func (o *Options) allowsOrigin(r *http.Request) bool {
	values := r.Header.Values("Origin")
	if len(values) == 0 {
		return true
	}
	for _, allowed := range o.AllowOrigins {
		if allowed == anyOrigin {
			return true
		}
	}
	if len(values) > 1 {
		return false
	}
	from, ok := parseOrigin(values[0])
	if !ok {
		return false
	}
	for _, allowed := range o.AllowOrigins {
		if a, _ := parseOrigin(allowed); a == from {
			return true
		}
	}
	return from.isHost(r.Host)
}

// parseOrigin reads the serialization of an origin that has a host.
func parseOrigin(s string) (origin, bool) {
	scheme, rest, ok := strings.Cut(strings.ToLower(s), "://")
	if !ok || scheme == "" || strings.Contains(rest, "*") { // a pattern would match nothing
		return origin{}, false
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || u.Host != rest || u.Hostname() == "" || !validPort(u.Port(), rest) {
		return origin{}, false
	}
	return origin{scheme, withoutDefaultPort(scheme, rest)}, true
}

// isHost tells whether o is the origin of a page from this very host. The
// scheme does not count, for TLS may end at a proxy; but it says which port is
// meant where none is named.
func (o origin) isHost(host string) bool {
	if o.scheme != "http" && o.scheme != "https" {
		return false
	}
	return o.host == withoutDefaultPort(o.scheme, strings.ToLower(host))
}

func withoutDefaultPort(scheme, hostport string) string {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil || (scheme != "http" || port != "80") && (scheme != "https" || port != "443") {
		return hostport
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// validPort tells whether a colon after the host is followed by a port.
func validPort(port, hostport string) bool {
	if port == "" {
		return !strings.HasSuffix(hostport, ":")
	}
	_, err := strconv.ParseUint(port, 10, 16)
	return err == nil
}
