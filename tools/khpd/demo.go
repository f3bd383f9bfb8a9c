package main

import (
	"crypto/subtle"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
	"github.com/kaazingwebsocket/kaazingwebsocket/web"
)

// What the demo's paths are about. None of it is a secret.
const (
	demoRealm    = "KHP demo"
	demoUser     = "joe"
	demoPassword = "welcome"
	slowDelay    = 3 * time.Second
	maxEcho      = 16 << 20 // bytes
)

// demo is the command: the page and what it connects to.
func demo(args []string, stdout, stderr io.Writer) error {
	addr := addressValue(defaultListen)
	opts := &khpserver.Options{Logger: slog.New(slog.NewTextHandler(stderr, nil))}
	flags := newFlagSet("demo")
	flags.Var(&addr, "listen", "")
	flags.StringArrayVar(&opts.AllowOrigins, "allow-origin", nil, "")
	if err := parse(flags, args); err != nil {
		return helpOr(err, stdout)
	}
	if err := checkOrigins("demo", opts); err != nil {
		return err
	}
	return listen("demo", addr.String(), newDemo(opts), nil, stdout, opts.Logger)
}

func newDemo(opts *khpserver.Options) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", page(http.FileServerFS(web.FS)))
	mux.HandleFunc("/echo", echo)
	mux.HandleFunc("/basic", basic)
	mux.Handle("/redirect", http.RedirectHandler("/echo", http.StatusFound))
	mux.HandleFunc("/forbidden", forbidden)
	mux.HandleFunc("/slow", slow)
	return khpserver.New(mux, opts)
}

// page adds the headers under which the page is served: it needs nothing from
// elsewhere but the WebSockets that a person asks it for.
func page(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy",
			"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws: wss:; "+
				"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// echo sends every message back as it came, in the first subprotocol offered.
func echo(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       offered(r),
		InsecureSkipVerify: true, // khpserver has checked the origin
	})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxEcho)
	for {
		kind, message, err := conn.Read(r.Context())
		if err == nil {
			err = conn.Write(r.Context(), kind, message)
		}
		if err != nil {
			return // the other side has gone, and Read has answered its close frame
		}
	}
}

func basic(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if !equal(user, demoUser) || !equal(password, demoPassword) {
		w.Header().Set("WWW-Authenticate", `Basic realm="`+demoRealm+`", charset="UTF-8"`)
		http.Error(w, "a username and a password, please", http.StatusUnauthorized)
		return
	}
	echo(w, r)
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func forbidden(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "nobody may connect here", http.StatusForbidden)
}

func slow(w http.ResponseWriter, r *http.Request) {
	select {
	case <-time.After(slowDelay):
		echo(w, r)
	case <-r.Context().Done():
	}
}

// offered returns the subprotocols that a request offers.
func offered(r *http.Request) []string {
	var protocols []string
	for _, value := range r.Header.Values("Sec-WebSocket-Protocol") {
		for p := range strings.SplitSeq(value, ",") {
			protocols = append(protocols, strings.TrimSpace(p))
		}
	}
	return protocols
}
