package khpserver_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

func TestOptionsThatCannotBe(t *testing.T) {
	for _, tc := range []struct {
		option string
		opts   khpserver.Options
		text   string
	}{
		{"Dialect", khpserver.Options{Dialect: 9}, "got unknown, want standard or no-marker"},
		{"Dialect", khpserver.Options{Dialect: khpcore.Gateway}, "got gateway, want standard or no-marker"},
		{"HandshakeTimeout", khpserver.Options{HandshakeTimeout: -1}, "got -1ns, want more than 0"},
		{"ResponseTimeout", khpserver.Options{ResponseTimeout: -1}, "got -1ns, want more than 0"},
		{"MaxRequestBody", khpserver.Options{MaxRequestBody: -1}, "got -1, want a number of bytes"},
		{"MaxMessage", khpserver.Options{MaxMessage: -1}, "got -1, want a number of bytes"},
		{"AllowHeaders", khpserver.Options{AllowHeaders: []string{"X Y"}}, `got "X Y", want the name of a header`},
		{"AllowHeaders", khpserver.Options{AllowHeaders: []string{"X-Y", "cookie"}}, `got "cookie", want a header that a web page may set`},
		{"AllowOrigins", khpserver.Options{AllowOrigins: []string{"example.com"}}, `got "example.com", want scheme://host[:port]`},
		{"AllowOrigins", khpserver.Options{AllowOrigins: []string{"*", "https://example.com/"}}, `got "https://example.com/"`},
		{"AllowOrigins", khpserver.Options{AllowOrigins: []string{"https://*.example.com"}}, `got "https://*.example.com"`},
	} {
		t.Run(tc.option+" "+tc.text, func(t *testing.T) {
			var bad *khpserver.OptionError
			require.ErrorAs(t, tc.opts.Validate(), &bad)
			require.Equal(t, tc.option, bad.Option)
			require.ErrorContains(t, bad, tc.text)
			require.PanicsWithError(t, bad.Error(), func() { khpserver.New(nil, &tc.opts) })
		})
	}
}

func TestOptionsThatCan(t *testing.T) {
	require.NoError(t, (&khpserver.Options{}).Validate())
	require.NoError(t, (&khpserver.Options{
		AllowHeaders: []string{"X-Tenant"},
		AllowOrigins: []string{"*", "http://example.com", "https://[::1]:8443", "app://x"},
	}).Validate())
}
