package khpcore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEmptyListStaysBehind: khp.md has a list of extensions that is there not
// be empty, whatever an application writes.
func TestEmptyListStaysBehind(t *testing.T) {
	for _, empty := range []string{"", ",", " , ,"} {
		step := serving(t, "Sec-WebSocket-Extensions: x-a").Respond(&Response{Status: 101,
			Header: Fields{{"X-A", ""}, {"sec-websocket-extensions", empty}}})
		require.True(t, step.Open)
		require.Equal(t, Fields{{"X-A", ""}}, sent(t, step).Header)
	}
}
