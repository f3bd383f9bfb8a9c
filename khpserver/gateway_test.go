package khpserver_test

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gobwas/ws"
	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// gatewayApplication is what stands behind the server in the transcripts of
// deployed clients. It upgrades and mirrors, but for some paths.
func gatewayApplication(t *testing.T) http.HandlerFunc {
	asked := 0
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.RequestURI+r.URL.String(), ".kl") {
			t.Errorf("next sees the gateway's parameter in %s", r.URL)
		}
		authorization := r.Header.Get("Authorization")
		switch r.URL.Path {
		case "/auth":
			if authorization != "Basic am9lOndlbGNvbWU=" {
				page(w, 401, "Unauthorized", `Basic realm="Kaazing WebSocket Gateway Demo"`)
				return
			}
		case "/auth3":
			if asked++; asked > 2 {
				page(w, 403, "Forbidden")
				return
			}
			page(w, 401, "Unauthorized", `Basic realm="R"`)
			return
		case "/token":
			if authorization != "Token 1:joe:welcome" {
				page(w, 401, "Unauthorized", "Token")
				return
			}
		case "/challenges":
			page(w, 401, "Unauthorized", `Token, Basic realm="a, b", charset="UTF-8"`, "Application Negotiate")
			return
		case "/r302":
			w.Header().Set("Location", "http://localhost/plain")
			w.WriteHeader(302)
			return
		}
		upgradeAsGateway(t, w, r)
	}
}

func page(w http.ResponseWriter, status int, reason string, challenges ...string) {
	for _, c := range challenges {
		w.Header().Add("WWW-Authenticate", c)
	}
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html><head></head><body><h1>%d %s</h1></body></html>", status, reason)
}

func upgradeAsGateway(t *testing.T, w http.ResponseWriter, r *http.Request) {
	conn, _ := hijack(t, w)
	defer conn.Close()
	var extra []string
	if strings.HasPrefix(r.Header.Get("Sec-WebSocket-Protocol"), "soap") {
		extra = append(extra, "Sec-WebSocket-Protocol: soap")
	}
	if r.URL.Path == "/cookie" {
		extra = append(extra, "Set-Cookie: KSESSIONID=abc;path=/cookie")
	}
	_, _ = io.WriteString(conn, strings.Replace(switching(r, extra...), "Switching Protocols", "Web Socket Protocol Handshake", 1))
	if r.URL.Path == "/srvclose" {
		_ = ws.WriteFrame(conn, ws.NewCloseFrame(ws.NewCloseFrameBody(4000, "bye")))
	}
	for {
		f, err := ws.ReadFrame(conn)
		if err != nil {
			return
		}
		f = ws.UnmaskFrameInPlace(f)
		f.Header.Masked = false
		if f.Header.OpCode == ws.OpClose {
			if r.URL.Path != "/srvclose" {
				_ = ws.WriteFrame(conn, ws.NewCloseFrame(f.Payload[:min(2, len(f.Payload))]))
			}
			return
		}
		_ = ws.WriteFrame(conn, f)
	}
}

// The transcripts are what deployed clients do, byte for byte, and each byte of
// the answers is checked. A line is one of
//
//	open TARGET PROTOCOLS   the opening handshake
//	kept TARGET PROTOCOLS   the same with a server that knows the extensions of
//	                        deployed gateways, on a clock of its own
//	C HEADER "PAYLOAD"      a frame of the client: its header but for the mask key
//	S HEADER "PAYLOAD"      a frame of the server
//	end                     the server ends the connection
func TestDeployedClients(t *testing.T) {
	files, err := filepath.Glob("testdata/gateway/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")
			require.True(t, strings.HasPrefix(lines[0], "# "))
			how, rest, _ := strings.Cut(lines[1], " ")
			target, protocols, _ := strings.Cut(rest, " ")
			head := opening(target, "Sec-WebSocket-Protocol: "+protocols)
			if how == "kept" {
				synctest.Test(t, func(t *testing.T) {
					play(t, openPipe(t, head, gatewayApplication(t), khpserver.Options{
						Extensions: []khpserver.Extension{khpserver.PingPong(0), khpserver.IdleTimeout(2 * time.Second)},
					}), lines[2:])
				})
				return
			}
			require.Equal(t, "open", how)
			c := connect(t, start(t, gatewayApplication(t), khpserver.Options{Dialect: khpcore.NoMarker}))
			require.Equal(t, "x-kaazing-handshake", c.do(head).Header.Get("Sec-WebSocket-Protocol"))
			play(t, c, lines[2:])
		})
	}
}

// play has a client go through the lines of a transcript behind its opening.
func play(t *testing.T, c *client, lines []string) {
	t.Helper()
	for _, line := range lines {
		switch what, rest, _ := strings.Cut(line, " "); what {
		case "C":
			head, payload := scripted(t, rest)
			f := ws.MaskFrame(ws.NewFrame(ws.OpCode(head[0]&0xf), head[0]&0x80 != 0, payload))
			b := ws.MustCompileFrame(f)
			require.Equal(t, head, b[:len(head)], line)
			c.write(b)
		case "S":
			head, payload := scripted(t, rest)
			want := slices.Concat(head, payload)
			got := make([]byte, len(want))
			n, err := io.ReadFull(c.br, got)
			require.Equal(t, string(want), string(got[:n]), line)
			require.NoError(t, err, line)
		case "end":
			c.eof()
		default:
			require.Fail(t, "not a line of a transcript", line)
		}
	}
}

// scripted reads the bytes of a frame's header and its payload.
func scripted(t *testing.T, s string) (head, payload []byte) {
	digits, quoted, found := strings.Cut(s, ` "`)
	head, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
	require.NoError(t, err, s)
	if found {
		unquoted, err := strconv.Unquote(`"` + quoted)
		require.NoError(t, err, s)
		payload = []byte(unquoted)
	}
	return head, payload
}

// What next sees of a request in the dialect gateway.
func TestGatewayParameter(t *testing.T) {
	for target, want := range map[string]string{
		"/a?.kl=Y":                   "/a",
		"/a?b=c&.kl=Y":               "/a?b=c",
		"/a?.kl=Y&b=c":               "/a?b=c",
		"/a?b=c&.kl=Y&d":             "/a?b=c&d",
		"/a?&.kl=Y":                  "/a?",
		"http://example.com/a?.kl=Y": "http://example.com/a",
	} {
		t.Run(target, func(t *testing.T) {
			seen := make(chan *http.Request, 1)
			handler := khpserver.New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r }), quiet(khpserver.Options{}))
			addr := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm() // as middleware may
				handler.ServeHTTP(w, r)
			}))
			c := connect(t, addr)
			require.Equal(t, 101, c.do(opening(target)).StatusCode)
			require.Equal(t, "\uf0ffN", c.message())
			c.request("/a")
			r := await(t, seen, "next is called")
			require.Equal(t, want, r.RequestURI)
			require.Equal(t, want, r.URL.String())
			require.Empty(t, r.FormValue(".kl"))
			require.Equal(t, 200, c.response().status)
			c.leave()
		})
	}
}

// Whoever does not ask for the dialect gateway does not get it.
func TestNotGateway(t *testing.T) {
	for _, target := range []string{"/a?.kl=N", "/a?x.kl=Y", "/a?.KL=Y", "/.kl=Y", "/a?b=.kl=Y"} {
		addr := start(t, answer(401, "", `WWW-Authenticate: Basic realm="a"`), khpserver.Options{})
		c := open(t, addr, target)
		c.request(target)
		require.Equal(t, []string{`Basic realm="a"`}, c.response().header.Values("WWW-Authenticate"), target)
	}
}

// A request that does not offer KHP is next's, parameter and all.
func TestGatewayParameterWithoutKHP(t *testing.T) {
	seen := make(chan string, 1)
	addr := start(t, func(_ http.ResponseWriter, r *http.Request) { seen <- r.RequestURI }, khpserver.Options{})
	connect(t, addr).do(opening("/a?.kl=Y", "Sec-WebSocket-Protocol: chat"))
	require.Equal(t, "/a?.kl=Y", await(t, seen, "next is called"))
}
