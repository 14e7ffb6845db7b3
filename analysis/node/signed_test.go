package node

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"
)

func certificateDER(t testing.TB, subject pkix.Name, from, to time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1 << 40), Subject: subject, NotBefore: from, NotAfter: to, DNSNames: []string{"a"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TestSigned reads the same of certificates as Go's own library.
func TestSigned(t *testing.T) {
	at := time.Date(2026, 11, 26, 12, 0, 1, 0, time.UTC)
	for _, subject := range []pkix.Name{
		{CommonName: "system:node:a", Organization: []string{"system:nodes"}}, {Organization: []string{"x", "y"}}, {}, {CommonName: "é", Country: []string{"DE"}, SerialNumber: "1"},
	} {
		for _, to := range []time.Time{at.AddDate(1, 0, 0), at.AddDate(60, 0, 0), at.AddDate(-50, 0, 0)} {
			der := certificateDER(t, subject, to.AddDate(-1, 0, 0), to)
			want, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			name, from, until, ok := readSigned(der)
			if !ok || name != want.Subject.CommonName || from != want.NotBefore.Unix() || until != want.NotAfter.Unix() {
				t.Errorf("%+v until %s: %q %d %d %t", subject, to, name, from, until, ok)
			}
		}
	}
}

// FuzzSigned reads anything: what Go's own library takes is read alike, and nothing panics.
func FuzzSigned(f *testing.F) {
	at := time.Date(2026, 11, 26, 12, 0, 1, 0, time.UTC)
	f.Add(certificateDER(f, pkix.Name{CommonName: "system:node:a"}, at, at.AddDate(1, 0, 0)))
	f.Add([]byte{0x30, 0x80})
	f.Add(bytes.Repeat([]byte{0x30, 0x84}, 1000))
	f.Fuzz(func(t *testing.T, der []byte) {
		name, from, to, ok := readSigned(der)
		if want, err := x509.ParseCertificate(der); err == nil && (!ok || from != want.NotBefore.Unix() || to != want.NotAfter.Unix()) {
			t.Errorf("%q %d %d %t, want %+v", name, from, to, ok, want.Subject)
		}
	})
}
