package abi

import "github.com/kaazingwebsocket/kaazingwebsocket/khpcore"

func appendCommands(dst []byte, commands []khpcore.Command) []byte {
	for _, c := range commands {
		dst = appendCommand(dst, c)
	}
	return dst
}

func appendCommand(dst []byte, command khpcore.Command) []byte {
	switch c := command.(type) {
	case *khpcore.Send:
		dst = appendNumber(dst, CommandSend)
		dst = appendBool(dst, c.Text)
		dst = appendNumber(dst, len(c.Data))
		return append(dst, c.Data...)
	case *khpcore.CloseSocket:
		dst = appendNumber(dst, CommandClose)
		dst = appendNumber(dst, c.Code)
		return appendString(dst, c.Reason)
	case *khpcore.Connect:
		dst = appendNumber(dst, CommandConnect)
		dst = appendString(dst, c.URL)
		return appendStrings(dst, c.Protocols)
	case *khpcore.Authenticate:
		dst = appendNumber(dst, CommandAuthenticate)
		dst = appendString(dst, c.URL)
		dst = appendChallenge(dst, c.Challenge)
		dst = appendNumber(dst, c.Attempt)
		dst = appendBool(dst, c.Proxy)
		dst = appendNumber(dst, len(c.All))
		for i := range c.All {
			dst = appendChallenge(dst, &c.All[i])
		}
		return dst
	case *khpcore.ConfirmRedirect:
		dst = appendNumber(dst, CommandConfirmRedirect)
		dst = appendString(dst, c.From)
		dst = appendString(dst, c.To)
		return appendNumber(dst, c.Status)
	case *khpcore.Open:
		dst = appendNumber(dst, CommandOpen)
		dst = appendString(dst, c.Protocol)
		dst = appendString(dst, c.Extensions)
		dst = appendNumber(dst, len(c.Agreed))
		for _, e := range c.Agreed {
			dst = appendFields(appendString(dst, e.Name), e.Params)
		}
		return appendBool(dst, c.GoesOn)
	case *khpcore.Deliver:
		return appendNumber(dst, CommandDeliver)
	case *khpcore.Fail:
		dst = appendNumber(dst, CommandFail)
		dst = appendString(dst, string(c.Err.Code))
		dst = appendString(dst, c.Err.Message)
		dst = appendNumber(dst, c.Err.Status)
		return appendString(dst, c.Err.URL)
	case *khpcore.Timer:
		dst = appendNumber(dst, CommandTimer)
		dst = appendNumber(dst, int(c.Op))
		return appendNumber(dst, c.Millis)
	case *khpcore.Outcome:
		dst = appendNumber(dst, CommandOutcome)
		dst = appendNumber(dst, c.Status)
		dst = appendString(dst, c.Reason)
		dst = appendFields(dst, c.Header)
		dst = appendString(dst, c.URL)
		dst = appendStrings(dst, c.Redirects)
		return appendNumber(dst, c.Challenges)
	}
	return dst
}

func appendNumber(dst []byte, n int) []byte {
	return append(dst, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return appendNumber(dst, 1)
	}
	return appendNumber(dst, 0)
}

func appendString(dst []byte, s string) []byte {
	return append(appendNumber(dst, len(s)), s...)
}

func appendStrings(dst []byte, list []string) []byte {
	dst = appendNumber(dst, len(list))
	for _, s := range list {
		dst = appendString(dst, s)
	}
	return dst
}

func appendFields(dst []byte, fields khpcore.Fields) []byte {
	dst = appendNumber(dst, len(fields))
	for _, f := range fields {
		dst = appendString(appendString(dst, f.Name), f.Value)
	}
	return dst
}

func appendChallenge(dst []byte, c *khpcore.Challenge) []byte {
	dst = appendString(dst, c.Scheme)
	dst = appendString(dst, c.Realm())
	return appendFields(dst, c.Params)
}
