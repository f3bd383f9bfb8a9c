// Package transcript reads and replays recorded handshakes of a client: what
// happened to it, line by line, and the commands with which it must answer.
//
// A file is made of lines. A line that begins with "#" is a comment. Lines
// before the first event configure the client: a keyword and its arguments. An
// event begins with "> ", each command that it must yield with "< ". Words with
// other than plain characters are quoted as in Go.
package transcript

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// A Transcript is one recorded handshake.
type Transcript struct {
	Config khpcore.ClientConfig
	// Random are the random bytes that the client gets, or nil for zeros.
	Random []byte
	Steps  []Step
	header []string // lines before the first event, as they were
}

// A Step is one event and the commands that must follow, rendered.
type Step struct {
	Event    []string // its words
	Commands []string
	comments []string
}

// Load reads a file.
func Load(path string) (*Transcript, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t, err := Parse(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Parse reads the text of a transcript.
func Parse(text string) (*Transcript, error) {
	t := &Transcript{}
	var comments []string
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		var err error
		switch {
		case strings.HasPrefix(line, "> "):
			var words []string
			words, err = split(line[2:])
			t.Steps = append(t.Steps, Step{Event: words, comments: comments})
			comments = nil
		case strings.HasPrefix(line, "< ") && len(t.Steps) > 0:
			last := &t.Steps[len(t.Steps)-1]
			last.Commands = append(last.Commands, line[2:])
		case len(t.Steps) == 0:
			t.header = append(t.header, line)
			if line != "" && line[0] != '#' {
				err = t.configure(line)
			}
		case line == "" || line[0] == '#':
			comments = append(comments, line)
		default:
			err = fmt.Errorf("a line that is no event, command or comment")
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return t, nil
}

// String returns the text of the transcript.
func (t *Transcript) String() string {
	var b strings.Builder
	lines := append([]string(nil), t.header...)
	for _, s := range t.Steps {
		lines = append(lines, s.comments...)
		lines = append(lines, "> "+render(s.Event...))
		for _, c := range s.Commands {
			lines = append(lines, "< "+c)
		}
	}
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	return b.String()
}

func (t *Transcript) configure(line string) error {
	words, err := split(line)
	if err != nil {
		return err
	}
	c, args := &t.Config, words[1:]
	switch words[0] {
	case "url":
		c.URL = args[0]
	case "protocols":
		c.Protocols = args
	case "header":
		c.Header = append(c.Header, khpcore.Field{Name: args[0], Value: args[1]})
	case "cnonce": // as it is on the wire
		t.Random, err = base64.StdEncoding.DecodeString(args[0])
		return err
	case "extensions":
		c.Extensions, err = khpcore.ParseExtensions(args[0])
		return err
	case "body":
		c.Body = &khpcore.Send{Text: args[0] == "text", Data: []byte(args[1])}
	case "credentials":
		c.Credentials = khpcore.GivenCredentials
		c.Username, c.Password = args[0], args[1]
	case "ask":
		c.Credentials = khpcore.AskCredentials
	case "redirect":
		return oneOf(&c.Redirect, args[0], "follow", "same-origin", "error", "ask")
	case "dialect":
		return oneOf(&c.Dialect, args[0], "standard", "no-marker", "gateway")
	case "timeout":
		c.Timeout, err = strconv.Atoi(args[0])
		return err
	case "fallback":
		c.FallbackNative = true
	default:
		return fmt.Errorf("unknown setting %q", words[0])
	}
	return nil
}

func oneOf[T ~uint8](p *T, word string, names ...string) error {
	for i, name := range names {
		if word == name {
			*p = T(i)
			return nil
		}
	}
	return fmt.Errorf("%q is none of %q", word, names)
}

// split divides a line into words, unquoting those in quotes.
func split(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		word, rest, _ := strings.Cut(line, " ")
		if line[0] == '"' {
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, err
			}
			rest = line[len(quoted):]
			if word, err = strconv.Unquote(quoted); err != nil {
				return nil, err
			}
		}
		words = append(words, word)
		line = rest
	}
	return words, nil
}

// render is the reverse of split.
func render(words ...string) string {
	out := make([]string, len(words))
	for i, w := range words {
		if plain(w) {
			out[i] = w
		} else {
			out[i] = strconv.QuoteToASCII(w)
		}
	}
	return strings.Join(out, " ")
}

func plain(w string) bool {
	for _, c := range w {
		if c <= ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return w != ""
}
