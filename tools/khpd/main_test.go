package main

import (
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/tools/internal/testclient"
)

func TestVersion(t *testing.T) {
	stdout, stderr, code := runs(t, "version")
	require.Equal(t, "khpd 1.2.3\n", stdout)
	require.Empty(t, stderr)
	require.Zero(t, code)
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"--help"}, {"-h"}, {"serve", "--help"}, {"demo", "-h"}} {
		stdout, stderr, code := runs(t, args...)
		require.Equal(t, help, stdout)
		require.Empty(t, stderr)
		require.Zero(t, code)
	}
}

// Each flag of serve is in the help.
func TestHelpNamesEveryFlag(t *testing.T) {
	for _, flag := range []string{"listen", "upstream", "dialect", "allow-origin", "handshake-timeout", "upstream-timeout", "max-message-size"} {
		require.Contains(t, help, "--"+flag)
		_, stderr, code := runs(t, "serve", "--"+flag)
		require.Equal(t, 2, code)
		require.Contains(t, stderr, "flag needs an argument: --"+flag)
	}
}

// A mistake is one line that says what arrived and what was expected.
func TestMistakes(t *testing.T) {
	upstream := []string{"--upstream", "ws://127.0.0.1:9"}
	for _, tc := range []struct {
		args []string
		want []string
	}{
		{nil, []string{"no command", "want serve, demo, version or help"}},
		{[]string{"server"}, []string{`"server"`, "want serve, demo, version or help"}},
		{[]string{"--listen", "x"}, []string{`"--listen"`, "want serve"}},
		{[]string{"version", "x"}, []string{`"x"`, "want none"}},
		{[]string{"help", "serve"}, []string{`"serve"`, "want none"}},
		{[]string{"demo", "x"}, []string{`"x"`, "want none"}},
		{[]string{"demo", "--upstream", "x"}, []string{"unknown flag", "--upstream"}},
		{[]string{"demo", "--listen", "8080"}, []string{`"8080"`, "--listen", "want HOST:PORT"}},
		{[]string{"demo", "--listen=127.0.0.1:65536"}, []string{`"127.0.0.1:65536"`, "want HOST:PORT"}},
		{[]string{"demo", "--listen=127.0.0.1:http"}, []string{`"127.0.0.1:http"`, "want HOST:PORT"}},
		{[]string{"demo", "--listen"}, []string{"needs an argument", "--listen"}},
		{[]string{"demo", "--allow-origin", "example.com"}, []string{"demo:", `"example.com"`, "--allow-origin", "want scheme://host"}},
		{[]string{"demo", "--listen", ""}, []string{`""`, "want HOST:PORT"}},
		{[]string{"serve"}, []string{"--upstream", "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "http://127.0.0.1:9"}, []string{`"http"`, "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "127.0.0.1:9"}, []string{`"127.0.0.1:9"`, "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "ws://"}, []string{`"ws://"`, "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "ws://:9"}, []string{`"ws://:9"`, "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "ws://h:port"}, []string{`"ws://h:port"`, "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "ws://h:70000"}, []string{`"ws://h:70000"`, "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "ws://h/a?b"}, []string{"query", "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "ws://h/a#b"}, []string{"fragment", "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "ws://joe:s3cret@h/"}, []string{"userinfo", "want ws://HOST:PORT"}},
		{[]string{"serve", "--upstream", "joe:s3cret@h"}, []string{"want ws://HOST:PORT"}},
		{append([]string{"serve", "--dialect", "gateway"}, upstream...), []string{`"gateway"`, "--dialect", "want standard or no-marker"}},
		{append([]string{"serve", "--handshake-timeout", "soon"}, upstream...), []string{`"soon"`, "--handshake-timeout", "want a duration"}},
		{append([]string{"serve", "--handshake-timeout", "20"}, upstream...), []string{`"20"`, "want a duration"}},
		{append([]string{"serve", "--upstream-timeout", "-1s"}, upstream...), []string{`"-1s"`, "--upstream-timeout", "want a duration above 0"}},
		{append([]string{"serve", "--upstream-timeout", "0"}, upstream...), []string{`"0"`, "want a duration above 0"}},
		{append([]string{"serve", "--max-message-size", "-1"}, upstream...), []string{`"-1"`, "--max-message-size", "want a number of bytes"}},
		{append([]string{"serve", "--max-message-size", "0"}, upstream...), []string{`"0"`, "want a number of bytes"}},
		{append([]string{"serve", "--max-message-size", "16k"}, upstream...), []string{`"16k"`, "want a number of bytes"}},
		{append([]string{"serve", "--allow-origin", "example.com"}, upstream...), []string{`"example.com"`, "--allow-origin", "want scheme://host"}},
		{append([]string{"serve", "--allow-origin", "https://joe:s3cret@h"}, upstream...), []string{"--allow-origin", "want scheme://host"}},
		{append([]string{"serve", "more"}, upstream...), []string{`"more"`, "want none"}},
		{append([]string{"serve", "-listen", "x:1"}, upstream...), []string{"unknown shorthand flag"}},
	} {
		t.Run(strings.Join(tc.args, " "), func(t *testing.T) {
			stdout, stderr, code := runs(t, tc.args...)
			require.Equal(t, 2, code)
			require.Empty(t, stdout)
			requireOneLine(t, stderr, tc.want...)
			require.NotContains(t, stderr, "s3cret")
		})
	}
}

func requireOneLine(t *testing.T, stderr string, parts ...string) {
	t.Helper()
	require.True(t, strings.HasPrefix(stderr, "khpd: "), stderr)
	require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	for _, part := range parts {
		require.Contains(t, stderr, part)
	}
}

func TestBusyPort(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close()
	addr := busy.Addr().String()
	for _, args := range [][]string{{"demo", "--listen", addr}, {"serve", "--listen", addr, "--upstream", "ws://127.0.0.1:9"}} {
		stdout, stderr, code := runs(t, args...)
		require.Equal(t, 1, code)
		require.Empty(t, stdout)
		requireOneLine(t, stderr, addr, "address already in use", "want a free address")
	}
}

// A signal ends it, also while connections are open.
func TestSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		p := starts(t, "demo", "--listen", "127.0.0.1:0")
		open := testclient.Open(t, p.addr, "/echo")
		require.Equal(t, 101, open.Request().StatusCode)
		waiting := testclient.Open(t, p.addr, "/echo")
		p.ends(sig)
		open.EOF()
		waiting.EOF()
		require.Empty(t, p.log.String())
	}
}
