// Package canarytest plants values that nobody can guess wherever a cluster can hold a credential, and finds them, or parts of them,
// in what a program has written.
package canarytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

// window is how long a part of a value is that may not come out, in bytes. What is shorter could stand anywhere by chance.
const window = 8

// letters and digits make values: long enough a part of one is nowhere else.
const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

// Values are those that were planted.
type Values struct {
	t testing.TB
	// parts are all windows of all values, as they are and in base64, with the place of the value.
	parts map[string]string
	count int
}

// NewValues knows no value yet.
func NewValues(t testing.TB) *Values { return &Values{t: t, parts: map[string]string{}} }

// Of makes a value for a place: 32 characters after a beginning that may be known, such as that of the keys of a vendor.
func (v *Values) Of(place, beginning string) string {
	v.t.Helper()
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	for i, b := range secret {
		secret[i] = letters[int(b)%len(letters)]
		// Without a digit here and there chance could make what looks like words.
		if i%4 == 3 {
			secret[i] = digits[int(b)%len(digits)]
		}
	}
	v.Add(place, string(secret))
	return beginning + string(secret)
}

// Add notes a value that somebody else has made.
func (v *Values) Add(place, secret string) {
	v.count++
	note := func(text string) {
		for i := 0; i+window <= len(text); i++ {
			v.parts[text[i:i+window]] = place
		}
	}
	note(secret)
	// In the base64 of a longer text a value begins at one of three places of a group.
	for skip := range 3 {
		rest := secret[skip:]
		rest = rest[:len(rest)/3*3]
		note(base64.StdEncoding.EncodeToString([]byte(rest)))
		note(base64.URLEncoding.EncodeToString([]byte(rest)))
	}
}

// Count is how many values there are.
func (v *Values) Count() int { return v.count }

// Absent fails the test where a text holds a part of a value.
func (v *Values) Absent(what, text string) {
	v.t.Helper()
	for i := 0; i+window <= len(text); i++ {
		if place, found := v.parts[text[i:i+window]]; found {
			v.t.Errorf("%s holds a part of the value of %s: …%q…", what, place, text[max(0, i-160):min(len(text), i+window+20)])
			return
		}
	}
}

// Present tells whether a text holds the value of a place, which shows that it would be found.
func (v *Values) Present(text string) bool {
	for i := 0; i+window <= len(text); i++ {
		if _, found := v.parts[text[i:i+window]]; found {
			return true
		}
	}
	return false
}

// PrivateKey makes a key in PEM, of which no line may come out.
func (v *Values) PrivateKey(place string) string {
	v.t.Helper()
	_, key := v.certificate(place, time.Hour, 0)
	return key
}

// Certificate makes a certificate that ends after a time, and its key, of some bits of RSA, or of an elliptic curve where they are zero.
// Of the key no line may come out.
func (v *Values) Certificate(place string, lasts time.Duration, bits int) (certificate, key string) {
	v.t.Helper()
	return v.certificate(place, lasts, bits)
}

func (v *Values) certificate(place string, lasts time.Duration, bits int) (certificate, key string) {
	v.t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "planted.example"}, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(lasts)}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	var private, public any = curve, &curve.PublicKey
	if bits > 0 && err == nil {
		var small *rsa.PrivateKey
		small, err = rsa.GenerateKey(rand.Reader, bits)
		if err == nil {
			private, public = small, &small.PublicKey
		}
	}
	if err != nil {
		v.t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		v.t.Fatal(err)
	}
	hidden, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		v.t.Fatal(err)
	}
	key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: hidden}))
	// The first lines begin with what all keys of a kind have in common, and hold the public part of some, as the last ones do of others.
	lines := strings.Split(key, "\n")
	v.Add(place, lines[(len(lines)-1)/2])
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), key
}
