package conformance

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	code      = regexp.MustCompile("`([^`]+)`")
	separator = regexp.MustCompile(`^[ ,]*$`)
)

// A row is one of a table of a document, by the heads of its columns.
type row struct {
	line  int
	cells map[string]string
}

// rows returns those of all tables, and an error for each that has not as many
// cells as its head.
func rows(text string) (all []row, mistakes []error) {
	var head []string
	for i, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "|") {
			head = nil
			continue
		}
		cells := split(line)
		switch {
		case head == nil:
			head = cells
		case strings.Trim(line, "|-: ") == "":
		case len(cells) != len(head):
			mistakes = append(mistakes, fmt.Errorf("line %d: %d cells, want %d", i+1, len(cells), len(head)))
		default:
			r := row{i + 1, map[string]string{}}
			for j, cell := range cells {
				r.cells[head[j]] = cell
			}
			all = append(all, r)
		}
	}
	return all, mistakes
}

func split(line string) []string {
	cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// check returns what is wrong with a document: a test that does not exist, named
// anywhere, or a cell in a column "tests" that holds anything but names of tests.
func check(text string, f *finder) []error {
	all, mistakes := rows(text)
	for _, r := range all {
		cell, ok := r.cells["tests"]
		if !ok {
			continue
		}
		names := code.FindAllStringSubmatch(cell, -1)
		if len(names) == 0 || !separator.MatchString(code.ReplaceAllString(cell, "")) {
			mistakes = append(mistakes, fmt.Errorf("line %d: tests %q, want names in backticks with commas between them", r.line, cell))
		}
		for _, name := range names {
			if !isName(name[1]) {
				mistakes = append(mistakes, fmt.Errorf("line %d: %w", r.line, f.find(name[1])))
			}
		}
	}
	for i, line := range strings.Split(text, "\n") {
		for _, span := range code.FindAllStringSubmatch(line, -1) {
			if !isName(span[1]) {
				continue
			}
			if err := f.find(span[1]); err != nil {
				mistakes = append(mistakes, fmt.Errorf("line %d: %w", i+1, err))
			}
		}
	}
	return mistakes
}
