package khpserver

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// nextRequest is the upgrade request that next sees: the opening one, with what
// the extended one offers and adds.
func (s *session) nextRequest(ctx context.Context, offer *khpcore.Offer) *http.Request {
	r := s.opening.Clone(ctx)
	setBody(r, offer.Body)
	cutGatewayParameter(r)
	setList(r.Header, "Sec-WebSocket-Protocol", offer.Protocols)
	setList(r.Header, "Sec-WebSocket-Extensions", offersOf(offer.Extensions))
	for _, f := range offer.Header {
		switch {
		case strings.EqualFold(f.Name, "Authorization"), strings.EqualFold(f.Name, "Proxy-Authorization"):
			r.Header.Set(f.Name, f.Value)
		default:
			r.Header.Add(f.Name, f.Value)
		}
	}
	return r
}

// setBody gives r a body in place of that of the opening request, which has none.
func setBody(r *http.Request, body []byte) {
	r.Body = http.NoBody
	if len(body) > 0 {
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
}

// cutGatewayParameter takes off r what concerns the handshake alone.
func cutGatewayParameter(r *http.Request) {
	target, ok := khpcore.CutGatewayParameter(r.RequestURI)
	if !ok {
		return
	}
	r.RequestURI = target
	query, _ := khpcore.CutGatewayParameter("?" + r.URL.RawQuery)
	r.URL.RawQuery = strings.TrimPrefix(query, "?")
	r.URL.ForceQuery = query == "?"
	r.Form = nil // for next to read anew, if it has been read
}

func setList(h http.Header, name string, members []string) {
	h.Del(name)
	if len(members) > 0 {
		h.Set(name, strings.Join(members, ", "))
	}
}

func offersOf(extensions []khpcore.Extension) []string {
	offers := make([]string, len(extensions))
	for i, e := range extensions {
		offers[i] = e.String()
	}
	return offers
}
