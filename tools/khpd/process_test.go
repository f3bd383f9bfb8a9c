package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience bounds a failure; no test waits that long when all is well.
const patience = 20 * time.Second

// khpd is the command, built as it ships.
var khpd string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "khpd")
	if err != nil {
		panic(err)
	}
	khpd = filepath.Join(dir, "khpd")
	build := exec.Command("go", "build", "-ldflags", "-X main.version=1.2.3", "-o", khpd, ".")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// runs khpd to its end.
func runs(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, khpd, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// A process is khpd while it listens.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	addr string
	log  *logBuffer
	once sync.Once
	err  error
}

// starts khpd and waits until it listens. It ends with the test.
func starts(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(khpd, args...), log: &logBuffer{}}
	stdout, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	p.cmd.Stderr = p.log
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, p.log)
	match := regexp.MustCompile(`^khpd: listening on http://(127\.0\.0\.1:[1-9]\d*)\n$`).FindStringSubmatch(line)
	require.NotNil(t, match, line)
	p.addr = match[1]
	return p
}

// wait returns how the process ended.
func (p *process) wait() error {
	p.once.Do(func() { p.err = p.cmd.Wait() })
	return p.err
}

// ends sends a signal and waits for a clean exit.
func (p *process) ends(sig syscall.Signal) {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(sig))
	killer := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer killer.Stop()
	require.NoError(p.t, p.wait(), p.log)
}

// logged waits for a line of the log with all of these in it.
func (p *process) logged(parts ...string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		for line := range strings.Lines(p.log.String()) {
			if containsAll(line, parts) {
				return true
			}
		}
		return false
	}, patience, 5*time.Millisecond, "%q is not in the log", parts)
}

func containsAll(line string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(line, part) {
			return false
		}
	}
	return true
}

// A logBuffer may be read while the process writes to it.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
