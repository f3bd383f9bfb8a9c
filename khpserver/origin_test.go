package khpserver_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpserver"
)

func TestOrigin(t *testing.T) {
	for _, tc := range []struct {
		name    string
		origin  []string
		host    string
		allow   []string
		allowed bool
	}{
		{"no Origin header", nil, "example.com", nil, true},
		{"the same", []string{"http://example.com"}, "example.com", nil, true},
		{"the same with a port", []string{"http://example.com:8080"}, "example.com:8080", nil, true},
		{"in another case", []string{"HTTP://Example.com"}, "eXample.com", nil, true},
		{"https behind a proxy", []string{"https://example.com"}, "example.com", nil, true},
		{"the default port left out by one", []string{"http://example.com"}, "example.com:80", nil, true},
		{"the default port left out by the other", []string{"https://example.com:443"}, "example.com", nil, true},
		{"the default port of the other scheme", []string{"https://example.com"}, "example.com:80", nil, false},
		{"an IPv6 address", []string{"http://[::1]:8080"}, "[::1]:8080", nil, true},
		{"an IPv6 address and a default port", []string{"http://[::1]"}, "[::1]:80", nil, true},
		{"another port", []string{"http://example.com:8081"}, "example.com:8080", nil, false},
		{"another host", []string{"http://evil.example"}, "example.com", nil, false},
		{"a longer host", []string{"http://example.com.evil"}, "example.com", nil, false},
		{"a subdomain", []string{"http://sub.example.com"}, "example.com", nil, false},
		{"another scheme", []string{"chrome-extension://example.com"}, "example.com", nil, false},
		{"null", []string{"null"}, "example.com", nil, false},
		{"null at a host of that name", []string{"null"}, "null", nil, false},
		{"empty", []string{""}, "example.com", nil, false},
		{"no host", []string{"http://"}, "", nil, false},
		{"with userinfo", []string{"http://example.com@evil.example"}, "example.com", nil, false},
		{"with a path", []string{"http://example.com/"}, "example.com", nil, false},
		{"with a bad port", []string{"http://example.com:http"}, "example.com:http", nil, false},
		{"with a colon and no port", []string{"http://example.com:"}, "example.com:", nil, false},
		{"two in one", []string{"http://example.com http://evil.example"}, "example.com", nil, false},
		{"two", []string{"http://example.com", "http://example.com"}, "example.com", nil, false},

		{"an allowed one", []string{"https://app.example"}, "example.com", []string{"http://x", "https://app.example"}, true},
		{"its default port written", []string{"https://app.example"}, "example.com", []string{"https://APP.example:443"}, true},
		{"its scheme is another", []string{"http://app.example"}, "example.com", []string{"https://app.example"}, false},
		{"its port is another", []string{"https://app.example:8443"}, "example.com", []string{"https://app.example"}, false},
		{"an allowed extension", []string{"chrome-extension://abc"}, "example.com", []string{"chrome-extension://abc"}, true},
		{"the same, next to allowed ones", []string{"http://example.com"}, "example.com", []string{"https://app.example"}, true},
		{"any", []string{"http://evil.example"}, "example.com", []string{"*"}, true},
		{"any, even null", []string{"null"}, "example.com", []string{"*"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			called := false
			next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true })
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Host = tc.host
			r.Header.Set("Upgrade", "websocket")
			if tc.origin != nil {
				r.Header["Origin"] = tc.origin
			}
			w := httptest.NewRecorder()
			khpserver.New(next, quiet(khpserver.Options{AllowOrigins: tc.allow})).ServeHTTP(w, r)
			require.Equal(t, tc.allowed, called)
			if !tc.allowed {
				require.Equal(t, http.StatusForbidden, w.Code)
			}
		})
	}
}
