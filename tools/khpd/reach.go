package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// How long an upstream may take until it can be reached for the first time, and
// how often that is tried.
const (
	reachTimeout  = 5 * time.Second
	reachInterval = 250 * time.Millisecond
)

// reach returns when the server at u, an http or https URL, has taken a
// connection. Its error is that of the last attempt, if none did in time.
func reach(ctx context.Context, u *url.URL) error {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	addr := net.JoinHostPort(u.Hostname(), portOf(u))
	again := time.NewTicker(reachInterval)
	defer again.Stop()
	var last error
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		var ne net.Error
		if last == nil || !errors.As(err, &ne) || !ne.Timeout() {
			last = err // the attempt that ends with the time says less than one before
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			if ctx.Err() == context.Canceled {
				return nil // khpd is told to end
			}
			return fmt.Errorf("upstream %s://%s cannot be reached: %w", schemeOf(u), addr, reason(last))
		}
	}
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// schemeOf is the scheme that u had on the command line.
func schemeOf(u *url.URL) string {
	if u.Scheme == "https" {
		return "wss"
	}
	return "ws"
}
