package khpcore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestConfigurationThatCannotBe: a client is not made of what would make its
// opening handshake or its requests malformed.
func TestConfigurationThatCannotBe(t *testing.T) {
	for name, cfg := range map[string]ClientConfig{
		"no URL":                       {},
		"a relative URL":               {URL: "/a"},
		"another scheme":               {URL: "ftp://h/"},
		"a host outside ASCII":         {URL: "ws://b\u00fccher/"},
		"an empty protocol":            {URL: "ws://h/", Protocols: []string{""}},
		"a protocol with a space":      {URL: "ws://h/", Protocols: []string{"a b"}},
		"a protocol with a comma":      {URL: "ws://h/", Protocols: []string{"a,b"}},
		"a protocol outside ASCII":     {URL: "ws://h/", Protocols: []string{"\u00e9"}},
		"a protocol twice":             {URL: "ws://h/", Protocols: []string{"a", "b", "a"}},
		"KHP, which is offered anyway": {URL: "ws://h/", Protocols: []string{"a", Subprotocol}},
		"a header without a name":      {URL: "ws://h/", Header: Fields{{"", "v"}}},
		"a header with a line feed":    {URL: "ws://h/", Header: Fields{{"X", "a\nb"}}},
	} {
		_, err := NewClient(cfg)
		require.ErrorAs(t, err, new(*SyntaxError), name)
	}
	_, err := NewClient(ClientConfig{URL: "ws://h/", Protocols: []string{"a", "A"}})
	require.NoError(t, err)
}
