package khpserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// TestWhatNextSees sends an opening and an extended request and compares the
// headers of next's request.
func TestWhatNextSees(t *testing.T) {
	for _, tc := range []struct {
		name     string
		opening  []string
		extended []string
		want     http.Header // an empty list is a header that must not be there
	}{
		{
			name: "nothing offered",
			want: http.Header{"Sec-Websocket-Protocol": {}, "Sec-Websocket-Extensions": {}, "Host": {}},
		},
		{
			name:     "protocols of the extended request",
			opening:  []string{"Sec-WebSocket-Protocol: x-kaazing-handshake, a, b"},
			extended: []string{"Sec-WebSocket-Protocol: b,c", "Sec-WebSocket-Protocol: d"},
			want:     http.Header{"Sec-Websocket-Protocol": {"b, c, d"}},
		},
		{
			name:    "protocols of the opening request alone",
			opening: []string{"Sec-WebSocket-Protocol: a, x-kaazing-handshake, b"},
			want:    http.Header{"Sec-Websocket-Protocol": {"a, b"}},
		},
		{
			name:     "an empty list in the extended request",
			opening:  []string{"Sec-WebSocket-Protocol: a, x-kaazing-handshake"},
			extended: []string{"Sec-WebSocket-Protocol:"},
			want:     http.Header{"Sec-Websocket-Protocol": {"a"}},
		},
		{
			name:     "KHP itself is not a protocol of the application",
			extended: []string{"Sec-WebSocket-Protocol: x-kaazing-handshake, a"},
			want:     http.Header{"Sec-Websocket-Protocol": {"a"}},
		},
		{
			name:     "the header without its prefix",
			extended: []string{"WebSocket-Protocol: a"},
			want:     http.Header{"Sec-Websocket-Protocol": {"a"}, "Websocket-Protocol": {}},
		},
		{
			name:     "the header without its prefix, empty",
			opening:  []string{"Sec-WebSocket-Protocol: a, x-kaazing-handshake"},
			extended: []string{"WebSocket-Protocol:"},
			want:     http.Header{"Sec-Websocket-Protocol": {"a"}},
		},
		{
			name:     "application-class extensions alone",
			extended: []string{`Sec-WebSocket-Extensions: x-a; p="1,2", permessage-deflate; client_max_window_bits, x-b`, "Sec-WebSocket-Extensions: PerMessage-Deflate, x-webkit-deflate-frame"},
			want:     http.Header{"Sec-Websocket-Extensions": {`x-a; p="1,2", x-b`}},
		},
		{
			name:     "headers of the caller",
			extended: []string{"x-tenant: blue", "X-Tenant: green", "X-Empty:"},
			want:     http.Header{"X-Tenant": {"blue", "green"}, "X-Empty": {""}},
		},
		{
			name:     "Authorization of the extended request",
			opening:  []string{"Authorization: Basic b3BlbmluZw=="},
			extended: []string{"aUTHORIZATION: Bearer extended"},
			want:     http.Header{"Authorization": {"Bearer extended"}},
		},
		{
			name:    "Authorization of the opening request alone",
			opening: []string{"Authorization: Basic b3BlbmluZw=="},
			want:    http.Header{"Authorization": {"Basic b3BlbmluZw=="}},
		},
		{
			name:     "Proxy-Authorization",
			extended: []string{"Proxy-Authorization: Basic eDp5"},
			want:     http.Header{"Proxy-Authorization": {"Basic eDp5"}},
		},
		{
			name:     "Host and Connection do not count",
			extended: []string{"Host: evil.example", "Connection: close"},
			want:     http.Header{"Host": {}, "Connection": {"keep-alive, Upgrade"}},
		},
		{
			name:    "what the browser says",
			opening: []string{"Origin: http://example.com", "Cookie: a=b", "User-Agent: x", "X-Forwarded-For: 192.0.2.1"},
			want: http.Header{"Origin": {"http://example.com"}, "Cookie": {"a=b"}, "User-Agent": {"x"},
				"X-Forwarded-For": {"192.0.2.1"}, "Sec-Websocket-Key": {testKey}, "Sec-Websocket-Version": {"13"},
				"Upgrade": {"websocket"}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			seen := make(chan *http.Request, 1)
			addr := start(t, func(_ http.ResponseWriter, r *http.Request) { seen <- r }, khpserver.Options{})
			c := open(t, addr, "/path?query", tc.opening...)
			c.request("/path?query", tc.extended...)
			r := await(t, seen, "next is called")
			for name, want := range tc.want {
				require.ElementsMatch(t, want, r.Header.Values(name), name)
			}
			require.Equal(t, "/path?query", r.RequestURI)
			require.Equal(t, "example.com", r.Host)
			require.Equal(t, "GET", r.Method)
			require.Zero(t, r.ContentLength)
			require.Equal(t, 200, c.response().status)
			c.leave()
		})
	}
}

func TestBinaryRequest(t *testing.T) {
	addr := start(t, mirror(t), khpserver.Options{})
	c := open(t, addr, "/")
	c.write(frame(2, true, extended("/", "X-Latin: \xe9")))
	require.Equal(t, 101, c.response().status)
}

// What a page must not make the server believe, and what is not one request.
func TestExtendedRequestRefused(t *testing.T) {
	request := func(headers ...string) string { return extended("/a?b", headers...) }
	for _, tc := range []struct {
		name    string
		message string
		why     string // part of the body
	}{
		{"Origin", request("Origin: http://example.com"), "Origin"},
		{"Origin in another case", request("oRIGIN: http://example.com"), "oRIGIN"},
		{"Cookie", request("cookie: a=b"), "cookie"},
		{"Upgrade", request("Upgrade: websocket"), "Upgrade"},
		{"TE", request("TE: trailers"), "TE"},
		{"Trailer", request("Trailer: X"), "Trailer"},
		{"Keep-Alive", request("Keep-Alive: 5"), "Keep-Alive"},
		{"Transfer-Encoding", request("Transfer-Encoding: chunked"), "Transfer-Encoding"},
		{"Content-Length", request("Content-Length: 0"), "Content-Length"},
		{"Sec-WebSocket-Key", request("Sec-WebSocket-Key: " + testKey), "Sec-WebSocket-Key"},
		{"Sec-WebSocket-Version", request("Sec-WebSocket-Version: 13"), "Sec-WebSocket-Version"},
		{"Sec-Fetch-Site", request("sec-fetch-site: same-origin"), "sec-fetch-site"},
		{"Proxy-Connection", request("Proxy-Connection: keep-alive"), "Proxy-Connection"},
		{"Forwarded", request("Forwarded: for=192.0.2.1"), "Forwarded"},
		{"Via", request("Via: 1.1 x"), "Via"},
		{"X-Forwarded-For", request("X-FORWARDED-For: 192.0.2.1"), "X-FORWARDED-For"},
		{"X-Forwarded-User", request("X-Forwarded-User: root"), "X-Forwarded-User"},
		{"X-Real-IP", request("X-Real-IP: 192.0.2.1"), "X-Real-IP"},
		{"True-Client-IP", request("true-client-ip: 192.0.2.1"), "true-client-ip"},
		{"an underscore", request("X_Forwarded_For: 192.0.2.1"), "X_Forwarded_For"},
		{"one of the opening request", request("user-agent: mine"), "user-agent"},
		{"Authorization twice", request("Authorization: a", "authorization: b"), "authorization"},
		{"the refused one behind others", request("X-A: b", "X-C: d", "Cookie: a=b"), "Cookie"},

		{"another path", extended("/b?b"), "target"},
		{"another query", extended("/a?c"), "target"},
		{"no query", extended("/a"), "target"},
		{"the same in another spelling", extended("/%61?b"), "target"},
		{"an absolute target", extended("http://example.com/a?b"), "slash"},
		{"another method", strings.Replace(request(), "GET", "POST", 1), "request line"},
		{"another version", strings.Replace(request(), "1.1", "1.0", 1), "request line"},
		{"not HTTP", "hello", "blank line"},
		{"empty", "", "blank line"},
		{"no blank line", "GET /a?b HTTP/1.1\r\nX: y\r\n", "blank line"},
		{"a second request", request() + request(), "after the blank line"},
		{"one byte more", request() + "x", "after the blank line"},
		{"LF alone", "GET /a?b HTTP/1.1\nX: y\n\n", "carriage return"},
		{"a folded line", "GET /a?b HTTP/1.1\r\nX: y\r\n z\r\n\r\n", "header line 2"},
		{"a space before the colon", request("X : y"), "header line 1"},
		{"a NUL", request("X: \x00"), "header line 1"},
		{"a header too many", request(strings.Split(strings.Repeat("X: y,", 101)[:504], ",")...), "HeaderCount"},
		{"a line too long", request("X: " + strings.Repeat("y", 8<<10)), "LineBytes"},
		{"too large", request(strings.Split(strings.Repeat("X: "+strings.Repeat("y", 300)+",", 60), ",")[:60]...), "HeadBytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			addr := start(t, never(t), khpserver.Options{})
			c := open(t, addr, "/a?b", "User-Agent: theirs")
			c.write(text(tc.message))
			r := c.response()
			require.Equal(t, 400, r.status)
			require.Contains(t, r.body, tc.why)
			c.leave()
		})
	}
}

// Some headers may come in both requests.
func TestAllowHeaders(t *testing.T) {
	for _, tc := range []struct {
		name    string
		allow   []string
		headers []string
		status  int
	}{
		{"none set", nil, []string{"X-Any: a"}, 200},
		{"one that is listed", []string{"X-Tenant"}, []string{"x-tenant: a"}, 200},
		{"one that is not", []string{"X-Tenant"}, []string{"X-Any: a"}, 400},
		{"an empty list", []string{}, []string{"X-Any: a"}, 400},
		{"the handshake's own", []string{}, []string{"Host: x", "Connection: x", "Sec-WebSocket-Protocol: a",
			"Sec-WebSocket-Extensions: x-a", "Authorization: x", "Proxy-Authorization: x"}, 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			addr := start(t, answer(200, ""), khpserver.Options{AllowHeaders: tc.allow})
			c := open(t, addr, "/")
			c.request("/", tc.headers...)
			require.Equal(t, tc.status, c.response().status)
			c.leave()
		})
	}
}

func TestExpectRefused(t *testing.T) {
	addr := start(t, never(t), khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/", "Expect: 100-continue")
	require.Equal(t, 417, c.response().status)
	c.leave()
}

// A proxy is asked for an absolute target; the extended request names the path.
func TestAbsoluteTarget(t *testing.T) {
	for target, path := range map[string]string{
		"http://example.com/a?b": "/a?b",
		"http://example.com":     "/",
		"http://example.com?b":   "/?b",
	} {
		addr := start(t, mirror(t), khpserver.Options{})
		c := open(t, addr, target)
		c.request(path)
		require.Equal(t, 101, c.response().status, target)
	}
}
