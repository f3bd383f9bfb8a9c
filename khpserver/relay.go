package khpserver

import (
	"bytes"

	"github.com/gobwas/ws"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// A relay takes the frames of one direction and puts what becomes of them into
// out. Control frames pass at once and as they are. Of a message it looks at the
// head, then lets the rest pass in parts as it arrives; only where a transform
// must see all of it, it is kept until it is whole.
type relay struct {
	frames frameReader
	out    bytes.Buffer // for the other side

	// judge decides by the head of a message, the first bytes on the wire,
	// whether it passes. It only ever refuses one of which the head is all. It is
	// nil where all pass.
	judge func(head []byte, text bool) (pass bool, err error)
	// whole takes messages of limit bytes at most. It is nil where they may pass
	// in parts.
	whole func(first ws.Header, data []byte) error
	limit int

	first   ws.Header // the header of the first frame of the message under way
	kept    []byte    // what of its payload is kept
	judged  bool      // its head has been judged, and it passes
	left    int64     // bytes of the current frame that are to pass
	ended   bool      // a message has ended in out; for the owner to clear
	closing bool      // a close frame has passed
}

// underWay tells whether a message has begun in out and not ended.
func (r *relay) underWay() bool { return r.left > 0 || r.judged }

// step takes the next frame, or a part of one. It returns the error of reading
// where there is nothing more, and can then be called again.
func (r *relay) step() error {
	if r.left > 0 {
		return r.pass()
	}
	h, size, err := r.frames.header()
	switch {
	case err != nil:
		return err
	case h.OpCode.IsControl():
		return r.control(h, size)
	}
	if h.OpCode != ws.OpContinuation {
		r.first, r.kept = h, nil
	}
	switch {
	case r.whole != nil:
		return r.keep(h, size)
	case r.judged || r.judge == nil:
		r.begin(h, size)
		return nil
	}
	return r.look(h, size)
}

// control passes a control frame.
func (r *relay) control(h ws.Header, size int) error {
	end := size + int(h.Length)
	if err := r.frames.await(end); err != nil {
		return err
	}
	r.out.Write(r.frames.buf[:end])
	r.frames.take(h, end)
	r.closing = r.closing || h.OpCode == ws.OpClose
	return nil
}

// begin passes the header of a frame, whose payload is to follow.
func (r *relay) begin(h ws.Header, size int) {
	r.out.Write(r.frames.buf[:size])
	r.frames.take(h, size)
	r.judged, r.left = true, h.Length
	r.passed()
}

// pass passes what there is of a payload.
func (r *relay) pass() error {
	if err := r.frames.await(1); err != nil {
		return err
	}
	n := min(r.left, int64(len(r.frames.buf)))
	r.out.Write(r.frames.buf[:n])
	r.frames.buf = r.frames.buf[n:]
	r.left -= n
	r.passed()
	return nil
}

// passed notes the end of a message.
func (r *relay) passed() {
	if r.left == 0 && !r.frames.fragmented {
		r.judged, r.ended = false, true
	}
}

// look judges a message by its head, if that is there. The head may be spread
// over frames.
func (r *relay) look(h ws.Header, size int) error {
	need := 0
	if r.first.OpCode == ws.OpText {
		need = int(min(h.Length, int64(khpcore.PingPongHead-len(r.kept))))
	}
	if err := r.frames.await(size + need); err != nil {
		return err
	}
	head := append(r.kept[:len(r.kept):len(r.kept)], r.frames.buf[size:size+need]...)
	ws.Cipher(head[len(r.kept):], h.Mask, 0)
	if r.first.OpCode == ws.OpText && !h.Fin && len(head) < khpcore.PingPongHead {
		r.kept = head
		r.frames.take(h, size+need)
		return nil
	}
	pass, err := r.judge(head, r.first.OpCode == ws.OpText)
	switch {
	case err != nil:
		return err
	case !pass:
		r.frames.take(h, size+need)
		return nil
	}
	if h.OpCode == ws.OpContinuation {
		r.emit(ws.Header{OpCode: r.first.OpCode, Masked: r.first.Masked, Mask: r.first.Mask}, r.kept)
	}
	r.begin(h, size)
	return nil
}

// keep keeps a message until it is whole.
func (r *relay) keep(h ws.Header, size int) error {
	if h.Length > int64(r.limit-len(r.kept)) {
		return &khpcore.LimitError{Limit: "MaxMessage", Max: r.limit}
	}
	p, err := r.frames.payload(h, size)
	if err != nil {
		return err
	}
	if r.kept == nil {
		r.kept = p // a frame mostly is a message
	} else {
		r.kept = append(r.kept, p...)
	}
	if !h.Fin {
		return nil
	}
	message := r.kept
	r.kept = nil
	return r.whole(r.first, message)
}

// message passes a whole message, masked like that of which it was made.
func (r *relay) message(first ws.Header, m Message) {
	h := ws.Header{Fin: true, OpCode: ws.OpBinary, Masked: first.Masked, Mask: first.Mask}
	if m.Text {
		h.OpCode = ws.OpText
	}
	r.emit(h, m.Data)
	r.ended = true
}

func (r *relay) emit(h ws.Header, payload []byte) {
	r.out.Write(appendFrameOf(r.out.AvailableBuffer(), h, payload))
}
