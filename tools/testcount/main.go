// Command testcount reads what go test -json prints, shows what a person needs
// of it, and ends with one line that says how many tests and subtests passed:
//
//	go test -json ./... | testcount
//
// It exits with 1 if any failed, or if there was none.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

func main() {
	c := newCounter(os.Stdout)
	if err := c.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testcount:", err)
		os.Exit(1)
	}
	if !c.close() {
		os.Exit(1)
	}
}

// event is a line of go test -json (go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64
}

// counter counts tests, and keeps what each one prints until it is known
// whether anyone needs to see it.
type counter struct {
	out                     io.Writer
	passed, failed, skipped int
	failedIn                map[string]int    // by package
	output                  map[string][]byte // by package and test
}

func newCounter(out io.Writer) *counter {
	return &counter{out: out, failedIn: map[string]int{}, output: map[string][]byte{}}
}

func (c *counter) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			c.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// line takes what is not an event for a message from go itself.
func (c *counter) line(line []byte) {
	var e event
	if json.Unmarshal(line, &e) != nil {
		c.out.Write(line)
		return
	}
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		c.output[key] = append(c.output[key], e.Output...)
	case "build-output":
		fmt.Fprint(c.out, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			c.endOfPackage(e)
		} else {
			c.endOfTest(e)
		}
		delete(c.output, key)
	}
}

func (c *counter) endOfTest(e event) {
	switch e.Action {
	case "pass":
		c.passed++
		return
	case "fail":
		c.failed++
		c.failedIn[e.Package]++
	case "skip":
		c.skipped++
	}
	c.out.Write(c.output[e.Package+" "+e.Test])
}

// endOfPackage counts a package that failed outside of its tests, or could not
// be built, as one failure.
func (c *counter) endOfPackage(e event) {
	switch e.Action {
	case "pass":
		fmt.Fprintf(c.out, "ok   %s %.1f s\n", e.Package, e.Elapsed)
	case "fail":
		if c.failedIn[e.Package] == 0 {
			c.failed++
			c.out.Write(c.output[e.Package+" "])
		}
		fmt.Fprintf(c.out, "FAIL %s %.1f s\n", e.Package, e.Elapsed)
	}
}

// close prints the last line and reports whether all is well.
func (c *counter) close() bool {
	fmt.Fprintf(c.out, "go: %d passed, %d failed", c.passed, c.failed)
	if c.skipped > 0 {
		fmt.Fprintf(c.out, ", %d skipped", c.skipped)
	}
	fmt.Fprintln(c.out)
	return c.failed == 0 && c.passed > 0
}
