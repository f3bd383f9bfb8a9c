package khpserver

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// headerList returns the members of all comma-separated values of that name.
func headerList(h http.Header, name string) []string {
	var members []string
	for _, value := range h.Values(name) {
		for member := range strings.SplitSeq(value, ",") {
			if member = strings.Trim(member, " \t"); member != "" {
				members = append(members, member)
			}
		}
	}
	return members
}

// hasToken looks for a member of such a list, without regard to case.
func hasToken(h http.Header, name, token string) bool {
	return slices.ContainsFunc(headerList(h, name), func(member string) bool {
		return strings.EqualFold(member, token)
	})
}

// fieldsOf lists h by name, so that what is sent is the same every time, in the
// spelling of the RFCs where net/http has one of its own.
func fieldsOf(h http.Header) khpcore.Fields {
	var fields khpcore.Fields
	for name, values := range h {
		for _, value := range values {
			fields = append(fields, khpcore.Field{Name: spelling(name), Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b khpcore.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

func spelling(name string) string {
	if name == "Www-Authenticate" {
		return "WWW-Authenticate"
	}
	if rest, ok := strings.CutPrefix(name, "Sec-Websocket-"); ok {
		return "Sec-WebSocket-" + rest
	}
	return name
}

func quoted(s string) string { return strconv.Quote(s) }
