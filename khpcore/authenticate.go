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
	best := c.strongest(all)
	switch {
	case c.rounds(proxy) > MaxCredentialRounds:
		c.failStatus(r, code, "that was after "+itoa(MaxCredentialRounds)+" tries")
	case c.cfg.Credentials == NoCredentials:
		c.failStatus(r, code, "there are no credentials for "+c.url.origin())
	case c.cfg.Credentials == GivenCredentials && c.strength(best) == 0:
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

// strength orders challenges by how well they guard a username and password; 0
// is for those that need something else.
func (c *Client) strength(ch *Challenge) int {
	if equalFold(ch.Scheme, "Basic") {
		return 1
	}
	if h, _ := digestHash(ch); h != 0 && c.cfg.Crypto != nil {
		return 1 + int(h)
	}
	return 0
}

// strongest returns the challenge to answer: the first of those that guard a
// username and password best, or the first of all.
func (c *Client) strongest(all []Challenge) *Challenge {
	if len(all) == 0 {
		return &Challenge{}
	}
	best := &all[0]
	for i := range all {
		if c.strength(&all[i]) > c.strength(best) {
			best = &all[i]
		}
	}
	return best
}

// answer gets credentials for the response that has just ended.
func (c *Client) answer(next state) {
	c.state = next
	if c.pending.Proxy {
		c.closeSocket(closeNormal)
	}
	if d := c.carried(c.pending.Proxy).digest; d != nil && c.pending.Challenge.stale() {
		c.authorize(d.username, d.password) // they are good, their nonce is too old
		return
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
		c.replayValue(e.a)
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

// stale tells whether the last credentials failed for the age of their nonce
// alone (RFC 7616 3.3).
func (c *Challenge) stale() bool {
	stale, _ := c.Params.Get("stale")
	return equalFold(stale, "true") && equalFold(c.Scheme, "Digest")
}

// authorize answers the pending challenge with a username and password.
func (c *Client) authorize(username, password string) {
	challenge := c.pending.Challenge
	switch strength := c.strength(challenge); {
	case strength == 0:
		c.failAuth(c.authCode(), "the scheme "+quote(challenge.Scheme)+" needs more than a username and password")
	case outside(username, classValue) >= 0 || outside(password, classValue) >= 0:
		c.failAuth(c.authCode(), "a username or password with control characters cannot be sent (RFC 7617 2)")
	case strength > 1:
		c.replay(credentials{sent: challenge.Realm() + "\n" + username + "\n" + password,
			digest: newDigest(c.cfg.Crypto, challenge, username, password)})
	case !c.url.trustworthy():
		// RFC 7617 4: Basic sends the password in the clear.
		c.failAuth(CodeInsecure, "a password for the scheme Basic is not sent without TLS to "+c.url.origin())
	case indexByte(username, ':') >= 0:
		c.failAuth(c.authCode(), "a username with a colon cannot be sent (RFC 7617 2)")
	default:
		value := basicCredentials(username, password)
		c.replay(credentials{sent: value, value: value})
	}
}

// credentials are what a request carries for a challenge.
type credentials struct {
	header string // Authorization or Proxy-Authorization; empty if there are none
	value  string
	digest *digest // or this, which makes another value for each request
	sent   string  // tells them from others
}

// append adds them to a request.
func (a *credentials) append(c *Client, fields Fields) Fields {
	if a.header == "" {
		return fields
	}
	c.sent = append(c.sent, a.sent)
	if a.digest != nil {
		a.value = a.digest.authorization(c.url.Target)
	}
	return append(fields, Field{a.header, a.value})
}

// replay sends the request again with those credentials.
func (c *Client) replay(answer credentials) {
	proxy := c.pending.Proxy
	answer.header = "Authorization"
	if proxy {
		answer.header = "Proxy-Authorization"
	}
	if contains(c.sent, answer.sent) && !c.pending.Challenge.stale() {
		c.failAuth(c.authCode(), "these credentials were refused already")
		return
	}
	c.pending = nil
	*c.carried(proxy) = answer
	if !proxy {
		c.request()
		return
	}
	c.next = c.url
	c.leave()
}

// carried returns the credentials that requests carry.
func (c *Client) carried(proxy bool) *credentials {
	if proxy {
		return &c.proxy
	}
	return &c.auth
}

// nextNonce takes the nonce for the next request from a response.
func (c *Client) nextNonce(r *Response) {
	if c.auth.digest == nil {
		return
	}
	if info, ok := r.Header.Get("Authentication-Info"); ok {
		found, _ := ParseChallenges("Digest " + info)
		for i := range found {
			if nonce, ok := found[i].Params.Get("nextnonce"); ok {
				c.auth.digest.next(nonce)
			}
		}
	}
}

// replayValue sends the request again with the whole value of the header.
func (c *Client) replayValue(value string) {
	value = trimSpace(value)
	if value == "" || outside(value, classValue) >= 0 {
		c.failAuth(c.authCode(), "the value given for the header is empty or has control characters")
		return
	}
	c.replay(credentials{sent: value, value: value})
}
