package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// parseUpstream reads --upstream as the http or https URL to proxy to.
func parseUpstream(s string) (*url.URL, error) {
	const want = "want ws://HOST:PORT[/base] or wss://HOST:PORT[/base]"
	if s == "" {
		return nil, usagef("serve: no --upstream, %s", want)
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || !validPort(u.Port()):
		return nil, usagef("serve: --upstream: got %s, %s", shown(s), want)
	case u.User != nil, u.RawQuery != "" || u.ForceQuery, u.Fragment != "":
		return nil, usagef("serve: --upstream: got one with userinfo, query or fragment, %s", want)
	}
	switch u.Scheme {
	case "ws":
		u.Scheme = "http"
	case "wss":
		u.Scheme = "https"
	default:
		return nil, usagef("serve: --upstream: got scheme %s, %s", shown(u.Scheme), want)
	}
	return u, nil
}

// validPort takes none for the scheme's own.
func validPort(port string) bool {
	_, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil
}

// An upstream proxies requests to one server.
type upstream struct {
	url *url.URL
	log *slog.Logger
}

// newUpstream returns a handler that proxies to u. A wait for it, to connect or
// to answer, ends after timeout.
func newUpstream(u *url.URL, timeout time.Duration, log *slog.Logger) http.Handler {
	up := &upstream{u, log}
	return notAProxy(&httputil.ReverseProxy{
		Rewrite:      up.rewrite,
		ErrorHandler: up.failed,
		ErrorLog:     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		// What comes is passed on as it comes: an event stream must not wait.
		FlushInterval: -1,
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: timeout}).DialContext,
			TLSHandshakeTimeout:   timeout,
			ResponseHeaderTimeout: timeout,
			// The client's own Accept-Encoding is for the upstream to answer.
			DisableCompression:  true,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     90 * time.Second,
		},
	})
}

// rewrite makes the request to the upstream.
func (u *upstream) rewrite(pr *httputil.ProxyRequest) {
	pr.SetURL(u.url)
	// The upstream compares Host with Origin, which comes as it was.
	pr.Out.Host = pr.In.Host
	// As it came: ReverseProxy drops what of a query it cannot parse, and
	// net/url writes some characters of a path in another way.
	pr.Out.URL.RawQuery = pr.In.URL.RawQuery
	path, _, _ := strings.Cut(pr.In.RequestURI, "?")
	if path = strings.TrimSuffix(u.url.EscapedPath(), "/") + path; pr.Out.URL.EscapedPath() != path &&
		strings.HasPrefix(pr.In.RequestURI, "/") && !strings.HasPrefix(path, "//") {
		pr.Out.URL.Opaque = path
	}
	for name := range pr.Out.Header {
		if strings.HasPrefix(name, "X-Forwarded-") || name == "X-Forwarded" || name == "Forwarded" || name == "X-Real-Ip" {
			delete(pr.Out.Header, name)
		}
	}
	pr.SetXForwarded()
}

// failed answers a request that the upstream did not.
func (u *upstream) failed(w http.ResponseWriter, r *http.Request, err error) {
	log := u.log.With("upstream", u.url.Host, "path", r.URL.Path, "err", cause(err))
	var ne net.Error
	switch {
	case errors.Is(err, context.Canceled):
		log.Debug("request ended before the upstream answered")
		w.WriteHeader(http.StatusBadGateway)
	case errors.As(err, &ne) && ne.Timeout():
		log.Error("upstream does not answer", "status", http.StatusGatewayTimeout)
		http.Error(w, "the upstream does not answer", http.StatusGatewayTimeout)
	case isUnreachable(err):
		log.Error("upstream cannot be reached", "status", http.StatusBadGateway)
		http.Error(w, "the upstream cannot be reached", http.StatusBadGateway)
	default:
		log.Error("upstream does not answer as it should", "status", http.StatusBadGateway)
		http.Error(w, "the upstream does not answer as it should", http.StatusBadGateway)
	}
}

// isUnreachable tells that there was no connection to the upstream.
func isUnreachable(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// cause is the text of an error without anything that the upstream has sent:
// that may be secret.
func cause(err error) string {
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &op):
		return op.Error()
	case errors.As(err, &certificate):
		return certificate.Error()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return err.Error()
	}
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		return "timeout"
	}
	return "not an HTTP response"
}
