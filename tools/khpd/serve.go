package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

// serve is the command: the extended handshake in front of an upstream.
func serve(args []string, stdout, stderr io.Writer) error {
	var (
		addr      = addressValue(defaultListen)
		upstream  string
		dialect   dialectValue
		origins   []string
		handshake = durationValue(khpserver.DefaultHandshakeTimeout)
		answer    = durationValue(khpserver.DefaultResponseTimeout)
		size      = sizeValue(khpcore.DefaultHeadBytes)
	)
	flags := newFlagSet("serve")
	flags.Var(&addr, "listen", "")
	flags.StringVar(&upstream, "upstream", "", "")
	flags.Var(&dialect, "dialect", "")
	flags.StringArrayVar(&origins, "allow-origin", nil, "")
	flags.Var(&handshake, "handshake-timeout", "")
	flags.Var(&answer, "upstream-timeout", "")
	flags.Var(&size, "max-message-size", "")
	if err := parse(flags, args); err != nil {
		return helpOr(err, stdout)
	}
	to, err := parseUpstream(upstream)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	opts := &khpserver.Options{
		Dialect:          khpcore.Dialect(dialect),
		Limits:           khpcore.Limits{HeadBytes: int(size), LineBytes: int(size)},
		AllowOrigins:     origins,
		HandshakeTimeout: time.Duration(handshake),
		ResponseTimeout:  time.Duration(answer),
		Logger:           log,
	}
	if err := checkOrigins("serve", opts); err != nil {
		return err
	}
	handler := khpserver.New(newUpstream(to, time.Duration(answer), log), opts)
	watch := func(ctx context.Context) error { return reach(ctx, to) }
	return listen("serve", addr.String(), handler, watch, stdout, log)
}

// helpOr prints the help if err is a wish for it.
func helpOr(err error, stdout io.Writer) error {
	if errors.Is(err, errHelp) {
		_, err = fmt.Fprint(stdout, help)
	}
	return err
}

// checkOrigins reports the first --allow-origin that is not an origin.
func checkOrigins(command string, opts *khpserver.Options) error {
	for _, o := range opts.AllowOrigins {
		one := khpserver.Options{AllowOrigins: []string{o}}
		var bad *khpserver.OptionError
		if errors.As(one.Validate(), &bad) {
			return usagef("%s: --allow-origin: got %s, want %s", command, shown(o), bad.Want)
		}
	}
	return nil
}

// notAProxy refuses the one method with which a client asks for a connection to
// a host of its own choice.
func notAProxy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodConnect {
			http.Error(w, "CONNECT is not for this server", http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}
