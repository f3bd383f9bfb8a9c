package khpcore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequestRoundTrip(t *testing.T) {
	for _, r := range []*Request{
		{Target: "/"},
		{Target: "/a/b?c=d&e", Header: Fields{{"Host", "h:81"}, {"X-Empty", ""}, {"X-Tab", "a\tb"}, {"X-UTF8", "gr\u00fc\u00df"}}},
	} {
		wire, err := AppendRequest(nil, r)
		require.NoError(t, err)
		back, err := ParseRequest(wire, Limits{})
		require.NoError(t, err)
		require.Equal(t, r, back)
	}
}

// TestRequestOnTheWire is what deployed clients send, byte for byte.
func TestRequestOnTheWire(t *testing.T) {
	const wire = "GET /basic HTTP/1.1\r\nWebSocket-Protocol: \r\nSec-WebSocket-Protocol: soap,wamp\r\n" +
		"Sec-WebSocket-Extensions: x-kaazing-idle-timeout,x-kaazing-ping-pong\r\n\r\n"
	r, err := ParseRequest([]byte(wire), Limits{})
	require.NoError(t, err)
	require.Equal(t, "/basic", r.Target)
	require.Equal(t, Fields{{"WebSocket-Protocol", ""}, {"Sec-WebSocket-Protocol", "soap,wamp"},
		{"Sec-WebSocket-Extensions", "x-kaazing-idle-timeout,x-kaazing-ping-pong"}}, r.Header)
	again, err := AppendRequest(nil, r)
	require.NoError(t, err)
	require.Equal(t, wire, string(again))
}

func TestMalformedRequests(t *testing.T) {
	const head = "GET / HTTP/1.1\r\n"
	for name, c := range map[string]struct{ wire, what string }{
		"nothing":                {"", "extended request"},
		"no blank line":          {head, "extended request"},
		"bytes after":            {head + "\r\nx", "extended request"},
		"two requests":           {head + "\r\n" + head + "\r\n", "extended request"},
		"bare LF":                {"GET / HTTP/1.1\n\n", "head"},
		"bare LF in the end":     {head + "\n", "head"},
		"LF first":               {"\n" + head + "\r\n", "head"},
		"stray CR":               {"GET /\r HTTP/1.1\r\n\r\n", "start line"},
		"NUL":                    {head + "A: \x00\r\n\r\n", "value in header line 1"},
		"DEL":                    {head + "A: \x7f\r\n\r\n", "value in header line 1"},
		"folded line":            {head + "A: b\r\n\tc\r\n\r\n", "header line 2"},
		"no colon":               {head + "A\r\n\r\n", "header line 1"},
		"empty name":             {head + ": b\r\n\r\n", "header line 1"},
		"space before the colon": {head + "A : b\r\n\r\n", "header line 1"},
		"space before the name":  {head + " A: b\r\n\r\n", "header line 1"},
		"name with UTF-8":        {head + "\u00c4: b\r\n\r\n", "header line 1"},
		"POST":                   {"POST / HTTP/1.1\r\n\r\n", "request line"},
		"lower case":             {"get / HTTP/1.1\r\n\r\n", "request line"},
		"HTTP/1.0":               {"GET / HTTP/1.0\r\n\r\n", "request line"},
		"no version":             {"GET /\r\n\r\n", "request line"},
		"no target":              {"GET HTTP/1.1\r\n\r\n", "request line"},
		"empty target":           {"GET  HTTP/1.1\r\n\r\n", "request target"},
		"absolute form":          {"GET ws://h/ HTTP/1.1\r\n\r\n", "request target"},
		"authority form":         {"GET h:80 HTTP/1.1\r\n\r\n", "request target"},
		"asterisk form":          {"GET * HTTP/1.1\r\n\r\n", "request target"},
		"space in the target":    {"GET /a b HTTP/1.1\r\n\r\n", "request target"},
		"tab in the target":      {"GET /a\tb HTTP/1.1\r\n\r\n", "request target"},
		"two spaces":             {"GET /  HTTP/1.1\r\n\r\n", "request target"},
		"UTF-8 in the target":    {"GET /\u00e4 HTTP/1.1\r\n\r\n", "request target"},
		"response":               {"HTTP/1.1 101 OK\r\n\r\n", "request line"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseRequest([]byte(c.wire), Limits{})
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.Equal(t, c.what, syntax.What, err)
		})
	}
}

func TestInjectionIsImpossible(t *testing.T) {
	for _, bad := range []string{"a\r\nEvil: 1", "a\nb", "a\rb", "a\x00b", "\x7f"} {
		for _, r := range []*Request{
			{Target: "/" + bad},
			{Target: "/", Header: Fields{{"X", bad}}},
			{Target: "/", Header: Fields{{"X" + bad, "v"}}},
		} {
			wire, err := AppendRequest(nil, r)
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.Nil(t, wire)
		}
		_, err := AppendResponse(nil, &Response{Status: 200, Reason: bad})
		require.Error(t, err)
		_, err = AppendResponse(nil, &Response{Status: 200, Header: Fields{{"X", bad}}})
		require.Error(t, err)
	}
	for _, name := range []string{"", " ", "a b", "a:", "\u00e4", "a\""} {
		_, err := AppendRequest(nil, &Request{Target: "/", Header: Fields{{name, "v"}}})
		require.Error(t, err, "%q", name)
	}
	for _, status := range []int{0, 99, 1000, -1} {
		_, err := AppendResponse(nil, &Response{Status: status})
		require.Error(t, err)
	}
}

// TestErrorsHideValues: what a request carries may be secret.
func TestErrorsHideValues(t *testing.T) {
	const secret = "c2VjcmV0"
	for _, wire := range []string{
		"GET / HTTP/1.1\r\nAuthorization: Basic " + secret + "\x00\r\n\r\n",
		"POST /?token=" + secret + " HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nAuthorization Bearer " + secret + ": x\r\n\r\n",
		"GET / HTTP/1.1\r\n " + secret + ": x\r\n\r\n",
		"GET /?token=" + secret + "\x01 HTTP/1.1\r\n\r\n",
		"GET /?token=" + secret + " HTTP/1.1\r\nCookie: " + secret + "\n\r\n",
	} {
		_, err := ParseRequest([]byte(wire), Limits{})
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret)
	}
	require.NotContains(t, CheckField("X", secret+"\n").Error(), secret)
}

func TestRequestLimits(t *testing.T) {
	limits := Limits{HeadBytes: 200, LineBytes: 100, HeaderCount: 3}
	line := func(n int) string { return "X: " + strings.Repeat("a", n-3) + "\r\n" }
	const start = "GET / HTTP/1.1\r\n"
	for name, c := range map[string]struct{ wire, limit string }{
		"line below":  {start + line(99) + "\r\n", ""},
		"line at":     {start + line(100) + "\r\n", ""},
		"line above":  {start + line(101) + "\r\n", "LineBytes"},
		"count at":    {start + line(9) + line(9) + line(9) + "\r\n", ""},
		"count above": {start + line(9) + line(9) + line(9) + line(9) + "\r\n", "HeaderCount"},
		"head below":  {start + line(88) + line(89) + "\r\n", ""},
		"head at":     {start + line(88) + line(90) + "\r\n", ""},
		"head above":  {start + line(89) + line(90) + "\r\n", "HeadBytes"},
		"no line end": {strings.Repeat("a", 102), "LineBytes"},
		"no head end": {start + line(90) + line(90), "HeadBytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseRequest([]byte(c.wire), limits)
			if c.limit == "" {
				require.NoError(t, err)
				return
			}
			var over *LimitError
			require.ErrorAs(t, err, &over)
			require.Equal(t, c.limit, over.Limit)
		})
	}
}
