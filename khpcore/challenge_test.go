package khpcore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChallenges(t *testing.T) {
	for value, want := range map[string][]Challenge{
		"":                                       nil,
		" , ,\t":                                 nil,
		"Basic":                                  {{Scheme: "Basic"}},
		`Basic realm="simple"`:                   {{"Basic", Fields{{"realm", "simple"}}}},
		`Basic REALM = simple ,charset="UTF-8"`:  {{"Basic", Fields{{"realm", "simple"}, {"charset", "UTF-8"}}}},
		`Application Basic realm="K \"G\\", x=y`: {{"Basic", Fields{{"realm", `K "G\`}, {"x", "y"}}}},
		`application Token`:                      {{Scheme: "Token"}},
		`Application`:                            {{Scheme: "Application"}},
		`Application realm=x`:                    {{"Application", Fields{{"realm", "x"}}}},
		`Negotiate`:                              {{Scheme: "Negotiate"}},
		`Negotiate dG9rZW4=`:                     {{"Negotiate", Fields{{"", "dG9rZW4="}}}},
		`Negotiate a-._~+/==, Basic realm=""`:    {{"Negotiate", Fields{{"", "a-._~+/=="}}}, {"Basic", Fields{{"realm", ""}}}},
		`Basic, Digest nonce=a, qop="auth, auth-int", Bearer`: {{Scheme: "Basic"}, {"Digest", Fields{{"nonce", "a"}, {"qop", "auth, auth-int"}}}, {Scheme: "Bearer"}},
		// RFC 9110 11.6.1
		`Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\""`: {{"Basic", Fields{{"realm", "simple"}}},
			{"Newauth", Fields{{"realm", "apps"}, {"type", "1"}, {"title", `Login to "apps"`}}}},
		"Basic realm=\"\xff\xc3\xa9\"": {{"Basic", Fields{{"realm", "\ufffd\u00e9"}}}},
	} {
		got, err := ParseChallenges(value)
		require.NoError(t, err, value)
		require.Equal(t, want, got, value)
	}
}

func TestMalformedChallenges(t *testing.T) {
	for value, before := range map[string]int{
		`Basic realm="x`:     1,
		`Basic realm="x\`:    1,
		`Basic a=b, realm=`:  1,
		`Basic realm="x"y`:   1,
		`Basic realm=x y=z`:  1,
		`Basic;realm=x`:      1,
		`="x"`:               0,
		`Basic, "x"`:         1,
		`Negotiate a=b=c, D`: 1,
	} {
		got, err := ParseChallenges(value)
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, value)
		require.Len(t, got, before, value)
	}
}

func TestBasic(t *testing.T) {
	for _, c := range []struct{ username, password, want string }{
		{"Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, // RFC 7617 2
		{"test", "123\u00a3", "Basic dGVzdDoxMjPCow=="},                  // RFC 7617 2.1
		{"", "", "Basic Og=="},
		{"joe", "welcome", "Basic am9lOndlbGNvbWU="},
		{"a", "b:c", "Basic YTpiOmM="},
	} {
		require.Equal(t, c.want, basicCredentials(c.username, c.password))
	}
}
