package khpcore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestURLs(t *testing.T) {
	for in, want := range map[string]string{
		"ws://h":                         "ws://h/",
		"wss://H.Example:443/a#f":        "wss://h.example/a",
		"http://h:80?q":                  "ws://h/?q",
		"HTTPS://h:080/":                 "wss://h:80/",
		"ws://h:/":                       "ws://h/",
		"ws://h:00080/":                  "ws://h/",
		"ws://[::1]:8080/a":              "ws://[::1]:8080/a",
		"ws://u:p@h/":                    "ws://h/",
		"ws://u@x:p@h/":                  "ws://h/",
		"ws://h/a/../b/./c/%2E%2e/d?/..": "ws://h/b/d?/..",
		"ws://h/..":                      "ws://h/",
		"ws://h/a/..":                    "ws://h/",
		"ws://h/a/.":                     "ws://h/a/",
		"ws://h//a//":                    "ws://h//a//",
		"ws://h/...":                     "ws://h/...",
		"ws://h/gr\u00fc\u00df?<a b>":    "ws://h/gr%C3%BC%C3%9F?%3Ca%20b%3E",
	} {
		u, err := ParseURL(in)
		require.NoError(t, err, in)
		require.Equal(t, want, u.String(), in)
	}
}

func TestUserinfo(t *testing.T) {
	for in, want := range map[string][2]string{
		"ws://joe:welcome@h/":    {"joe", "welcome"},
		"ws://joe@h/":            {"joe", ""},
		"ws://:p@h/":             {"", "p"},
		"ws://a%40b:%25%zz%4@h/": {"a@b", "%%zz%4"},
		"ws://j%C3%B6:a:b@h/":    {"j\u00f6", "a:b"},
	} {
		u, err := ParseURL(in)
		require.NoError(t, err, in)
		require.Equal(t, want, [2]string{u.User.Username, u.User.Password}, in)
	}
}

func TestMalformedURLs(t *testing.T) {
	for _, in := range []string{"", "h", "/a", "ftp://h/", "javascript:alert(1)", "ws:", "ws:h", "ws:/h", "ws://", "ws:///a", "ws://:80/", "ws://h:x/",
		"ws://h:65536/", "ws://h:-1/", "ws://h:99999999999999999999/", "ws://[::1/", "ws://[]/", "ws://[g::]/", "ws://h%65/", "ws://b\u00fccher/", "ws://h h/",
		"ws://h\\evil/", "ws://h/\\evil", "ws://a\\@b/", "ws://[::1]x/", "ws://h\x00/",
		// Browsers read these as IPv4 addresses, some as 127.0.0.1.
		"ws://127.1/", "ws://127.0.0.256/", "ws://127.0..1/", "ws://127.0.0.1./", "ws://0x7f.1/", "ws://2130706433/", "ws://0177.0.0.1/", "ws://a.0x/", "ws://1.2.3.4.5/", "ws://a.1./"} {
		_, err := ParseURL(in)
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, "%q", in)
	}
	_, err := ParseURL("ws://joe:secret@h:x/")
	require.NotContains(t, err.Error(), "secret")
}

// TestResolve has RFC 3986 5.4 among its cases.
func TestResolve(t *testing.T) {
	base, err := ParseURL("ws://u:p@a/b/c/d;p?q")
	require.NoError(t, err)
	for ref, want := range map[string]string{
		"g":              "ws://a/b/c/g",
		"./g":            "ws://a/b/c/g",
		"g/":             "ws://a/b/c/g/",
		"/g":             "ws://a/g",
		"//g":            "ws://g/",
		"?y":             "ws://a/b/c/d;p?y",
		"g?y":            "ws://a/b/c/g?y",
		"g#s":            "ws://a/b/c/g",
		"#s":             "ws://a/b/c/d;p?q",
		"?{`'}":          "ws://a/b/c/d;p?{`%27}",
		"{`'}":           "ws://a/b/c/%7B%60'%7D",
		";x":             "ws://a/b/c/;x",
		".":              "ws://a/b/c/",
		"./":             "ws://a/b/c/",
		"..":             "ws://a/b/",
		"../g":           "ws://a/b/g",
		"../..":          "ws://a/",
		"../../../g":     "ws://a/g",
		"g.":             "ws://a/b/c/g.",
		"..g":            "ws://a/b/c/..g",
		"./g/.":          "ws://a/b/c/g/",
		"g;x=1/../y":     "ws://a/b/c/y",
		"http://u:p@G:1": "ws://g:1/",
		"wss://g":        "wss://g/",
		" /g ":           "ws://a/g",
		"a/b:c":          "ws://a/b/c/a/b:c",
		"?a:b":           "ws://a/b/c/d;p?a:b",
		"?a\\b":          "ws://a/b/c/d;p?a\\b",
		"/a\tb":          "ws://a/a%09b",
	} {
		u, err := base.Resolve(ref)
		require.NoError(t, err, ref)
		require.Equal(t, want, u.String(), ref)
	}
	for _, ref := range []string{"", " ", "mailto:a", "a:b", "ws:g", "///g", "/\\g", "\\\\g", "//", "//h:x"} {
		_, err := base.Resolve(ref)
		require.Error(t, err, "%q", ref)
	}
}

func TestOriginsAndTrust(t *testing.T) {
	parse := func(s string) *URL {
		u, err := ParseURL(s)
		require.NoError(t, err, s)
		return u
	}
	a := parse("ws://h:81/x")
	require.True(t, a.SameOrigin(parse("http://H:081/y")))
	for _, other := range []string{"wss://h:81/", "ws://h/", "ws://g:81/"} {
		require.False(t, a.SameOrigin(parse(other)), other)
	}
	for s, want := range map[string]bool{
		"wss://example.com/": true, "ws://localhost/": true, "ws://LOCALHOST:1/": true, "ws://a.localhost/": true, "ws://127.0.0.1/": true,
		"ws://127.255.0.9/": true, "ws://[::1]/": true,
		"ws://example.com/": false, "ws://127.0.0.1.evil.example/": false, "ws://127.evil/": false,
		"ws://localhost.evil/": false, "ws://.localhost/": false, "ws://10.0.0.1/": false, "ws://[::2]/": false, "ws://128.0.0.1/": false,
	} {
		require.Equal(t, want, parse(s).trustworthy(), s)
	}
}
