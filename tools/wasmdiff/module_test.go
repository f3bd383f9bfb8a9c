package wasmdiff

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/kaazingwebsocket/kaazingwebsocket/internal/transcript"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/wasm/abi"
)

// A handler takes one encoded event and returns encoded commands.
type handler func(event []byte) ([]byte, error)

// native is khpcore, compiled as this test is.
func native() handler {
	m := abi.Machine{Crypto: transcript.Crypto{Bytes: randomBytes}}
	return func(event []byte) ([]byte, error) { return m.Handle(nil, event), nil }
}

// A module makes instances of a compiled WebAssembly module.
type module struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
}

func load(tb testing.TB, path string) *module {
	tb.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	tb.Cleanup(func() { r.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	_, err := r.NewHostModuleBuilder("khp").
		NewFunctionBuilder().WithFunc(hash).Export("hash").
		NewFunctionBuilder().WithFunc(random).Export("random").
		Instantiate(ctx)
	require.NoError(tb, err)
	binary, err := os.ReadFile(path)
	require.NoError(tb, err)
	compiled, err := r.CompileModule(ctx, binary)
	require.NoError(tb, err)
	return &module{r, compiled}
}

// randomBytes are what all sides get for random numbers; nil is zeros.
var randomBytes []byte

// hash and random are what the module imports: native Go's hashes, and no
// randomness, so that all three sides agree.
func hash(_ context.Context, m api.Module, algorithm, data, size, out uint32) uint32 {
	text, _ := m.Memory().Read(data, size)
	sum := transcript.Crypto{}.Hash(khpcore.DigestHash(algorithm), string(text))
	m.Memory().Write(out, sum)
	return uint32(len(sum))
}

func random(_ context.Context, m api.Module, out, size uint32) uint32 {
	bytes := transcript.Crypto{Bytes: randomBytes}.Random(int(size))
	m.Memory().Write(out, bytes)
	return uint32(len(bytes))
}

// shipped is the module that the npm package has.
func shipped(tb testing.TB) *module { return load(tb, "../../wasm/khp.wasm") }

// oracle is the same source, built by standard Go.
func oracle(tb testing.TB) *module {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "oracle.wasm")
	build := exec.Command("go", "build", "-buildmode=c-shared", "-o", path, "./wasm")
	build.Dir = "../.."
	build.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(tb, err, string(out))
	return load(tb, path)
}

// instance returns the handler of a fresh instance.
func (m *module) instance(tb testing.TB) handler {
	tb.Helper()
	_, h := m.start(tb)
	return h
}

// start returns a fresh instance and its handler.
func (m *module) start(tb testing.TB) (api.Module, handler) {
	tb.Helper()
	ctx := context.Background()
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize")
	instance, err := m.runtime.InstantiateModule(ctx, m.compiled, config)
	require.NoError(tb, err)
	tb.Cleanup(func() { instance.Close(ctx) })
	buffer, event := instance.ExportedFunction("khp_buffer"), instance.ExportedFunction("khp_event")
	return instance, func(e []byte) ([]byte, error) {
		room, err := call(ctx, buffer, len(e))
		if err != nil {
			return nil, err
		}
		if !instance.Memory().Write(room, e) {
			return nil, fmt.Errorf("khp_buffer(%d) returned %#x, which is outside of the memory", len(e), room)
		}
		answer, err := call(ctx, event, len(e))
		if err != nil {
			return nil, err
		}
		size, ok := instance.Memory().ReadUint32Le(answer)
		if !ok {
			return nil, fmt.Errorf("khp_event returned %#x, which is outside of the memory", answer)
		}
		commands, ok := instance.Memory().Read(answer+4, size)
		if !ok {
			return nil, fmt.Errorf("khp_event returned %d bytes at %#x, which is outside of the memory", size, answer)
		}
		return append([]byte{}, commands...), nil
	}
}

func call(ctx context.Context, f api.Function, arg int) (uint32, error) {
	results, err := f.Call(ctx, uint64(uint32(arg)))
	if err != nil {
		return 0, err
	}
	return uint32(results[0]), nil
}

// split reads a script: events, each behind its length.
func split(script []byte) [][]byte {
	var events [][]byte
	for len(script) >= 4 {
		n := min(int(binary.LittleEndian.Uint32(script)), len(script)-4)
		events = append(events, script[4:4+n])
		script = script[4+n:]
	}
	return events
}

// join is the reverse of split.
func join(events [][]byte) []byte {
	var script []byte
	for _, e := range events {
		script = binary.LittleEndian.AppendUint32(script, uint32(len(e)))
		script = append(script, e...)
	}
	return script
}
