package khpcore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Which headers an extended request may carry, and which the caller of a client
// may give. The lists are written out here a second time, after the
// specifications and not after the table.
func TestRequestFields(t *testing.T) {
	for _, tc := range []struct {
		what     string
		names    []string
		believed bool // by a server
		caller   bool // may come from a caller
	}{
		{"the caller's", []string{"Authorization", "Proxy-Authorization", "X-Tenant", "Accept-Language", "User-Agent", "Date", "Range",
			"Sec", "Proxy", "Security", "Viable", "X-Forward", "X-Real", "Original", "Teapot", "Cookies", "Content-Type"}, true, true},
		{"the handshake's", []string{"Host", "Connection", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions",
			"WebSocket-Protocol", "WebSocket-Extensions", "Expect"}, true, false},
		{"the browser's", []string{"Cookie", "Cookie2", "Origin", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Accept",
			"Sec-Fetch-Site", "Sec-CH-UA", "Sec-GPC", "Sec-Anything"}, false, false},
		{"hop-by-hop", []string{"Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Proxy-Connection", "Proxy-Authenticate",
			"HTTP2-Settings", "Content-Length"}, false, false},
		{"a trusted proxy's", []string{"Forwarded", "Via", "X-Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
			"X-Forwarded-User", "X-Forwarded-Client-Cert", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Original-URL",
			"X-Rewrite-URL", "True-Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "X-SSL-Client-Cert", "X-HTTP-Method-Override"}, false, false},
		{"with an underscore", []string{"X_Tenant", "Content_Length", "Sec_WebSocket_Key", "_", "a_"}, false, false},
	} {
		for _, name := range tc.names {
			for _, spelling := range []string{name, strings.ToLower(name), strings.ToUpper(name)} {
				err := CheckRequestField(spelling)
				require.Equal(t, tc.believed, err == nil, "%s: %s", tc.what, spelling)
				if err != nil {
					require.Equal(t, &RefusedError{spelling, err.(*RefusedError).Reason}, err)
				}
				require.Equal(t, tc.caller, CheckCallerField(spelling, "value") == nil, "%s: %s", tc.what, spelling)
			}
		}
	}
}

func TestMalformedCallerFields(t *testing.T) {
	for _, f := range []Field{{"", "x"}, {"X Y", "x"}, {"X:", "x"}, {"X\u00e9", "x"}, {"X", "a\r\nb"}, {"X", "a\x00"}, {"X", "\x7f"}} {
		var malformed *SyntaxError
		require.ErrorAs(t, CheckCallerField(f.Name, f.Value), &malformed)
	}
	require.NoError(t, CheckCallerField("X", "a\tb \u00e9\xe9"))
}
