package khpserver

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"
)

// A script is a connection that reads what it is given, in parts.
type script struct {
	net.Conn
	data []byte
	part int
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.data[:min(len(s.data), s.part)])
	s.data = s.data[n:]
	return n, nil
}

// readFrames reads frames to their end: small ones whole, large ones not at all.
func readFrames(data []byte, part int) (payloads [][]byte, err error) {
	r := frameReader{conn: &script{data: data, part: part}}
	for {
		h, size, err := r.header()
		if err != nil {
			return payloads, err
		}
		if h.Length > 64 {
			if err := r.skip(h, size); err != nil {
				return payloads, err
			}
			continue
		}
		p, err := r.payload(h, size)
		if err != nil {
			return payloads, err
		}
		payloads = append(payloads, p)
	}
}

// FuzzFrameReader holds the frame reader to the same frames however they arrive.
func FuzzFrameReader(f *testing.F) {
	for _, frame := range []ws.Frame{
		ws.NewTextFrame([]byte("hello")), ws.NewPingFrame(nil), ws.NewCloseFrame([]byte{3, 232}),
		ws.NewFrame(ws.OpText, false, []byte("hel")), ws.NewBinaryFrame(make([]byte, 300)),
	} {
		f.Add(ws.MustCompileFrame(ws.MaskFrame(frame)), byte(3))
		f.Add(ws.MustCompileFrame(frame), byte(3))
	}
	f.Add([]byte{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, byte(5))
	f.Fuzz(func(t *testing.T, data []byte, part byte) {
		whole, err := readFrames(data, len(data)+1)
		parts, partsErr := readFrames(data, int(part)+1)
		require.Equal(t, whole, parts)
		require.Equal(t, err, partsErr)
	})
}

// FuzzRawResponse holds the capture of a response to the same answer however it
// is written.
func FuzzRawResponse(f *testing.F) {
	req, err := http.NewRequest(http.MethodGet, "/", nil)
	require.NoError(f, err)
	req.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
	for _, s := range []string{
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nrest",
		"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nbody",
		"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
		"HTTP/1.0 403\r\n\r\nbody",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			return
		}
		var whole rawResponse
		want := whole.write(data, req)
		var bytewise rawResponse
		var got *answer
		n := 0
		for ; n < len(data) && got == nil; n++ {
			got = bytewise.write(data[n:n+1], req)
		}
		require.Equal(t, want == nil, got == nil)
		if want == nil || want.err != nil || got.err != nil {
			return
		}
		require.Equal(t, want.response, got.response)
		if want.response.Status == http.StatusSwitchingProtocols {
			require.True(t, bytes.HasSuffix(data[:n], []byte("\r\n\r\n")))
			require.Equal(t, string(want.rest), string(data[n:]))
		}
	})
}
