// Package web is the handshake inspector: the page that khpd demo serves.
package web

import "embed"

// FS holds the page and, in lib, the bundle that the build puts there.
//
//go:embed *.html *.js *.css *.svg all:lib
var FS embed.FS
