package khpserver_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// TestHeadTooLarge: an application, or an upstream behind it, that answers with
// more headers than a client takes costs the client no more than a 502.
func TestHeadTooLarge(t *testing.T) {
	for header, status := range map[string]int{
		"X-A: " + strings.Repeat("y", khpcore.DefaultHeadBytes/2): 403,
		"X-A: " + strings.Repeat("y", khpcore.DefaultHeadBytes):   502,
		"X-A: " + strings.Repeat("y", 1<<20):                      502,
	} {
		addr := start(t, answer(403, "", header), khpserver.Options{})
		c := open(t, addr, "/")
		c.request("/")
		require.Equal(t, status, c.response().status)
		c.leave()
	}
}
