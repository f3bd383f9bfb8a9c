package khpcore

// challenged acts on the head of a 401 or 407: it fails at once where nothing
// could answer it.
func (c *Client) challenged(r *Response, header string, code ErrorCode) {
	c.asked++
	var all []Challenge
	for _, f := range r.Header {
		if equalFold(f.Name, header) {
			found, err := ParseChallenges(f.Value)
			if err != nil {
				c.failStatus(r, code, header+" cannot be read: "+reason(err))
				return
			}
			all = append(all, found...)
		}
	}
	proxy := code == CodeProxyUnauthorized
	if proxy {
		c.proxied++
	} else {
		c.attempt++
	}
	best := strongest(all)
	switch {
	case c.rounds(proxy) > MaxCredentialRounds:
		c.failStatus(r, code, "that was after "+itoa(MaxCredentialRounds)+" tries")
	case c.cfg.Credentials == NoCredentials:
		c.failStatus(r, code, "there are no credentials for "+c.url.origin())
	case c.cfg.Credentials == GivenCredentials && !answerable(best):
		c.failStatus(r, code, "it names no scheme that a username and password can answer")
	default:
		c.pending = &Authenticate{URL: c.url.String(), Challenge: best, All: all, Attempt: c.rounds(proxy), Proxy: proxy}
	}
}

func (c *Client) rounds(proxy bool) int {
	if proxy {
		return c.proxied
	}
	return c.attempt
}

// answerable tells whether a username and password are enough.
func answerable(ch *Challenge) bool { return equalFold(ch.Scheme, "Basic") }

// strongest returns the challenge to answer: one that a username and password
// are enough for, else the first.
func strongest(all []Challenge) *Challenge {
	for i := range all {
		if answerable(&all[i]) {
			return &all[i]
		}
	}
	if len(all) > 0 {
		return &all[0]
	}
	return &Challenge{}
}

// answer gets credentials for the response that has just ended.
func (c *Client) answer(next state) {
	c.state = next
	if c.pending.Proxy {
		c.closeSocket(closeNormal)
	}
	if c.cfg.Credentials == GivenCredentials {
		c.authorize(c.cfg.Username, c.cfg.Password)
		return
	}
	c.timer(TimerPause)
	c.do(c.pending)
}

// answered takes what the caller was asked for.
func (c *Client) answered(e event) {
	c.timer(TimerResume)
	switch {
	case e.kind == eventCredentials:
		c.authorize(e.a, e.b)
	case e.kind == eventAuthorization:
		c.replay(e.a)
	case e.a != "":
		c.failAuth(c.authCode(), "no credentials were given: "+e.a)
	default:
		c.failAuth(c.authCode(), "no credentials were given")
	}
}

func (c *Client) authCode() ErrorCode {
	if c.pending.Proxy {
		return CodeProxyUnauthorized
	}
	return CodeUnauthorized
}

func isCredentials(name string) bool {
	return equalFold(name, "Authorization") || equalFold(name, "Proxy-Authorization")
}

func (c *Client) failAuth(code ErrorCode, why string) { c.failStatus(c.response, code, why) }

// authorize answers the pending challenge with a username and password.
func (c *Client) authorize(username, password string) {
	switch {
	case !answerable(c.pending.Challenge):
		c.failAuth(c.authCode(), "the scheme "+quote(c.pending.Challenge.Scheme)+" needs more than a username and password")
	case !c.url.trustworthy():
		// RFC 7617 4: Basic sends the password in the clear.
		c.failAuth(CodeInsecure, "a password for the scheme Basic is not sent without TLS to "+c.url.origin())
	default:
		value, err := basicCredentials(username, password)
		if err != nil {
			c.failAuth(c.authCode(), reason(err))
			return
		}
		c.replay(value)
	}
}

// replay sends the request again with that Authorization.
func (c *Client) replay(value string) {
	value = trimSpace(value)
	proxy := c.pending.Proxy
	name := "Authorization"
	if proxy {
		name = "Proxy-Authorization"
	}
	switch {
	case value == "" || outside(value, classValue) >= 0:
		c.failAuth(c.authCode(), "the value given for "+name+" is empty or has control characters")
		return
	case contains(c.sent, value):
		c.failAuth(c.authCode(), "these credentials were refused already")
		return
	}
	c.pending = nil
	if !proxy {
		c.auth = Field{name, value}
		c.request()
		return
	}
	c.proxy, c.next = Field{name, value}, c.url
	c.leave()
}
