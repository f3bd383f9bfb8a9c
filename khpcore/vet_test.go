package khpcore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestServerProtocols: tokens, each once (draft-ietf-hybi-02 3.3).
func TestServerProtocols(t *testing.T) {
	for value, ok := range map[string]bool{"a, b": true, "": true, "a b": false, "a, a": false, "a, b, a": false, "a;b": false} {
		step := NewServer(ServerConfig{Target: "/"}).Message([]byte("GET / HTTP/1.1\r\nSec-WebSocket-Protocol: " + value + "\r\n\r\n"))
		require.Equal(t, ok, step.Serve != nil, value)
		if !ok {
			var syntax *SyntaxError
			require.ErrorAs(t, step.Err, &syntax, value)
			require.Contains(t, string(step.Send[0]), "HTTP/1.1 400 ")
		}
	}
}

// TestBadRequestLineShowsTheMethodAlone: anything else may be secret.
func TestBadRequestLineShowsTheMethodAlone(t *testing.T) {
	for line, want := range map[string]string{"POST /s3cret HTTP/1.1": "POST", "S3CRET / HTTP/1.1": "another one", "s3cret": "another one", "SECRETSECRET / HTTP/1.1": "another one"} {
		_, err := ParseRequest([]byte(line+"\r\n\r\n"), Limits{})
		require.ErrorContains(t, err, want)
		require.NotRegexp(t, `(?i)s[3e]cret`, err.Error())
	}
}
