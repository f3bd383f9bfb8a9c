package khpserver

import (
	"io"
	"testing"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// relayed lets frames of a client, which arrive in parts, pass to their end.
// Those of x-kaazing-ping-pong are judged; whole is to keep all messages whole.
func relayed(t *testing.T, data []byte, part int, whole bool) (out []byte, err error) {
	pingPong, err := khpcore.NewPingPong(khpcore.Fields{{Name: pingPongControl}})
	require.NoError(t, err)
	r := relay{frames: frameReader{conn: &script{data: data, part: part}}, limit: 64}
	r.judge = func(head []byte, text bool) (bool, error) {
		require.LessOrEqual(t, len(head), khpcore.PingPongHead)
		verdict, err := pingPong.Receive(head, text)
		return verdict == khpcore.PingPongDeliver, err
	}
	if whole {
		r.whole = func(first ws.Header, data []byte) error {
			pass, err := r.judge(data[:min(len(data), khpcore.PingPongHead)], first.OpCode == ws.OpText)
			if pass {
				r.message(first, Message{first.OpCode == ws.OpText, data})
			}
			return err
		}
	}
	for err == nil {
		err = r.step()
	}
	return r.out.Bytes(), err
}

// messages reads frames as far as they are whole, control frames left out.
func messages(data []byte) (all []string) {
	r := frameReader{conn: &script{data: data, part: len(data) + 1}}
	var message string
	for {
		h, size, err := r.header()
		if err != nil {
			return all
		}
		p, err := r.payload(h, size)
		switch {
		case err != nil:
			return all
		case h.OpCode.IsControl():
			continue
		case h.OpCode != ws.OpContinuation:
			message = string('0' + byte(h.OpCode))
		}
		if message += string(p); h.Fin {
			all = append(all, message)
		}
	}
}

// FuzzRelay holds a relay to the same bytes however they arrive, and to the same
// messages whether it keeps them whole or not.
func FuzzRelay(f *testing.F) {
	add := func(frames ...ws.Frame) {
		var b []byte
		for _, frame := range frames {
			b = append(b, ws.MustCompileFrame(ws.MaskFrame(frame))...)
		}
		f.Add(b, byte(2))
	}
	control := []byte("\x01\x01\x01\x02")
	add(ws.NewTextFrame([]byte("hello")), ws.NewBinaryFrame(control), ws.NewPingFrame(nil), ws.NewCloseFrame([]byte{3, 232}))
	add(ws.NewTextFrame(control), ws.NewTextFrame(control), ws.NewTextFrame([]byte("\x01\x01\x01\x02\x09\x00")))
	add(ws.NewFrame(ws.OpText, false, control[:2]), ws.NewFrame(ws.OpContinuation, false, nil), ws.NewPingFrame(nil),
		ws.NewFrame(ws.OpContinuation, true, []byte("\x01\x02\x0a\x00")))
	add(ws.NewFrame(ws.OpText, false, []byte("a")), ws.NewFrame(ws.OpContinuation, true, []byte("bcdefghijk")))
	f.Add([]byte("\x81\x01a"), byte(1))
	f.Fuzz(func(t *testing.T, data []byte, part byte) {
		if len(data) > 4<<10 {
			return
		}
		for _, whole := range []bool{false, true} {
			want, wantErr := relayed(t, data, len(data)+1, whole)
			got, err := relayed(t, data, int(part)+1, whole)
			require.Equal(t, string(want), string(got))
			require.Equal(t, wantErr, err)
			if whole {
				streamed, streamedErr := relayed(t, data, int(part)+1, false)
				if wantErr == io.EOF && streamedErr == io.EOF {
					require.Equal(t, messages(want), messages(streamed))
				}
			}
		}
	})
}
