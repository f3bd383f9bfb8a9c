package wasmdiff

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/internal/transcript"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// maxMemory is the most that an instance may take, whatever a server sends:
// it has no garbage collector, so the limits alone bound it. docs/security.md
// states it.
const maxMemory = 8 << 20

// TestMemoryIsBounded lets a server send as much as the limits let through, in
// the pieces that cost most, and some more: waits, challenges and redirects.
func TestMemoryIsBounded(t *testing.T) {
	cfg := khpcore.ClientConfig{URL: "ws://localhost/", Credentials: khpcore.AskCredentials}
	steps := []transcript.Step{{Event: []string{"start"}}}
	event := func(words ...string) { steps = append(steps, transcript.Step{Event: words}) }
	respond := func(start string) {
		head := start + "\r\nContent-Length: 65536\r\n"
		for n := 0; len(head) < khpcore.DefaultHeadBytes-400; n++ {
			head += fmt.Sprintf("X-%d: %s\r\n", n, strings.Repeat("x", 200))
		}
		head += "\r\n"
		for len(head) > 0 {
			n := min(len(head), 16)
			event("binary", head[:n])
			head = head[n:]
		}
		for range 65536 / 64 {
			event("binary", strings.Repeat("b", 64))
		}
		event("end")
	}
	event("opened", khpcore.Subprotocol)
	for range khpcore.MaxInterimResponses {
		respond("HTTP/1.1 202 Accepted")
	}
	for redirect := range khpcore.MaxRedirects + 1 {
		for round := range khpcore.MaxCredentialRounds {
			respond("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=r")
			event("credentials", "u", fmt.Sprint(redirect, round))
		}
		event("binary", fmt.Sprintf("HTTP/1.1 302 Found\r\nLocation: /%d\r\n\r\n", redirect))
		event("closed", "1000")
		event("opened", khpcore.Subprotocol)
	}
	events, err := (&transcript.Transcript{Config: cfg, Steps: steps}).Encode()
	require.NoError(t, err)

	instance, h := shipped(t).start(t)
	var answer []byte
	for _, e := range events {
		if got, err := h(e); len(got) > 0 || err != nil {
			require.NoError(t, err)
			answer = got
		}
	}
	require.Contains(t, string(answer), khpcore.CodeRedirectLimit, "the server got as far as it can")
	size := instance.Memory().Size()
	t.Logf("%d events, %d bytes of memory", len(events), size)
	require.LessOrEqual(t, size, uint32(maxMemory))
}

// TestOpenSocketAllocatesNothing: where an extension goes on, an instance lives
// as long as its socket.
func TestOpenSocketAllocatesNothing(t *testing.T) {
	recorded, err := transcript.Load(testdata + "transcripts/ping-pong.txt")
	require.NoError(t, err)
	events, err := recorded.Encode()
	require.NoError(t, err)
	instance, h := shipped(t).start(t)
	const opening = 4 // events until the socket is open
	for _, e := range events[:opening] {
		_, err := h(e)
		require.NoError(t, err)
	}
	before := instance.Memory().Size()
	for range 100_000 {
		for _, e := range events[opening : opening+10] {
			_, err := h(e)
			require.NoError(t, err)
		}
	}
	require.Equal(t, before, instance.Memory().Size())
}
