// Package sh tests build.sh, as far as that needs no build.
package sh

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkout copies the scripts to a folder whose name has a space.
func checkout(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "a checkout")
	require.NoError(t, os.CopyFS(filepath.Join(root, "tools", "sh"), os.DirFS(".")))
	script, err := os.ReadFile("../../build.sh")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, "build.sh"), script, 0o755))
	return root
}

// run returns what the command printed on both its outputs, and its status.
func run(t *testing.T, command *exec.Cmd) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		status = exit.ExitCode()
	}
	return out.String(), errs.String(), status
}

func TestMisuseIsOneLine(t *testing.T) {
	tests := []struct {
		words []string
		want  string
	}{
		{[]string{"biuld"}, `unknown word "biuld"; ./build.sh help says what there is`},
		{[]string{"build", "all"}, `build takes no more words, got "all"`},
		{[]string{"demo", "8080"}, `demo takes --listen ADDR, got "8080"`},
		{[]string{"demo", "--listen"}, `demo --listen takes one address, for example 127.0.0.1:8080`},
		{[]string{"fuzz", "0"}, `fuzz takes a number of minutes, 1 to 9999, got "0"`},
		{[]string{"fuzz", "1", "2"}, `fuzz takes a number of minutes, 1 to 9999, got "1 2"`},
		{[]string{"test", "go", "gO"}, `unknown part "gO"; there are: shell gofmt `},
	}
	script := filepath.Join(checkout(t), "build.sh")
	for _, test := range tests {
		stdout, stderr, status := run(t, exec.Command(script, test.words...))
		require.Equal(t, 2, status, test.words)
		require.Empty(t, stdout, test.words)
		require.Regexp(t, `^build\.sh: .*\n$`, stderr)
		require.Contains(t, stderr, test.want)
	}
}

func TestHelpThroughASymlinkFromElsewhere(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(filepath.Join(checkout(t), "build.sh"), link))
	for _, words := range [][]string{nil, {"help"}, {"--help"}} {
		command := exec.Command(link, words...)
		command.Dir = "/"
		stdout, stderr, status := run(t, command)
		require.Equal(t, 0, status, stderr)
		require.Contains(t, stdout, "usage: ./build.sh WORD")
	}
}

// stub puts a command on the PATH that prints a line.
func stub(t *testing.T, folder, name, line string) {
	t.Helper()
	script := "#!/bin/sh\necho '" + line + "'\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755))
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	tests := []struct {
		name  string
		stubs map[string]string
		want  string
	}{
		{"no Go", nil, "Go is missing: install version 1.25 or newer from https://go.dev/dl/"},
		{"old Go", map[string]string{"go": "go1.19.8"}, "Go is too old: found 1.19.8, needed is 1.25 or newer"},
		{"no Node.js", map[string]string{"go": "go1.26.8"}, "Node.js is missing: install version 20 or newer"},
		{"no npm", map[string]string{"go": "go1.26.8", "node": "v20.1.0"}, "npm is missing"},
		{"old Node.js", map[string]string{"go": "go1.25", "node": "v18.19.0", "npm": "9.2.0"}, "Node.js is too old: found 18.19.0"},
	}
	script := filepath.Join(checkout(t), "build.sh")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			for _, name := range []string{"bash", "dirname", "env", "readlink"} {
				path, err := exec.LookPath(name)
				require.NoError(t, err)
				require.NoError(t, os.Symlink(path, filepath.Join(folder, name)))
			}
			for name, line := range test.stubs {
				stub(t, folder, name, line)
			}
			command := exec.Command(script, "build")
			command.Env = []string{"PATH=" + folder}
			_, stderr, status := run(t, command)
			require.Equal(t, 1, status, stderr)
			require.Regexp(t, `^build\.sh: .*\n$`, stderr)
			require.Contains(t, stderr, test.want)
		})
	}
}

func TestCleanLeavesWhatIsCommitted(t *testing.T) {
	root := checkout(t)
	for _, name := range []string{"dist/khpd", "node_modules/ws/index.js", ".cache/stamps/tinygo", "web/lib/a.js", "web/lib/.gitkeep"} {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o444))
	}
	_, stderr, status := run(t, exec.Command(filepath.Join(root, "build.sh"), "clean"))
	require.Equal(t, 0, status, stderr)
	for _, name := range []string{"dist", "node_modules", ".cache", "web/lib/a.js"} {
		require.NoFileExists(t, filepath.Join(root, name))
		require.NoDirExists(t, filepath.Join(root, name))
	}
	require.FileExists(t, filepath.Join(root, "web/lib/.gitkeep"))
	require.FileExists(t, filepath.Join(root, "build.sh"))
}

func TestPartsStopAtTheFirstThatFails(t *testing.T) {
	const script = `set -euo pipefail
		. "$root/tools/sh/common.sh"
		. "$root/tools/sh/test.sh"
		build() { :; }
		parts=(one two three four)
		part_one() { say one; }
		part_two() { return "$skip"; }
		part_three() { false; say not reached; }
		part_four() { say not reached either; }
		run_parts "$@"`
	tests := []struct {
		words  []string
		status int
		want   string
	}{
		{nil, 1, "\n== one\none\n\n== two\n\n== three\n\nstopped at the part three, which failed with 1\nall parts: 1 passed, 1 failed, 1 skipped\n"},
		{[]string{"two", "one"}, 0, "\n== one\none\n\n== two\n\nall parts: 1 passed, 0 failed, 1 skipped\n"},
		{[]string{"one"}, 0, "\n== one\none\n\nall parts: 1 passed, 0 failed\n"},
	}
	for _, test := range tests {
		command := exec.Command("bash", append([]string{"-c", script, "bash"}, test.words...)...)
		command.Env = append(os.Environ(), "root="+checkout(t))
		stdout, stderr, status := run(t, command)
		require.Equal(t, test.status, status, stderr)
		require.Equal(t, test.want, stdout)
	}
}
