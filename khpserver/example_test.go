package khpserver_test

import (
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// Any handler that upgrades to WebSocket takes part as it is.
func ExampleHandler() {
	var next http.Handler // of gorilla/websocket, coder/websocket, gobwas/ws, …
	http.Handle("/ws", khpserver.Handler(next))
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", nil))
}

// A gateway in front of another server, for pages of two origins.
func ExampleNew() {
	upstream, err := url.Parse("http://127.0.0.1:9000")
	if err != nil {
		log.Fatal(err)
	}
	handler := khpserver.New(httputil.NewSingleHostReverseProxy(upstream), &khpserver.Options{
		AllowOrigins: []string{"https://app.example.com"},
		AllowHeaders: []string{"X-Tenant"},
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", handler))
}
