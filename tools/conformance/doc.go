// Package conformance holds docs/conformance.md and docs/security.md to the
// tests that they name: each must exist. Its tests are all there is.
package conformance
