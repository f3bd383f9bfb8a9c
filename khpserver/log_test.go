package khpserver_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// A logBuffer may be read while others write to it.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// Every outcome is in the log with its path, and no secret is.
func TestLog(t *testing.T) {
	const secret = "s3cret"
	for _, tc := range []struct {
		name     string
		opening  []string
		extended string
		next     http.HandlerFunc
		want     []string
	}{
		{"answered", nil, extended("/path?token="+secret, "Authorization: Bearer "+secret), answer(403, secret, "X-A: "+secret),
			[]string{"level=DEBUG", "extended request answered", "status=403"}},
		{"refused header", nil, extended("/path?token="+secret, "Cookie: "+secret), nil,
			[]string{"level=INFO", "extended request refused", "header Cookie refused"}},
		{"refused target", nil, extended("/" + secret), nil,
			[]string{"level=INFO", "extended request refused", "its target"}},
		{"malformed", nil, "GET /path?token=" + secret + " HTTP/1.1\r\nAuthorization: " + secret + "\r\n", nil,
			[]string{"level=INFO", "extended request refused", "no blank line"}},
		{"malformed value", nil, extended("/path?token="+secret, "Authorization: "+secret+"\x01"), nil,
			[]string{"level=INFO", "extended request refused", "value in header line 1"}},
		{"not an answer", nil, extended("/path?token=" + secret), answer(204, "", "X-A: "+secret),
			[]string{"level=WARN", "not usable", "status 204 without an upgrade"}},
		{"an answer with a broken header", nil, extended("/path?token=" + secret), answer(403, "", "X-A: "+secret+"\n"),
			[]string{"level=WARN", "not usable", "header X-A"}},
		{"not even HTTP", nil, extended("/path?token=" + secret), func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nX-A: "+secret+"\r\n\r\n")
		}, []string{"level=WARN", "not usable", "does not upgrade"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log logBuffer
			logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			addr := start(t, tc.next, khpserver.Options{Logger: logger})
			c := open(t, addr, "/path?token="+secret, tc.opening...)
			c.write(text(tc.extended))
			c.response()
			c.leave()
			got := log.String()
			for _, want := range append(tc.want, "path=/path", "remote=127.0.0.1:") {
				require.Contains(t, got, want)
			}
			require.NotContains(t, got, secret)
		})
	}
}
