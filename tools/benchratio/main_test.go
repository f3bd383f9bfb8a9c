package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRead(t *testing.T) {
	pairs, err := read(strings.NewReader(`goos: linux
BenchmarkEncode/khpcore-2         	 5000000	       200.0 ns/op	       0 B/op	       0 allocs/op
BenchmarkEncode/net-http-2        	 1000000	      1100 ns/op	     800 B/op	      10 allocs/op
BenchmarkDecode/401/net-http      	 1000000	      3000 ns/op
BenchmarkAlone/khpcore-2          	 1000000	      3000 ns/op
BenchmarkOther-2                  	 1000000	      3000 ns/op
BenchmarkDecode/401/khpcore       	 1000000	       500.5 ns/op
PASS
`))
	require.NoError(t, err)
	require.Equal(t, []pair{{"Encode", 200, 1100}, {"Decode/401", 500.5, 3000}}, pairs)
	require.Equal(t, "Encode: khpcore 200 ns, net-http 1100 ns, 5.5 times as long", pairs[0].String())
}
