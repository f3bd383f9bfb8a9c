package khpserver

import (
	"time"

	"github.com/gobwas/ws"
)

// say has a ping or a pong sent, without waiting for it.
func (f *framedConn) say(due *bool) {
	f.state.Lock()
	defer f.state.Unlock()
	if *due = true; f.sayer {
		return
	}
	f.sayer = true
	go func() {
		f.writing.take()
		defer f.writing.leave()
		f.state.Lock()
		f.sayer = false
		f.state.Unlock()
		f.sayDue()
	}()
}

// sayDue sends what is due, unless a message of next is under way: then Write
// does when that has ended. f.writing is held.
func (f *framedConn) sayDue() {
	ping, pong := f.speak()
	if !ping && !pong {
		return
	}
	var b []byte
	if pong {
		b = appendFrame(b, ws.OpText, f.pingPong.Pong())
	}
	if ping {
		b = appendFrame(b, ws.OpText, f.pingPong.Ping())
		f.keepalive.pinging()
	}
	if _, f.broken = f.Conn.Write(b); f.broken != nil {
		_ = f.Conn.Close()
	}
	f.spoken(ping)
}

// speak begins to send what is due.
func (f *framedConn) speak() (ping, pong bool) {
	f.state.Lock()
	defer f.state.Unlock()
	if f.out.underWay() || f.out.closing || f.broken != nil || f.failed != nil {
		return false, false
	}
	ping, pong = f.pingDue, f.pongDue
	f.pingDue, f.pongDue = false, false
	if f.speaking = ping || pong; f.speaking && f.writers == 0 {
		// The deadline of an earlier write is not for this one.
		_ = f.Conn.SetWriteDeadline(time.Time{})
	}
	return ping, pong
}

func (f *framedConn) spoken(ping bool) {
	f.state.Lock()
	if f.speaking = false; f.failed == nil {
		_ = f.Conn.SetWriteDeadline(f.writeDeadline)
	}
	f.state.Unlock()
	if ping {
		f.keepalive.pinged()
	} else {
		f.keepalive.sent()
	}
}
