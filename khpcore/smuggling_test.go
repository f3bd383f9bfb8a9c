package khpcore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// neverBelieved are headers that must not count in an extended request, written
// out here and not taken from the table.
var neverBelieved = strings.Fields(`
	Cookie Cookie2 Origin
	Sec-WebSocket-Key Sec-WebSocket-Version Sec-WebSocket-Accept Sec-Fetch-Site Sec-Fetch-Mode Sec-CH-UA Sec-GPC
	Keep-Alive TE Trailer Transfer-Encoding Upgrade HTTP2-Settings Content-Length Proxy-Connection Proxy-Authenticate
	Forwarded Via X-Forwarded X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Port X-Forwarded-User X-Forwarded-Client-Cert
	X-Real-IP X-Client-IP X-Cluster-Client-IP X-Original-URL X-Rewrite-URL X-Envoy-External-Address X-Remote-User
	True-Client-IP CF-Connecting-IP Fastly-Client-IP X-SSL-Client-Cert SSL-Client-Cert X-HTTP-Method-Override Front-End-Https`)

// smuggled are the ways in which a header may try to come past a server, as
// lines of a head.
var smuggled = map[string]func(name string) string{
	"as it is":                   func(name string) string { return name + ": v" },
	"in lower case":              func(name string) string { return strings.ToLower(name) + ": v" },
	"in upper case":              func(name string) string { return strings.ToUpper(name) + ": v" },
	"in mixed case":              func(name string) string { return mixedCase(name) + ": v" },
	"without a value":            func(name string) string { return name + ":" },
	"twice":                      func(name string) string { return name + ": v\r\n" + name + ": w" },
	"behind others":              func(name string) string { return "X-A: b\r\nX-C: d\r\n" + name + ": v" },
	"a space before the colon":   func(name string) string { return name + " : v" },
	"a tab before the colon":     func(name string) string { return name + "\t: v" },
	"a space before the name":    func(name string) string { return " " + name + ": v" },
	"as a folded line":           func(name string) string { return "X-A: b\r\n " + name + ": v" },
	"as a line folded by a tab":  func(name string) string { return "X-A: b\r\n\t" + name + ": v" },
	"folded behind its colon":    func(name string) string { return name + ":\r\n v" },
	"behind a bare LF":           func(name string) string { return "X-A: b\n" + name + ": v" },
	"behind a bare CR":           func(name string) string { return "X-A: b\r" + name + ": v" },
	"behind LF CR":               func(name string) string { return "X-A: b\n\r" + name + ": v" },
	"behind a NUL":               func(name string) string { return "X-A: b\x00" + name + ": v" },
	"a NUL in the name":          func(name string) string { return name[:1] + "\x00" + name[1:] + ": v" },
	"a NUL behind the name":      func(name string) string { return name + "\x00: v" },
	"a NUL in the value":         func(name string) string { return name + ": v\x00" },
	"a vertical tab in the name": func(name string) string { return name + "\v: v" },
	"with underscores":           func(name string) string { return strings.ReplaceAll(name, "-", "_") + "_: v" },
	"letters that fold to ASCII": func(name string) string {
		return strings.NewReplacer("k", "\u212a", "s", "\u017f", "S", "\u017f").Replace(name) + "\u017f: v"
	},
	"in a second request": func(name string) string { return "X-A: b\r\n\r\nGET /a?b HTTP/1.1\r\n" + name + ": v" },
	"as a body":           func(name string) string { return "X-A: b\r\n\r\n" + name + ": v" },
}

func mixedCase(name string) string {
	b := []byte(strings.ToLower(name))
	for i := 1; i < len(b); i += 2 {
		b[i] = strings.ToUpper(name)[i]
	}
	return string(b)
}

// TestSmuggledHeaders: none of them comes through, in any form.
func TestSmuggledHeaders(t *testing.T) {
	for form, lines := range smuggled {
		t.Run(form, func(t *testing.T) {
			for _, name := range neverBelieved {
				refuses(t, "GET /a?b HTTP/1.1\r\n"+lines(name)+"\r\n\r\n")
			}
		})
	}
}

// TestSmuggledTargets: it is that of the opening request, byte for byte.
func TestSmuggledTargets(t *testing.T) {
	for _, start := range []string{
		"GET http://example.com/a?b HTTP/1.1", "GET ws://example.com/a?b HTTP/1.1", "GET //example.com/a?b HTTP/1.1",
		"GET example.com:80 HTTP/1.1", "GET example.com/a?b HTTP/1.1", "GET * HTTP/1.1", "GET ?b HTTP/1.1",
		"CONNECT example.com:80 HTTP/1.1", "OPTIONS * HTTP/1.1", "POST /a?b HTTP/1.1", "get /a?b HTTP/1.1", "GET /A?b HTTP/1.1", "GET /a?B HTTP/1.1",
		"GET /%61?b HTTP/1.1", "GET /a%3fb HTTP/1.1", "GET /a%3Fb HTTP/1.1", "GET /a?%62 HTTP/1.1", "GET /./a?b HTTP/1.1", "GET /x/../a?b HTTP/1.1",
		"GET /a/?b HTTP/1.1", "GET //a?b HTTP/1.1", "GET /a?b&c HTTP/1.1", "GET /a?b? HTTP/1.1", "GET /a?b#c HTTP/1.1", "GET /a?b&.kl=Y HTTP/1.1",
		"GET /a HTTP/1.1", "GET /b?b HTTP/1.1", "GET  /a?b HTTP/1.1", "GET /a?b  HTTP/1.1", "GET /a?b HTTP/1.1 ", " GET /a?b HTTP/1.1",
		"GET\t/a?b\tHTTP/1.1", "GET /a?b\tHTTP/1.1", "GET /a?b\x00 HTTP/1.1", "GET /a?b\r HTTP/1.1", "GET /a?b\n HTTP/1.1", "GET /a?b\u00a0HTTP/1.1",
		"GET \\a?b HTTP/1.1", "GET /a?b HTTP/1.0", "GET /a?b HTTP/2", "GET /a?b http/1.1", "GET /a?b", "/a?b", "", "\r\nGET /a?b HTTP/1.1",
		"GET /x HTTP/1.1\r\n\r\nGET /a?b HTTP/1.1", "\xef\xbb\xbfGET /a?b HTTP/1.1",
	} {
		refuses(t, start+"\r\nX-A: b\r\n\r\n")
	}
}

// TestSmuggledTargetsOfDeployedClients: in their dialect the path alone counts.
func TestSmuggledTargetsOfDeployedClients(t *testing.T) {
	for _, target := range []string{"/b?c", "/A?c", "/%61?c", "/a/?c", "//a?c", "/./a?c", "/a%3fc", "/a#c", "http://example.com/a?c", "example.com:80", "*", "?c"} {
		s := NewServer(ServerConfig{Target: "/a?c&.kl=Y"})
		step := s.Message([]byte("GET " + target + " HTTP/1.1\r\n\r\n"))
		require.Nil(t, step.Serve, target)
		require.Equal(t, 400, sent(t, step).Status)
	}
	for _, target := range []string{"/a", "/a?c", "/a?d", "/a?c&.kl=Y"} {
		require.NotNil(t, NewServer(ServerConfig{Target: "/a?c&.kl=Y"}).Message([]byte("GET "+target+" HTTP/1.1\r\n\r\n")).Serve, target)
	}
}

// refuses: the application does not learn of that message.
func refuses(t *testing.T, message string) {
	t.Helper()
	s := NewServer(ServerConfig{Target: "/a?b"})
	step := s.Message([]byte(message))
	require.Nil(t, step.Serve, "%q", message)
	require.Error(t, step.Err, "%q", message)
	require.Equal(t, 400, sent(t, step).Status, "%q", message)
	require.Equal(t, CloseLater, step.Close)
	ended(t, s)
}
