package khpcore

// redirect acts on a redirect with a Location.
func (c *Client) redirect(r *Response) {
	location, ok := r.Header.Get("Location")
	if !ok {
		c.refuseRedirect("it has no Location")
		return
	}
	to, err := c.url.Resolve(location)
	if err != nil {
		c.refuseRedirect("its Location cannot be used: " + reason(err))
		return
	}
	c.follow(to)
}

// upgrade acts on a 426: once over TLS, where the server names TLS.
func (c *Client) upgrade(r *Response) {
	if c.url.Secure || !offersTLS(r.Header.list("Upgrade")) {
		c.failStatus(r, CodeStatus, "")
		return
	}
	to := *c.url
	to.Secure = true
	if to.Port == "443" {
		to.Port = ""
	}
	c.follow(&to)
}

func offersTLS(protocols []string) bool {
	for _, p := range protocols {
		if hasPrefixFold(p, "TLS/") || equalFold(p, "TLS") {
			return true
		}
	}
	return false
}

// follow holds a new URL to the rules, and goes there.
func (c *Client) follow(to *URL) {
	same := to.SameOrigin(c.url)
	switch {
	case c.cfg.Redirect == RedirectError:
		c.refuseRedirect("redirects are not allowed")
		return
	case c.cfg.Redirect == RedirectSameOrigin && !same:
		c.refuseRedirect("it leads to another origin, " + to.origin())
		return
	case c.url.Secure && !to.Secure:
		c.refuseRedirect("it leads from TLS to no TLS, at " + to.origin())
		return
	case c.visited(to):
		c.failRedirect(CodeRedirectLoop, "the redirect leads back to "+to.shown())
		return
	case len(c.left) == MaxRedirects:
		c.failRedirect(CodeRedirectLimit, "that is more than "+itoa(MaxRedirects)+" redirects")
		return
	}
	c.next = to
	if c.cfg.Redirect == RedirectAsk {
		c.state = stateConfirming
		status := c.status
		if c.balanced {
			status = 0
		}
		c.do(&ConfirmRedirect{c.url.String(), to.String(), status})
		return
	}
	c.depart()
}

// depart leaves for c.next and takes nothing along that belongs to this origin.
func (c *Client) depart() {
	if !c.next.SameOrigin(c.url) {
		c.auth, c.proxy = credentials{}, credentials{}
		c.cfg.Header = nil
		if c.cfg.Credentials == GivenCredentials {
			c.cfg.Credentials, c.cfg.Username, c.cfg.Password = NoCredentials, "", ""
		}
	}
	c.leave()
}

func (c *Client) visited(u *URL) bool {
	s := u.String()
	return s == c.url.String() || contains(c.left, s)
}

func (c *Client) refuseRedirect(why string) {
	c.failRedirect(CodeRedirect, "the redirect was not followed: "+why)
}

func (c *Client) failRedirect(code ErrorCode, why string) {
	if c.balanced {
		c.fail(code, closeProtocol, "the balancer answered with a redirect, and "+why, nil)
		return
	}
	c.failStatus(c.response, code, why)
}
