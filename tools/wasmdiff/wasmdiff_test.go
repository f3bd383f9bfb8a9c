package wasmdiff

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/internal/transcript"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

const testdata = "../../khpcore/testdata/"

// TestHash: the committed module is the one whose hash is committed.
func TestHash(t *testing.T) {
	module, err := os.ReadFile("../../wasm/khp.wasm")
	require.NoError(t, err)
	line, err := os.ReadFile("../../wasm/khp.wasm.sha256")
	require.NoError(t, err)
	sum := sha256.Sum256(module)
	require.Equal(t, hex.EncodeToString(sum[:])+"  khp.wasm\n", string(line))
}

// TestModulesAgree runs the recorded handshakes, and every input of the fuzz
// corpus as a response, through native khpcore and both modules.
func TestModulesAgree(t *testing.T) {
	scripts, randoms := map[string][][]byte{}, map[string][]byte{}
	paths, err := filepath.Glob(testdata + "transcripts/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		recorded, err := transcript.Load(path)
		require.NoError(t, err)
		events, err := recorded.Encode()
		require.NoError(t, err)
		scripts[filepath.Base(path)], randoms[filepath.Base(path)] = events, recorded.Random
	}
	inputs, err := filepath.Glob(testdata + "fuzz/*/*")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, path := range inputs {
		scripts[path] = responseScript(corpusInput(t, path))
	}
	scripts["events out of nowhere"] = [][]byte{{}, {1}, {2, 0, 0, 0}, {3, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255}, {99, 0, 0, 0}, {1, 0, 0, 0, 255, 255, 255, 127}}

	modules := map[string]*module{"shipped": shipped(t), "oracle": oracle(t)}
	for name, m := range modules {
		t.Run(name, func(t *testing.T) {
			for script, events := range scripts {
				randomBytes = randoms[script]
				agree(t, script, events, m.instance(t))
			}
			randomBytes = nil
		})
	}
}

// agree holds h to native khpcore on the same events.
func agree(t *testing.T, script string, events [][]byte, h handler) {
	t.Helper()
	want := native()
	for i, e := range events {
		expected, err := want(e)
		require.NoError(t, err)
		got, err := h(e)
		require.NoError(t, err, "%s: event %d traps", script, i)
		require.Equal(t, expected, append([]byte(nil), got...), "%s: event %d", script, i)
	}
}

// responseScript is a handshake in which the server answers with wire, whole.
func responseScript(wire []byte) [][]byte {
	cfg := khpcore.ClientConfig{URL: "wss://h/a?b", Protocols: []string{"soap"}, Credentials: khpcore.AskCredentials,
		Redirect: khpcore.RedirectAsk, Timeout: 1000}
	t := transcript.Transcript{Config: cfg, Steps: []transcript.Step{
		{Event: []string{"start"}}, {Event: []string{"opened", khpcore.Subprotocol}},
		{Event: []string{"binary", string(wire)}}, {Event: []string{"end"}},
		{Event: []string{"credentials", "u", "p"}}, {Event: []string{"redirect", "yes"}},
		{Event: []string{"closed", "1000"}}, {Event: []string{"opened", khpcore.Subprotocol}},
		{Event: []string{"text", string(wire)}}, {Event: []string{"timeout"}}}}
	events, err := t.Encode()
	if err != nil {
		panic(err)
	}
	return events
}

// corpusInput returns the bytes of all strings and byte slices in a file that
// the Go fuzzer wrote.
func corpusInput(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var input []byte
	for _, line := range strings.Split(string(text), "\n")[1:] {
		kind, literal, ok := strings.Cut(strings.TrimSuffix(line, ")"), "(")
		if !ok || (kind != "[]byte" && kind != "string") {
			continue
		}
		value, err := strconv.Unquote(literal)
		require.NoError(t, err, path)
		input = append(input, value...)
	}
	return input
}

// FuzzModule feeds scripts of encoded events, valid or not, to the shipped
// module and to native khpcore.
func FuzzModule(f *testing.F) {
	paths, err := filepath.Glob(testdata + "transcripts/*.txt")
	require.NoError(f, err)
	for _, path := range paths {
		recorded, err := transcript.Load(path)
		require.NoError(f, err)
		events, err := recorded.Encode()
		require.NoError(f, err)
		f.Add(join(events))
	}
	m := shipped(f)
	f.Fuzz(func(t *testing.T, script []byte) {
		agree(t, "script", split(script), m.instance(t))
	})
}
