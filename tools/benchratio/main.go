// Command benchratio passes on what go test -bench prints, and ends with how
// many times as long as ours its peer takes, for each pair of benchmarks:
//
//	go test -run '^$' -bench . ./khpcore | benchratio
//
// A pair is two sub-benchmarks of one benchmark, named khpcore and net-http. It
// exits with 1 if there is no pair.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
)

func main() {
	pairs, err := read(io.TeeReader(os.Stdin, os.Stdout))
	if err == nil && len(pairs) == 0 {
		err = errors.New("got no benchmark that has both /khpcore and /net-http")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchratio:", err)
		os.Exit(1)
	}
	fmt.Println()
	for _, p := range pairs {
		fmt.Println(p)
	}
}

// pair holds the times of one benchmark, in ns per operation.
type pair struct {
	name        string
	ours, peers float64
}

func (p pair) String() string {
	return fmt.Sprintf("%s: khpcore %.0f ns, net-http %.0f ns, %.1f times as long", p.name, p.ours, p.peers, p.peers/p.ours)
}

// result is a line such as "BenchmarkEncode/khpcore-2   1000   123.4 ns/op   0 B/op".
var result = regexp.MustCompile(`^Benchmark(\S+)/(khpcore|net-http)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op`)

// read returns the whole pairs in the order in which they were completed.
func read(in io.Reader) ([]pair, error) {
	halves := map[string]pair{}
	var pairs []pair
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		m := result.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		ns, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return nil, err
		}
		p := halves[m[1]]
		p.name = m[1]
		if m[2] == "khpcore" {
			p.ours = ns
		} else {
			p.peers = ns
		}
		halves[p.name] = p
		if p.ours > 0 && p.peers > 0 {
			pairs = append(pairs, p)
		}
	}
	return pairs, lines.Err()
}
