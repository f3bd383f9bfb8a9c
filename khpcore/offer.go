package khpcore

// An Offer is what an extended request asks the application for, once a
// [Server] has found that it may be believed.
type Offer struct {
	// Protocols are the application's subprotocols in order of preference. They
	// never contain [Subprotocol].
	Protocols []string
	// Extensions are the application-class extensions that the client offers, in
	// order of preference. Those of the frame layer are left out: they belong to
	// the opening handshake. The server's user may take out those that it knows
	// before it asks the application, which may agree to what is left.
	Extensions []Extension
	// Agreed are the extensions that the server's user agrees to itself, of those
	// that it took out. They go into an extended 101, behind the application's.
	Agreed []Extension
	// Header are the headers for the application to see next to those of the
	// opening request. Authorization and Proxy-Authorization take the place of
	// one there.
	Header Fields
	// Body is that of the request; nil where it has none.
	Body []byte
}

// newOffer reads the offer out of a request that has passed [Server.vet]. The
// error is a [*SyntaxError] or a [*RefusedError].
func newOffer(req *Request, cfg *ServerConfig) (*Offer, error) {
	o := &Offer{Protocols: protocols(req.Header)}
	if len(o.Protocols) == 0 {
		o.Protocols = cfg.Protocols
	}
	extensions, err := req.Header.Extensions()
	if err != nil {
		return nil, err
	}
	for _, e := range extensions {
		switch {
		// khp.md, Handshake Requirements for the Extended WebSocket Handshake.
		case contains(cfg.Extensions, e.Name):
			return nil, &RefusedError{"Sec-WebSocket-Extensions", "the opening handshake has agreed to " + quote(e.Name)}
		case !IsFrameLayer(e.Name):
			o.Extensions = append(o.Extensions, e)
		}
	}
	for _, f := range req.Header {
		if requestFieldClass(f.Name) == fieldFree {
			o.Header = append(o.Header, f)
		}
	}
	return o, nil
}

// protocols returns the application's subprotocols that a request names.
// Deployed clients write the header without its prefix.
func protocols(header Fields) []string {
	for _, name := range [...]string{"Sec-WebSocket-Protocol", "WebSocket-Protocol"} {
		var named []string
		for _, p := range header.list(name) {
			if p != Subprotocol {
				named = append(named, p)
			}
		}
		if len(named) > 0 {
			return named
		}
	}
	return nil
}

// IsFrameLayer tells the extensions that change frames, those of the opening
// handshake, from application-class ones (khp.md, Introduction). Browsers have
// known these.
func IsFrameLayer(name string) bool {
	return hasPrefixFold(name, "permessage-") || hasPrefixFold(name, "perframe-") ||
		equalFold(name, "deflate-frame") || equalFold(name, "x-webkit-deflate-frame") ||
		equalFold(name, "mux")
}

// checkAgreed holds the application's 101 to the offer: one of its protocols or
// none, and a subset of its extensions (khp.md, RFC 6455 4.2.2). The error is a
// [*SyntaxError].
func (o *Offer) checkAgreed(header Fields) error {
	const what = "101 of the application"
	if protocol, ok := header.Get("Sec-WebSocket-Protocol"); ok {
		if header.Count("Sec-WebSocket-Protocol") > 1 || !contains(o.Protocols, protocol) {
			return &SyntaxError{what, "a subprotocol that was not offered", "one that was, or none"}
		}
	}
	agreed, err := header.Extensions()
	if err != nil {
		return err
	}
	for i, e := range agreed {
		switch {
		case !named(o.Extensions, e.Name):
			return &SyntaxError{what, "an extension that was not offered: " + quote(e.Name), "those that were, or none"}
		case named(agreed[:i], e.Name), named(o.Agreed, e.Name):
			return &SyntaxError{what, "an extension twice: " + quote(e.Name), "it once"}
		}
	}
	return nil
}

// agreed returns the fields of what the server's user agrees to, one for each
// extension as deployed clients are used to.
func (o *Offer) agreed() Fields {
	var fields Fields
	for _, e := range o.Agreed {
		fields = append(fields, Field{"Sec-WebSocket-Extensions", e.String()})
	}
	return fields
}
