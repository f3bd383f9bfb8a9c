package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	// readHeaderTimeout bounds how long a client may take for a request's head.
	readHeaderTimeout = 10 * time.Second
	// idleTimeout bounds how long a connection is kept between requests.
	idleTimeout = 2 * time.Minute
)

// listen serves handler on addr until the process is told to end, and says on
// stdout where that is. watch runs meanwhile; its error ends it, too. nil is
// nothing to watch.
func listen(command, addr string, handler http.Handler, watch func(context.Context) error, stdout io.Writer, log *slog.Logger) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%s: cannot listen on %s: %v; want a free address of this machine", command, addr, reason(err))
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	fmt.Fprintf(stdout, "khpd: listening on http://%s\n", listener.Addr())
	failed := make(chan error, 1)
	if watch != nil {
		go func() {
			if err := watch(ctx); err != nil {
				failed <- err
			}
		}()
	}
	select {
	case err := <-ended:
		return fmt.Errorf("%s: %w", command, err)
	case err := <-failed:
		_ = server.Close()
		return err
	case <-ctx.Done():
		return server.Close()
	}
}

// reason is the part of a network error that says what is wrong.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err
}
