package conformance

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

const root = "../../"

// The forms in which the documents name a test, in backticks.
var (
	goName      = regexp.MustCompile(`^([a-z][a-z0-9/]*)\.((?:Test|Fuzz|Benchmark)\w+)(?:/(.+))?$`)
	transcript  = regexp.MustCompile(`^(transcripts|gateway)/[\w-]+\.txt$`)
	browserName = regexp.MustCompile(`^([\w-]+\.test\.js): (.+)$`)
)

// transcripts are replayed by khpcore.TestTranscripts, those in gateway by
// khpserver.TestDeployedClients.
var folders = map[string]string{"transcripts": "khpcore/testdata/", "gateway": "khpserver/testdata/"}

// isName tells whether a span of code has the form of one.
func isName(span string) bool {
	return goName.MatchString(span) || transcript.MatchString(span) || browserName.MatchString(span)
}

// A finder knows which tests there are.
type finder struct {
	packages map[string]*goTests // by folder
}

func newFinder() *finder { return &finder{packages: map[string]*goTests{}} }

// find returns an error if there is no test of that name.
func (f *finder) find(name string) error {
	if m := goName.FindStringSubmatch(name); m != nil {
		return f.findGo(m[1], m[2], m[3])
	}
	if m := transcript.FindStringSubmatch(name); m != nil {
		_, err := os.Stat(root + folders[m[1]] + name)
		return err
	}
	if m := browserName.FindStringSubmatch(name); m != nil {
		return findTitle(root+"js/test/browser/"+m[1], m[2])
	}
	return fmt.Errorf("%q is not package.Test, package.Test/subtest, transcripts/file.txt, gateway/file.txt or file.test.js: title", name)
}

// findTitle looks for a test's title as it stands in its source.
func findTitle(path, title string) error {
	source, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, quote := range []string{`"`, "'", "`"} {
		if strings.Contains(string(source), quote+title+quote) {
			return nil
		}
	}
	return fmt.Errorf("%s has no test %q", path, title)
}

// goTests are the tests of a package, with the strings in the file of each.
type goTests struct {
	strings map[string]map[string]bool // by the name of the function
}

// findGo looks for a function and, where a subtest is named, for its name among
// the strings of the same file: names of subtests are made as a test runs.
func (f *finder) findGo(folder, function, subtest string) error {
	tests, ok := f.packages[folder]
	if !ok {
		var err error
		if tests, err = readTests(root + folder); err != nil {
			return err
		}
		f.packages[folder] = tests
	}
	literals, ok := tests.strings[function]
	if !ok {
		return fmt.Errorf("package %s has no %s", folder, function)
	}
	if subtest != "" && !literals[subtest] {
		return fmt.Errorf("the file of %s.%s has no string %q", folder, function, subtest)
	}
	return nil
}

func readTests(folder string) (*goTests, error) {
	paths, err := filepath.Glob(folder + "/*_test.go")
	if err == nil && len(paths) == 0 {
		err = fmt.Errorf("%s has no tests", folder)
	}
	if err != nil {
		return nil, err
	}
	tests := &goTests{strings: map[string]map[string]bool{}}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		literals := stringsOf(file)
		for _, decl := range file.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && function.Recv == nil {
				tests.strings[function.Name.Name] = literals
			}
		}
	}
	return tests, nil
}

func stringsOf(file *ast.File) map[string]bool {
	literals := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if value, err := strconv.Unquote(literal.Value); err == nil {
				literals[value] = true
			}
		}
		return true
	})
	return literals
}
