package main

import (
	"bytes"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What an upstream has sent may be secret, also where it is no HTTP.
func TestLogHoldsNothingOfAnUpstream(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			_, _ = c.Write([]byte("HTTP/1.1 403 No\r\nSet-Cookie sid=s3cret\r\n\r\n"))
			_ = c.Close()
		}
	}()
	var out bytes.Buffer
	handler := newUpstream(&url.URL{Scheme: "http", Host: l.Addr().String()}, 10*time.Second, slog.New(slog.NewTextHandler(&out, nil)))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	require.Equal(t, 502, w.Code)
	require.Contains(t, out.String(), "upstream does not answer as it should")
	require.NotContains(t, out.String()+w.Body.String(), "s3cret")
}
