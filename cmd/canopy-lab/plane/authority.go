package plane

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"
)

// certificateLife is the life of what the lab signs. A lab that is kept with --dir must outlive a few weeks of work, not more.
const certificateLife = 365 * 24 * time.Hour

// authority is a certificate authority of the lab, kept as NAME.crt and NAME.key.
type authority struct {
	layout Layout
	name   string
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
}

// loadAuthority reads the authority of that name, or makes it: a lab started again on its directory keeps its identities.
func loadAuthority(l Layout, name string) (*authority, error) {
	pair, err := tls.LoadX509KeyPair(l.pki(name+".crt"), l.pki(name+".key"))
	if errors.Is(err, fs.ErrNotExist) {
		return newAuthority(l, name)
	}
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s is not an elliptic curve key", l.pki(name+".key"))
	}
	return &authority{layout: l, name: name, cert: pair.Leaf, key: key}, nil
}

func newAuthority(l Layout, name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificateTemplate("canopy-lab-" + name)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{layout: l, name: name, cert: cert, key: key}, writePair(l, name, der, key)
}

// server signs a serving certificate for the loopback names and writes it as NAME.crt and NAME.key.
func (a *authority) server(name string, dnsNames ...string) error {
	template := certificateTemplate(name)
	template.DNSNames = append([]string{"localhost"}, dnsNames...)
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)}
	// etcd calls itself with its serving certificate, so it is a client certificate too.
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	return a.sign(name, template)
}

// client signs a client certificate for a user and its groups and writes it as NAME.crt and NAME.key.
func (a *authority) client(name, user string, groups ...string) error {
	template := certificateTemplate(user)
	template.Subject.Organization = groups
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return a.sign(name, template)
}

func (a *authority) sign(name string, template *x509.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return err
	}
	return writePair(a.layout, name, der, key)
}

func certificateTemplate(commonName string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail on the systems that Go supports
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: commonName},
		NotBefore:    now.Add(-time.Minute),
		NotAfter:     now.Add(certificateLife),
	}
}

func writePair(l Layout, name string, der []byte, key *ecdsa.PrivateKey) error {
	if err := writeFile(l.pki(name+".crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})); err != nil {
		return err
	}
	return writeKey(l.pki(name+".key"), key)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writeFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
}

// writeServiceAccountKey makes the key that signs service account tokens. It stays the same when the lab is started again, or issued tokens would end.
func writeServiceAccountKey(l Layout) error {
	if _, err := os.Stat(l.pki("service-account.key")); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	return writeKey(l.pki("service-account.key"), key)
}
