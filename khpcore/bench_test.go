package khpcore

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"testing"
)

// The peers are net/http's own encoder of requests and decoder of responses,
// fed the same bytes.

var benchFields = Fields{{"Host", "example.com"}, {"Sec-WebSocket-Protocol", "soap, wamp"},
	{"Authorization", "Basic am9lOndlbGNvbWU="}, {"X-Request-Id", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"}}

const benchResponse = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nDate: Thu, 20 Nov 2025 03:00:00 GMT\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: soap\r\nUpgrade: websocket\r\n\r\n"

func BenchmarkEncodeRequest(b *testing.B) {
	b.Run("khpcore", func(b *testing.B) {
		r := &Request{Target: "/echo?a=b", Header: benchFields}
		buf := make([]byte, 0, 1024)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := AppendRequest(buf[:0], r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net-http", func(b *testing.B) {
		u, err := url.Parse("http://example.com/echo?a=b")
		if err != nil {
			b.Fatal(err)
		}
		r := &http.Request{Method: "GET", URL: u, Host: "example.com", Header: http.Header{}}
		for _, f := range benchFields[1:] {
			r.Header.Set(f.Name, f.Value)
		}
		var buf bytes.Buffer
		b.ReportAllocs()
		for b.Loop() {
			buf.Reset()
			if err := r.Write(&buf); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecodeResponse(b *testing.B) {
	wire := []byte(benchResponse)
	b.Run("khpcore", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ParseResponse(wire, Limits{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("net-http", func(b *testing.B) {
		src := bytes.NewReader(wire)
		br := bufio.NewReader(src)
		b.ReportAllocs()
		for b.Loop() {
			src.Reset(wire)
			br.Reset(src)
			if _, err := http.ReadResponse(br, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestEncodeAllocatesNothing: into a buffer with room.
func TestEncodeAllocatesNothing(t *testing.T) {
	r := &Request{Target: "/echo?a=b", Header: benchFields}
	buf := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { buf, _ = AppendRequest(buf[:0], r) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}
