package khpserver

import (
	"slices"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// An Extension is an application-class extension that the server agrees to
// itself: it is about messages, not frames (khp.md, Introduction). next knows
// nothing of it.
type Extension struct {
	// Name is what clients offer.
	Name string

	// Accept takes the parameters of an offer and returns those to agree to, and
	// what the extension does on this one connection. If ok is false, the server
	// does not agree, and looks at the client's next offer of that name.
	//
	// It is called for each extended request, also for one that next then
	// refuses.
	Accept func(offered khpcore.Fields) (agreed khpcore.Fields, t Transform, ok bool)

	mistake *OptionError // of who made it
}

// A Transform is what an agreed extension does with the messages of one
// connection. Where neither function is set, it does nothing.
//
// Each function returns another message in the place of the one that it is
// given, which it may keep and change, or false for none. Calls of one function
// do not overlap; the two may run at the same time. An error closes the
// connection: with code 1002 for OnMessage, 1011 for OnSend.
//
// A sender applies extensions in the order in which they stand in the extended
// response, a receiver in the opposite one (RFC 6455 9.1).
type Transform struct {
	// OnMessage takes a message from the client on its way to next.
	OnMessage func(Message) (m Message, deliver bool, err error)
	// OnSend takes a message from next on its way to the client.
	OnSend func(Message) (m Message, send bool, err error)

	keepalive keepaliveTerms
}

// A Message is one WebSocket message.
type Message struct {
	// Text tells a text message, whose Data are UTF-8, from a binary one.
	Text bool
	Data []byte
}

// An agreement is what the server itself has agreed to for one connection.
type agreement struct {
	onMessage []func(Message) (Message, bool, error) // in the order in which they are applied
	onSend    []func(Message) (Message, bool, error)
	keepalive keepaliveTerms
}

// goesOn tells whether there is anything to do once the connection is open.
func (a *agreement) goesOn() bool {
	return len(a.onMessage) > 0 || len(a.onSend) > 0 || a.keepalive.pingPong
}

// agreeTo takes the extensions in the order in which they stand in the response.
func agreeTo(extensions []accepted) *agreement {
	var a agreement
	for _, e := range extensions {
		if e.OnMessage != nil {
			a.onMessage = slices.Insert(a.onMessage, 0, e.OnMessage)
		}
		if e.OnSend != nil {
			a.onSend = append(a.onSend, e.OnSend)
		}
		a.keepalive = a.keepalive.and(e.keepalive)
	}
	return &a
}

// accepted is an offer as the server agrees to it.
type accepted struct {
	khpcore.Extension
	Transform
}

// agree takes the extensions that the server knows out of an offer, and agrees
// to those that it accepts, each once.
func (s *session) agree(offer *khpcore.Offer) *agreement {
	var unknown []khpcore.Extension
	var own, wireSide []accepted // those of this package come last, next to the wire
	for _, offered := range offer.Extensions {
		known := s.handler.opts.extension(offered.Name)
		if known == nil {
			unknown = append(unknown, offered)
			continue
		}
		if has(own, offered.Name) || has(wireSide, offered.Name) {
			continue
		}
		params, t, ok := known.Accept(offered.Params)
		e := accepted{khpcore.Extension{Name: offered.Name, Params: params}, t}
		switch {
		case !ok || !s.canStand(e.Extension):
		case t.keepalive == keepaliveTerms{}:
			own = append(own, e)
		default:
			wireSide = append(wireSide, e)
		}
	}
	if slices.ContainsFunc(wireSide, func(e accepted) bool { return e.keepalive.pingPong }) {
		own = append(own, wireSide...)
	} // else an idle timeout alone, see [IdleTimeout]
	offer.Extensions = unknown
	for _, e := range own {
		offer.Agreed = append(offer.Agreed, e.Extension)
	}
	return agreeTo(own)
}

func has(list []accepted, name string) bool {
	return slices.ContainsFunc(list, func(e accepted) bool { return e.Name == name })
}

// canStand tells whether what an extension agrees to can be sent.
func (s *session) canStand(e khpcore.Extension) bool {
	err := khpcore.CheckExtension(e)
	if err != nil {
		s.log.Warn("extension not agreed to", "extension", e.Name, "err", err)
	}
	return err == nil
}

func (o *Options) extension(name string) *Extension {
	for i := range o.Extensions {
		if o.Extensions[i].Name == name {
			return &o.Extensions[i]
		}
	}
	return nil
}

// validateExtensions returns an [*OptionError] for the first one that cannot be.
func (o *Options) validateExtensions() error {
	const option = "Extensions"
	for i, e := range o.Extensions {
		switch {
		case e.mistake != nil:
			return e.mistake
		case khpcore.CheckExtension(khpcore.Extension{Name: e.Name}) != nil:
			return &OptionError{option, "the name " + quoted(e.Name), "a token (RFC 6455 9.1)"}
		case khpcore.IsFrameLayer(e.Name):
			return &OptionError{option, quoted(e.Name), "an extension of the application class"}
		case e.Accept == nil:
			return &OptionError{option, quoted(e.Name) + " without Accept", "a function"}
		case o.extension(e.Name) != &o.Extensions[i]:
			return &OptionError{option, quoted(e.Name) + " twice", "each name once"}
		}
	}
	if o.extension(khpcore.ExtensionIdleTimeout) != nil && o.extension(khpcore.ExtensionPingPong) == nil {
		return &OptionError{option, quoted(khpcore.ExtensionIdleTimeout) + " alone", quoted(khpcore.ExtensionPingPong) + " next to it"}
	}
	return nil
}
