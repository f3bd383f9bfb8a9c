package khpserver_test

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// TestMemoryOfPendingHandshake has many clients keep the server waiting where it
// holds most for them, and prints what one of them costs. In that figure are the
// client's end, which is small, and what net/http keeps of the opening request.
func TestMemoryOfPendingHandshake(t *testing.T) {
	for _, tc := range []struct {
		name string
		most int64
		wait func(t *testing.T) (goOn func())
	}{
		{"the last byte of a request is due", 128 << 10, func(t *testing.T) func() {
			addr := start(t, answer(403, ""), khpserver.Options{})
			return func() { lastByteDue(t, addr) }
		}},
		{"a response is not read", 512 << 10, func(t *testing.T) func() {
			handler := khpserver.New(answer(403, strings.Repeat("x", khpcore.DefaultBodyBytes)), quiet(khpserver.Options{}))
			return func() { responseNotRead(t, handler) }
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			const clients = 100
			one := tc.wait(t)
			one() // what the first one costs more is not counted
			before := memoryInUse()
			for range clients {
				one()
			}
			each := (memoryInUse() - before) / clients
			t.Logf("%d bytes for each of %d pending handshakes", each, clients)
			require.Less(t, each, tc.most)
		})
	}
}

// lastByteDue sends all but one byte of a request that is as large as it may be,
// in frames, and returns when the server has taken them.
func lastByteDue(t *testing.T, addr string) {
	request := extended("/", strings.Repeat("X: "+strings.Repeat("y", 165)+"\r\n", 98))[:khpcore.DefaultHeadBytes-1]
	c := open(t, addr, "/")
	for i, op := 0, ws.OpBinary; i < len(request); i, op = i+1000, ws.OpContinuation {
		c.write(frame(op, false, request[i:min(i+1000, len(request))]))
	}
	c.write(frame(ws.OpPing, true, ""))
	require.Equal(t, ws.OpPong, c.frame().Header.OpCode)
}

// responseNotRead leaves a response in the server's hands: a pipe has no buffers.
func responseNotRead(t *testing.T, handler http.Handler) {
	near, far := net.Pipe()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(opening("/"))))
	require.NoError(t, err)
	go handler.ServeHTTP(&pipeWriter{httptest.NewRecorder(), far}, r)
	c := newClient(t, near)
	require.Equal(t, 101, c.httpResponse().StatusCode)
	c.request("/")
	_, err = c.br.ReadByte() // the write of all the rest has begun
	require.NoError(t, err)
}

// TestRefusedRequestIsForgotten: a request to which next said 401, and the
// credentials in it, do not live as long as the connection.
func TestRefusedRequestIsForgotten(t *testing.T) {
	requests, opened := make(chan weak.Pointer[http.Request], 1), make(chan bool)
	addr := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer wrong" {
			requests <- weak.Make(r)
			w.WriteHeader(401)
			return
		}
		mirror(t)(w, r)
		close(opened)
	}, khpserver.Options{})
	c := open(t, addr, "/")
	c.request("/", "Authorization: Bearer wrong")
	require.Equal(t, 401, c.response().status)
	request := await(t, requests, "next is called")
	c.request("/", "Authorization: Bearer right")
	require.Equal(t, 101, c.response().status)
	require.Eventually(t, func() bool { runtime.GC(); return request.Value() == nil }, patience, time.Millisecond)
	select {
	case <-opened:
		require.Fail(t, "the connection has ended")
	default:
	}
}

// memoryInUse is that of the heap, after a collection, and of all stacks.
func memoryInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
