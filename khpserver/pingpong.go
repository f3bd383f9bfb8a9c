package khpserver

import (
	"strconv"
	"time"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// pingPongControl are the control bytes of every deployed gateway.
const pingPongControl = "01010102"

// The longest and the shortest idle timeout that a client can be told.
const (
	minIdleTimeout = time.Millisecond
	maxIdleTimeout = (1<<31 - 1) * time.Millisecond
)

// keepaliveTerms are what was agreed about a connection on which nothing is
// said.
type keepaliveTerms struct {
	pingPong bool
	every    time.Duration // without a sign of the client, until it is pinged; 0 is never
	idle     time.Duration // after which a client to which nothing comes gives up; 0 is never
}

func (t keepaliveTerms) and(u keepaliveTerms) keepaliveTerms {
	return keepaliveTerms{t.pingPong || u.pingPong, max(t.every, u.every), max(t.idle, u.idle)}
}

// PingPong is the extension x-kaazing-ping-pong of deployed Kaazing clients: pings
// and pongs as messages, for a web page sees none of WebSocket's own. next never
// gets one.
//
// The server answers the client's pings. It pings the client itself when nothing
// has arrived for interval; 0 is never. When then nothing arrives for interval
// again, it closes the connection with code 4408. While next does not read, the
// client is not held to that.
func PingPong(interval time.Duration) Extension {
	e := Extension{
		Name: khpcore.ExtensionPingPong,
		Accept: func(khpcore.Fields) (khpcore.Fields, Transform, bool) {
			return khpcore.Fields{{Name: pingPongControl}}, Transform{keepalive: keepaliveTerms{pingPong: true, every: interval}}, true
		},
	}
	if interval < 0 {
		e.mistake = &OptionError{"Extensions", "PingPong(" + interval.String() + ")", "a duration above 0, or 0 for no pings"}
	}
	return e
}

// IdleTimeout is the extension x-kaazing-idle-timeout of deployed Kaazing clients:
// a client to which no message has come for timeout closes its connection. The
// server sees to it that one comes in half that time.
//
// What a web page sees coming are messages alone, so the server does that by
// [PingPong], which must stand next to it in [Options.Extensions], and agrees to
// the one only with a client that offers the other, too. A message that next
// sends in parts is not interrupted. The client is told whole milliseconds.
func IdleTimeout(timeout time.Duration) Extension {
	told := timeout.Truncate(time.Millisecond)
	e := Extension{
		Name: khpcore.ExtensionIdleTimeout,
		Accept: func(khpcore.Fields) (khpcore.Fields, Transform, bool) {
			millis := strconv.FormatInt(told.Milliseconds(), 10)
			return khpcore.Fields{{Name: "timeout", Value: millis}}, Transform{keepalive: keepaliveTerms{idle: told}}, true
		},
	}
	if timeout < minIdleTimeout || timeout > maxIdleTimeout {
		e.mistake = &OptionError{"Extensions", "IdleTimeout(" + timeout.String() + ")",
			minIdleTimeout.String() + " to " + maxIdleTimeout.String()}
	}
	return e
}
