package khpcore

// DigestHash is a hash function of the scheme Digest (RFC 7616 3.2).
type DigestHash uint8

// The hash functions, from the weakest to the strongest.
const (
	MD5       DigestHash = iota + 1
	SHA256               // SHA-256
	SHA512256            // SHA-512/256
)

// Crypto is what the scheme Digest needs and this package does not have.
type Crypto interface {
	// Hash returns the hash of data.
	Hash(h DigestHash, data string) []byte
	// Random returns up to n random bytes, fit for a nonce.
	Random(n int) []byte
}

// cnonceBytes is how many random bytes are in a client's nonce.
const cnonceBytes = 36

// A digest is a challenge of the scheme Digest with credentials for it, good
// for any number of requests (RFC 7616 3.4).
type digest struct {
	crypto Crypto

	hash      DigestHash
	algorithm string // as the challenge has it
	session   bool   // the algorithm ends in -sess
	userhash  bool
	qop       bool // auth; else the form of RFC 2069
	realm     string
	nonce     string
	opaque    string
	hasOpaque bool

	username, password string
	cnonce             string
	a1                 string // H(A1) of the nonce that began the session
	count              int    // requests sent with this nonce
}

// digestHash returns the hash function of a challenge, or 0 where this package
// cannot answer it.
func digestHash(ch *Challenge) (h DigestHash, session bool) {
	if !equalFold(ch.Scheme, "Digest") {
		return 0, false
	}
	if _, ok := ch.Params.Get("nonce"); !ok {
		return 0, false
	}
	if qop, ok := ch.Params.Get("qop"); ok && !containsFold(Fields{{"qop", qop}}.list("qop"), "auth") {
		return 0, false
	}
	algorithm, ok := ch.Params.Get("algorithm")
	if !ok {
		return MD5, false
	}
	const suffix = "-sess"
	if n := len(algorithm) - len(suffix); n > 0 && equalFold(algorithm[n:], suffix) {
		algorithm, session = algorithm[:n], true
	}
	switch {
	case equalFold(algorithm, "MD5"):
		h = MD5
	case equalFold(algorithm, "SHA-256"):
		h = SHA256
	case equalFold(algorithm, "SHA-512-256"):
		h = SHA512256
	}
	return h, session
}

// newDigest returns the answer to a challenge that digestHash knows.
func newDigest(crypto Crypto, ch *Challenge, username, password string) *digest {
	d := &digest{crypto: crypto, username: username, password: password}
	d.hash, d.session = digestHash(ch)
	d.algorithm, _ = ch.Params.Get("algorithm")
	d.realm, _ = ch.Params.Get("realm")
	d.nonce, _ = ch.Params.Get("nonce")
	d.opaque, d.hasOpaque = ch.Params.Get("opaque")
	_, d.qop = ch.Params.Get("qop")
	userhash, _ := ch.Params.Get("userhash")
	d.userhash = equalFold(userhash, "true")
	return d
}

// h is H of RFC 7616 3.4, in hexadecimal, of data joined by colons.
func (d *digest) h(data ...string) string {
	var out []byte
	for _, b := range d.crypto.Hash(d.hash, join(data, ":")) {
		out = append(out, lowerHex[b>>4], lowerHex[b&15])
	}
	return string(out)
}

// next makes a nonce of Authentication-Info the one to use (RFC 7616 3.5).
func (d *digest) next(nonce string) { d.nonce, d.cnonce, d.count = nonce, "", 0 }

// authorization returns the value of the Authorization header for one more
// request with the method GET.
func (d *digest) authorization(target string) string {
	d.count++
	if d.cnonce == "" {
		d.cnonce = string(appendBase64(nil, string(d.crypto.Random(cnonceBytes))))
	}
	if d.a1 == "" {
		d.a1 = d.h(d.username, d.realm, d.password)
		if d.session {
			d.a1 = d.h(d.a1, d.nonce, d.cnonce)
		}
	}
	nc := d.nonceCount()
	a2 := d.h("GET", target)
	v := parameters("Digest ")
	v.username(d)
	v.quoted("realm", d.realm)
	v.quoted("uri", target)
	if d.algorithm != "" {
		v.plain("algorithm", d.algorithm)
	}
	v.quoted("nonce", d.nonce)
	if d.qop {
		v.plain("nc", nc)
		v.quoted("cnonce", d.cnonce)
		v.plain("qop", "auth")
		v.quoted("response", d.h(d.a1, d.nonce, nc, d.cnonce, "auth", a2))
	} else {
		if d.session {
			v.quoted("cnonce", d.cnonce)
		}
		v.quoted("response", d.h(d.a1, d.nonce, a2))
	}
	if d.hasOpaque {
		v.quoted("opaque", d.opaque)
	}
	if d.userhash {
		v.plain("userhash", "true")
	}
	return string(v)
}

// nonceCount returns nc: eight hexadecimal digits.
func (d *digest) nonceCount() string {
	var nc [8]byte
	for i := range nc {
		nc[i] = lowerHex[d.count>>(28-4*i)&15]
	}
	return string(nc[:])
}

// parameters writes the parameters of an Authorization header.
type parameters []byte

func (p *parameters) name(name string) {
	if last := len(*p) - 1; (*p)[last] != ' ' {
		*p = append(*p, ", "...)
	}
	*p = append(append(*p, name...), '=')
}

func (p *parameters) plain(name, value string) {
	p.name(name)
	*p = append(*p, value...)
}

func (p *parameters) quoted(name, value string) {
	p.name(name)
	*p = appendQuoted(*p, value)
}

// username writes the name in the clear, hashed where the challenge says so, or
// as RFC 8187 has it where it is not ASCII (RFC 7616 3.4.4).
func (p *parameters) username(d *digest) {
	if d.userhash {
		p.quoted("username", d.h(d.username, d.realm))
		return
	}
	for i := 0; i < len(d.username); i++ {
		if d.username[i] >= 0x80 {
			p.name("username*")
			*p = append(*p, "UTF-8''"...)
			for _, c := range []byte(d.username) {
				if isAlphanumeric(c) {
					*p = append(*p, c)
				} else {
					*p = append(*p, '%', upperHex[c>>4], upperHex[c&15])
				}
			}
			return
		}
	}
	p.quoted("username", d.username)
}
