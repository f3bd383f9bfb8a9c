package khpserver

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/gobwas/ws"
)

// A protocolError is a frame that breaks RFC 6455. The connection fails with
// that code.
type protocolError struct {
	code   ws.StatusCode
	reason string
}

func (e *protocolError) Error() string { return "khpserver: " + e.reason }

// A frameReader reads frames, only as far as it is asked. When a read ends early,
// by a deadline above all, what has arrived stays in buf: it can go on later, or
// hand buf to who takes the connection over.
type frameReader struct {
	conn       io.Reader
	unmasked   bool   // the frames are a server's
	buf        []byte // arrived and not yet taken
	fragmented bool   // within a message of several frames
}

// readChunk is how much is read ahead at most.
const readChunk = 4 << 10

// header returns the header of the next frame and its length in bytes. It takes
// nothing off.
func (r *frameReader) header() (h ws.Header, size int, err error) {
	for {
		in := bytes.NewReader(r.buf)
		h, err = ws.ReadHeader(in)
		if err == nil {
			return h, len(r.buf) - in.Len(), r.check(h)
		}
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			return h, 0, &protocolError{ws.StatusProtocolError, err.Error()}
		}
		if err := r.fill(); err != nil {
			return h, 0, err
		}
	}
}

func (r *frameReader) check(h ws.Header) error {
	state := ws.StateServerSide
	if r.unmasked {
		state = ws.StateClientSide
	}
	if r.fragmented {
		state |= ws.StateFragmented
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return &protocolError{ws.StatusProtocolError, err.Error()}
	}
	return nil
}

// payload takes a frame off and returns its unmasked payload. The caller has
// found its length bearable.
func (r *frameReader) payload(h ws.Header, size int) ([]byte, error) {
	end := size + int(h.Length)
	if err := r.await(end); err != nil {
		return nil, err
	}
	p := slices.Clone(r.buf[size:end])
	ws.Cipher(p, h.Mask, 0)
	r.take(h, end)
	if end > readChunk {
		r.buf = slices.Clone(r.buf) // the room for a large frame is not kept
	}
	return p, nil
}

// await returns when n bytes have arrived.
func (r *frameReader) await(n int) error {
	for len(r.buf) < n {
		if err := r.fill(); err != nil {
			return err
		}
	}
	return nil
}

// skip takes a frame of any length off without keeping it.
func (r *frameReader) skip(h ws.Header, size int) error {
	r.take(h, size)
	return r.discard(h.Length)
}

// discard takes n bytes off without keeping them.
func (r *frameReader) discard(n int64) error {
	for {
		part := min(n, int64(len(r.buf)))
		r.buf = r.buf[part:]
		if n -= part; n == 0 {
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// take takes n bytes off, the first of a frame.
func (r *frameReader) take(h ws.Header, n int) {
	r.buf = r.buf[n:]
	if !h.OpCode.IsControl() {
		r.fragmented = !h.Fin
	}
}

// fill reads what there is.
func (r *frameReader) fill() error {
	r.buf = slices.Grow(r.buf, readChunk)
	n, err := r.conn.Read(r.buf[len(r.buf):cap(r.buf)])
	r.buf = r.buf[:len(r.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}

// appendFrame appends a frame as a server sends it: whole and unmasked.
func appendFrame(dst []byte, op ws.OpCode, payload []byte) []byte {
	return appendFrameOf(dst, ws.Header{Fin: true, OpCode: op}, payload)
}

// appendFrameOf appends a frame with the header h, but for its length. If h says
// so, it is masked.
func appendFrameOf(dst []byte, h ws.Header, payload []byte) []byte {
	h.Length = int64(len(payload))
	b := bytes.NewBuffer(dst)
	// Writing to a buffer cannot fail, and no length is negative.
	_ = ws.WriteHeader(b, h)
	at := b.Len()
	b.Write(payload)
	if h.Masked {
		ws.Cipher(b.Bytes()[at:], h.Mask, 0)
	}
	return b.Bytes()
}

// closeCode reads a close frame's payload (RFC 6455 5.5.1); 0 is none.
func closeCode(payload []byte) (ws.StatusCode, error) {
	if len(payload) == 0 {
		return 0, nil
	}
	if len(payload) == 1 {
		return 0, &protocolError{ws.StatusProtocolError, "a close frame with half a code"}
	}
	code, reason := ws.ParseCloseFrameData(payload)
	err := ws.CheckCloseFrameData(code, reason)
	if errors.Is(err, ws.ErrProtocolInvalidUTF8) {
		return 0, &protocolError{ws.StatusInvalidFramePayloadData, err.Error()}
	}
	if err != nil {
		return 0, &protocolError{ws.StatusProtocolError, err.Error()}
	}
	return code, nil
}
