package transcript

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"

	"github.com/kaazingwebsocket/kaazingwebsocket/khpcore"
)

// Crypto has the hashes of native Go, and the random bytes that it is given, or
// zeros, so that a replay is the same each time.
type Crypto struct{ Bytes []byte }

// Hash implements [khpcore.Crypto].
func (Crypto) Hash(h khpcore.DigestHash, data string) []byte {
	switch h {
	case khpcore.MD5:
		sum := md5.Sum([]byte(data))
		return sum[:]
	case khpcore.SHA256:
		sum := sha256.Sum256([]byte(data))
		return sum[:]
	}
	sum := sha512.Sum512_256([]byte(data))
	return sum[:]
}

// Random implements [khpcore.Crypto].
func (c Crypto) Random(n int) []byte {
	if c.Bytes != nil {
		return c.Bytes
	}
	return make([]byte, n)
}
