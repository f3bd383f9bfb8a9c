// Command khpd is a gateway that gives the Kaazing WebSocket Handshake Protocol
// to any WebSocket server behind it, and a demo server. khpd help lists its
// commands.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
	"strconv"
)

// version is set by the build.
var version string

// The exit statuses of khpd.
const (
	exitFailed = 1 // something went wrong at run time
	exitUsage  = 2 // the command line is mistaken
)

// A usageError is a mistake in the command line.
type usageError struct{ problem string }

func (e *usageError) Error() string { return e.problem }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

func main() {
	// net/http's client writes there what it has read from an upstream.
	log.SetOutput(io.Discard)
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	err := dispatch(args, stdout, stderr)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "khpd: %v\n", err)
	var usage *usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

func dispatch(args []string, stdout, stderr io.Writer) error {
	const want = "want serve, demo, version or help"
	if len(args) == 0 {
		return usagef("no command, %s", want)
	}
	switch name, args := args[0], args[1:]; name {
	case "serve":
		return serve(args, stdout, stderr)
	case "demo":
		return demo(args, stdout, stderr)
	case "version", "--version":
		if err := noArguments("version", args); err != nil {
			return err
		}
		fmt.Fprintln(stdout, "khpd", currentVersion())
	case "help", "--help", "-h":
		if err := noArguments("help", args); err != nil {
			return err
		}
		fmt.Fprint(stdout, help)
	default:
		return usagef("unknown command %s, %s", strconv.Quote(name), want)
	}
	return nil
}

func noArguments(command string, args []string) error {
	if len(args) > 0 {
		return usagef("%s: got argument %s, want none", command, strconv.Quote(args[0]))
	}
	return nil
}

// currentVersion falls back to what the Go tool knows.
func currentVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown version)"
}
