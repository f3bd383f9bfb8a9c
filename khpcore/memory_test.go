package khpcore

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMemoryOfPendingClient has many clients wait for the last byte of a
// response that is as large as it may be, in pieces, and prints what one of them
// holds for it.
func TestMemoryOfPendingClient(t *testing.T) {
	const clients, most, piece = 100, 256 << 10, 16
	response := strings.Replace(headOf(t, "HTTP/1.1 202 Later", DefaultHeadBytes-len("Content-Length: 65536\r\n")), "\r\n",
		"\r\nContent-Length: 65536\r\n", 1) + strings.Repeat("b", DefaultBodyBytes-1)
	inUse := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := inUse()
	var waiting []*Client
	for range clients {
		c, err := NewClient(ClientConfig{URL: "ws://localhost/"})
		require.NoError(t, err)
		c.Start()
		c.Opened("ws://localhost/", Subprotocol, "")
		for i := 0; i < len(response); i += piece {
			require.Empty(t, c.Message([]byte(response[i:min(i+piece, len(response))]), false))
		}
		waiting = append(waiting, c)
	}
	each := (inUse() - before) / clients
	t.Logf("%d bytes for each of %d pending responses", each, clients)
	require.Less(t, each, int64(most))
	for _, c := range waiting {
		require.Empty(t, c.Message([]byte("b"), false))
		require.Empty(t, c.Message(nil, false))
		c.Message([]byte("HTTP/1.1 204 Now\r\n\r\n"), false)
		require.IsType(t, &Open{}, c.Message(nil, false)[1], "they were all there")
	}
}
