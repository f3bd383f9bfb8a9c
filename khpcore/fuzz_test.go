package khpcore

import (
	"bytes"
	"testing"
)

// seeds are what deployed clients and gateways send, and some of what none should.
var requestSeeds = []string{
	"GET / HTTP/1.1\r\n\r\n",
	"GET /basic HTTP/1.1\r\nWebSocket-Protocol: \r\nSec-WebSocket-Protocol: soap,wamp\r\nSec-WebSocket-Extensions: x-kaazing-idle-timeout,x-kaazing-ping-pong\r\n\r\n",
	"GET /auth?a=b HTTP/1.1\r\nHost: h:81\r\nAuthorization: Basic am9lOndlbGNvbWU=\r\n\r\n",
	"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
	"\r\n",
}

var responseSeeds = []string{
	"HTTP/1.1 101 Web Socket Protocol Handshake\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: soap\r\n\r\n",
	"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Application Basic realm=\"R\"\r\nContent-Length: 2\r\n\r\nno",
	"HTTP/1.1 302 Found\r\nlocation: http://localhost:1/plain\r\n\r\n",
	"HTTP/1.1 200\r\n\r\n",
	"HTTP/1.1 403 \xff\r\nX: \xff\xfe\r\n\r\n",
}

func FuzzParseRequest(f *testing.F) {
	for _, s := range requestSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		r, err := ParseRequest(msg, Limits{})
		if err != nil {
			return
		}
		wire, err := AppendRequest(nil, r)
		if err != nil {
			t.Fatalf("parsed but not encoded: %v", err)
		}
		again, err := ParseRequest(wire, Limits{})
		if err != nil {
			// White space that a value loses makes a head shorter, never longer.
			t.Fatalf("encoded but not parsed: %v", err)
		}
		twice, err := AppendRequest(nil, again)
		if err != nil || !bytes.Equal(wire, twice) {
			t.Fatalf("not stable: %q, then %q (%v)", wire, twice, err)
		}
	})
}

// FuzzResponseReader also holds that where a response is cut into messages
// makes no difference.
func FuzzResponseReader(f *testing.F) {
	for _, s := range responseSeeds {
		f.Add([]byte(s), uint8(3), false)
		f.Add([]byte(s), uint8(0), true)
	}
	f.Fuzz(func(t *testing.T, wire []byte, size uint8, noMarker bool) {
		dialect := Standard
		if noMarker {
			dialect = NoMarker
		}
		read := func(size int) (*Response, bool) {
			r := NewResponseReader(dialect, Limits{Messages: 1 << 30})
			for rest := wire; len(rest) > 0; {
				n := len(rest)
				if size > 0 && size < n {
					n = size
				}
				if _, err := r.Message(rest[:n], false); err != nil {
					return nil, false
				}
				rest = rest[n:]
			}
			if dialect == Standard {
				if _, err := r.Message(nil, false); err != nil {
					return nil, false
				}
			}
			return r.Response, r.Response != nil && r.missing == 0
		}
		whole, ok := read(0)
		cut, okCut := read(int(size))
		if ok != okCut {
			t.Fatalf("whole: %v, in pieces of %d: %v", ok, size, okCut)
		}
		if !ok {
			return
		}
		a, err := AppendResponse(nil, whole)
		if err != nil {
			t.Fatalf("parsed but not encoded: %v", err)
		}
		b, _ := AppendResponse(nil, cut)
		if !bytes.Equal(a, b) {
			t.Fatalf("whole %q, cut %q", a, b)
		}
	})
}

func FuzzParseChallenges(f *testing.F) {
	for _, s := range []string{`Basic realm="a\"b", charset=UTF-8`, `Negotiate a-._~+/==, Digest qop="auth, auth-int", nonce=1`, `Application Token`, "Basic realm=\"\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		challenges, _ := ParseChallenges(value)
		for _, c := range challenges {
			if !isToken(c.Scheme) {
				t.Fatalf("scheme %q", c.Scheme)
			}
			for _, p := range c.Params {
				if p.Name != "" && !isToken(p.Name) {
					t.Fatalf("parameter %q", p.Name)
				}
			}
		}
	})
}

func FuzzURL(f *testing.F) {
	for _, s := range []string{"ws://u:p@H:080/a/../b?c#d", "wss://[::1]:8080", "//x/y", "../..", "?q", "ws://a\\@b/"} {
		f.Add("ws://a/b/c", s)
		f.Add(s, "/g")
	}
	f.Fuzz(func(t *testing.T, base, ref string) {
		u, err := ParseURL(base)
		if err != nil {
			return
		}
		check := func(u *URL) {
			again, err := ParseURL(u.String())
			if err != nil {
				t.Fatalf("%q: %v", u, err)
			}
			if again.String() != u.String() || !again.SameOrigin(u) || again.User != nil {
				t.Fatalf("%q, then %q", u, again)
			}
		}
		check(u)
		if v, err := u.Resolve(ref); err == nil {
			if v.User != nil {
				t.Fatalf("userinfo of %q survives", ref)
			}
			check(v)
		}
	})
}
