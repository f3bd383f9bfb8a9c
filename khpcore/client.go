package khpcore

// RedirectPolicy says which redirects a client follows.
type RedirectPolicy uint8

// The policies.
const (
	RedirectFollow     RedirectPolicy = iota // all that are safe
	RedirectSameOrigin                       // those to the same scheme, host and port
	RedirectError                            // none: a redirect fails the handshake
	RedirectAsk                              // those that the caller confirms, by [ConfirmRedirect]
)

// CredentialsSource says who answers a challenge.
type CredentialsSource uint8

// The sources.
const (
	// NoCredentials: nobody, unless the URL has userinfo.
	NoCredentials CredentialsSource = iota
	// GivenCredentials: Username and Password of the configuration.
	GivenCredentials
	// AskCredentials: the caller, by [Authenticate].
	AskCredentials
)

// ClientConfig is what a [Client] knows from the start.
type ClientConfig struct {
	// URL is absolute. Userinfo in it is taken as GivenCredentials where
	// Credentials says NoCredentials, and goes nowhere else.
	URL string
	// Protocols are the application's subprotocols, in order of preference.
	Protocols []string
	// Extensions are the application-class extensions to offer, in order of
	// preference, each of which has passed [CheckExtension].
	Extensions []Extension
	// Header are more fields for the extended request, each of which has passed
	// [CheckCallerField]. They stay at URL's origin.
	Header Fields
	// Body is sent, as one message, where the server answers the request with
	// 100. The request then says Expect: 100-continue. It stays at URL's origin.
	// Nil is none.
	Body        *Send
	Credentials CredentialsSource
	Username    string
	Password    string
	// Crypto is for the scheme Digest. Without it, that scheme is not answered.
	Crypto   Crypto
	Redirect RedirectPolicy
	// Timeout is the time limit of the handshake in milliseconds; 0 is none.
	Timeout int
	Dialect Dialect
	// FallbackNative connects again without KHP where a server does not take it.
	FallbackNative bool
	Limits         Limits
}

// Client is the client's half of one handshake, from the first socket through
// challenges and redirects until it is open or has failed.
//
// Its user reports what happens by the methods, one at a time, and carries out
// the commands that each returns, in order. The slice is good until the next
// call. Events of a socket that is no longer the current one are not reported.
// After [Open] or [Fail] every method returns nothing.
type Client struct {
	cfg   ClientConfig
	state state
	out   []Command

	url     *URL
	plain   bool     // the current socket does not offer KHP
	left    []string // URLs left by a redirect
	auth    credentials
	proxy   credentials   // for Proxy-Authorization
	sent    []string      // credentials sent on this connection
	waits   int           // 202s in all
	attempt int           // challenges on this connection
	asked   int           // challenges in all
	proxied int           // 407s in all
	pending *Authenticate // the challenge to answer
	next    *URL          // where a redirect leads

	balanced bool // a balancer message redirects
	closing  bool // the current socket was told to close
	hangUp   bool // the current socket has closed

	opened     string      // extensions of the opening handshake
	extensions []Extension // those of the extended one
	filter     *filter     // what they do on an open socket, or nil

	reader    *ResponseReader
	continued bool      // the body of the current request was sent
	judged    bool      // the head of the current response has been acted on
	response  *Response // the last of all
	status    int       // of the last response on this connection
}

type state uint8

const (
	stateNew            state = iota
	stateConnecting           // the current socket is to open
	stateBalancing            // a balancer message is due before the request
	stateResponse             // a response, or the rest of one, is due
	stateBalanced             // a balancer message is due after the response
	stateAuthenticating       // the caller is asked, the socket stays open
	stateProxyAuth            // the caller is asked, the socket closes
	stateConfirming           // the caller is asked about a redirect
	stateLeaving              // the current socket is to close, then another opens
	stateOpen                 // the socket is the application's, and an extension goes on
	stateEnded
)

type eventKind uint8

const (
	eventStart eventKind = iota
	eventOpened
	eventMessage
	eventClosed
	eventTimeout
	eventCredentials
	eventAuthorization
	eventGiveUp
	eventRedirect
	eventAbort
	eventReceived
	eventSending
)

type event struct {
	kind eventKind
	text bool // of a message; of eventRedirect, whether to follow
	data []byte
	code int
	a, b string
	c    string
}

// NewClient returns the client's half of a handshake. The error, a
// [*SyntaxError] or [*RefusedError], is about the configuration.
func NewClient(cfg ClientConfig) (*Client, error) {
	u, err := ParseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	for i, p := range cfg.Protocols {
		switch {
		case !isToken(p):
			return nil, syntaxError("subprotocol", quote(p), "a token (RFC 6455 4.1)")
		case p == Subprotocol || contains(cfg.Protocols[:i], p):
			return nil, syntaxError("subprotocol", quote(p)+" twice", "each once (RFC 6455 4.1)")
		}
	}
	for _, f := range cfg.Header {
		if err := CheckField(f.Name, f.Value); err != nil {
			return nil, err
		}
	}
	if cfg.Credentials == NoCredentials && u.User != nil {
		cfg.Credentials, cfg.Username, cfg.Password = GivenCredentials, u.User.Username, u.User.Password
	}
	u.User = nil
	if cfg.Dialect == Gateway {
		u.Target, _ = CutGatewayParameter(u.Target)
	}
	cfg.URL = ""
	cfg.Limits = cfg.Limits.withDefaults()
	return &Client{cfg: cfg, url: u}, nil
}

// Start begins the handshake. The first socket is connecting, or about to:
// no [Connect] is returned for it. Its URL is [Client.URL], by [GatewayURL] in
// the dialect [Gateway], and it offers [Client.Protocols].
func (c *Client) Start() []Command { return c.step(event{kind: eventStart}) }

// URL returns the current URL, without userinfo.
func (c *Client) URL() string { return c.url.String() }

// Protocols returns what the current socket offers in its opening handshake.
func (c *Client) Protocols() []string {
	if c.plain {
		return c.cfg.Protocols
	}
	return append([]string{Subprotocol}, c.cfg.Protocols...)
}

// Opened reports that the current socket has opened, with its URL as it was
// really requested, the subprotocol that the server selected and the
// extensions of the opening handshake.
func (c *Client) Opened(url, protocol, extensions string) []Command {
	return c.step(event{kind: eventOpened, a: url, b: protocol, c: extensions})
}

// Message reports a message. Data is not kept.
func (c *Client) Message(data []byte, text bool) []Command {
	return c.step(event{kind: eventMessage, data: data, text: text})
}

// Closed reports that the current socket has closed, or never opened.
func (c *Client) Closed(code int, reason string) []Command {
	return c.step(event{kind: eventClosed, code: code, a: reason})
}

// Timeout reports that the time of [Timer] is over.
func (c *Client) Timeout() []Command { return c.step(event{kind: eventTimeout}) }

// Credentials answers [Authenticate] for a scheme that this package knows.
func (c *Client) Credentials(username, password string) []Command {
	return c.step(event{kind: eventCredentials, a: username, b: password})
}

// Authorization answers [Authenticate] with the whole value of the
// Authorization or Proxy-Authorization header.
func (c *Client) Authorization(value string) []Command {
	return c.step(event{kind: eventAuthorization, a: value})
}

// GiveUp answers [Authenticate] with nothing, for a reason that may be empty.
func (c *Client) GiveUp(reason string) []Command {
	return c.step(event{kind: eventGiveUp, a: reason})
}

// Redirect answers [ConfirmRedirect].
func (c *Client) Redirect(follow bool) []Command {
	return c.step(event{kind: eventRedirect, text: follow})
}

// Abort ends the handshake for a reason of the caller.
func (c *Client) Abort(why string) []Command {
	return c.step(event{kind: eventAbort, a: why})
}

// Received reports a message on a socket that is open, if an extension goes on
// there ([Open]). head is its first [PingPongHead] bytes, or all. The message is
// delivered to the application where the answer says [Deliver].
func (c *Client) Received(head []byte, text bool) []Command {
	return c.step(event{kind: eventReceived, data: head, text: text})
}

// Sending reports that the application sends a message on such a socket. The
// commands come before it.
func (c *Client) Sending(head []byte, text bool) []Command {
	return c.step(event{kind: eventSending, data: head, text: text})
}

// step is every transition of the handshake.
func (c *Client) step(e event) []Command {
	c.out = c.out[:0]
	if c.state > stateNew && c.state < stateOpen {
		switch e.kind {
		case eventTimeout:
			c.fail(CodeTimeout, closeTimeout, "no open socket within "+itoa(c.cfg.Timeout)+" ms", nil)
		case eventAbort:
			c.fail(CodeAborted, closeNormal, e.a, nil)
		}
	}
	switch c.state {
	case stateNew:
		if e.kind == eventStart {
			c.timer(TimerStart)
			c.state = stateConnecting
		}
	case stateConnecting:
		switch e.kind {
		case eventOpened:
			c.rawOpen(e.a, e.b, e.c)
		case eventClosed:
			c.neverOpened(e.code)
		}
	case stateBalancing:
		switch e.kind {
		case eventMessage:
			c.balance(string(e.data), c.request)
		case eventClosed:
			c.closedEarly(e.code, e.a)
		}
	case stateResponse:
		switch e.kind {
		case eventMessage:
			c.read(e.data, e.text)
		case eventClosed:
			c.closedEarly(e.code, e.a)
		}
	case stateBalanced:
		switch e.kind {
		case eventMessage:
			c.balance(string(e.data), c.agreed)
		case eventClosed:
			c.closedEarly(e.code, e.a)
		}
	case stateAuthenticating:
		switch e.kind {
		case eventMessage:
			c.fail(CodeProtocol, closeProtocol, "a message arrived before the request that it could answer", nil)
		case eventClosed:
			c.closedEarly(e.code, e.a)
		case eventCredentials, eventAuthorization, eventGiveUp:
			c.answered(e)
		}
	case stateProxyAuth:
		switch e.kind {
		case eventClosed:
			c.hangUp = true
		case eventCredentials, eventAuthorization, eventGiveUp:
			c.answered(e)
		}
	case stateConfirming:
		switch e.kind {
		case eventClosed:
			c.hangUp = true
		case eventRedirect:
			if e.text {
				c.depart()
			} else {
				c.refuseRedirect("it was refused by the caller")
			}
		}
	case stateOpen:
		c.filtered(e)
	case stateLeaving:
		if e.kind == eventClosed {
			c.connect()
		}
	case stateEnded:
	}
	return c.out
}

func (c *Client) do(cmd Command) { c.out = append(c.out, cmd) }

func (c *Client) timer(op TimerOp) {
	if c.cfg.Timeout > 0 {
		c.do(&Timer{op, c.cfg.Timeout})
	}
}

// Close codes of a failing client, next to statusClose.
const (
	closeNormal   = 1000
	closeProtocol = 4000
	closeTimeout  = 4408
)

// statusClose is the close code for a response that fails the handshake.
func statusClose(status int) int { return 4000 + status }

// fail ends the handshake. closeCode closes the current socket, if that is
// still open.
func (c *Client) fail(code ErrorCode, closeCode int, message string, err error) {
	c.closeSocket(closeCode)
	c.outcome()
	c.do(&Fail{&HandshakeError{Code: code, Status: c.status, URL: c.url.String(),
		Message: "WebSocket handshake with " + c.url.shown() + " failed: " + message, Err: err}})
	c.end()
}

func (c *Client) closeSocket(code int) {
	if !c.closing && !c.hangUp {
		c.closing = true
		c.do(&CloseSocket{Code: code})
	}
}

// end forgets what must not outlive the handshake.
func (c *Client) end() {
	*c = Client{state: stateEnded, out: c.out, url: c.url, plain: c.plain}
}

func (c *Client) outcome() {
	if r := c.response; r != nil {
		c.do(&Outcome{r.Status, r.Reason, r.Header, c.url.String(), c.left, c.asked})
	}
}

func (c *Client) open(protocol, opening string, agreed []Extension) {
	c.outcome()
	all := extensionOffers(agreed)
	if opening != "" {
		all = append([]string{opening}, all...)
	}
	filter := c.filter
	c.do(&Open{protocol, join(all, ", "), agreed, filter != nil})
	if c.end(); filter != nil {
		c.state, c.filter = stateOpen, filter
		c.armIdle()
	}
}

// rawOpen takes what the opening handshake has agreed.
func (c *Client) rawOpen(url, protocol, extensions string) {
	u, err := ParseURL(url)
	switch {
	case err != nil || !u.SameOrigin(c.url):
		c.fail(CodeProtocol, closeProtocol, "the socket is connected to another origin", err)
	case c.plain || protocol != Subprotocol && protocol != "":
		// khp.md: the extended handshake must only commence when KHP was
		// selected. A server may take one of the application's protocols instead.
		c.response = nil
		c.open(protocol, extensions, nil)
	case protocol == "" && c.cfg.FallbackNative:
		c.plain, c.next = true, c.url
		c.leave()
	case protocol == "":
		c.fail(CodeNoKHP, closeNormal, "the server did not select the subprotocol "+Subprotocol, nil)
	default:
		if target := rawTarget(url); checkTarget(target) == nil {
			u.Target = target
		}
		u.User = nil
		c.url, c.opened = u, extensions
		if c.cfg.Dialect == Gateway {
			u.Target, _ = CutGatewayParameter(u.Target)
			c.state = stateBalancing
			return
		}
		c.request()
	}
}

// neverOpened takes the end of a socket that did not open.
func (c *Client) neverOpened(code int) {
	c.hangUp = true
	if c.cfg.FallbackNative && !c.plain {
		c.plain, c.next = true, c.url
		c.connect()
		return
	}
	c.fail(CodeConnect, 0, "the socket closed before it opened (code "+itoa(code)+")", nil)
}

func (c *Client) closedEarly(code int, reason string) {
	c.hangUp = true
	message := "the socket closed with code " + itoa(code)
	if reason != "" {
		message += " (" + reason + ")"
	}
	c.fail(CodeClosed, 0, message+" before the end of the extended handshake", nil)
}

// leave ends the current socket for the one of c.next.
func (c *Client) leave() {
	if c.hangUp {
		c.connect()
		return
	}
	c.closeSocket(closeNormal)
	c.state = stateLeaving
}

func (c *Client) connect() {
	if from, to := c.url.String(), c.next.String(); from != to {
		c.left = append(c.left, from)
	}
	c.url = c.next
	c.attempt, c.sent, c.status = 0, nil, 0
	c.balanced, c.closing, c.hangUp = false, false, false
	c.extensions, c.filter = nil, nil
	c.state = stateConnecting
	url := c.URL()
	if c.cfg.Dialect == Gateway && !c.plain {
		url = GatewayURL(url)
	}
	c.do(&Connect{url, c.Protocols()})
}

// request sends the extended request.
func (c *Client) request() {
	separator := ", "
	fields := Fields{{"Host", c.url.HostPort()}}
	if c.cfg.Dialect == Gateway {
		separator = gatewaySeparator
		fields = Fields{{"WebSocket-Protocol", ""}}
	}
	if len(c.cfg.Protocols) > 0 || c.cfg.Dialect == Gateway {
		fields = append(fields, Field{"Sec-WebSocket-Protocol", join(c.cfg.Protocols, separator)})
	}
	if len(c.cfg.Extensions) > 0 {
		fields = append(fields, Field{"Sec-WebSocket-Extensions", join(extensionOffers(c.cfg.Extensions), separator)})
	}
	fields = c.auth.append(c, fields)
	fields = c.proxy.append(c, fields)
	for _, f := range c.cfg.Header {
		switch {
		case !isCredentials(f.Name):
		case equalFold(f.Name, c.auth.header), equalFold(f.Name, c.proxy.header):
			continue // an answer to a challenge takes its place
		default:
			c.sent = append(c.sent, f.Value)
		}
		fields = append(fields, f)
	}
	if body := c.cfg.Body; body != nil {
		fields = append(fields, Field{"Expect", "100-continue"}, Field{"Content-Length", itoa(len(body.Data))})
	}
	data, err := AppendRequest(nil, &Request{c.url.Target, fields})
	if err != nil {
		c.fail(CodeProtocol, closeProtocol, reason(err), err)
		return
	}
	c.do(&Send{Text: true, Data: data})
	c.continued = false
	c.await()
}

// await makes ready for a response.
func (c *Client) await() {
	c.reader, c.judged = NewResponseReader(c.cfg.Dialect, c.cfg.Limits), false
	c.state = stateResponse
}

func join(list []string, separator string) string {
	var b []byte
	for i, m := range list {
		if i > 0 {
			b = append(b, separator...)
		}
		b = append(b, m...)
	}
	return string(b)
}

// read takes a message of a response.
func (c *Client) read(data []byte, text bool) {
	progress, err := c.reader.Message(data, text)
	if r := c.reader.Response; r != nil && !c.judged {
		c.judged, c.response, c.status = true, r, r.Status
		if c.judge(r); c.state != stateResponse {
			return
		}
	}
	if err != nil {
		code := CodeProtocol
		if _, ok := err.(*LimitError); ok {
			code = CodeLimit
		}
		c.fail(code, closeProtocol, reason(err), err)
		return
	}
	if progress == Complete {
		c.complete(c.reader.Response)
	}
}

// judge acts on a head whose outcome is certain before the response has ended.
func (c *Client) judge(r *Response) {
	c.nextNonce(r)
	switch StatusAction(r.Status) {
	case ActionComplete:
		c.checkPromises(r)
	case ActionWait:
	case ActionContinue:
		if c.cfg.Body == nil || c.continued {
			c.failStatus(r, CodeStatus, "the request had no body that could follow")
		}
	case ActionRedirect:
		c.redirect(r)
	case ActionUpgrade:
		c.upgrade(r)
	case ActionChallenge:
		c.challenged(r, "WWW-Authenticate", CodeUnauthorized)
	case ActionProxyChallenge:
		c.challenged(r, "Proxy-Authenticate", CodeProxyUnauthorized)
	default:
		c.failStatus(r, CodeStatus, "")
	}
}

// complete acts on a response that has ended.
func (c *Client) complete(r *Response) {
	switch StatusAction(r.Status) {
	case ActionComplete:
		if c.cfg.Dialect == Gateway {
			c.state = stateBalanced
			return
		}
		c.agreed()
	case ActionWait:
		if c.waits++; c.waits > MaxInterimResponses {
			c.fail(CodeLimit, closeProtocol, "more than "+itoa(MaxInterimResponses)+" interim responses", nil)
			return
		}
		c.await()
	case ActionContinue:
		c.continued = true
		c.do(c.cfg.Body)
		c.await()
	case ActionRedirect:
		c.choose(r)
	case ActionChallenge:
		c.answer(stateAuthenticating)
	case ActionProxyChallenge:
		c.answer(stateProxyAuth)
	}
}

// agreed opens the socket with what the last response has agreed to.
func (c *Client) agreed() {
	protocol, _ := c.response.Header.Get("Sec-WebSocket-Protocol")
	c.open(protocol, c.opened, c.extensions)
}

// checkPromises holds a 101 to what was asked for.
func (c *Client) checkPromises(r *Response) {
	protocol, ok := r.Header.Get("Sec-WebSocket-Protocol")
	switch {
	case r.Header.Count("Sec-WebSocket-Protocol") > 1:
		c.fail(CodeProtocol, closeProtocol, "Sec-WebSocket-Protocol came twice in the extended response", nil)
	case ok && !contains(c.cfg.Protocols, protocol):
		c.fail(CodeProtocol, closeProtocol, "the server selected the subprotocol "+quote(protocol)+
			", which is not one of those asked for", nil)
	default:
		c.checkExtensions(r)
	}
}

func contains(list []string, s string) bool {
	for _, m := range list {
		if m == s {
			return true
		}
	}
	return false
}

// failStatus fails for a response.
func (c *Client) failStatus(r *Response, code ErrorCode, why string) {
	message := "the server answered " + itoa(r.Status)
	if r.Reason != "" {
		message += " " + validUTF8(r.Reason)
	}
	if why != "" {
		message += ", and " + why
	}
	c.fail(code, statusClose(r.Status), message, nil)
}
