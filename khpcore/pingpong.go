package khpcore

// Extensions that this package knows. They are those of deployed Kaazing
// clients and gateways.
const (
	// ExtensionPingPong lets both ends see that the other one is there, where
	// a script sees no ping frames. Its parameter is four control bytes in
	// hexadecimal.
	ExtensionPingPong = "x-kaazing-ping-pong"
	// ExtensionIdleTimeout closes a connection on which nothing at all has
	// arrived for so many milliseconds as its parameter timeout says.
	ExtensionIdleTimeout = "x-kaazing-idle-timeout"
)

// PingPong is one end of an agreed [ExtensionPingPong]. Its control messages
// are text messages that begin with the control bytes; a text message of the
// application that does is preceded by another one of these four bytes alone.
// Binary messages are not touched.
type PingPong struct {
	control string
	escaped bool
}

// PingPongHead is how many bytes of a message, or all if it has fewer,
// [PingPong] must see.
const PingPongHead = 7

const controlBytes = 4

// NewPingPong returns an end for the parameters that were agreed to. The error
// is a [*SyntaxError].
func NewPingPong(params Fields) (*PingPong, error) {
	if len(params) != 1 || len(params[0].Name) != 2*controlBytes || params[0].Value != "" {
		return nil, syntaxError(ExtensionPingPong, itoa(len(params))+" parameters", "one of eight hexadecimal digits")
	}
	digits := params[0].Name
	var control [controlBytes]byte
	for i := range control {
		hi, lo := unhex(digits[2*i]), unhex(digits[2*i+1])
		if hi < 0 || lo < 0 {
			return nil, syntaxError(ExtensionPingPong, quote(digits), "eight hexadecimal digits")
		}
		control[i] = byte(hi<<4 | lo)
	}
	return &PingPong{control: string(control[:])}, nil
}

// PingPongVerdict is what to do with a message that has arrived.
type PingPongVerdict uint8

const (
	// PingPongDeliver gives it to the application.
	PingPongDeliver PingPongVerdict = iota
	// PingPongDrop keeps it: it is a pong, or says that the next one is escaped.
	PingPongDrop
	// PingPongAnswer keeps it, a ping, and sends [PingPong.Pong].
	PingPongAnswer
)

// Receive judges a message by its head. The error, a [*SyntaxError], ends the
// connection.
func (p *PingPong) Receive(head []byte, text bool) (PingPongVerdict, error) {
	escaped := p.escaped
	p.escaped = false
	switch {
	case !p.Escapes(head, text):
		if escaped {
			return 0, syntaxError(ExtensionPingPong, "an escape before a message that needs none", "a text message with the control bytes")
		}
		return PingPongDeliver, nil
	case escaped:
		return PingPongDeliver, nil
	case len(head) == controlBytes:
		p.escaped = true
		return PingPongDrop, nil
	case len(head) == controlBytes+2 && head[controlBytes] == 0x09 && head[controlBytes+1] == 0:
		return PingPongAnswer, nil
	case len(head) == controlBytes+2 && head[controlBytes] == 0x0a && head[controlBytes+1] == 0:
		return PingPongDrop, nil
	}
	return 0, syntaxError(ExtensionPingPong, "an unknown control message", "a ping, a pong or an escape")
}

// Escapes tells whether [PingPong.Escape] must be sent before a message with
// that head.
func (p *PingPong) Escapes(head []byte, text bool) bool {
	if !text || len(head) < controlBytes {
		return false
	}
	for i := 0; i < controlBytes; i++ {
		if head[i] != p.control[i] {
			return false
		}
	}
	return true
}

// Escape returns the text message that goes before one that Escapes.
func (p *PingPong) Escape() []byte { return []byte(p.control) }

// Ping returns the text message that asks the other end for a pong.
func (p *PingPong) Ping() []byte { return []byte(p.control + "\x09\x00") }

// Pong returns the text message that answers a ping.
func (p *PingPong) Pong() []byte { return []byte(p.control + "\x0a\x00") }

// IdleTimeout reads the parameter of an agreed [ExtensionIdleTimeout], in
// milliseconds. The error is a [*SyntaxError].
func IdleTimeout(params Fields) (millis int, err error) {
	value, _ := params.Get("timeout")
	n := int64(0)
	for i := 0; i < len(value) && n <= maxIdleTimeout; i++ {
		if value[i] < '0' || value[i] > '9' {
			n = 0
			break
		}
		n = n*10 + int64(value[i]-'0')
	}
	if n == 0 || n > maxIdleTimeout {
		return 0, syntaxError(ExtensionIdleTimeout, "timeout="+quote(value), "milliseconds, 1 to "+itoa(maxIdleTimeout))
	}
	return int(n), nil
}

// maxIdleTimeout is the longest that timers of browsers take, 24 days.
const maxIdleTimeout = 1<<31 - 1
