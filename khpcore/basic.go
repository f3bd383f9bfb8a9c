package khpcore

// basicCredentials returns the value of an Authorization header for the scheme
// Basic with the charset UTF-8 (RFC 7617).
func basicCredentials(username, password string) string {
	return string(appendBase64([]byte("Basic "), username+":"+password))
}

// appendBase64 is RFC 4648 4.
func appendBase64(dst []byte, s string) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := 0; i < len(s); i += 3 {
		var group [3]byte
		n := copy(group[:], s[i:])
		bits := uint(group[0])<<16 | uint(group[1])<<8 | uint(group[2])
		for j := 0; j < 4; j++ {
			if j > n {
				dst = append(dst, '=')
			} else {
				dst = append(dst, alphabet[bits>>(18-6*j)&63])
			}
		}
	}
	return dst
}
