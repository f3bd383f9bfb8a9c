package khpserver

import (
	"sync"
	"time"
)

// never is a wait that does not end.
const never = time.Duration(1<<63 - 1)

// A keepalive watches over an open connection after what was agreed: it asks
// for a ping when it is time, and says when the client is gone. It does nothing
// but on its timer, and nothing after stop.
type keepalive struct {
	terms keepaliveTerms
	ping  func() // to be followed by pinging and pinged, which sets the timer again
	gone  func()

	mu      sync.Mutex
	timer   *time.Timer
	heard   time.Time // when something of the client arrived
	said    time.Time // when a message to it ended
	asked   time.Time // when the first ping was sent that nothing has followed, or 0
	fresh   bool      // it is being sent
	reading time.Time // since when a read is under way, or 0
}

// start begins to watch. What was agreed must be a reason to.
func (k *keepalive) start() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.heard = time.Now()
	k.said = k.heard
	if _, _, wait := k.due(k.heard); wait < never {
		k.timer = time.AfterFunc(wait, k.tick)
	}
}

// stop is for a connection that is about to end.
func (k *keepalive) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.timer != nil {
		k.timer.Stop()
		k.timer = nil
	}
}

// patience is how long a client may take to answer a ping.
func (k *keepalive) patience() time.Duration {
	if k.terms.every > 0 {
		return k.terms.every
	}
	return k.terms.idle
}

// due tells what is to be done now, and else how long to wait.
func (k *keepalive) due(now time.Time) (ping, gone bool, wait time.Duration) {
	wait = never
	if !k.asked.IsZero() {
		// A client that is not read cannot be heard.
		since := now
		if !k.reading.IsZero() {
			since = later(k.asked, k.reading)
		}
		wait = min(wait, since.Add(k.patience()).Sub(now))
		if wait <= 0 {
			return false, true, never
		}
	} else if k.terms.every > 0 {
		wait = min(wait, k.heard.Add(k.terms.every).Sub(now))
	}
	if k.terms.idle > 0 {
		wait = min(wait, k.said.Add(k.terms.idle/2).Sub(now))
	}
	if wait <= 0 {
		return true, false, never
	}
	return false, false, wait
}

// tick runs when the timer does.
func (k *keepalive) tick() {
	k.mu.Lock()
	if k.timer == nil {
		k.mu.Unlock()
		return
	}
	ping, gone, wait := k.due(time.Now())
	if !ping && !gone {
		k.timer.Reset(wait)
	}
	k.mu.Unlock()
	switch {
	case ping:
		k.ping()
	case gone:
		k.gone()
	}
}

// pinging notes that a ping is being sent: what is heard from now on may follow it.
func (k *keepalive) pinging() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.asked.IsZero() {
		k.asked = time.Now()
		k.fresh = true
	}
}

// pinged notes that it has been sent.
func (k *keepalive) pinged() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.said = time.Now()
	if k.fresh && !k.asked.IsZero() {
		k.asked = k.said
	}
	k.fresh = false
	if k.timer != nil {
		_, _, wait := k.due(k.said)
		k.timer.Reset(wait)
	}
}

// sent notes that a message to the client has ended.
func (k *keepalive) sent() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.said = time.Now()
}

// read has a read noted, and what it hears.
func (k *keepalive) read(read func() (int, error)) (int, error) {
	k.mu.Lock()
	k.reading = time.Now()
	k.mu.Unlock()
	n, err := read()
	k.mu.Lock()
	k.reading = time.Time{}
	if n > 0 {
		k.heard = time.Now()
		k.asked = time.Time{}
	}
	k.mu.Unlock()
	return n, err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
