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
	require.NoError(t, os.WriteFile(filepath.Join(root, "tools", "go.mod"), []byte("module m\n\ngo 1.26.0\n"), 0o644))
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
		{[]string{"test", "go", "gO"}, `unknown part "gO"; there are: build shell gofmt `},
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

// path returns a folder that has the named commands of this machine and, for
// each stub, a command that is this line of shell.
func path(t *testing.T, commands []string, stubs map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range commands {
		target, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(target, filepath.Join(folder, name)))
	}
	for name, line := range stubs {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+line+"\n"), 0o755))
	}
	return folder
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	tests := []struct {
		name  string
		stubs map[string]string
		want  string
	}{
		{"no Go", nil, "Go is missing: install version 1.26 or newer from https://go.dev/dl/"},
		{"old Go", map[string]string{"go": "echo go1.19.8"}, "Go is too old: found 1.19.8, needed is 1.26 or newer"},
		{"no Node.js", map[string]string{"go": "echo go1.26.8"}, "Node.js is missing: install version 20 or newer"},
		{"no npm", map[string]string{"go": "echo go1.26.8", "node": "echo v20.1.0"}, "npm is missing"},
		{
			"old Node.js",
			map[string]string{"go": "echo go1.26", "node": "echo v18.19.0", "npm": "echo 9.2.0"},
			"Node.js is too old: found 18.19.0, needed is 20 or newer",
		},
	}
	script := filepath.Join(checkout(t), "build.sh")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			command := exec.Command(script, "build")
			command.Env = []string{"PATH=" + path(t, []string{"bash", "dirname", "env", "head", "readlink", "sed", "sort"}, test.stubs)}
			_, stderr, status := run(t, command)
			require.Equal(t, 1, status, stderr)
			require.Regexp(t, `^build\.sh: .*\n$`, stderr)
			require.Contains(t, stderr, test.want)
		})
	}
}

func TestPackagesAreInstalledAsRoot(t *testing.T) {
	const installed, missing = "echo installed", "exit 1"
	tests := []struct {
		name      string
		stubs     map[string]string
		status    int
		want, log string
	}{
		{"none is missing", map[string]string{"dpkg-query": installed}, 0, "", ""},
		{"not Debian", map[string]string{}, 1, "no apt-get here to install these Debian packages: gcc libc6-dev \n", ""},
		{
			"neither root nor sudo", map[string]string{"dpkg-query": missing, "apt-get": "exit", "id": "echo 1000"},
			1, "neither root nor sudo here to install these Debian packages: gcc libc6-dev \n", "",
		},
		{
			"sudo", map[string]string{"dpkg-query": missing, "apt-get": "exit", "id": "echo 1000", "sudo": `echo "$*"`},
			0, "installing Debian packages: gcc libc6-dev \n", "-n env DEBIAN_FRONTEND=noninteractive apt-get ",
		},
		{
			"root", map[string]string{"dpkg-query": missing, "apt-get": `echo "$*"`, "id": "echo 0"},
			0, "installing Debian packages: gcc libc6-dev \n", "install -y --no-install-recommends gcc libc6-dev\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := checkout(t)
			command := exec.Command("bash", "-c", `set -euo pipefail
				. "$root/tools/sh/common.sh"
				. "$root/tools/sh/debian.sh"
				install_packages gcc libc6-dev`)
			command.Env = []string{"root=" + root, "PATH=" + path(t, []string{"bash", "env", "mkdir"}, test.stubs)}
			stdout, stderr, status := run(t, command)
			require.Equal(t, test.status, status, stderr)
			require.Equal(t, test.want, stdout+stderr)
			log, _ := os.ReadFile(filepath.Join(root, ".cache", "logs", "apt-install.log"))
			require.Contains(t, string(log), test.log)
		})
	}
}

func TestWithoutTinyGoTheModuleIsHeldToItsHashAlone(t *testing.T) {
	root := checkout(t)
	for name, content := range map[string]string{
		"khp.wasm":        "abc",
		"khp.wasm.sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  khp.wasm\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, "wasm"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, "wasm", name), []byte(content), 0o644))
	}
	part := func() (string, int) {
		command := exec.Command("bash", "-c", `set -euo pipefail
			for name in common debian needs wasm test; do . "$root/tools/sh/$name.sh"; done
			cd "$root"
			part_wasm`)
		command.Env = []string{
			"root=" + root,
			"PATH=" + path(t, []string{"bash", "cat", "dirname", "env", "sha256sum"}, nil),
		}
		stdout, stderr, status := run(t, command)
		return stdout + stderr, status
	}

	out, status := part()
	require.Equal(t, 77, status, out)
	require.Contains(t, out, "no apt-get here")
	require.Contains(t, out, "wasm: 1 passed, 0 failed, 1 skipped: the committed khp.wasm has its hash, but was NOT compared")

	require.NoError(t, os.WriteFile(filepath.Join(root, "wasm", "khp.wasm"), []byte("abd"), 0o644))
	out, status = part()
	require.Equal(t, 1, status, out)
	require.Contains(t, out, "wasm/khp.wasm is not what wasm/khp.wasm.sha256 says")
}

func TestCleanLeavesWhatIsCommitted(t *testing.T) {
	root := checkout(t)
	for _, name := range []string{"dist/khpd", "node_modules/ws/index.js", ".cache/tinygo/bin/tinygo", "web/lib/a.js", "web/lib/.gitkeep"} {
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
		parts=(build one two three four)
		part_build() { :; }
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
		{nil, 1, "\n== build\n\n== one\none\n\n== two\n\n== three\n\nstopped at the part three, which failed with 1\nall parts: 2 passed, 1 failed, 1 skipped\n"},
		{[]string{"two", "one"}, 0, "\n== build\n\n== one\none\n\n== two\n\nall parts: 2 passed, 0 failed, 1 skipped\n"},
		{[]string{"one"}, 0, "\n== build\n\n== one\none\n\nall parts: 2 passed, 0 failed\n"},
	}
	for _, test := range tests {
		command := exec.Command("bash", append([]string{"-c", script, "bash"}, test.words...)...)
		command.Env = append(os.Environ(), "root="+checkout(t))
		stdout, stderr, status := run(t, command)
		require.Equal(t, test.status, status, stderr)
		require.Equal(t, test.want, stdout)
	}
}
