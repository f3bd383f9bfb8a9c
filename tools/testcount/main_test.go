package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCounter(t *testing.T) {
	tests := []struct {
		name, in, want string
		ok             bool
	}{
		{
			name: "a pass is counted and not shown",
			in: `{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"TestA/sub"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Elapsed":0.25}
`,
			want: "ok   p 0.2 s\ngo: 2 passed, 0 failed\n",
			ok:   true,
		},
		{
			name: "a failure is shown with what it printed",
			in: `{"Action":"output","Package":"p","Test":"TestA","Output":"a.go:1: wrong\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"noise\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p","Elapsed":1}
`,
			want: "a.go:1: wrong\nFAIL p 1.0 s\ngo: 1 passed, 1 failed\n",
		},
		{
			name: "a skip is counted and shown",
			in: `{"Action":"output","Package":"p","Test":"TestA","Output":"no browser\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"skip","Package":"without tests"}
`,
			want: "no browser\ngo: 1 passed, 0 failed, 1 skipped\n",
			ok:   true,
		},
		{
			name: "a package that does not build is a failure",
			in: `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: syntax error\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL p [build failed]\n"}
{"Action":"fail","Package":"p","Elapsed":0}
{"Action":"pass","Package":"q","Test":"TestB"}
`,
			want: "p.go:1: syntax error\nFAIL p [build failed]\nFAIL p 0.0 s\ngo: 1 passed, 1 failed\n",
		},
		{
			name: "no test at all is not a success",
			in:   "go: updates to go.mod needed\n",
			want: "go: updates to go.mod needed\ngo: 0 passed, 0 failed\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			c := newCounter(&out)
			require.NoError(t, c.read(strings.NewReader(test.in)))
			require.Equal(t, test.ok, c.close())
			require.Equal(t, test.want, out.String())
		})
	}
}
