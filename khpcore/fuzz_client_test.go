package khpcore

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzClient takes a client through random events, in and out of turn, with
// random settings. A model of its own, which knows the promises and not how they
// are kept, holds every command to them: see watcher.
func FuzzClient(f *testing.F) {
	for _, seed := range clientSeeds {
		f.Add([]byte(seed.choices))
	}
	f.Fuzz(func(t *testing.T, choices []byte) { play(t, choices) })
}

// play returns the last command.
func play(t *testing.T, choices []byte) Command {
	s := &dice{choices}
	cfg := s.config()
	c, err := NewClient(cfg)
	require.NoError(t, err)
	w := newWatcher(t, cfg, c)
	w.watch(c.Start())
	for !s.empty() {
		w.event(s)
	}
	if w.over {
		w.holdsNone(fmt.Sprintf("%+v", *c))
	}
	return w.last
}

// dice are random choices, a byte each, until there are no more. Then every
// choice is the first.
type dice struct{ rest []byte }

func (s *dice) empty() bool { return len(s.rest) == 0 }

func (s *dice) roll(n int) int {
	if s.empty() {
		return 0
	}
	b := s.rest[0]
	s.rest = s.rest[1:]
	return int(b) % n
}

func pick[T any](s *dice, of []T) T { return of[s.roll(len(of))] }

// What must never be where it does not belong.
const (
	secretPassword = "the-password-given"
	secretHeader   = "the-header-of-the-caller"
	secretBody     = "the-body-of-the-caller"
)

var clientURLs = []string{
	"ws://localhost/a", "wss://a.example/a?b=c", "ws://a.example:81", "wss://joe:" + secretPassword + "@a.example/a",
	"ws://joe:" + secretPassword + "@127.0.0.1/?.kl=Y",
}

func (s *dice) config() ClientConfig {
	cfg := ClientConfig{
		URL:            pick(s, clientURLs),
		Protocols:      pick(s, [][]string{nil, {"a"}, {"a", "b"}}),
		Header:         pick(s, []Fields{nil, {{"X-Caller", secretHeader}}, {{"Authorization", secretHeader}}, {{"Proxy-Authorization", secretHeader}}}),
		Body:           pick(s, []*Send{nil, {Text: true, Data: []byte(secretBody)}, {Data: []byte(secretBody)}}),
		Credentials:    pick(s, []CredentialsSource{NoCredentials, GivenCredentials, AskCredentials}),
		Crypto:         pick(s, []Crypto{testCrypto{}, nil}),
		Redirect:       pick(s, []RedirectPolicy{RedirectFollow, RedirectSameOrigin, RedirectError, RedirectAsk}),
		Timeout:        pick(s, []int{0, 20000}),
		Dialect:        pick(s, []Dialect{Standard, NoMarker, Gateway}),
		FallbackNative: pick(s, []bool{false, true}),
		Limits:         pick(s, []Limits{{}, {HeadBytes: 200, LineBytes: 100, HeaderCount: 3, BodyBytes: 10, Messages: 4}}),
		Extensions: pick(s, [][]Extension{nil, {{Name: "x-a", Params: Fields{{"p", "1, 2"}, {"q", ""}}}},
			{{Name: ExtensionPingPong}, {Name: ExtensionIdleTimeout}}}),
	}
	if cfg.Credentials == GivenCredentials {
		cfg.Username, cfg.Password = "joe", secretPassword
	}
	return cfg
}

var (
	clientStatuses = []string{"101 Switching Protocols", "201", "204", "205", "202", "401 No", "302 Found", "307", "303", "301", "300", "407", "426",
		"100 Continue", "403 No", "200", "999 \xff", "304", "10"}
	clientLocations = []string{
		"Location: /b", "Location: g/", "Location: c?d", "Location: /a", "Location: wss://b.example/", "Location: http://localhost/b",
		"Location: ws://localhost:81/a", "location: https://joe:pass@a.example/x", "Location: wss://a.example/y", "Location: //b.example:1",
		"Location: ", "Location: \\\\b.example", "X: y",
	}
	clientChallenges = []string{
		"WWW-Authenticate: Basic realm=\"r\"", "WWW-Authenticate: Application Token", "WWW-Authenticate: Digest realm=r, nonce=n, qop=auth",
		"WWW-Authenticate: Digest realm=r, nonce=m, stale=true, algorithm=SHA-256-sess, userhash=true, opaque=\"\\\"\"", "WWW-Authenticate: \"",
		"Proxy-Authenticate: Basic", "Proxy-Authenticate: Digest nonce=p, algorithm=SHA-512-256", "Upgrade: TLS/1.2", "X: y",
	}
	clientHeaders = []string{
		"Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: z", "Sec-WebSocket-Extensions: x-a;p", "Sec-WebSocket-Extensions: x-z",
		"Sec-WebSocket-Extensions: x-kaazing-ping-pong; 01010102, x-kaazing-idle-timeout; timeout=9", "Sec-WebSocket-Extensions: x-kaazing-ping-pong",
		"Content-Length: 5", "Content-Length: 0", "Content-Length: x", "Content-Type: text/uri-list", "Content-Type: text/html; a",
		"Authentication-Info: nextnonce=\"k\"", "WWW-Authenticate: Basic", "Proxy-Authenticate: Basic", "Location: /b", "Upgrade: websocket",
		"Transfer-Encoding: chunked", "No colon", " folded", "Space : x", "Nul: \x00",
	}
	clientBodies = []string{"", "/five", "<a href=/b>", "x", "HTTP/1.1 101 OK\r\n\r\n"}
	clientHeads  = []string{"\x01\x01\x01\x02", "\x01\x01\x01\x02\x09\x00", "\x01\x01\x01\x02\x0a\x00", "\x01\x01\x01\x02abc", "", "hello"}
	openedAs     = []string{Subprotocol, Subprotocol, Subprotocol, "", "a"}
)

// response builds one that may be good.
func (s *dice) response() string {
	status := pick(s, clientStatuses)
	head := "HTTP/1.1 " + status + "\r\n"
	switch status[0] {
	case '3':
		head += pick(s, clientLocations) + "\r\n"
	case '4':
		head += pick(s, clientChallenges) + "\r\n"
	}
	for n := s.roll(4); n > 0; n-- {
		head += pick(s, clientHeaders) + "\r\n"
	}
	return head + "\r\n" + pick(s, clientBodies)
}

// piece is any part of one, or any bytes.
func (s *dice) piece() string {
	switch s.roll(5) {
	case 0:
		return s.response()
	case 1:
		return pick(s, clientHeaders) + "\r\n"
	case 2:
		return pick(s, []string{"\r\n", "\n", "HTTP/1.1 ", balancerStay, balancerGo + "ws://localhost/b?.kl=Y", balancerGo})
	case 3:
		return pick(s, clientBodies)
	}
	n := min(s.roll(64), len(s.rest))
	bytes := string(s.rest[:n])
	s.rest = s.rest[n:]
	return bytes
}

// requestNames are all that a request can have with these settings.
var requestNames = []string{"Host", "WebSocket-Protocol", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Authorization",
	"Proxy-Authorization", "X-Caller", "Expect", "Content-Length"}

// A watcher gives a client its events and holds what it commands to its
// promises.
type watcher struct {
	t   *testing.T
	cfg ClientConfig
	c   *Client

	last     Command
	over     bool // Open or Fail has come
	filtered bool // Open has come, and an extension goes on

	// the current socket
	at       *URL
	offers   []string
	protocol string // that the server selected
	opened   bool
	closed   bool
	told     bool // to close
	requests int

	// the journey
	visited  []string
	changes  int // Connects to another URL
	connects int
	asked    int    // questions to the callback
	epoch    int    // changes of origin
	answered bool   // by the callback, in this epoch
	proposed string // by ConfirmRedirect
	agreedTo string // by the caller

	// the messages since the last Send
	received []byte
	status   int // of the response that they make, or 0
	head     Fields
	balanced bool
}

func newWatcher(t *testing.T, cfg ClientConfig, c *Client) *watcher {
	at, err := ParseURL(cfg.URL)
	require.NoError(t, err)
	at.User = nil
	at.Target, _ = CutGatewayParameter(at.Target)
	if cfg.Dialect != Gateway {
		at, err = ParseURL(c.URL())
		require.NoError(t, err)
	}
	return &watcher{t: t, cfg: cfg, c: c, at: at, offers: c.Protocols()}
}

// event lets one thing happen, often what is due.
func (w *watcher) event(s *dice) {
	switch s.roll(40) {
	case 0, 1, 2:
		w.openedAt(w.c.URL(), pick(s, openedAs), pick(s, []string{"", "permessage-deflate", "x-a", "\""}))
	case 3, 4, 5, 6:
		w.whole(s.response())
	case 7, 8:
		w.message(s.piece(), s.roll(2) == 0)
	case 9:
		w.message("", s.roll(2) == 0)
	case 10:
		w.message(balancerStay, false)
	case 11, 12:
		w.closed = true
		w.watch(w.c.Closed(1006, pick(s, []string{"", "gone"})))
	case 13, 14:
		w.answer(s)
	case 15:
		w.redirect(s.roll(4) != 0)
	case 16:
		w.watch(w.c.Received([]byte(pick(s, clientHeads)), s.roll(2) == 0))
	case 17:
		w.watch(w.c.Sending([]byte(pick(s, clientHeads)), s.roll(2) == 0))
	case 18:
		w.openedAt(pick(s, []string{"ws://localhost/z", "wss://a.example/z?.kl=Y", "ws://evil.example/", "?"}), Subprotocol, "")
	case 19:
		w.watch(pick(s, []func() []Command{w.c.Start, w.c.Timeout, func() []Command { return w.c.Abort("why") },
			func() []Command { return w.c.GiveUp("") }})())
	default:
		w.due(s)
	}
}

// due lets happen what a well-behaved server, browser and page would do next.
func (w *watcher) due(s *dice) {
	switch w.last.(type) {
	case *Connect, *Timer:
		w.openedAt(w.c.URL(), Subprotocol, "")
	case *CloseSocket:
		w.closed = true
		w.watch(w.c.Closed(1000, ""))
	case *Authenticate:
		w.answer(s)
	case *ConfirmRedirect:
		w.redirect(true)
	default:
		w.whole(s.response())
	}
}

// mark names the origin for which the callback answers.
func (w *watcher) mark() string { return fmt.Sprintf("[epoch %d]", w.epoch) }

// answer is what a callback gives.
func (w *watcher) answer(s *dice) {
	w.answered = true
	switch n := s.roll(8); n {
	case 0, 1, 2:
		w.watch(w.c.Credentials(w.mark(), string(rune('a'+n))))
	case 3:
		w.watch(w.c.Credentials(w.mark()+"\r\nEvil: 1", "password"))
	case 4:
		w.watch(w.c.Credentials(w.mark()+"\nEvil: 1", ""))
	case 5:
		w.watch(w.c.Authorization("Token " + w.mark()))
	case 6:
		w.watch(w.c.Authorization(w.mark() + "\r\nEvil: 1"))
	case 7:
		w.watch(w.c.Authorization(""))
	}
}

func (w *watcher) openedAt(url, protocol, extensions string) {
	if u, err := ParseURL(url); err == nil && !w.opened && !w.closed {
		w.opened, w.protocol = true, protocol
		if u.SameOrigin(w.at) {
			w.at = u
			if w.cfg.Dialect == Gateway {
				w.at.Target, _ = CutGatewayParameter(w.at.Target)
			}
		}
	}
	w.watch(w.c.Opened(url, protocol, extensions))
}

// whole is a response with all that ends it.
func (w *watcher) whole(response string) {
	w.message(response, false)
	if w.cfg.Dialect != NoMarker {
		w.message("", false)
	}
	if w.cfg.Dialect == Gateway {
		w.message(balancerStay, false)
	}
}

func (w *watcher) message(data string, text bool) {
	if w.requests > 0 {
		w.model(data, text)
	}
	w.watch(w.c.Message([]byte(data), text))
}

// model puts the messages since the last Send together, and finds the status of
// a response that has ended.
func (w *watcher) model(data string, text bool) {
	ended := w.status != 0
	switch {
	case w.cfg.Dialect == NoMarker:
		if ended { // the next of several
			w.received, w.status = nil, 0
		}
		w.received = append(w.received, data...)
		ended = len(data) > 0
	case data == "" && (!text || w.cfg.Dialect == Gateway):
		ended = true
	case ended:
		w.balanced = data == balancerStay
		if !w.balanced || w.cfg.Dialect == Standard { // the next of several
			w.received, ended, w.status = []byte(data), false, 0
		}
	default:
		w.received = append(w.received, data...)
	}
	if ended && w.status == 0 {
		if r, err := ParseResponse(w.received, w.cfg.Limits); err == nil {
			w.status, w.head, w.received = r.Status, r.Header, nil
		}
	}
}

func (w *watcher) redirect(follow bool) {
	if follow && w.proposed != "" {
		w.agreedTo = w.proposed
	}
	w.proposed = ""
	w.watch(w.c.Redirect(follow))
}

// watch checks every command.
func (w *watcher) watch(commands []Command) {
	for _, command := range commands {
		w.last = command
		w.keepsSecrets(command)
		if w.over {
			w.afterwards(command)
			continue
		}
		switch c := command.(type) {
		case *Send:
			w.send(c)
		case *CloseSocket:
			require.False(w.t, w.told || w.closed, "a socket that is closed is closed again")
			w.told = true
		case *Connect:
			w.connect(c)
		case *Authenticate:
			w.authenticate(c)
		case *ConfirmRedirect:
			require.Equal(w.t, RedirectAsk, w.cfg.Redirect)
			require.Equal(w.t, w.at.String(), c.From)
			w.proposed = c.To
		case *Timer:
			require.Equal(w.t, w.cfg.Timeout, c.Millis)
			require.NotEqual(w.t, TimerIdle, c.Op)
		case *Open:
			w.open(c)
		case *Fail:
			require.True(w.t, w.told || w.closed, "failed without the end of the socket")
			w.over = true
		case *Outcome:
			require.LessOrEqual(w.t, len(c.Redirects), MaxRedirects)
		default:
			w.t.Fatalf("%T before the socket is open", command)
		}
	}
}

// afterwards takes what comes after Open or Fail: only what an extension does.
func (w *watcher) afterwards(command Command) {
	require.True(w.t, w.filtered, "%T after the end", command)
	switch c := command.(type) {
	case *Send:
		require.Contains(w.t, []string{"\x01\x01\x01\x02", "\x01\x01\x01\x02\x0a\x00"}, string(c.Data))
	case *Timer:
		require.Equal(w.t, TimerIdle, c.Op)
	case *Deliver, *CloseSocket:
	case *Fail:
		w.filtered = false
	default:
		w.t.Fatalf("%T on an open socket", command)
	}
}

// keepsSecrets: they are sent, and are in nothing else.
func (w *watcher) keepsSecrets(command Command) {
	var shown string
	switch c := command.(type) {
	case *Send:
		return
	case *Fail:
		shown = fmt.Sprintf("%+v %v", *c.Err, c.Err.Err)
	case *Authenticate:
		shown = fmt.Sprintf("%+v %+v", *c, *c.Challenge)
	default:
		shown = fmt.Sprintf("%+v", command)
	}
	w.holdsNone(shown)
}

func (w *watcher) holdsNone(shown string) {
	for _, secret := range []string{secretPassword, secretHeader, secretBody, "[epoch"} {
		require.NotContains(w.t, shown, secret)
	}
}

// open: only after a whole response that completes the handshake, or where the
// server did not select KHP.
func (w *watcher) open(c *Open) {
	w.over = true
	require.True(w.t, w.opened && !w.closed && !w.told, "opened a socket that is not open")
	if contains(w.offers, Subprotocol) && w.protocol == Subprotocol {
		require.Contains(w.t, []int{101, 201, 204, 205}, w.status)
		require.True(w.t, w.balanced || w.cfg.Dialect != Gateway, "no balancer message")
		require.NotZero(w.t, w.requests)
		require.True(w.t, c.Protocol == "" || contains(w.cfg.Protocols, c.Protocol), "protocol %q", c.Protocol)
		protocol, _ := w.head.Get("Sec-WebSocket-Protocol")
		require.Equal(w.t, protocol, c.Protocol)
		agreed, err := w.head.Extensions()
		require.NoError(w.t, err)
		require.Equal(w.t, agreed, c.Agreed, "that of the last response")
	} else {
		require.Equal(w.t, w.protocol, c.Protocol)
		require.Zero(w.t, w.requests, "a plain socket was sent a request")
		require.Empty(w.t, c.Agreed)
	}
	for _, e := range c.Agreed {
		require.True(w.t, named(w.cfg.Extensions, e.Name), "extension %q", e.Name)
		w.filtered = w.filtered || e.Name == ExtensionPingPong || e.Name == ExtensionIdleTimeout
	}
	require.Equal(w.t, w.filtered, c.GoesOn)
}

// send: a request of its own URL, or the body that a 100 asked for.
func (w *watcher) send(c *Send) {
	require.True(w.t, w.opened && !w.closed && !w.told, "sent to a socket that is not open")
	require.Equal(w.t, Subprotocol, w.protocol)
	if w.status == 100 {
		require.Equal(w.t, w.cfg.Body, c)
		require.Zero(w.t, w.epoch, "the body is at another origin")
	} else {
		w.request(c)
	}
	w.received, w.status, w.balanced = nil, 0, false
}

func (w *watcher) request(c *Send) {
	w.requests++
	require.True(w.t, c.Text)
	r, err := ParseRequest(c.Data, Limits{})
	require.NoError(w.t, err)
	require.Equal(w.t, w.at.Target, r.Target)
	for _, f := range r.Header {
		require.True(w.t, containsFold(requestNames, f.Name), "injected: %s", f.Name)
		if isCredentials(f.Name) {
			require.Equal(w.t, 1, r.Header.Count(f.Name))
			w.credentials(f.Value)
		}
	}
	require.NotContains(w.t, string(c.Data), secretBody)
	if w.epoch > 0 {
		require.NotContains(w.t, string(c.Data), secretHeader)
		require.Zero(w.t, r.Header.Count("X-Caller")+r.Header.Count("Expect")+r.Header.Count("Content-Length"))
	}
}

// credentials: those of the configuration for its own origin alone, those of the
// callback for the origin about which it was asked.
func (w *watcher) credentials(value string) {
	if w.epoch > 0 {
		require.True(w.t, w.answered, "credentials at %s, for which nobody gave them", w.at)
	}
	encoded, _ := strings.CutPrefix(value, "Basic ")
	if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
		value += string(decoded)
	}
	if w.epoch > 0 {
		require.NotContains(w.t, value, secretPassword)
		require.NotContains(w.t, value, `"joe"`)
	}
	require.Equal(w.t, strings.Count(value, "[epoch"), strings.Count(value, w.mark()), "credentials of another origin")
}

func (w *watcher) authenticate(c *Authenticate) {
	require.Equal(w.t, AskCredentials, w.cfg.Credentials)
	require.Equal(w.t, w.at.String(), c.URL)
	require.Contains(w.t, []int{401, 407}, w.status, "asked before the challenge had ended")
	require.LessOrEqual(w.t, c.Attempt, MaxCredentialRounds)
	w.asked++
	require.LessOrEqual(w.t, w.asked, maxQuestions)
}

// maxQuestions is how often a server can have a callback asked: by 401s on the
// first connection and on those that redirects and 407s lead to, and by 407s.
// docs/security.md states it.
const maxQuestions = MaxCredentialRounds*(1+MaxRedirects+MaxCredentialRounds) + MaxCredentialRounds

// TestMostQuestions: a server can have it asked so often, and no more.
func TestMostQuestions(t *testing.T) {
	require.Equal(t, 30, maxQuestions)
	c, err := NewClient(ClientConfig{URL: "ws://localhost/", Credentials: AskCredentials})
	require.NoError(t, err)
	c.Start()
	asked, redirects, proxied := 0, 0, 0
	answer := func(response string) []Command {
		c.Message([]byte("HTTP/1.1 "+response+"\r\n\r\n"), false)
		return c.Message(nil, false)
	}
	count := func(commands []Command) {
		for _, command := range commands {
			if _, ok := command.(*Authenticate); ok {
				asked++
			}
		}
	}
	for range 100 {
		c.Opened(c.URL(), Subprotocol, "")
		for range MaxCredentialRounds {
			count(answer("401 No\r\nWWW-Authenticate: Token"))
			c.Authorization("Token " + itoa(asked))
		}
		if proxied < MaxCredentialRounds {
			proxied++
			count(answer("407 No\r\nProxy-Authenticate: Token"))
			c.Authorization("Token " + itoa(asked))
		} else {
			redirects++
			answer("302 Found\r\nLocation: /" + itoa(redirects))
		}
		c.Closed(1000, "")
	}
	require.Equal(t, maxQuestions, asked)
}

// connect: where the redirect policy, the limit and the loop check let it, and
// when the socket before has closed.
func (w *watcher) connect(c *Connect) {
	require.True(w.t, w.closed, "two sockets at once")
	url := c.URL
	if w.cfg.Dialect == Gateway && contains(c.Protocols, Subprotocol) {
		var ok bool
		url, ok = CutGatewayParameter(url)
		require.True(w.t, ok)
	}
	to, err := ParseURL(url)
	require.NoError(w.t, err)
	require.Nil(w.t, to.User)
	w.connects++
	require.LessOrEqual(w.t, w.connects, MaxRedirects+MaxCredentialRounds+1)
	if to.String() != w.at.String() {
		w.visited = append(w.visited, w.at.String())
		w.changes++
		require.LessOrEqual(w.t, w.changes, MaxRedirects)
		require.NotContains(w.t, w.visited, to.String())
		require.False(w.t, w.at.Secure && !to.Secure, "from TLS to none")
		require.NotEqual(w.t, RedirectError, w.cfg.Redirect)
		if w.cfg.Redirect == RedirectAsk {
			require.Equal(w.t, w.agreedTo, to.String())
		}
	}
	if !to.SameOrigin(w.at) {
		require.NotEqual(w.t, RedirectSameOrigin, w.cfg.Redirect)
		w.epoch++
		w.answered = false
	}
	w.at, w.offers = to, c.Protocols
	w.opened, w.closed, w.told, w.requests, w.protocol, w.agreedTo = false, false, false, 0, "", ""
	w.received, w.status, w.balanced = nil, 0, false
}

// clientSeeds are ways that random bytes would take long to find: twelve choices
// of the settings, then events, a byte for each choice; see dice.
var clientSeeds = []struct {
	what    string
	end     Command // the last of all
	choices string
}{
	{"101", &Open{}, "\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" +
		"\x00\x00\x00" + "\x03\x00\x02\x00\x02\x00"},
	{"401, Basic, 101 with a ping", &Send{}, "\x01\x01\x01\x00\x01\x00\x00\x01\x00\x00\x00\x02" +
		"\x27" + "\x27\x05\x00\x00\x00" + "\x27\x00\x01\x04\x00" + "\x10\x01\x00"},
	{"a token, elsewhere and back", &Open{}, "\x00\x00\x01\x01\x02\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00" + "\x27\x05\x01\x00\x00" + "\x0e\x05" + "\x27\x06\x06\x00\x00" + "\x27" +
		"\x27" + "\x27\x05\x02\x00\x00" + "\x27\x00" + "\x27\x06\x05\x00\x00" + "\x27" +
		"\x27" + "\x27\x00\x00\x00"},
	{"the dialect gateway", &Open{}, "\x03\x01\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00" +
		"\x00\x00\x00" + "\x0a" + "\x03\x00\x00\x00"},
	{"an extension, a balancer's redirect, and a plain socket", &Open{}, "\x00\x01\x00\x00\x00\x00\x00\x00\x02\x00\x00\x02" +
		"\x00\x00\x00" + "\x0a" + "\x07\x00\x00\x01\x04\x00\x01" + "\x09\x01" + "\x07\x02\x04\x01" + "\x0b\x00" +
		"\x00\x04\x00" + "\x10\x01\x00"},
	{"100, 202, 300, 426", &Connect{}, "\x00\x00\x01\x01\x01\x00\x03\x01\x00\x01\x00\x00" +
		"\x00\x00\x00" + "\x27\x0d\x00\x00" + "\x27\x04\x00\x00" + "\x27\x0a\x0c\x02\x06\x09\x01" + "\x27" + "\x27" +
		"\x00\x00\x00" + "\x27\x0c\x07\x00\x00" + "\x27" + "\x27"},
	{"407", &Connect{}, "\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00" + "\x27\x0b\x05\x00\x00" + "\x27"},
	{"given credentials, and a challenge elsewhere", &Fail{}, "\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00" + "\x27\x06\x04\x00\x00" + "\x27" + "\x00\x00\x00" + "\x27\x05\x00\x00\x00"},
	{"a loop", &Fail{}, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00" + "\x27\x06\x00\x00\x00" + "\x27" + "\x27" + "\x27\x06\x03\x00\x00"},
	{"a sixth redirect", &Fail{}, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00" + strings.Repeat("\x27\x06\x01\x00\x00"+"\x27"+"\x27", 6)},
	{"a fourth 407", &Fail{}, "\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00" + "\x27\x0b\x05\x00\x00" + "\x0d\x00" + "\x0b\x00" + "\x27" + "\x27\x0b\x05\x00\x00" + "\x0d\x01" + "\x0b\x00" +
		"\x27" + "\x27\x0b\x05\x00\x00" + "\x0d\x02" + "\x0b\x00" + "\x27" + "\x27\x0b\x05\x00\x00"},
	{"a fourth challenge", &Fail{}, "\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00" + "\x27\x05\x00\x00\x00" + "\x27\x00" + "\x27\x05\x00\x00\x00" + "\x27\x01" +
		"\x27\x05\x00\x00\x00" + "\x27\x02" + "\x27\x05\x00\x00\x00"},
}

// TestClientSeeds: they go where they say.
func TestClientSeeds(t *testing.T) {
	for _, seed := range clientSeeds {
		t.Run(seed.what, func(t *testing.T) { require.IsType(t, seed.end, play(t, []byte(seed.choices))) })
	}
}

// TestRandomHandshakes plays some random events on every run of the tests, the
// same ones each time, and holds that they come as far as a handshake can.
func TestRandomHandshakes(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 7))
	reached := map[string]int{}
	for range 20000 {
		choices := make([]byte, 12+random.IntN(120))
		for i := range choices {
			choices[i] = byte(random.Uint32())
		}
		reached[fmt.Sprintf("%T", play(t, choices))]++
	}
	for _, last := range []string{"Send", "CloseSocket", "Connect", "Authenticate", "ConfirmRedirect", "Timer", "Open", "Fail"} {
		require.NotZero(t, reached["*khpcore."+last], last)
	}
}
