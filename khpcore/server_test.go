package khpcore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func extendedRequest(headers ...string) []byte {
	return []byte(strings.Join(append(append([]string{"GET /a?b HTTP/1.1"}, headers...), "\r\n"), "\r\n"))
}

// serving returns a server whose application has been asked.
func serving(t *testing.T, headers ...string) *Server {
	t.Helper()
	s := NewServer(ServerConfig{Target: "/a?b"})
	step := s.Message(extendedRequest(headers...))
	require.NoError(t, step.Err)
	require.NotNil(t, step.Serve)
	require.Empty(t, step.Send)
	return s
}

// sent parses the response of a step in the dialect standard.
func sent(t *testing.T, step ServerStep) *Response {
	t.Helper()
	require.Len(t, step.Send, 2)
	require.Empty(t, step.Send[1], "the end marker")
	r, err := ParseResponse(step.Send[0], Limits{})
	require.NoError(t, err)
	return r
}

// ended checks that a server takes nothing any more.
func ended(t *testing.T, s *Server) {
	t.Helper()
	require.Zero(t, s.Message(extendedRequest()))
	require.Zero(t, s.TooLarge())
	require.Zero(t, s.Respond(&Response{Status: 101}))
}

// What becomes of each status that an application may answer.
func TestServerRespond(t *testing.T) {
	for _, tc := range []struct {
		answered []int
		sent     int // 0: the same
		want     ServerStep
	}{
		{answered: []int{101}, want: ServerStep{Open: true}},
		{answered: []int{100, 102, 103, 122, 201, 202, 204, 205}, sent: 502, want: ServerStep{Close: CloseLater}},
		{answered: []int{300, 301, 302, 303, 304, 305, 306, 307, 308, 399}, want: ServerStep{Close: CloseNow}},
		{answered: []int{401}, want: ServerStep{Await: AwaitReplay}},
		{answered: []int{200, 203, 206, 299, 400, 402, 403, 404, 407, 417, 426, 451, 500, 502, 503, 504, 599, 600, 999},
			want: ServerStep{Close: CloseLater}},
	} {
		for _, status := range tc.answered {
			s := serving(t)
			step := s.Respond(&Response{Status: status, Reason: "Why"})
			r := sent(t, step)
			if tc.sent == 0 {
				require.Equal(t, status, r.Status)
				require.Equal(t, "Why", r.Reason)
				require.NoError(t, step.Err)
			} else {
				require.Equal(t, tc.sent, r.Status, status)
				require.Error(t, step.Err)
			}
			step.Send, step.Err = nil, nil
			require.Equal(t, tc.want, step, status)
			if status != 401 {
				ended(t, s)
			}
		}
	}
}

func TestServerNoMarker(t *testing.T) {
	s := NewServer(ServerConfig{Target: "/a?b", Dialect: NoMarker})
	require.NotNil(t, s.Message(extendedRequest()).Serve)
	require.Len(t, s.Respond(&Response{Status: 101}).Send, 1)
}

// A server speaks the dialect gateway where the opening request asks for it,
// whatever it is told.
func TestServerGateway(t *testing.T) {
	for _, d := range []Dialect{Standard, NoMarker} {
		s := NewServer(ServerConfig{Target: "/a?.kl=Y&b=c", Dialect: d})
		require.Equal(t, ServerStep{Send: [][]byte{[]byte("\uf0ffN")}}, s.Start())
		require.NotNil(t, s.Message([]byte("GET /a?another HTTP/1.1\r\nWebSocket-Protocol: \r\n\r\n")).Serve)
		r := sent(t, s.Respond(&Response{Status: 401, Header: Fields{{"www-authenticate", "Basic realm=a, Token"}, {"X", "y"}}}))
		require.Equal(t, Fields{{"www-authenticate", "Application Basic realm=a"}, {"www-authenticate", "Application Token"},
			{"X", "y"}, {"Content-Length", "0"}}, r.Header)
		require.NotNil(t, s.Message([]byte("GET /a HTTP/1.1\r\n\r\n")).Serve)
		step := s.Respond(&Response{Status: 101, Header: Fields{{"WWW-Authenticate", "Basic"}}})
		require.Equal(t, [][]byte{[]byte("HTTP/1.1 101 \r\nWWW-Authenticate: Basic\r\n\r\n"), nil, []byte("\uf0ffN")}, step.Send)
	}
	require.Zero(t, NewServer(ServerConfig{Target: "/a?b"}).Start())

	s := NewServer(ServerConfig{Target: "/a?.kl=Y"})
	step := s.Message([]byte("GET /a/ HTTP/1.1\r\n\r\n"))
	require.Equal(t, 400, sent(t, step).Status)
	require.ErrorContains(t, step.Err, "its path is not that")

	s = NewServer(ServerConfig{Target: "/?.kl=Y"})
	require.NotNil(t, s.Message([]byte("GET / HTTP/1.1\r\n\r\n")).Serve)
	step = s.Respond(&Response{Status: 101, Header: Fields{{"X", "\n"}}})
	require.Equal(t, 502, sent(t, step).Status, "no balancer message after it")
}

func TestServerChallenges(t *testing.T) {
	s := serving(t)
	for range MaxChallengeRounds - 1 {
		step := s.Respond(&Response{Status: 401})
		require.Equal(t, AwaitReplay, step.Await)
		require.Zero(t, s.Respond(&Response{Status: 101}), "there is nothing to answer")
		require.NotNil(t, s.Message(extendedRequest("Authorization: x")).Serve)
	}
	step := s.Respond(&Response{Status: 401})
	require.Equal(t, 401, sent(t, step).Status)
	require.Equal(t, CloseLater, step.Close)
	require.Equal(t, AwaitNothing, step.Await)
	ended(t, s)
}

// An answer that cannot be written becomes a 502, whatever it was.
func TestServerUnwritable(t *testing.T) {
	for _, r := range []*Response{
		{Status: 101, Header: Fields{{"X", "a\r\nY: b"}}},
		{Status: 401, Header: Fields{{"X Y", "a"}}},
		{Status: 302, Header: Fields{{"", "a"}}},
		{Status: 403, Reason: "a\r\nb"},
		{Status: 1000},
	} {
		s := serving(t)
		step := s.Respond(r)
		require.Equal(t, 502, sent(t, step).Status)
		require.Error(t, step.Err)
		step.Send, step.Err = nil, nil
		require.Equal(t, ServerStep{Close: CloseLater}, step)
		ended(t, s)
	}
}

func TestServerHeaders(t *testing.T) {
	header := Fields{{"set-cookie", "a"}, {"Set-Cookie2", "a"}, {"content-length", "9"}, {"Transfer-Encoding", "chunked"},
		{"Trailer", "X"}, {"connection", "close"}, {"Keep-Alive", "1"}, {"X-A", "1"}, {"X-A", "2"}, {"Upgrade", "x"}}
	r := sent(t, serving(t).Respond(&Response{Status: 403, Header: header, Body: []byte("body")}))
	require.Equal(t, Fields{{"X-A", "1"}, {"X-A", "2"}, {"Upgrade", "x"}, {"Content-Length", "4"}}, r.Header)
	require.Equal(t, "body", string(r.Body))

	step := serving(t).Respond(&Response{Status: 101, Header: header, Body: []byte("body")})
	require.Equal(t, "HTTP/1.1 101 \r\nconnection: close\r\nX-A: 1\r\nX-A: 2\r\nUpgrade: x\r\n\r\n", string(step.Send[0]))
}

// A 101 may agree to what the client offered and to nothing else.
func TestServerAgreement(t *testing.T) {
	offer := []string{"Sec-WebSocket-Protocol: a, b", `Sec-WebSocket-Extensions: x-a; p="1,2"; q, x-b, permessage-deflate`}
	for name, tc := range map[string]struct {
		header Fields
		open   bool
	}{
		"nothing":                 {nil, true},
		"a protocol":              {Fields{{"sec-websocket-protocol", "b"}}, true},
		"another protocol":        {Fields{{"Sec-WebSocket-Protocol", "c"}}, false},
		"another case":            {Fields{{"Sec-WebSocket-Protocol", "A"}}, false},
		"two protocols":           {Fields{{"Sec-WebSocket-Protocol", "a"}, {"Sec-WebSocket-Protocol", "b"}}, false},
		"two in one":              {Fields{{"Sec-WebSocket-Protocol", "a, b"}}, false},
		"an empty protocol":       {Fields{{"Sec-WebSocket-Protocol", ""}}, false},
		"KHP":                     {Fields{{"Sec-WebSocket-Protocol", Subprotocol}}, false},
		"an extension":            {Fields{{"Sec-WebSocket-Extensions", "x-b"}}, true},
		"both, with parameters":   {Fields{{"Sec-WebSocket-Extensions", `x-b;r="a,c"`}, {"sec-websocket-extensions", "x-a ; q"}}, true},
		"another extension":       {Fields{{"Sec-WebSocket-Extensions", "x-b, x-c"}}, false},
		"a frame-layer extension": {Fields{{"Sec-WebSocket-Extensions", "permessage-deflate"}}, false},
		"an extension twice":      {Fields{{"Sec-WebSocket-Extensions", "x-b, x-b"}}, false},
		"a malformed one":         {Fields{{"Sec-WebSocket-Extensions", "x-b;"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			step := serving(t, offer...).Respond(&Response{Status: 101, Header: tc.header})
			require.Equal(t, tc.open, step.Open)
			if !tc.open {
				require.Equal(t, 502, sent(t, step).Status)
				var malformed *SyntaxError
				require.ErrorAs(t, step.Err, &malformed)
			}
		})
	}
}

// What the server's user agrees to is in the 101 next to what the application
// agrees to, which is held to what it was offered.
func TestServerAgreesItself(t *testing.T) {
	offer := []string{`Sec-WebSocket-Extensions: x-a; p, x-b, x-c`}
	for name, tc := range map[string]struct {
		header string
		open   bool
	}{
		"nothing":             {"", true},
		"another":             {"x-b; q=1", true},
		"the same":            {"x-a", false},
		"one that was kept":   {"x-c", false},
		"one and one kept":    {"x-b, x-c", false},
		"one that none asked": {"x-d", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewServer(ServerConfig{Target: "/a?b"})
			o := s.Message(extendedRequest(offer...)).Serve
			o.Extensions, o.Agreed = o.Extensions[1:2], []Extension{{"x-a", Fields{{"r", "s t"}}}}
			var header Fields
			if tc.header != "" {
				header = Fields{{"Sec-WebSocket-Extensions", tc.header}}
			}
			step := s.Respond(&Response{Status: 101, Header: header})
			require.Equal(t, tc.open, step.Open)
			if tc.open {
				r := sent(t, step)
				require.Equal(t, append(header, Field{"Sec-WebSocket-Extensions", `x-a; r="s t"`}), r.Header)
			}
		})
	}
	s := NewServer(ServerConfig{Target: "/a?b"})
	o := s.Message(extendedRequest(offer...)).Serve
	o.Agreed = o.Extensions
	require.Equal(t, Fields{{"Content-Length", "0"}}, sent(t, s.Respond(&Response{Status: 403})).Header, "in no other response")
}

func TestServerOffer(t *testing.T) {
	for _, tc := range []struct {
		name    string
		opening []string
		headers []string
		want    Offer
	}{
		{"nothing", nil, nil, Offer{}},
		{"the opening request's", []string{"a", "b"}, nil, Offer{Protocols: []string{"a", "b"}}},
		{"the extended one's", []string{"a"}, []string{"sec-websocket-protocol: b ,c,,", "Sec-WebSocket-Protocol: d"},
			Offer{Protocols: []string{"b", "c", "d"}}},
		{"KHP left out", []string{"a"}, []string{"Sec-WebSocket-Protocol: " + Subprotocol}, Offer{Protocols: []string{"a"}}},
		{"without the prefix", []string{"a"}, []string{"WebSocket-Protocol: b", "Sec-WebSocket-Protocol:"}, Offer{Protocols: []string{"b"}}},
		{"both", nil, []string{"WebSocket-Protocol: b", "Sec-WebSocket-Protocol: c"}, Offer{Protocols: []string{"c"}}},
		{"extensions", nil, []string{`Sec-WebSocket-Extensions: x-a; p="1,\"2", mux, x-b`, "Sec-WebSocket-Extensions: permessage-bzip2;a, deflate-frame , x-b; q ; r = 1"},
			Offer{Extensions: []Extension{{"x-a", Fields{{"p", `1,"2`}}}, {"x-b", nil}, {"x-b", Fields{{"q", ""}, {"r", "1"}}}}}},
		{"headers", nil, []string{"Host: x", "CONNECTION: x", "X-A: 1", "x-a: 2", "Authorization: b", "Proxy-Authorization: c", "WebSocket-Extensions: d"},
			Offer{Header: Fields{{"X-A", "1"}, {"x-a", "2"}, {"Authorization", "b"}, {"Proxy-Authorization", "c"}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := NewServer(ServerConfig{Target: "/a?b", Protocols: tc.opening})
			step := s.Message(extendedRequest(tc.headers...))
			require.NoError(t, step.Err)
			require.Equal(t, &tc.want, step.Serve)
		})
	}
}

func TestServerRefuses(t *testing.T) {
	opening := func(name string) bool {
		return equalFold(name, "X-Opening") || equalFold(name, "Proxy-Authorization") || equalFold(name, "Authorization")
	}
	for _, tc := range []struct {
		name    string
		message []byte
		allow   []string
		status  int // 0: it is served
		err     any
	}{
		{"a request", extendedRequest(), nil, 0, nil},
		{"Authorization in both", extendedRequest("authorization: x"), nil, 0, nil},
		{"Proxy-Authorization in both", extendedRequest("Proxy-Authorization: x"), nil, 400, new(*RefusedError)},
		{"a header of the opening one", extendedRequest("x-OPENING: x"), nil, 400, new(*RefusedError)},
		{"Authorization twice", extendedRequest("Authorization: x", "Authorization: x"), nil, 400, new(*RefusedError)},
		{"Proxy-Authorization twice", extendedRequest("Proxy-Authorization: x", "proxy-authorization: x"), nil, 400, new(*RefusedError)},
		{"a refused header", extendedRequest("Cookie: x"), nil, 400, new(*RefusedError)},
		{"a header that is allowed", extendedRequest("x-allowed: x"), []string{"X-Allowed"}, 0, nil},
		{"one that is not", extendedRequest("X-Other: x"), []string{"X-Allowed"}, 400, new(*RefusedError)},
		{"one that is listed and refused", extendedRequest("Cookie: x"), []string{"Cookie"}, 400, new(*RefusedError)},
		{"another target", []byte("GET /a HTTP/1.1\r\n\r\n"), nil, 400, new(*RefusedError)},
		{"Expect", extendedRequest("Expect: 100-continue"), nil, 417, new(*RefusedError)},
		{"an extension of the opening handshake", extendedRequest("Sec-WebSocket-Extensions: x-a", "Sec-WebSocket-Extensions: x-opening; a=1"), nil, 400, new(*RefusedError)},
		{"one of the frame layer", extendedRequest("Sec-WebSocket-Extensions: permessage-opening"), nil, 400, new(*RefusedError)},
		{"an extension without a name", extendedRequest("Sec-WebSocket-Extensions: x-a, ;b"), nil, 400, new(*SyntaxError)},
		{"a parameter without a name", extendedRequest("Sec-WebSocket-Extensions: x-a;"), nil, 400, new(*SyntaxError)},
		{"a parameter without its value", extendedRequest("Sec-WebSocket-Extensions: x-a; b="), nil, 400, new(*SyntaxError)},
		{"a quotation without end", extendedRequest(`Sec-WebSocket-Extensions: x-a; p="1, x-b\`), nil, 400, new(*SyntaxError)},
		{"two extensions without a comma", extendedRequest("Sec-WebSocket-Extensions: x-a x-b"), nil, 400, new(*SyntaxError)},
		{"nothing", nil, nil, 400, new(*SyntaxError)},
		{"two requests", append(extendedRequest(), extendedRequest()...), nil, 400, new(*SyntaxError)},
		{"a long line", extendedRequest("X: " + strings.Repeat("y", DefaultLineBytes)), nil, 400, new(*LimitError)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := NewServer(ServerConfig{Target: "/a?b", HasHeader: opening, AllowHeaders: tc.allow,
				Extensions: []string{"x-opening", "permessage-opening"}})
			step := s.Message(tc.message)
			if tc.status == 0 {
				require.NotNil(t, step.Serve)
				return
			}
			require.Nil(t, step.Serve)
			require.ErrorAs(t, step.Err, tc.err)
			r := sent(t, step)
			require.Equal(t, tc.status, r.Status)
			require.Contains(t, string(r.Body), step.Err.Error(), "the client is told why")
			require.Equal(t, CloseLater, step.Close)
			ended(t, s)
		})
	}
}

func TestServerTurns(t *testing.T) {
	s := serving(t)
	step := s.Message(extendedRequest())
	require.Equal(t, 400, sent(t, step).Status)
	require.Equal(t, CloseLater, step.Close)
	ended(t, s)

	s = NewServer(ServerConfig{Target: "/a?b"})
	require.Zero(t, s.Respond(&Response{Status: 101}), "nothing was asked")
	require.NotNil(t, s.Message(extendedRequest()).Serve)
}

func TestServerTooLarge(t *testing.T) {
	s := NewServer(ServerConfig{Target: "/a?b", Limits: Limits{HeadBytes: 99}})
	require.Equal(t, 99, s.MaxMessage())
	step := s.TooLarge()
	require.Equal(t, 400, sent(t, step).Status)
	require.Equal(t, &LimitError{"HeadBytes", 99}, step.Err)
	ended(t, s)
	require.Equal(t, DefaultHeadBytes, NewServer(ServerConfig{}).MaxMessage())
}

func TestServerBody(t *testing.T) {
	waiting := func() *Server {
		s := NewServer(ServerConfig{Target: "/a?b", MaxBody: 5})
		step := s.Message(extendedRequest("Expect: 100-continue", "Content-Length: 5", "X: y"))
		require.Equal(t, "HTTP/1.1 100 Continue\r\n\r\n", string(step.Send[0]))
		require.Equal(t, AwaitBody, step.Await)
		require.Equal(t, 5, s.MaxMessage())
		require.Zero(t, s.Respond(&Response{Status: 101}), "nothing was asked")
		return s
	}
	s := waiting()
	require.Equal(t, &Offer{Header: Fields{{"X", "y"}}, Body: []byte("hello")}, s.Message([]byte("hello")).Serve)
	require.Equal(t, DefaultHeadBytes, s.MaxMessage())
	require.True(t, s.Respond(&Response{Status: 101}).Open)

	for _, refuse := range []func(*Server) ServerStep{
		func(s *Server) ServerStep { return s.TooLarge() },
		func(s *Server) ServerStep { return s.Message([]byte("four")) },
		func(s *Server) ServerStep { return s.Message(nil) },
	} {
		s := waiting()
		step := refuse(s)
		require.Equal(t, 400, sent(t, step).Status)
		require.ErrorAs(t, step.Err, new(*SyntaxError))
		require.Equal(t, CloseLater, step.Close)
		ended(t, s)
	}
}

// FuzzServer holds a server to its turns whatever a client sends: it serves or
// it answers and closes, never both and never neither.
func FuzzServer(f *testing.F) {
	f.Add(extendedRequest("Host: h"), []byte{})
	f.Add(extendedRequest("Authorization: x", "Sec-WebSocket-Protocol: a"), extendedRequest("X: y"))
	f.Add(extendedRequest(`Sec-WebSocket-Extensions: x; a="\`), []byte("GET"))
	f.Add([]byte("GET /a?b HTTP/1.1\r\nCookie: a\r\n\r\n"), []byte("\x00"))
	f.Add(extendedRequest("Expect: 100-continue", "Content-Length: 5"), extendedRequest("Expect: x"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		s := NewServer(ServerConfig{Target: "/a?b", MaxBody: 5})
		for _, message := range [][]byte{first, second} {
			step := s.Message(message)
			if step.Await == AwaitBody {
				require.Equal(t, 100, sent(t, step).Status)
				require.LessOrEqual(t, s.MaxMessage(), 5)
				step = s.Message(make([]byte, s.MaxMessage()))
				require.NotNil(t, step.Serve)
			}
			if step.Serve == nil {
				require.Error(t, step.Err)
				require.Equal(t, CloseLater, step.Close)
				require.GreaterOrEqual(t, sent(t, step).Status, 400)
				ended(t, s)
				return
			}
			require.Empty(t, step.Send)
			require.Equal(t, KeepOpen, step.Close)
			for _, p := range step.Serve.Protocols {
				require.NotEqual(t, Subprotocol, p)
			}
			for _, h := range step.Serve.Header {
				require.NoError(t, CheckRequestField(h.Name))
			}
			require.Equal(t, AwaitReplay, s.Respond(&Response{Status: 401}).Await)
		}
	})
}
