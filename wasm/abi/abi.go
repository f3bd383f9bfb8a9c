// Package abi is how a host that cannot call Go talks to khpcore's client:
// events and commands as bytes. The encoding is described in ../README.md.
package abi

import "github.com/kaazingwebsocket/kaazingwebsocket/khpcore"

// Kinds of events.
const (
	EventStart = iota + 1
	EventOpened
	EventMessage
	EventClosed
	EventTimeout
	EventCredentials
	EventRedirect
	EventReceived
	EventSending
	EventAbort
)

// Kinds of commands.
const (
	CommandSend = iota + 1
	CommandClose
	CommandConnect
	CommandAuthenticate
	CommandConfirmRedirect
	CommandOpen
	CommandFail
	CommandTimer
	CommandOutcome
	CommandDeliver
)

// codeInternal is the code of a failure that only a fault of the host can
// cause. The other codes are khpcore's.
const codeInternal khpcore.ErrorCode = "internal"

// A Machine is one client behind the encoding.
type Machine struct {
	// Crypto is what the host has for the scheme Digest.
	Crypto khpcore.Crypto

	client *khpcore.Client
}

// Handle takes one encoded event and appends the encoded commands that answer
// it to dst. It does not keep event.
func (m *Machine) Handle(dst, event []byte) []byte {
	r := reader{rest: event}
	kind := r.number()
	switch {
	case kind == EventStart && m.client == nil:
		return m.start(dst, &r)
	case m.client == nil:
		return appendCommand(dst, internal("an event before start"))
	}
	c := m.client
	var commands []khpcore.Command
	switch kind {
	case EventOpened:
		url, protocol, extensions := r.text(), r.text(), r.text()
		commands = c.Opened(url, protocol, extensions)
	case EventMessage:
		text := r.number() != 0
		commands = c.Message(r.bytes(), text)
	case EventClosed:
		code := r.number()
		commands = c.Closed(code, r.text())
	case EventTimeout:
		commands = c.Timeout()
	case EventCredentials:
		switch answer, a, b := r.number(), r.text(), r.text(); answer {
		case 0:
			commands = c.GiveUp(a)
		case 1:
			commands = c.Credentials(a, b)
		default:
			commands = c.Authorization(a)
		}
	case EventRedirect:
		commands = c.Redirect(r.number() != 0)
	case EventReceived:
		text := r.number() != 0
		commands = c.Received(r.bytes(), text)
	case EventSending:
		text := r.number() != 0
		commands = c.Sending(r.bytes(), text)
	case EventAbort:
		commands = c.Abort(r.text())
	default:
		return appendCommand(dst, internal("an event of an unknown kind"))
	}
	return appendCommands(dst, commands)
}

func (m *Machine) start(dst []byte, r *reader) []byte {
	cfg := khpcore.ClientConfig{URL: r.text(), Crypto: m.Crypto}
	for range r.count() {
		cfg.Protocols = append(cfg.Protocols, r.text())
	}
	cfg.Header = r.fields()
	cfg.Credentials = khpcore.CredentialsSource(r.number())
	cfg.Username, cfg.Password = r.text(), r.text()
	cfg.Redirect = khpcore.RedirectPolicy(r.number())
	cfg.Timeout = r.number()
	cfg.Dialect = khpcore.Dialect(r.number())
	cfg.FallbackNative = r.number() != 0
	for range r.count() {
		name := r.text()
		cfg.Extensions = append(cfg.Extensions, khpcore.Extension{Name: name, Params: r.fields()})
	}
	if kind, data := r.number(), r.text(); kind != 0 {
		cfg.Body = &khpcore.Send{Text: kind == 1, Data: []byte(data)}
	}
	if r.short {
		return appendCommand(dst, internal("a start event that is too short"))
	}
	client, err := khpcore.NewClient(cfg)
	if err != nil {
		return appendCommand(dst, internal(err.Error()))
	}
	m.client = client
	return appendCommands(dst, client.Start())
}

func internal(message string) khpcore.Command {
	return &khpcore.Fail{Err: &khpcore.HandshakeError{Code: codeInternal, Message: "khp: " + message}}
}
