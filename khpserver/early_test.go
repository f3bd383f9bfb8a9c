package khpserver_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// waiting is a handler that waits until its request's context ends.
func waiting(serving, ended chan<- bool) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		serving <- true
		<-r.Context().Done()
		ended <- true
	}
}

// A message before its turn is 400, however much of it has come.
func TestMessageBeforeItsTurn(t *testing.T) {
	for name, message := range map[string][]byte{
		"a request":        text(extended("/")),
		"an empty one":     text(""),
		"a first frame":    frame(ws.OpBinary, false, "x"),
		"a frame's header": text("any bytes")[:6],
	} {
		t.Run(name, func(t *testing.T) {
			serving, ended := make(chan bool, 1), make(chan bool, 1)
			addr := start(t, waiting(serving, ended), khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			await(t, serving, "next is called")
			c.write(message)
			r := c.response()
			require.Equal(t, 400, r.status)
			require.Contains(t, r.body, "a message before the response")
			await(t, ended, "the context ends")
			if name != "a frame's header" {
				c.leave()
			}
		})
	}
}

// ... also when next has hijacked, but not answered yet.
func TestMessageBeforeItsTurnAfterHijack(t *testing.T) {
	serving, result := make(chan bool, 1), make(chan error, 1)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		serving <- true
		<-r.Context().Done()
		_, err := io.WriteString(conn, switching(r))
		result <- err
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	await(t, serving, "next hijacks")
	c.write(text("hello"))
	require.Equal(t, 400, c.response().status)
	require.Error(t, await(t, result, "next writes"))
	c.leave()
}

// The context of next's request ends when the client goes away.
func TestClientGoesAway(t *testing.T) {
	for name, leave := range map[string]func(c *client){
		"the connection ends": func(c *client) { require.NoError(c.t, c.conn.Close()) },
		"a close frame":       func(c *client) { c.leave() },
	} {
		t.Run(name, func(t *testing.T) {
			serving, ended := make(chan bool, 1), make(chan bool, 1)
			addr := start(t, waiting(serving, ended), khpserver.Options{})
			c := open(t, addr, "/")
			c.request("/")
			await(t, serving, "next is called")
			leave(c)
			await(t, ended, "the context ends")
		})
	}
}

// The client has gone: there is nothing left to hijack.
func TestHijackAfterClientWentAway(t *testing.T) {
	serving, result := make(chan bool, 1), make(chan error, 1)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		serving <- true
		<-r.Context().Done()
		_, _, err := http.NewResponseController(w).Hijack()
		result <- err
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	await(t, serving, "next is called")
	require.NoError(t, c.conn.Close())
	require.Error(t, await(t, result, "next hijacks"))
}

// While a hijacked connection is in use the context goes on, as with net/http.
func TestContextWhileOpen(t *testing.T) {
	result := make(chan error, 2)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _ := hijack(t, w)
		_, _ = io.WriteString(conn, switching(r))
		result <- r.Context().Err()
		_, _ = io.Copy(io.Discard, conn)
		result <- r.Context().Err()
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/")
	require.Equal(t, 101, c.response().status)
	require.NoError(t, await(t, result, "it opens"))
	require.NoError(t, c.conn.Close())
	require.NoError(t, await(t, result, "it ends"))
}
