package khpcore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// everyWay feeds wire to a reader whole, byte by byte and cut at every place,
// each time with what ends it, and holds all results to be the same.
func everyWay(t *testing.T, wire string, marker bool, dialect Dialect, l Limits) (*Response, error) {
	t.Helper()
	cuts := [][]string{{wire}, strings.Split(wire, "")}
	for i := 1; i < len(wire); i++ {
		cuts = append(cuts, []string{wire[:i], wire[i:]})
	}
	var first *Response
	var firstErr error
	for i, pieces := range cuts {
		r := NewResponseReader(dialect, l)
		var err error
		var p Progress
		for _, piece := range pieces {
			if p, err = r.Message([]byte(piece), false); err != nil {
				break
			}
		}
		if err == nil && marker {
			p, err = r.Message(nil, false)
		}
		if err == nil {
			require.Equal(t, Complete, p)
		}
		if i == 0 {
			first, firstErr = r.Response, err
			continue
		}
		require.Equal(t, firstErr == nil, err == nil, "%q: %v", pieces, err)
		if err == nil {
			require.Equal(t, first, r.Response)
		}
	}
	return first, firstErr
}

func TestResponses(t *testing.T) {
	for wire, want := range map[string]*Response{
		"HTTP/1.1 101 Web Socket Protocol Handshake\r\nUpgrade:websocket\r\nX: \t a b \t\r\n\r\n": {Status: 101,
			Reason: "Web Socket Protocol Handshake", Header: Fields{{"Upgrade", "websocket"}, {"X", "a b"}}},
		"HTTP/1.1 200 \r\n\r\n":                                          {Status: 200},
		"HTTP/1.1 200\r\n\r\n":                                           {Status: 200},
		"HTTP/1.1 999 \xff\xe9\r\nX: \xff\r\n\r\n":                       {Status: 999, Reason: "\xff\xe9", Header: Fields{{"X", "\xff"}}},
		"HTTP/1.1 401 No\r\ncontent-LENGTH: 5\r\n\r\nhello":              {Status: 401, Reason: "No", Header: Fields{{"content-LENGTH", "5"}}, Body: []byte("hello")},
		"HTTP/1.1 401 No\r\nContent-Length: 000\r\n\r\n":                 {Status: 401, Reason: "No", Header: Fields{{"Content-Length", "000"}}},
		"HTTP/1.1 101 OK\r\nContent-Length: 0\r\n\r\n":                   {Status: 101, Reason: "OK", Header: Fields{{"Content-Length", "0"}}},
		"HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\n\r\n\r\n":           {Status: 403, Reason: "No", Header: Fields{{"Content-Length", "4"}}, Body: []byte("\r\n\r\n")},
		"HTTP/1.1 302 Found\r\nlocation: http://localhost/plain\r\n\r\n": {Status: 302, Reason: "Found", Header: Fields{{"location", "http://localhost/plain"}}},
	} {
		for _, dialect := range []Dialect{Standard, NoMarker} {
			got, err := everyWay(t, wire, dialect == Standard, dialect, Limits{})
			require.NoError(t, err, "%q", wire)
			require.Equal(t, want, got)
		}
		again, err := AppendResponse(nil, want)
		require.NoError(t, err)
		back, err := ParseResponse(again, Limits{})
		require.NoError(t, err)
		require.Equal(t, want, back)
	}
}

func TestMalformedResponses(t *testing.T) {
	const start = "HTTP/1.1 401 No\r\n"
	for name, wire := range map[string]string{
		"bare LF":                  "HTTP/1.1 101 OK\n\n",
		"bare LF later":            start + "A: b\n\r\n",
		"stray CR":                 start + "A: b\rc\r\n\r\n",
		"CR CR LF":                 start + "A: b\r\r\n\r\n",
		"folded line":              start + "A: b\r\n c\r\n\r\n",
		"NUL":                      start + "A: \x00\r\n\r\n",
		"empty name":               start + ": b\r\n\r\n",
		"no colon":                 start + "A\r\n\r\n",
		"space before the colon":   start + "A : b\r\n\r\n",
		"HTTP/1.0":                 "HTTP/1.0 101 OK\r\n\r\n",
		"HTTP/2":                   "HTTP/2 101 OK\r\n\r\n",
		"lower case":               "http/1.1 101 OK\r\n\r\n",
		"two digits":               "HTTP/1.1 10 OK\r\n\r\n",
		"four digits":              "HTTP/1.1 1010 OK\r\n\r\n",
		"letters":                  "HTTP/1.1 1o1 OK\r\n\r\n",
		"below 100":                "HTTP/1.1 099 OK\r\n\r\n",
		"sign":                     "HTTP/1.1 +10 OK\r\n\r\n",
		"two spaces":               "HTTP/1.1  101 OK\r\n\r\n",
		"nothing but a blank line": "\r\n",
		"request":                  "GET / HTTP/1.1\r\n\r\n",
		"Transfer-Encoding":        start + "Transfer-Encoding: chunked\r\n\r\n",
		"length twice":             start + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
		"length list":              start + "Content-Length: 0, 0\r\n\r\n",
		"length negative":          start + "Content-Length: -1\r\n\r\n",
		"length signed":            start + "Content-Length: +1\r\n\r\na",
		"length hex":               start + "Content-Length: 0x1\r\n\r\na",
		"length empty":             start + "Content-Length:\r\n\r\n",
		"length overflow":          start + "Content-Length: 18446744073709551616\r\n\r\n",
		"body too long":            start + "Content-Length: 1\r\n\r\nab",
		"body unannounced":         start + "\r\na",
		"body of 101":              "HTTP/1.1 101 OK\r\nContent-Length: 1\r\n\r\na",
		"body of 204":              "HTTP/1.1 204 OK\r\nContent-Length: 1\r\n\r\na",
		"body of 205":              "HTTP/1.1 205 OK\r\nContent-Length: 1\r\n\r\na",
		"marker in a head":         start + "A: b\r\n",
		"marker in a body":         start + "Content-Length: 2\r\n\r\na",
		"nothing but the marker":   "",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := everyWay(t, wire, true, Standard, Limits{})
			require.Error(t, err)
			switch err.(type) {
			case *SyntaxError, *LimitError:
			default:
				t.Errorf("%T is not one of the package's errors", err)
			}
		})
	}
}

func TestEndMarker(t *testing.T) {
	const head = "HTTP/1.1 101 OK\r\n\r\n"
	t.Run("standard waits for it", func(t *testing.T) {
		r := NewResponseReader(Standard, Limits{})
		p, err := r.Message([]byte(head), true)
		require.NoError(t, err)
		require.Equal(t, HeadComplete, p)
		p, err = r.Message(nil, false)
		require.NoError(t, err)
		require.Equal(t, Complete, p)
		_, err = r.Message(nil, false)
		require.Error(t, err, "a message after the end")
	})
	t.Run("as text it is none", func(t *testing.T) {
		r := NewResponseReader(Standard, Limits{})
		_, err := r.Message([]byte(head), false)
		require.NoError(t, err)
		_, err = r.Message(nil, true)
		require.Error(t, err)
	})
	t.Run("no-marker has none", func(t *testing.T) {
		r := NewResponseReader(NoMarker, Limits{})
		_, err := r.Message([]byte(head[:5]), false)
		require.NoError(t, err)
		_, err = r.Message(nil, false)
		require.Error(t, err)
	})
}

func TestResponseLimits(t *testing.T) {
	limits := Limits{HeadBytes: 200, LineBytes: 100, HeaderCount: 3, BodyBytes: 10, Messages: 1000}
	line := func(n int) string { return "X: " + strings.Repeat("a", n-3) + "\r\n" }
	const start = "HTTP/1.1 401 No\r\n" // 17
	for name, c := range map[string]struct{ wire, limit string }{
		"line at":     {start + line(100) + "\r\n", ""},
		"line above":  {start + line(101) + "\r\n", "LineBytes"},
		"count at":    {start + line(9) + line(9) + line(9) + "\r\n", ""},
		"count above": {start + line(9) + line(9) + line(9) + line(9) + "\r\n", "HeaderCount"},
		"head at":     {start + line(87) + line(90) + "\r\n", ""},
		"head above":  {start + line(88) + line(90) + "\r\n", "HeadBytes"},
		"body below":  {start + "Content-Length: 9\r\n\r\n123456789", ""},
		"body at":     {start + "Content-Length: 10\r\n\r\n1234567890", ""},
		"body above":  {start + "Content-Length: 11\r\n\r\n12345678901", "BodyBytes"},
		"no line end": {strings.Repeat("a", 102), "LineBytes"},
		"no head end": {start + line(90) + line(90), "HeadBytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := everyWay(t, c.wire, true, Standard, limits)
			if c.limit == "" {
				require.NoError(t, err)
				return
			}
			var over *LimitError
			require.ErrorAs(t, err, &over)
			require.Equal(t, c.limit, over.Limit)
		})
	}
	t.Run("messages", func(t *testing.T) {
		const head = "HTTP/1.1 101 OK\r\n\r\n"
		for n, ok := range map[int]bool{len(head): false, len(head) + 1: true, len(head) + 2: true} {
			r := NewResponseReader(Standard, Limits{Messages: n})
			var err error
			for _, b := range []byte(head) {
				if _, err = r.Message([]byte{b}, false); err != nil {
					break
				}
			}
			if err == nil {
				_, err = r.Message(nil, false)
			}
			if ok {
				require.NoError(t, err)
				continue
			}
			require.Equal(t, &LimitError{"Messages", n}, err)
		}
	})
}
