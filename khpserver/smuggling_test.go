package khpserver_test

import (
	"strings"
	"testing"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// TestSmuggling sends what a careless reader would take for a header that a page
// must not set, over a real connection, as text and as bytes. khpcore has every
// header in every form; here it is that nothing on the way lets one through.
func TestSmuggling(t *testing.T) {
	addr := start(t, never(t), khpserver.Options{})
	for form, line := range map[string]string{
		"as it is":                  "NAME: v",
		"without a value":           "NAME:",
		"twice":                     "NAME: v\r\nNAME: v",
		"a space before the colon":  "NAME : v",
		"a tab before the colon":    "NAME\t: v",
		"a space before the name":   " NAME: v",
		"as a folded line":          "X-A: b\r\n NAME: v",
		"as a line folded by a tab": "X-A: b\r\n\tNAME: v",
		"behind a bare LF":          "X-A: b\nNAME: v",
		"behind a bare CR":          "X-A: b\rNAME: v",
		"behind a NUL":              "X-A: b\x00NAME: v",
		"a NUL behind the name":     "NAME\x00: v",
		"in a second request":       "X-A: b\r\n\r\nGET / HTTP/1.1\r\nNAME: v",
		"as a body":                 "Content-Length: 9\r\n\r\nNAME: v",
	} {
		t.Run(form, func(t *testing.T) {
			for _, name := range []string{"Cookie", "oRIGIN", "x-forwarded-for", "SEC-WEBSOCKET-KEY", "X_Real_IP"} {
				for _, op := range []ws.OpCode{ws.OpText, ws.OpBinary} {
					c := open(t, addr, "/")
					c.write(frame(op, true, extended("/", strings.ReplaceAll(line, "NAME", name))))
					require.Equal(t, 400, c.response().status, name)
					c.leave()
				}
			}
		})
	}
}

// TestSmuggledTarget: the upstream gets the target of the opening request, and
// the extended one cannot name another.
func TestSmuggledTarget(t *testing.T) {
	addr := start(t, never(t), khpserver.Options{})
	for _, target := range []string{"http://evil.example/a?b", "http://example.com/a?b", "//example.com/a?b", "evil.example:80", "*", "/admin", "/a", "/a?B",
		"/A?b", "/%61?b", "/./a?b", "/x/../a?b", "/a?b#c", "/a?b HTTP/1.1\r\nX-A: b\r\n\r\nGET /a?b"} {
		c := open(t, addr, "/a?b")
		c.request(target)
		require.Equal(t, 400, c.response().status, target)
		c.leave()
	}
}
