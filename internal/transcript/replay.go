package transcript

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/wasm/abi"
)

// Replay runs the events of the transcript through a client of khpcore and
// returns, for each step, the rendered commands.
func (t *Transcript) Replay() ([][]string, error) {
	c, err := t.client()
	if err != nil {
		return nil, err
	}
	var got [][]string
	for _, s := range t.Steps {
		commands, err := apply(c, s.Event)
		if err != nil {
			return nil, err
		}
		var lines []string
		for _, cmd := range commands {
			lines = append(lines, Render(cmd))
		}
		got = append(got, lines)
	}
	return got, nil
}

// Record replaces the commands of each step by those of a replay.
func (t *Transcript) Record() error {
	got, err := t.Replay()
	for i := range got {
		t.Steps[i].Commands = got[i]
	}
	return err
}

// client returns one whose random numbers are those of the transcript.
func (t *Transcript) client() (*khpcore.Client, error) {
	cfg := t.Config
	cfg.Crypto = Crypto{t.Random}
	return khpcore.NewClient(cfg)
}

// apply reports one event to c.
func apply(c *khpcore.Client, words []string) ([]khpcore.Command, error) {
	arg := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch words[0] {
	case "start":
		return c.Start(), nil
	case "opened":
		return c.Opened(c.URL(), arg(1), arg(2)), nil
	case "opened-at":
		return c.Opened(arg(1), arg(2), arg(3)), nil
	case "text", "binary":
		return c.Message([]byte(arg(1)), words[0] == "text"), nil
	case "end":
		return c.Message(nil, false), nil
	case "closed":
		code, err := strconv.Atoi(arg(1))
		return c.Closed(code, arg(2)), err
	case "timeout":
		return c.Timeout(), nil
	case "credentials":
		return c.Credentials(arg(1), arg(2)), nil
	case "authorization":
		return c.Authorization(arg(1)), nil
	case "give-up":
		return c.GiveUp(arg(1)), nil
	case "redirect":
		return c.Redirect(arg(1) == "yes"), nil
	case "abort":
		return c.Abort(arg(1)), nil
	case "received-text", "received-binary":
		return c.Received(head(arg(1)), words[0] == "received-text"), nil
	case "sending-text", "sending-binary":
		return c.Sending(head(arg(1)), words[0] == "sending-text"), nil
	}
	return nil, fmt.Errorf("unknown event %q", words[0])
}

// head is what a client sees of a message on an open socket.
func head(message string) []byte { return []byte(message[:min(len(message), khpcore.PingPongHead)]) }

// Encode returns the events of the transcript as the module khp.wasm takes
// them, the start event first.
func (t *Transcript) Encode() ([][]byte, error) {
	c, err := t.client()
	if err != nil {
		return nil, err
	}
	var events [][]byte
	for _, s := range t.Steps {
		e, err := t.encode(c, s.Event)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
		// The client tells the current URL for the events that name none.
		if _, err := apply(c, s.Event); err != nil {
			return nil, err
		}
	}
	return events, nil
}

func (t *Transcript) encode(c *khpcore.Client, words []string) ([]byte, error) {
	var e encoder
	args := append(append([]string(nil), words[1:]...), "", "", "")
	switch words[0] {
	case "start":
		return EncodeStart(t.Config), nil
	case "opened":
		e.number(abi.EventOpened).text(c.URL(), args[0], args[1])
	case "opened-at":
		e.number(abi.EventOpened).text(args[0], args[1], args[2])
	case "text":
		return EncodeMessage([]byte(args[0]), true), nil
	case "binary":
		return EncodeMessage([]byte(args[0]), false), nil
	case "end":
		return EncodeMessage(nil, false), nil
	case "closed":
		code, err := strconv.Atoi(args[0])
		if err != nil {
			return nil, err
		}
		e.number(abi.EventClosed, code).text(args[1])
	case "timeout":
		e.number(abi.EventTimeout)
	case "credentials":
		e.number(abi.EventCredentials, 1).text(args[0], args[1])
	case "authorization":
		e.number(abi.EventCredentials, 2).text(args[0], "")
	case "give-up":
		e.number(abi.EventCredentials, 0).text(args[0], "")
	case "redirect":
		follow := 0
		if args[0] == "yes" {
			follow = 1
		}
		e.number(abi.EventRedirect, follow)
	case "abort":
		e.number(abi.EventAbort).text(args[0])
	case "received-text":
		e.number(abi.EventReceived, 1).text(string(head(args[0])))
	case "received-binary":
		e.number(abi.EventReceived, 0).text(string(head(args[0])))
	case "sending-text":
		e.number(abi.EventSending, 1).text(string(head(args[0])))
	case "sending-binary":
		e.number(abi.EventSending, 0).text(string(head(args[0])))
	default:
		return nil, fmt.Errorf("unknown event %q", words[0])
	}
	return e, nil
}

// EncodeStart returns the start event for that configuration.
func EncodeStart(cfg khpcore.ClientConfig) []byte {
	var e encoder
	e.number(abi.EventStart).text(cfg.URL)
	e.number(len(cfg.Protocols)).text(cfg.Protocols...)
	e.fields(cfg.Header)
	fallback := 0
	if cfg.FallbackNative {
		fallback = 1
	}
	e.number(int(cfg.Credentials)).text(cfg.Username, cfg.Password)
	e.number(int(cfg.Redirect), cfg.Timeout, int(cfg.Dialect), fallback)
	e.number(len(cfg.Extensions))
	for _, x := range cfg.Extensions {
		e.text(x.Name)
		e.fields(x.Params)
	}
	switch {
	case cfg.Body == nil:
		e.number(0).text("")
	case cfg.Body.Text:
		e.number(1).text(string(cfg.Body.Data))
	default:
		e.number(2).text(string(cfg.Body.Data))
	}
	return e
}

// EncodeMessage returns the event of a message.
func EncodeMessage(data []byte, text bool) []byte {
	var e encoder
	n := 0
	if text {
		n = 1
	}
	return *e.number(abi.EventMessage, n).text(string(data))
}

type encoder []byte

func (e *encoder) number(numbers ...int) *encoder {
	for _, n := range numbers {
		*e = binary.LittleEndian.AppendUint32(*e, uint32(n))
	}
	return e
}

func (e *encoder) text(texts ...string) *encoder {
	for _, s := range texts {
		e.number(len(s))
		*e = append(*e, s...)
	}
	return e
}

func (e *encoder) fields(fields khpcore.Fields) {
	e.number(len(fields))
	for _, f := range fields {
		e.text(f.Name, f.Value)
	}
}

// Render returns a command as a line of a transcript.
func Render(cmd khpcore.Command) string {
	switch c := cmd.(type) {
	case *khpcore.Send:
		kind := "binary"
		if c.Text {
			kind = "text"
		}
		return "send " + kind + " " + strconv.QuoteToASCII(string(c.Data))
	case *khpcore.CloseSocket:
		return render("close", strconv.Itoa(c.Code))
	case *khpcore.Connect:
		return render(append([]string{"connect", c.URL}, c.Protocols...)...)
	case *khpcore.Authenticate:
		words := []string{"authenticate", c.URL, "attempt", strconv.Itoa(c.Attempt)}
		if c.Proxy {
			words = append(words, "proxy")
		}
		words = append(words, renderChallenge(*c.Challenge))
		for _, ch := range c.All {
			words = append(words, "of", renderChallenge(ch))
		}
		return strings.Join(words, " ")
	case *khpcore.ConfirmRedirect:
		return render("confirm", strconv.Itoa(c.Status), c.From, c.To)
	case *khpcore.Timer:
		op := [...]string{khpcore.TimerStart: "start", khpcore.TimerPause: "pause", khpcore.TimerResume: "resume", khpcore.TimerIdle: "idle"}[c.Op]
		return render("timer", op, strconv.Itoa(c.Millis))
	case *khpcore.Open:
		words := []string{"open", c.Protocol, c.Extensions}
		if c.GoesOn {
			words = append(words, "goes-on")
		}
		return render(words...)
	case *khpcore.Deliver:
		return "deliver"
	case *khpcore.Outcome:
		words := []string{"outcome", strconv.Itoa(c.Status), c.Reason, c.URL, "challenges", strconv.Itoa(c.Challenges)}
		if len(c.Redirects) > 0 {
			words = append(append(words, "redirects"), c.Redirects...)
		}
		for _, f := range c.Header {
			words = append(words, f.Name+": "+f.Value)
		}
		return render(words...)
	case *khpcore.Fail:
		return render("fail", string(c.Err.Code), strconv.Itoa(c.Err.Status), c.Err.URL, c.Err.Message)
	}
	return fmt.Sprintf("unknown %T", cmd)
}

func renderChallenge(c khpcore.Challenge) string {
	words := []string{"[", c.Scheme}
	for _, p := range c.Params {
		words = append(words, p.Name+"="+p.Value)
	}
	return render(append(words, "]")...)
}
