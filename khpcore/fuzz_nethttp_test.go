package khpcore

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzResponseAgainstNetHTTP: where net/http and this package both take a
// response, they read the same.
func FuzzResponseAgainstNetHTTP(f *testing.F) {
	for _, s := range responseSeeds {
		f.Add([]byte(s))
	}
	for _, s := range strictness {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		ours, err := ParseResponse(wire, Limits{})
		if err != nil {
			return
		}
		theirs, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(wire)), nil)
		if err != nil {
			return
		}
		require.Equal(t, theirs.StatusCode, ours.Status)
		_, reason, _ := strings.Cut(theirs.Status, " ")
		require.Equal(t, reason, ours.Reason)
		require.Equal(t, withoutItsOwn(theirs.Header, ours.Header), canonical(ours.Header))
		if ours.Status == 304 {
			return // net/http knows that no body follows; here Content-Length is believed
		}
		body, err := io.ReadAll(theirs.Body)
		require.NoError(t, err)
		require.Equal(t, string(body), string(ours.Body))
	})
}

func canonical(fields Fields) http.Header {
	h := http.Header{}
	for _, f := range fields {
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		h[name] = append(h[name], f.Value)
	}
	return h
}

// withoutItsOwn takes out what net/http has added: Cache-Control for an old Pragma.
func withoutItsOwn(h http.Header, ours Fields) http.Header {
	if ours.Count("Cache-Control") == 0 && ours.Count("Pragma") > 0 {
		h.Del("Cache-Control")
	}
	return h
}

// strictness is what net/http takes and this package must not.
var strictness = map[string]string{
	"a bare line feed":           "HTTP/1.1 101 OK\nA: b\n\n",
	"a bare line feed at last":   "HTTP/1.1 101 OK\r\nA: b\r\n\n",
	"a folded line":              "HTTP/1.1 101 OK\r\nA: b\r\n c\r\n\r\n",
	"HTTP/1.0":                   "HTTP/1.0 101 OK\r\n\r\n",
	"HTTP/2.0":                   "HTTP/2.0 101 OK\r\n\r\n",
	"a status below 100":         "HTTP/1.1 099 OK\r\n\r\n",
	"two spaces":                 "HTTP/1.1  101 OK\r\n\r\n",
	"Content-Length twice":       "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
	"chunks":                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"a body that is not counted": "HTTP/1.1 200 OK\r\n\r\nbody",
	"a body of 101":              "HTTP/1.1 101 OK\r\nContent-Length: 1\r\n\r\na",
	"more than the body":         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
}

func TestStricterThanNetHTTP(t *testing.T) {
	for name, wire := range strictness {
		t.Run(name, func(t *testing.T) {
			_, err := http.ReadResponse(bufio.NewReader(strings.NewReader(wire)), nil)
			require.NoError(t, err)
			_, err = ParseResponse([]byte(wire), Limits{})
			var malformed *SyntaxError
			require.ErrorAs(t, err, &malformed)
		})
	}
}
