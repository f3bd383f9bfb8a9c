package khpcore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestApplicationChallenges(t *testing.T) {
	for value, want := range map[string][]string{
		`Basic realm="a"`:             {`Application Basic realm="a"`},
		`Application Basic realm="a"`: {`Application Basic realm="a"`},
		`application	Token`:           {`application	Token`},
		`Token`:                       {`Application Token`},
		`Negotiate YWJj==`:            {`Application Negotiate YWJj==`},
		`Application`:                 {`Application Application`},
		`Application realm="a"`:       {`Application Application realm="a"`},
		`Basic realm="a, b", charset="UTF-8" , Digest realm="c",nonce=d,,Token`: {
			`Application Basic realm="a, b", charset="UTF-8"`,
			`Application Digest realm="c",nonce=d`,
			`Application Token`,
		},
		`, Basic realm=a, Application Token,`: {`Application Basic realm=a`, `Application Token`},
		`Basic realm="a\"b, Token"`:           {`Application Basic realm="a\"b, Token"`},
		`Token, Basic realm="a`:               {`Application Token`, `Application Basic realm="a`},
		`Basic realm=a "b", Token`:            {`Application Basic realm=a "b", Token`},
		`"a"`:                                 {`"a"`},
		``:                                    {``},
	} {
		require.Equal(t, want, applicationChallenges(value), value)
	}
}
