package khpcore

// validUTF8 returns s with what is not UTF-8 read as U+FFFD (draft-hixie-55 4.4).
func validUTF8(s string) string { return string([]rune(s)) }
