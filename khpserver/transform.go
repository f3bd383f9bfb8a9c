package khpserver

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// errNotUTF8 is a text message that cannot be one.
var errNotUTF8 = errors.New("a text message that is not UTF-8")

// An extensionError is what an extension found wrong.
type extensionError struct {
	code ws.StatusCode
	err  error
}

func (e *extensionError) Error() string { return fmt.Sprintf("khpserver: extension: %v", e.err) }

func (e *extensionError) Unwrap() error { return e.err }

// arrives judges a message of the client by its head.
func (f *framedConn) arrives(head []byte, text bool) (pass bool, err error) {
	verdict, err := f.pingPong.Receive(head, text)
	if err != nil {
		return false, &extensionError{ws.StatusProtocolError, err}
	}
	if verdict == khpcore.PingPongAnswer {
		f.say(&f.pongDue)
	}
	return verdict == khpcore.PingPongDeliver, nil
}

// leaves puts an escape before a message of next that needs one.
func (f *framedConn) leaves(head []byte, text bool) (pass bool, err error) {
	if f.pingPong.Escapes(head, text) {
		f.out.emit(ws.Header{Fin: true, OpCode: ws.OpText}, f.pingPong.Escape())
	}
	return true, nil
}

// fromClient has the transforms take a message of the client.
func (f *framedConn) fromClient(first ws.Header, data []byte) error {
	m := Message{first.OpCode == ws.OpText, data}
	if m.Text && !utf8.Valid(data) {
		return &protocolError{ws.StatusInvalidFramePayloadData, "a text message that is not UTF-8"}
	}
	if f.in.judge != nil {
		if pass, err := f.in.judge(data, m.Text); err != nil || !pass {
			return err
		}
	}
	m, ok, err := f.transformed(m, f.agreement.onMessage, ws.StatusProtocolError)
	if ok {
		f.in.message(first, m)
	}
	return err
}

// fromNext has the transforms take a message of next.
func (f *framedConn) fromNext(first ws.Header, data []byte) error {
	m := Message{first.OpCode == ws.OpText, data}
	m, ok, err := f.transformed(m, f.agreement.onSend, ws.StatusInternalServerError)
	if !ok {
		return err
	}
	if f.out.judge != nil {
		if _, err := f.out.judge(m.Data, m.Text); err != nil {
			return err
		}
	}
	f.out.message(first, m)
	return nil
}

// transformed applies transforms; ok is false where no message is left.
func (f *framedConn) transformed(m Message, transforms []func(Message) (Message, bool, error), code ws.StatusCode) (_ Message, ok bool, err error) {
	for _, transform := range transforms {
		switch m, ok, err = transform(m); {
		case err != nil:
			return m, false, &extensionError{code, err}
		case !ok:
			return m, false, nil
		case len(m.Data) > f.in.limit:
			return m, false, &khpcore.LimitError{Limit: "MaxMessage", Max: f.in.limit}
		case m.Text && !utf8.Valid(m.Data):
			return m, false, &extensionError{code, errNotUTF8}
		}
	}
	return m, true, nil
}
