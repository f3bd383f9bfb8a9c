// Package interop_test has WebSocket servers of other projects, as their own
// documentation writes them, serve the extended handshake without a change.
package interop_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// Each server greets before the client has said anything and then echoes. It
// speaks the subprotocol chat.
const greeting = "welcome"

var servers = map[string]http.HandlerFunc{
	"gorilla": serveGorilla,
	"coder":   serveCoder,
	"gobwas":  serveGobwas,
}

func serveGorilla(w http.ResponseWriter, r *http.Request) {
	upgrader := gorilla.Upgrader{Subprotocols: []string{"chat"}, EnableCompression: true}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	err = conn.WriteMessage(gorilla.TextMessage, []byte(greeting))
	for err == nil {
		var kind int
		var message []byte
		if kind, message, err = conn.ReadMessage(); err == nil {
			err = conn.WriteMessage(kind, message)
		}
	}
}

func serveCoder(w http.ResponseWriter, r *http.Request) {
	conn, err := coder.Accept(w, r, &coder.AcceptOptions{
		Subprotocols:    []string{"chat"},
		CompressionMode: coder.CompressionContextTakeover,
	})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	err = conn.Write(r.Context(), coder.MessageText, []byte(greeting))
	for err == nil {
		var kind coder.MessageType
		var message []byte
		if kind, message, err = conn.Read(r.Context()); err == nil {
			err = conn.Write(r.Context(), kind, message)
		}
	}
}

func serveGobwas(w http.ResponseWriter, r *http.Request) {
	upgrader := ws.HTTPUpgrader{Protocol: func(s string) bool { return s == "chat" }}
	conn, _, _, err := upgrader.Upgrade(r, w)
	if err != nil {
		return
	}
	defer conn.Close()
	err = wsutil.WriteServerText(conn, []byte(greeting))
	for err == nil {
		var message []byte
		var op ws.OpCode
		if message, op, err = wsutil.ReadClientData(conn); err == nil {
			err = wsutil.WriteServerMessage(conn, op, message)
		}
	}
}

// proxied serves next as a server of its own and returns a reverse proxy to it.
func proxied(t *testing.T, next http.Handler) http.Handler {
	t.Helper()
	server := httptest.NewServer(next)
	t.Cleanup(server.Close)
	target, err := url.Parse(server.URL)
	require.NoError(t, err)
	return httputil.NewSingleHostReverseProxy(target)
}

// basicAuth is middleware as anybody writes it.
func basicAuth(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "joe" || password != "welcome" {
			w.Header().Set("WWW-Authenticate", `Basic realm="interop"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
