package khpcore

// redirect acts on the head of a redirect.
func (c *Client) redirect(r *Response) {
	location, ok := r.Header.Get("Location")
	switch {
	case c.cfg.Redirect == RedirectError:
		c.refuseRedirect("redirects are not allowed")
	case r.Status == 300 && (!ok || c.refusal(location) != ""):
		// The choices are in the body.
	case !ok:
		c.refuseRedirect("it has no Location")
	default:
		c.followReference(location)
	}
}

// choose acts on the body of a 300: the first of the choices that is acceptable.
func (c *Client) choose(r *Response) {
	for _, choice := range choices(r) {
		if c.refusal(choice) == "" {
			c.followReference(choice)
			return
		}
	}
	c.refuseRedirect("none of its choices can be used")
}

// refusal says why a reference could not be followed, or nothing.
func (c *Client) refusal(ref string) string {
	to, err := c.url.Resolve(ref)
	if err != nil {
		return reason(err)
	}
	_, why := c.forbids(to)
	return why
}

// choices are the URI references in the body of a 300: text/uri-list (RFC 2483
// 5), or the links of an HTML page.
func choices(r *Response) []string {
	kind, _ := r.Header.Get("Content-Type")
	if i := indexByte(kind, ';'); i >= 0 {
		kind = kind[:i]
	}
	kind = trimSpace(kind)
	body := string(r.Body)
	switch {
	case equalFold(kind, "text/uri-list"):
		return uriList(body)
	case equalFold(kind, "text/html"):
		return links(body)
	}
	return nil
}

func uriList(body string) []string {
	var list []string
	for body != "" {
		line := body
		if i := indexByte(body, '\n'); i >= 0 {
			line, body = body[:i], body[i+1:]
		} else {
			body = ""
		}
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		if line = trimSpace(line); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list
}

// links returns the values of the attributes href of a page.
func links(page string) []string {
	const attribute = "href="
	var list []string
	for i := 1; i+len(attribute) < len(page); i++ {
		if !hasPrefixFold(page[i:], attribute) || indexByte(" \t\r\n\f\"'/", page[i-1]) < 0 {
			continue
		}
		value := page[i+len(attribute):]
		var end int
		if quote := value[0]; quote == '"' || quote == '\'' {
			value = value[1:]
			end = indexByte(value, quote)
		} else {
			for end < len(value) && indexByte(" \t\r\n\f>", value[end]) < 0 {
				end++
			}
		}
		if end > 0 {
			list = append(list, ampersands(value[:end]))
		}
	}
	return list
}

// ampersands decodes the one character reference that URLs need.
func ampersands(s string) string {
	const reference = "&amp;"
	out := ""
	for i := 0; i < len(s); i++ {
		if s[i] == '&' && hasPrefixFold(s[i:], reference) {
			out += s[:i+1]
			s = s[i+len(reference):]
			i = -1
		}
	}
	return out + s
}

// followReference follows a redirect to a URI reference.
func (c *Client) followReference(ref string) {
	to, err := c.url.Resolve(ref)
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
	if code, why := c.forbids(to); why != "" {
		c.failRedirect(code, why)
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

// forbids says why a redirect to that URL is not followed, if it is not.
func (c *Client) forbids(to *URL) (code ErrorCode, why string) {
	const refused = "the redirect was not followed: "
	switch {
	case c.cfg.Redirect == RedirectError:
		return CodeRedirect, refused + "redirects are not allowed"
	case c.cfg.Redirect == RedirectSameOrigin && !to.SameOrigin(c.url):
		return CodeRedirect, refused + "it leads to another origin, " + to.origin()
	case c.url.Secure && !to.Secure:
		return CodeRedirect, refused + "it leads from TLS to no TLS, at " + to.origin()
	case c.visited(to):
		return CodeRedirectLoop, "the redirect leads back to " + to.shown()
	case len(c.left) == MaxRedirects:
		return CodeRedirectLimit, "that is more than " + itoa(MaxRedirects) + " redirects"
	}
	return "", ""
}

// depart leaves for c.next and takes nothing along that belongs to this origin.
func (c *Client) depart() {
	if !c.next.SameOrigin(c.url) {
		c.auth, c.proxy = credentials{}, credentials{}
		c.cfg.Header, c.cfg.Body = nil, nil
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
