package khpcore

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// headOf is a head with that start line and so many bytes.
func headOf(t *testing.T, start string, size int) string {
	const name, most = "X: ", 1000
	head := start + "\r\n"
	for size-len(head) > most {
		head += name + strings.Repeat("x", most/2) + "\r\n"
	}
	head += name + strings.Repeat("x", size-len(head)-len(name)-len("\r\n\r\n")) + "\r\n\r\n"
	require.Len(t, head, size)
	return head
}

func lineOf(start string, size int) string {
	return start + "\r\nX: " + strings.Repeat("x", size-len("X: ")) + "\r\n\r\n"
}

func headersOf(start string, count int) string {
	return start + "\r\n" + strings.Repeat("X: y\r\n", count) + "\r\n"
}

// TestDefaultLimits: one below each default and at it all is well, one above
// it is not.
func TestDefaultLimits(t *testing.T) {
	const request, response = "GET / HTTP/1.1", "HTTP/1.1 403 No"
	parseRequest := func(wire string) error { _, err := ParseRequest([]byte(wire), Limits{}); return err }
	parseResponse := func(wire string) error { _, err := ParseResponse([]byte(wire), Limits{}); return err }
	for _, tc := range []struct {
		name, limit string
		number      int
		parse       func(n int) error
	}{
		{"HeadBytes of a request", "HeadBytes", DefaultHeadBytes, func(n int) error { return parseRequest(headOf(t, request, n)) }},
		{"LineBytes of a request", "LineBytes", DefaultLineBytes, func(n int) error { return parseRequest(lineOf(request, n)) }},
		{"HeaderCount of a request", "HeaderCount", DefaultHeaderCount, func(n int) error { return parseRequest(headersOf(request, n)) }},
		{"HeadBytes of a response", "HeadBytes", DefaultHeadBytes, func(n int) error { return parseResponse(headOf(t, response, n)) }},
		{"LineBytes of a response", "LineBytes", DefaultLineBytes, func(n int) error { return parseResponse(lineOf(response, n)) }},
		{"HeaderCount of a response", "HeaderCount", DefaultHeaderCount, func(n int) error { return parseResponse(headersOf(response, n)) }},
		{"BodyBytes of a response", "BodyBytes", DefaultBodyBytes, func(n int) error {
			return parseResponse(response + "\r\nContent-Length: " + itoa(n) + "\r\n\r\n" + strings.Repeat("b", n))
		}},
		{"Messages of a response", "Messages", DefaultMessages, func(n int) error {
			r := NewResponseReader(Standard, Limits{})
			wire := response + "\r\nContent-Length: 16000\r\nX: "
			wire += strings.Repeat("x", n-1-16000-len(wire)-4) + "\r\n\r\n" + strings.Repeat("b", 16000)
			for i := range len(wire) {
				if _, err := r.Message([]byte(wire[i:i+1]), false); err != nil {
					return err
				}
			}
			_, err := r.Message(nil, false)
			return err
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.NoError(t, tc.parse(tc.number-1))
			require.NoError(t, tc.parse(tc.number))
			require.Equal(t, &LimitError{tc.limit, tc.number}, tc.parse(tc.number+1))
		})
	}
}

// TestIdleTimeoutLimits: a timer of a browser takes 31 bits.
func TestIdleTimeoutLimits(t *testing.T) {
	for value, want := range map[string]int{"1": 1, "0099": 99, "2147483646": 2147483646, "2147483647": 2147483647,
		"": 0, "0": 0, "000": 0, "2147483648": 0, "2147483649": 0, "4294967295": 0, "4294967297": 0, "18446744073709551617": 0} {
		millis, err := IdleTimeout(Fields{{"timeout", value}})
		require.Equal(t, want, millis, value)
		require.Equal(t, want == 0, err != nil, value)
	}
}

// TestDripBuysNoTime: the handshake has one limit. A server that sends a byte
// now and then does not start it anew.
func TestDripBuysNoTime(t *testing.T) {
	c, err := NewClient(ClientConfig{URL: "ws://localhost/", Timeout: 1000})
	require.NoError(t, err)
	require.Equal(t, []Command{&Timer{TimerStart, 1000}}, c.Start())
	c.Opened("ws://localhost/", Subprotocol, "")
	for _, b := range []byte("HTTP/1.1 202 Later\r\nContent-Length: 9\r\n\r\nabcdefgh") {
		require.Empty(t, c.Message([]byte{b}, false))
	}
	commands := c.Timeout()
	require.Equal(t, &CloseSocket{Code: 4408}, commands[0])
	require.Equal(t, CodeTimeout, commands[len(commands)-1].(*Fail).Err.Code)
}

// TestAnswerLimit: a head of more than a client takes by default becomes a 502,
// whoever wrote it.
func TestAnswerLimit(t *testing.T) {
	respond := func(size int) *Response {
		s := NewServer(ServerConfig{Target: "/"})
		require.NotNil(t, s.Message([]byte("GET / HTTP/1.1\r\n\r\n")).Serve)
		r := &Response{Status: 403, Reason: "No", Body: []byte("body")}
		empty, err := AppendResponse(nil, &Response{Status: 403, Reason: "No", Header: Fields{{"X", ""}, {"Y", ""}, {"Content-Length", "4"}}})
		require.NoError(t, err)
		size -= len(empty)
		r.Header = Fields{{"X", strings.Repeat("x", size/2)}, {"Y", strings.Repeat("y", size-size/2)}}
		step := s.Respond(r)
		got, err := ParseResponse(step.Send[0], Limits{LineBytes: DefaultHeadBytes})
		require.NoError(t, err, "a client takes it")
		return got
	}
	require.Equal(t, 403, respond(DefaultHeadBytes-1).Status)
	require.Equal(t, 403, respond(DefaultHeadBytes).Status)
	require.Equal(t, 502, respond(DefaultHeadBytes+1).Status)
}
