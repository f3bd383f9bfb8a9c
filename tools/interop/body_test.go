package interop_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// ticketed serves who brings the right ticket in the body of the request.
func ticketed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err != nil || string(body) != "let me in" {
			http.Error(w, "no ticket", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// The body of an extended request reaches the server, also behind a proxy.
func TestRequestBody(t *testing.T) {
	eachWith(t, &khpserver.Options{MaxRequestBody: 100}, ticketed, func(t *testing.T, addr string) {
		c := open(t, addr)
		require.Equal(t, 100, request(c, "Expect: 100-continue", "Content-Length: 9").StatusCode)
		c.Message(ws.OpText, "let me in")
		require.Equal(t, 101, c.Response().StatusCode)
		converse(t, c)

		c = open(t, addr)
		require.Equal(t, 100, request(c, "Expect: 100-continue", "Content-Length: 4").StatusCode)
		c.Message(ws.OpText, "open")
		require.Equal(t, http.StatusForbidden, c.Response().StatusCode)
	})
}
