package khpcore

import "unicode/utf8"

// validUTF8 returns s with each byte that is not UTF-8 read as U+FFFD
// (draft-hixie-55 4.4).
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, len(s)+2)
	for _, r := range s {
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}
