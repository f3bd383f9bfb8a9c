package conformance

import (
	"encoding/csv"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNamedTestsExist: every test that the documents name is there.
func TestNamedTestsExist(t *testing.T) {
	f := newFinder()
	for _, name := range []string{"conformance.md", "security.md"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(root + "docs/" + name)
			require.NoError(t, err)
			all, _ := rows(string(text))
			require.NotEmpty(t, all)
			require.NoError(t, errors.Join(check(string(text), f)...))
		})
	}
}

// TestEveryStatusHasARow: the table of statuses is that of the specification,
// status by status, with the same actions.
func TestEveryStatusHasARow(t *testing.T) {
	f, err := os.Open(root + "khpcore/testdata/status.csv")
	require.NoError(t, err)
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	want := map[string]string{}
	for _, record := range records[1:] {
		want[record[0]] = record[1]
	}
	require.Len(t, want, 67)

	text, err := os.ReadFile(root + "docs/conformance.md")
	require.NoError(t, err)
	all, _ := rows(string(text))
	got := map[string]string{}
	for _, r := range all {
		if status, ok := r.cells["status"]; ok {
			require.NotContains(t, got, status, "line %d", r.line)
			got[status] = r.cells["action"]
		}
	}
	require.Equal(t, want, got)
}

// TestMistakesAreFound: each of these is one.
func TestMistakesAreFound(t *testing.T) {
	const head = "| rule | tests |\n| --- | --- |\n"
	for name, tc := range map[string]struct {
		text string
		want string // empty: it is none
	}{
		"a test":                      {head + "| x | `khpcore.TestStatusTable` |", ""},
		"a subtest":                   {head + "| x | `khpcore.TestRequestLimits/line below`, `khpcore.FuzzClient` |", ""},
		"a transcript":                {head + "| x | `transcripts/open.txt`, `gateway/js-basic.txt` |", ""},
		"a title":                     {head + "| x | `status.test.js: fails without its body as well` |", ""},
		"a title that is a template":  {head + "| x | `status.test.js: ${status} fails at once with \"status\"` |", ""},
		"no test":                     {head + "| x | |", "line 3"},
		"a word":                      {head + "| x | tested |", "line 3"},
		"a word next to a test":       {head + "| x | `khpcore.TestStatusTable` and so on |", "line 3"},
		"code that is no name":        {head + "| x | `TestStatusTable` |", "is not package.Test"},
		"a test that is not there":    {head + "| x | `khpcore.TestNothing` |", "has no TestNothing"},
		"a package that is not there": {head + "| x | `khpnothing.TestStatusTable` |", "has no tests"},
		"a subtest that is not there": {head + "| x | `khpcore.TestRequestLimits/no such subtest` |", `no string "no such subtest"`},
		"a transcript that is not":    {head + "| x | `transcripts/nothing.txt` |", "no such file"},
		"a title that is not there":   {head + "| x | `status.test.js: nothing` |", `no test "nothing"`},
		"a part of a title":           {head + "| x | `status.test.js: fails without its body` |", "no test"},
		"a file that is not there":    {head + "| x | `nothing.test.js: nothing` |", "no such file"},
		"a cell too many":             {head + "| x | y | `khpcore.TestStatusTable` |", "3 cells, want 2"},
		"outside of a table":          {"See `khpcore.TestNothing`.", "line 1"},
		"other code":                  {"See `khpcore.Client` and `ws.handshake`.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := errors.Join(check(tc.text, newFinder())...)
			if tc.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.want)
			}
		})
	}
}
