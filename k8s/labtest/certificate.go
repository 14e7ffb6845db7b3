package labtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
)

// ShortLivedConfig is the configuration of a client with a fresh client certificate for any user and groups, which the API server takes for ttl and refuses
// with 401 after it. Certificates count in seconds: ttl is cut to a whole second.
func (l *Lab) ShortLivedConfig(user string, groups []string, ttl time.Duration) *rest.Config {
	l.t.Helper()
	certificate, key, err := l.sign(user, groups, time.Now().Add(ttl))
	if err != nil {
		l.t.Fatalf("signing a certificate for %s: %v", user, err)
	}
	config := rest.AnonymousClientConfig(l.Config(Admin))
	config.CertData, config.KeyData = certificate, key
	return config
}

// sign issues a client certificate with the lab's own authority and gives it and its key as PEM.
func (l *Lab) sign(user string, groups []string, end time.Time) (certificate, key []byte, err error) {
	authority, err := tls.LoadX509KeyPair(filepath.Join(l.Dir(), "pki", "client-ca.crt"), filepath.Join(l.Dir(), "pki", "client-ca.key"))
	if err != nil {
		return nil, nil, err
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: user, Organization: groups},
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     end,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, authority.Leaf, &private.PublicKey, authority.PrivateKey)
	if err != nil {
		return nil, nil, err
	}
	privateDER, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: privateDER}), nil
}
