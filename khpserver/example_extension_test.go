package khpserver_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// The marks of a dictionary: one control character for each phrase, from
// firstMark on, and escapeMark before one that is meant as such.
const (
	firstMark  = '\x0e'
	escapeMark = '\x1b'
)

// dictionary is an extension that writes each phrase of a dictionary as one
// character. Both ends know the phrases, at most 13, by the id.
func dictionary(id string, phrases ...string) khpserver.Extension {
	var pairs []string
	for _, phrase := range slices.SortedFunc(slices.Values(phrases), func(a, b string) int { return len(b) - len(a) }) {
		pairs = append(pairs, phrase, string(rune(firstMark+slices.Index(phrases, phrase))))
	}
	for mark := firstMark; mark <= escapeMark; mark++ {
		pairs = append(pairs, string(mark), string([]rune{escapeMark, mark}))
	}
	shrink := strings.NewReplacer(pairs...)

	transform := khpserver.Transform{
		OnSend: func(m khpserver.Message) (khpserver.Message, bool, error) {
			if m.Text {
				m.Data = []byte(shrink.Replace(string(m.Data)))
			}
			return m, true, nil
		},
		OnMessage: func(m khpserver.Message) (khpserver.Message, bool, error) {
			var err error
			if m.Text {
				m.Data, err = grow(m.Data, phrases)
			}
			return m, true, err
		},
	}
	return khpserver.Extension{
		Name: "x-dictionary",
		Accept: func(offered khpcore.Fields) (khpcore.Fields, khpserver.Transform, bool) {
			known, _ := offered.Get("id")
			return khpcore.Fields{{Name: "id", Value: id}}, transform, known == id
		},
	}
}

// grow puts the phrases back.
func grow(text []byte, phrases []string) ([]byte, error) {
	var grown []byte
	for i := 0; i < len(text); i++ {
		mark := text[i]
		switch {
		case mark < firstMark || mark > escapeMark:
			grown = append(grown, mark)
		case mark == escapeMark && i+1 < len(text):
			i++
			grown = append(grown, text[i])
		case int(mark-firstMark) < len(phrases):
			grown = append(grown, phrases[mark-firstMark]...)
		default:
			return nil, errors.New("a mark without a phrase")
		}
	}
	return grown, nil
}

// A dictionary of phrases that both ends know makes messages shorter.
func ExampleExtension() {
	quotes := dictionary("quotes-1", `{"symbol":"`, `","bid":`, `,"ask":`)
	var next http.Handler // any handler that upgrades to WebSocket
	http.Handle("/quotes", khpserver.New(next, &khpserver.Options{Extensions: []khpserver.Extension{quotes}}))

	// What khpserver does when a client offers x-dictionary; id=quotes-1.
	_, connection, _ := quotes.Accept(khpcore.Fields{{Name: "id", Value: "quotes-1"}})
	sent, _, _ := connection.OnSend(khpserver.Message{Text: true, Data: []byte(`{"symbol":"XY","bid":1,"ask":2}`)})
	fmt.Printf("%q\n", sent.Data)
	arrived, _, _ := connection.OnMessage(sent)
	fmt.Println(string(arrived.Data))
	// Output:
	// "\x0eXY\x0f1\x102}"
	// {"symbol":"XY","bid":1,"ask":2}
}
