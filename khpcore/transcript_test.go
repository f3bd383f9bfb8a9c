package khpcore_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/internal/transcript"
)

var update = flag.Bool("update", false, "record the commands of testdata/transcripts anew")

// TestTranscripts replays recorded handshakes: events in, commands out.
func TestTranscripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/transcripts/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			recorded, err := transcript.Load(path)
			require.NoError(t, err)
			want := recorded.String()
			require.NoError(t, recorded.Record())
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(recorded.String()), 0o644))
				return
			}
			require.Equal(t, want, recorded.String())
		})
	}
}
