package khpcore

// An Offer is what an extended request asks the application for, once a
// [Server] has found that it may be believed.
type Offer struct {
	// Protocols are the application's subprotocols in order of preference. They
	// never contain [Subprotocol].
	Protocols []string
	// Extensions are the application-class extension offers, parameters
	// included. Extensions of the frame layer are left out: they belong to the
	// opening handshake.
	Extensions []string
	// Header are the headers for the application to see next to those of the
	// opening request. Authorization and Proxy-Authorization take the place of
	// one there.
	Header Fields
	// Body is that of the request; nil where it has none.
	Body []byte
}

// newOffer reads the offer out of a request that has passed [Server.vet].
// opening are the protocols of the opening request.
func newOffer(req *Request, opening []string) *Offer {
	o := &Offer{Protocols: protocols(req.Header)}
	if len(o.Protocols) == 0 {
		o.Protocols = opening
	}
	for _, f := range req.Header {
		switch {
		case equalFold(f.Name, "Sec-WebSocket-Extensions"):
			for _, offer := range splitList(f.Value) {
				if !isFrameLayer(extensionName(offer)) {
					o.Extensions = append(o.Extensions, offer)
				}
			}
		case requestFieldClass(f.Name) == fieldFree:
			o.Header = append(o.Header, f)
		}
	}
	return o
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

// extensionName cuts the parameters off an extension offer (RFC 6455 9.1).
func extensionName(offer string) string {
	if i := indexByte(offer, ';'); i >= 0 {
		offer = offer[:i]
	}
	return trimSpace(offer)
}

// isFrameLayer tells the extensions that change frames, those of the opening
// handshake, from application-class ones (khp.md, Introduction). Browsers have
// known these.
func isFrameLayer(name string) bool {
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
	for _, f := range header {
		if !equalFold(f.Name, "Sec-WebSocket-Extensions") {
			continue
		}
		for _, agreed := range splitList(f.Value) {
			if !o.offers(extensionName(agreed)) {
				return &SyntaxError{what, "an extension that was not offered: " + quote(extensionName(agreed)), "those that were, or none"}
			}
		}
	}
	return nil
}

func (o *Offer) offers(extension string) bool {
	for _, offer := range o.Extensions {
		if extensionName(offer) == extension {
			return true
		}
	}
	return false
}

// splitList returns the members of a comma-separated header value (RFC 9110
// 5.6.1), white space around them and empty ones left out. A comma in a quoted
// string does not separate.
func splitList(value string) []string {
	var members []string
	start, quoted := 0, false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++ // quoted-pair
		case c == ',' && !quoted:
			members = appendMember(members, value[start:i])
			start = i + 1
		}
	}
	return appendMember(members, value[start:])
}

func appendMember(members []string, member string) []string {
	if member = trimSpace(member); member == "" {
		return members
	}
	return append(members, member)
}
