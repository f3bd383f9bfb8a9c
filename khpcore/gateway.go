package khpcore

// What deployed Kaazing clients and gateways add to the protocol: a parameter
// in the opening request, and a balancer message before the extended request
// and after the extended response.

const (
	// gatewayParameter asks a server for the dialect [Gateway], as one more
	// parameter of the query in the opening request alone.
	gatewayParameter = ".kl=Y"
	// balancerPrefix is U+F0FF in UTF-8. It begins a balancer message.
	balancerPrefix = "\xef\x83\xbf"
	balancerStay   = balancerPrefix + "N"
	balancerGo     = balancerPrefix + "R"
	// gatewaySeparator is what deployed clients write between the members of a list.
	gatewaySeparator = ","
)

// GatewayURL returns url as the opening request of the dialect [Gateway] has
// it. A fragment stays behind.
func GatewayURL(url string) string {
	if i := indexByte(url, '#'); i >= 0 {
		url = url[:i]
	}
	if indexByte(url, '?') >= 0 {
		return url + "&" + gatewayParameter
	}
	return url + "?" + gatewayParameter
}

// CutGatewayParameter returns target, or a URL, without the parameter that asks
// for the dialect [Gateway], and whether it was there.
func CutGatewayParameter(target string) (rest string, ok bool) {
	query := indexByte(target, '?')
	if query < 0 {
		return target, false
	}
	rest = target[:query]
	separator := "?"
	for left := target[query+1:]; ; {
		end := indexByte(left, '&')
		parameter := left
		if end >= 0 {
			parameter = left[:end]
		}
		if parameter == gatewayParameter {
			ok = true
		} else {
			rest += separator + parameter
			separator = "&"
		}
		if end < 0 {
			break
		}
		left = left[end+1:]
	}
	if !ok {
		return target, false
	}
	return rest, true
}

// balance acts on a balancer message; stay is what to do where it says so.
func (c *Client) balance(message string, stay func()) {
	switch {
	case message == balancerStay:
		stay()
	case hasPrefixFold(message, balancerGo):
		c.balanced = true
		location, _ := CutGatewayParameter(message[len(balancerGo):])
		to, err := c.url.Resolve(location)
		if err != nil {
			c.refuseRedirect("its URL cannot be used: " + reason(err))
			return
		}
		c.follow(to)
	default:
		c.fail(CodeProtocol, closeProtocol, "got a message of "+itoa(len(message))+" bytes, want a balancer message", nil)
	}
}
