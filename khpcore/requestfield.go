package khpcore

// What a server believes of an extended request is little: a web page can
// write anything into it, and the browser's own guarantees, like those of
// trusted proxies, are in the opening request.

type fieldClass uint8

const (
	fieldFree      fieldClass = iota // the caller's
	fieldHandshake                   // written and read by the handshake itself
	fieldTolerated                   // ignored
	fieldRefused
)

// refusedFields are the names that a server refuses; a name that ends in '-'
// stands for all that begin with it.
var refusedFields = [...]string{
	"cookie", "cookie2", "origin",
	// hop-by-hop, RFC 9110 7.6.1
	"keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
	"http2-settings", "content-length",
	// written by the browser or by a trusted proxy
	"sec-", "proxy-",
	"forwarded", "forwarded-", "via", "x-forwarded-", "x-forwarded", "x-forward-", "x-real-", "x-client-", "x-ssl-", "x-tls-",
	"x-scheme", "x-url-scheme", "x-https", "early-data", "max-forwards", "x-goog-", "x-ms-client-", "x-webauth-", "x-authenticated-",
	"tailscale-", "cloudfront-", "wl-proxy-", "ali-cdn-", "incap-", "x-sucuri-", "x-vercel-", "x-akamai-", "x-nf-",
	"x-cluster-client-ip", "x-original-", "x-rewrite-url", "x-envoy-", "x-remote-", "x-http-method",
	"x-http-method-override", "x-method-override", "x-amzn-", "x-arr-", "x-azure-", "x-appengine-",
	"x-originating-ip", "x-proxyuser-ip", "x-host", "true-client-ip", "client-ip", "remote-", "x-auth-request-",
	"cf-", "fastly-client-ip", "fly-client-ip", "cdn-loop", "front-end-https", "ssl-client-",
}

func requestFieldClass(name string) fieldClass {
	switch {
	case equalFold(name, "Host"), equalFold(name, "Connection"):
		return fieldTolerated
	case equalFold(name, "Sec-WebSocket-Protocol"), equalFold(name, "Sec-WebSocket-Extensions"),
		equalFold(name, "WebSocket-Protocol"), equalFold(name, "WebSocket-Extensions"),
		equalFold(name, "Expect"):
		return fieldHandshake
	case equalFold(name, "Proxy-Authorization"):
		return fieldFree
	case indexByte(name, '_') >= 0:
		return fieldRefused
	}
	for _, refused := range refusedFields {
		if equalFold(name, refused) || (refused[len(refused)-1] == '-' && hasPrefixFold(name, refused)) {
			return fieldRefused
		}
	}
	return fieldFree
}

// CheckRequestField says whether an extended request may carry a header of that
// name at all. The error is a [*RefusedError].
func CheckRequestField(name string) error {
	if requestFieldClass(name) != fieldRefused {
		return nil
	}
	return &RefusedError{name, "a web page must not set it; it counts in the opening request alone"}
}

// CheckCallerField says whether the caller of a client may add this header to
// its extended request: it is well formed, a server would not refuse it, and
// the handshake does not write it itself. The error is a [*SyntaxError] or a
// [*RefusedError].
func CheckCallerField(name, value string) error {
	if err := CheckField(name, value); err != nil {
		return err
	}
	switch requestFieldClass(name) {
	case fieldRefused:
		return CheckRequestField(name)
	case fieldHandshake, fieldTolerated:
		return &RefusedError{name, "the handshake writes it itself"}
	}
	return nil
}
