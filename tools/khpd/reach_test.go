package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/tools/internal/testclient"
)

// An upstream that is not there at the start, and does not come, ends khpd with
// one line.
func TestServeUpstreamNeverReached(t *testing.T) {
	addr := closed(t)
	for _, tc := range []struct{ upstream, want string }{
		{"ws://" + addr, "upstream ws://" + addr + " cannot be reached: connection refused\n"},
		{"wss://" + addr + "/base", "upstream wss://" + addr + " cannot be reached: connection refused\n"},
		{"ws://no..host", "upstream ws://no..host:80 cannot be reached: lookup no..host: no such host\n"},
	} {
		t.Run(tc.upstream, func(t *testing.T) {
			t.Parallel()
			begin := time.Now()
			stdout, stderr, code := runs(t, "serve", "--listen", "127.0.0.1:0", "--upstream", tc.upstream)
			require.Equal(t, 1, code)
			require.Contains(t, stdout, "khpd: listening on")
			require.Equal(t, "khpd: "+tc.want, stderr)
			require.GreaterOrEqual(t, time.Since(begin), reachTimeout, "it has its time to come")
		})
	}
}

// Until an upstream comes there is 502, and when it has been there once, khpd
// stays.
func TestServeUpstreamComesLate(t *testing.T) {
	addr := closed(t)
	p := servesURL(t, "ws://"+addr)
	c := testclient.Open(t, p.addr, "/")
	require.Equal(t, 502, c.Request().StatusCode)

	l, err := net.Listen("tcp", addr)
	require.NoError(t, err)
	reached := make(chan bool, 1)
	server := &httptest.Server{Listener: l, Config: &http.Server{
		Handler: http.HandlerFunc(anyOrigin),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				select {
				case reached <- true:
				default:
				}
			}
		},
	}}
	server.Start()
	defer server.Close()
	select {
	case <-reached: // before any request
	case <-time.After(patience):
		require.Fail(t, "khpd does not look for its upstream")
	}
	c = testclient.Open(t, p.addr, "/")
	require.Equal(t, 101, c.Request().StatusCode)
	requireEcho(t, c)

	server.Close()
	c = testclient.Open(t, p.addr, "/")
	require.Equal(t, 502, c.Request().StatusCode)
}

func TestReach(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	require.NoError(t, reach(t.Context(), &url.URL{Scheme: "http", Host: l.Addr().String()}))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, reach(ctx, &url.URL{Scheme: "http", Host: closed(t)}), "who ends it needs no reason")

	for address, want := range map[string]string{
		"http://h": "80", "https://h": "443", "http://h:1": "1", "https://[::1]:2": "2",
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Equal(t, want, portOf(u))
	}
}
