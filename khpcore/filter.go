package khpcore

// A filter is what the extensions that this package knows do on an open socket.
// It makes nothing new for a message.
type filter struct {
	pingPong *PingPong
	pong     Send
	escape   Send
	idle     int // milliseconds, or 0
	deliver  Deliver
}

// checkExtensions holds the extensions of a 101 to those offered, and readies
// those that this package knows.
func (c *Client) checkExtensions(r *Response) {
	agreed, err := r.Header.Extensions()
	if err != nil {
		c.fail(CodeProtocol, closeProtocol, reason(err), err)
		return
	}
	if len(agreed) == 0 && r.Header.Count("Sec-WebSocket-Extensions") > 0 {
		// khp.md: if present, it must contain a non-empty list.
		c.fail(CodeProtocol, closeProtocol, "Sec-WebSocket-Extensions came without an extension", nil)
		return
	}
	if why := checkAgreed(agreed, c.cfg.Extensions, c.opened); why != "" {
		c.fail(CodeProtocol, closeProtocol, why, nil)
		return
	}
	f, err := newFilter(agreed)
	if err != nil {
		c.fail(CodeProtocol, closeProtocol, reason(err), err)
		return
	}
	c.extensions, c.filter = agreed, f
}

// newFilter returns nil where none of the extensions is known.
func newFilter(agreed []Extension) (*filter, error) {
	f := &filter{}
	var err error
	for _, e := range agreed {
		switch e.Name {
		case ExtensionPingPong:
			if f.pingPong, err = NewPingPong(e.Params); err != nil {
				return nil, err
			}
			f.pong = Send{Text: true, Data: f.pingPong.Pong()}
			f.escape = Send{Text: true, Data: f.pingPong.Escape()}
		case ExtensionIdleTimeout:
			if f.idle, err = IdleTimeout(e.Params); err != nil {
				return nil, err
			}
		}
	}
	if f.pingPong == nil && f.idle == 0 {
		return nil, nil
	}
	return f, nil
}

// filtered takes an event on an open socket.
func (c *Client) filtered(e event) {
	f := c.filter
	switch e.kind {
	case eventTimeout:
		c.drop(CodeTimeout, closeTimeout, "nothing arrived for "+itoa(f.idle)+" ms", nil)
	case eventClosed:
		c.end()
	case eventSending:
		if f.pingPong != nil && f.pingPong.Escapes(e.data, e.text) {
			c.do(&f.escape)
		}
	case eventReceived:
		verdict := PingPongDeliver
		if f.pingPong != nil {
			var err error
			if verdict, err = f.pingPong.Receive(e.data, e.text); err != nil {
				c.drop(CodeProtocol, closeProtocol, reason(err), err)
				return
			}
		}
		switch verdict {
		case PingPongDeliver:
			c.do(&f.deliver)
		case PingPongAnswer:
			c.do(&f.pong)
		}
	}
}

// drop ends an open socket.
func (c *Client) drop(code ErrorCode, closeCode int, message string, err error) {
	c.do(&CloseSocket{Code: closeCode})
	c.do(&Fail{&HandshakeError{Code: code, URL: c.url.String(), Message: "WebSocket to " + c.url.shown() + " failed: " + message, Err: err}})
	c.end()
}

func (c *Client) armIdle() {
	if c.filter.idle > 0 {
		c.do(&Timer{TimerIdle, c.filter.idle})
	}
}

func extensionOffers(list []Extension) []string {
	var out []string
	for _, e := range list {
		out = append(out, e.String())
	}
	return out
}
