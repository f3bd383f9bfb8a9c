package khpcore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// breakouts are what could end a line of a head, or pass for the end of one
// with a careless reader.
var breakouts = []string{"\r\nEvil: 1", "\nEvil: 1", "\rEvil: 1", "\x00Evil: 1", "\r\n\r\nGET /evil HTTP/1.1\r\n\r\n", "\r\n Evil: 1", "\x7f", "\x0b"}

// TestNoInputBreaksOut puts each breakout into each input of a client. Either
// nothing is sent for it, or a request with the lines that it would have
// without it and no byte that a head must not have.
func TestNoInputBreaksOut(t *testing.T) {
	const basic, digest = "WWW-Authenticate: Basic realm=r", "WWW-Authenticate: Digest realm=r, nonce=n, qop=auth"
	given := func(c *ClientConfig, username, password string) {
		c.Credentials, c.Username, c.Password = GivenCredentials, username, password
	}
	for name, input := range map[string]struct {
		configure func(c *ClientConfig, bad string)
		challenge string // of a 401
		location  string // of a 302; the breakout follows
		answer    func(c *Client, bad string) []Command
	}{
		"a protocol":               {configure: func(c *ClientConfig, bad string) { c.Protocols = []string{"a", "b" + bad} }},
		"the name of a header":     {configure: func(c *ClientConfig, bad string) { c.Header = Fields{{"X" + bad, "v"}} }},
		"the value of a header":    {configure: func(c *ClientConfig, bad string) { c.Header = Fields{{"X", "v" + bad}} }},
		"an extension":             {configure: func(c *ClientConfig, bad string) { c.Extensions = []Extension{{Name: "x" + bad}} }},
		"a parameter":              {configure: func(c *ClientConfig, bad string) { c.Extensions = []Extension{{"x", Fields{{"p" + bad, ""}}}} }},
		"a parameter's value":      {configure: func(c *ClientConfig, bad string) { c.Extensions = []Extension{{"x", Fields{{"p", "v" + bad}}}} }},
		"the path":                 {configure: func(c *ClientConfig, bad string) { c.URL = "ws://localhost/a" + bad }},
		"the query":                {configure: func(c *ClientConfig, bad string) { c.URL = "ws://localhost/a?b" + bad }},
		"the host":                 {configure: func(c *ClientConfig, bad string) { c.URL = "ws://localhost" + bad + "/a" }},
		"the port":                 {configure: func(c *ClientConfig, bad string) { c.URL = "ws://localhost:80" + bad + "/a" }},
		"userinfo":                 {configure: func(c *ClientConfig, bad string) { c.URL = "ws://u" + bad + ":p@localhost/a" }, challenge: basic},
		"userinfo, encoded":        {configure: func(c *ClientConfig, bad string) { c.URL = "ws://u:p%0d%0aEvil:1%0a@localhost/a" }, challenge: basic},
		"a username":               {configure: func(c *ClientConfig, bad string) { given(c, "u"+bad, "p") }, challenge: basic},
		"a password":               {configure: func(c *ClientConfig, bad string) { given(c, "u", "p"+bad) }, challenge: basic},
		"a username, Digest":       {configure: func(c *ClientConfig, bad string) { given(c, "u"+bad, "p") }, challenge: digest},
		"a password, Digest":       {configure: func(c *ClientConfig, bad string) { given(c, "u", "p"+bad) }, challenge: digest},
		"the callback's username":  {challenge: basic, answer: func(c *Client, bad string) []Command { return c.Credentials("u"+bad, "p") }},
		"the callback's password":  {challenge: digest, answer: func(c *Client, bad string) []Command { return c.Credentials("u", "p"+bad) }},
		"the callback's own value": {challenge: digest, answer: func(c *Client, bad string) []Command { return c.Authorization("Token t" + bad) }},
		"a Location's path":        {location: "/b"},
		"a Location's query":       {location: "?b"},
		"a Location's host":        {location: "//localhost:81"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, bad := range breakouts {
				cfg := ClientConfig{URL: "ws://localhost/a", Credentials: AskCredentials, Crypto: testCrypto{}}
				if input.configure != nil {
					cfg.Credentials = NoCredentials
					input.configure(&cfg, bad)
				}
				c, err := NewClient(cfg)
				if err != nil {
					require.ErrorAs(t, err, new(*SyntaxError))
					continue
				}
				c.Start()
				whole(t, c.Opened(c.URL(), Subprotocol, ""), cfg)
				if input.challenge != "" {
					c.Message([]byte("HTTP/1.1 401 No\r\n"+input.challenge+"\r\n\r\n"), false)
					whole(t, c.Message(nil, false), cfg)
				}
				if input.answer != nil {
					whole(t, input.answer(c, bad), cfg)
				}
				if input.location != "" {
					c.Message([]byte("HTTP/1.1 302 Found\r\nLocation: "+input.location+bad+"\r\n\r\n"), false)
					c.Closed(1000, "")
					whole(t, c.Opened(c.URL(), Subprotocol, ""), cfg)
				}
			}
		})
	}
}

// whole holds what is sent to be one request with the lines it should have.
func whole(t *testing.T, commands []Command, cfg ClientConfig) {
	t.Helper()
	for _, command := range commands {
		sent, ok := command.(*Send)
		if !ok {
			continue
		}
		r, err := ParseRequest(sent.Data, Limits{})
		require.NoError(t, err)
		for _, f := range r.Header {
			_, callers := cfg.Header.Get(f.Name)
			require.True(t, callers || containsFold(requestNames, f.Name), "injected: %s", f.Name)
			require.Equal(t, 1, r.Header.Count(f.Name))
		}
		host, _ := r.Header.Get("Host")
		require.Contains(t, []string{"localhost", "localhost:81"}, host)
	}
}

// TestChallengeBreaksNothingOut: what a server writes into its challenge comes
// back quoted, and as nothing but what it was.
func TestChallengeBreaksNothingOut(t *testing.T) {
	const evil = `n", evil="1", x="\`
	quoted := string(appendQuoted(nil, evil))
	challenges, err := ParseChallenges("Digest realm=" + quoted + ", nonce=" + quoted + ", opaque=" + quoted + ", qop=auth, evil=1")
	require.NoError(t, err)
	got := params(t, newDigest(testCrypto{}, &challenges[0], `u", evil="1`, "p").authorization(`/"`))
	for _, name := range []string{"realm", "nonce", "opaque"} {
		value, _ := got.Get(name)
		require.Equal(t, evil, value, name)
	}
	require.Zero(t, got.Count("evil")+got.Count("x"))
}
