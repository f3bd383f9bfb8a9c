package khpcore

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// testCrypto is native Go's, but for the random numbers.
type testCrypto struct{}

func (testCrypto) Hash(h DigestHash, data string) []byte {
	switch h {
	case MD5:
		sum := md5.Sum([]byte(data))
		return sum[:]
	case SHA256:
		sum := sha256.Sum256([]byte(data))
		return sum[:]
	default:
		sum := sha512.Sum512_256([]byte(data))
		return sum[:]
	}
}

func (testCrypto) Random(n int) []byte { return make([]byte, n) }

func params(t *testing.T, authorization string) Fields {
	t.Helper()
	found, err := ParseChallenges(authorization)
	require.NoError(t, err, authorization)
	require.Len(t, found, 1)
	require.Equal(t, "Digest", found[0].Scheme)
	return found[0].Params
}

// TestDigestResponses has the examples of RFC 7616 and RFC 2617, and responses
// that Chromium's own tests expect. RFC 7616 3.9.2 is as its erratum 4897
// corrects it.
func TestDigestResponses(t *testing.T) {
	const rfc7616 = `Digest realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", algorithm=`
	for name, c := range map[string]struct{ challenge, username, password, target, cnonce, response string }{
		"RFC 7616 3.9.1 MD5": {rfc7616 + "MD5", "Mufasa", "Circle of Life", "/dir/index.html",
			"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "8ca523f5e9506fed4657c9700eebdbec"},
		"RFC 7616 3.9.1 SHA-256": {rfc7616 + "SHA-256", "Mufasa", "Circle of Life", "/dir/index.html",
			"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
		"RFC 7616 3.9.2": {`Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true`,
			"J\u00e4s\u00f8n Doe", "Secret, or not?", "/doe.json", "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
			"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"},
		"RFC 2617 3.5": {`Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
			"Mufasa", "Circle Of Life", "/dir/index.html", "0a4f113b", "6629fae49393a05397450978507c4ef1"},
		"Chromium 1": {`Digest realm="DRealm1", nonce="claGgoRXBAA=7583377687842fdb7b56ba0555d175baa0b800e3", algorithm=MD5, qop="auth"`,
			"foo", "bar", "/test/drealm1", "082c875dcb2ca740", "bcfaa62f1186a31ff1b474a19a17cf57"},
		"Chromium 2": {`Digest realm="DRealm1", nonce="Ure30oRXBAA=7eca98bbf521ac6642820b11b86bd2d9ed7edc70", qop="auth"`,
			"foo bar", "", "/test/drealm1/", "082c875dcb2ca740", "93c9c6d5930af3b0eb26c745e02b04a0"},
		"Chromium 3": {`Digest realm="DRealm1", nonce="7thGplhaBAA=41fb92453c49799cf353c8cd0aabee02d61a98a8", qop=auth`,
			"", "pass", "/test/drealm1/", "6509bc74daed8263", "bc597110f41a62d07f8b70b6977fcb61"},
		"Chromium 4": {`Digest realm="DRealm1", nonce="s3MzvFhaBAA=4c520af5acd9d8d7ae26947529d18c8eae1e98f4", qop=auth`,
			"", "", "/test/drealm1/", "1522e61005789929", "22cfa2b30cb500a9591c6d55ec5590a8"},
		"Chromium 5, RFC 2069": {`Digest realm="Oblivion", nonce="nonce-value"`, "FooBar", "pass", "/", "", "f72ff54ebde2f928860f806ec04acd1b"},
		"Chromium 6, MD5-sess": {`Digest realm="Baztastic", nonce="AAAAAAAA", algorithm="MD5-sess", qop=auth`,
			"USER", "123", "/", "15c07961ed8575c4", "cbc1139821ee7192069580570c541a03"},
	} {
		t.Run(name, func(t *testing.T) {
			challenges, err := ParseChallenges(c.challenge)
			require.NoError(t, err)
			d := newDigest(testCrypto{}, &challenges[0], c.username, c.password)
			d.cnonce = c.cnonce
			if d.cnonce == "" {
				d.cnonce = "unused"
			}
			got := params(t, d.authorization(c.target))
			sent := func(name string) string {
				value, _ := got.Get(name)
				return value
			}
			require.Equal(t, c.response, sent("response"))
			require.Equal(t, c.target, sent("uri"))
			for _, name := range []string{"realm", "nonce", "opaque", "algorithm"} {
				want, ok := challenges[0].Params.Get(name)
				value, has := got.Get(name)
				require.Equal(t, ok, has, name)
				require.Equal(t, want, value, name)
			}
			if _, ok := challenges[0].Params.Get("qop"); ok {
				require.Equal(t, "auth", sent("qop"))
				require.Equal(t, "00000001", sent("nc"))
				require.Equal(t, c.cnonce, sent("cnonce"))
			} else {
				require.NotContains(t, got, "qop")
				require.Zero(t, got.Count("nc")+got.Count("qop")+got.Count("cnonce"))
			}
		})
	}
}

func TestDigestUsernames(t *testing.T) {
	const challenge = `Digest realm="api@example.org", nonce=n, qop=auth, algorithm=SHA-512-256`
	for _, c := range []struct{ username, challenge, want string }{
		{`a"b\c`, challenge, `Digest username="a\"b\\c", `},
		{"J\u00e4s\u00f8n Doe", challenge, `Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, `},
		// RFC 7616 3.9.2, as its erratum 4897 corrects it
		{"J\u00e4s\u00f8n Doe", challenge + ", userhash=true",
			`Digest username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b", `},
	} {
		challenges, err := ParseChallenges(c.challenge)
		require.NoError(t, err)
		value := newDigest(testCrypto{}, &challenges[0], c.username, "p").authorization("/")
		require.True(t, strings.HasPrefix(value, c.want), value)
		require.Equal(t, strings.Contains(c.challenge, "userhash"), strings.HasSuffix(value, ", userhash=true"))
	}
}

func TestDigestCounts(t *testing.T) {
	challenges, err := ParseChallenges(`Digest realm=r, nonce=n, qop=auth, algorithm=SHA-256-sess`)
	require.NoError(t, err)
	d := newDigest(testCrypto{}, &challenges[0], "u", "p")
	for _, want := range []string{"00000001", "00000002", "00000003"} {
		nc, _ := params(t, d.authorization("/")).Get("nc")
		require.Equal(t, want, nc)
	}
	session := d.a1
	d.next("m")
	got := params(t, d.authorization("/"))
	nc, _ := got.Get("nc")
	nonce, _ := got.Get("nonce")
	require.Equal(t, "00000001", nc)
	require.Equal(t, "m", nonce)
	require.Equal(t, session, d.a1, "a session key is that of the first nonce (RFC 7616 3.4.2)")
	d.count = 0xabcdef01
	require.Equal(t, "abcdef01", d.nonceCount())
}

func TestStrongestChallenge(t *testing.T) {
	const md5, sha256, sha512 = `Digest realm=r, nonce=n`, `Digest realm=r, nonce=n, algorithm=SHA-256-sess, qop="auth-int,auth"`, `Digest realm=r, nonce=n, algorithm=sha-512-256`
	for challenges, want := range map[string]string{
		"Basic realm=r, " + md5 + ", " + sha256 + ", " + sha512:   "sha-512-256",
		md5 + ", " + sha256 + ", Negotiate":                       "SHA-256-sess",
		"Negotiate, Basic realm=r":                                "Basic",
		"Negotiate, Bearer":                                       "Negotiate",
		"Digest realm=r, nonce=n, algorithm=SHA-1, Basic realm=r": "Basic",
		"Digest realm=r, nonce=n, qop=auth-int, Basic realm=r":    "Basic",
		"Digest realm=r, Basic realm=r":                           "Basic",
	} {
		all, err := ParseChallenges(challenges)
		require.NoError(t, err)
		c := &Client{cfg: ClientConfig{Crypto: testCrypto{}}}
		best := c.strongest(all)
		algorithm, ok := best.Params.Get("algorithm")
		if !ok {
			algorithm = best.Scheme
		}
		require.Equal(t, want, algorithm, challenges)
	}
	all, err := ParseChallenges(md5 + ", Basic realm=r")
	require.NoError(t, err)
	require.Equal(t, "Basic", (&Client{}).strongest(all).Scheme, "without hashes there is no Digest")
}
