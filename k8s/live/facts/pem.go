// Package facts finds out what may be told of the values of a Secret: whose certificates are in it and when they end, which keys
// are weak, and which registries it has credentials for. It keeps no value, and no error of it holds a part of one.
package facts

import (
	"bytes"
	"crypto/dsa" //nolint:staticcheck // its keys are found, not used
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"canopy/model/record"
)

// PEM gives the certificates in a value, and describes the keys that are too weak. What is broken is passed over.
func PEM(key string, value []byte) (certificates []record.Certificate, weak []string) {
	for bytes.Contains(value, []byte("-----BEGIN ")) {
		block, rest := pem.Decode(value)
		if block == nil {
			break
		}
		value = rest
		found := ""
		if block.Type == "CERTIFICATE" || block.Type == "TRUSTED CERTIFICATE" {
			if c, err := x509.ParseCertificate(block.Bytes); err == nil {
				certificates = append(certificates, describe(key, c))
				found = weakness(algorithm(c.PublicKey))
			}
		} else if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			found = weakness(privateKey(block))
		}
		clear(block.Bytes)
		if found != "" && !slices.Contains(weak, found) {
			weak = append(weak, found)
		}
	}
	return certificates, weak
}

// describe keeps what is public of a certificate.
func describe(key string, c *x509.Certificate) record.Certificate {
	name, bits := algorithm(c.PublicKey)
	return record.Certificate{Key: key, Subject: c.Subject.String(), Issuer: c.Issuer.String(), Algorithm: spell(name, bits),
		From: c.NotBefore.Unix(), Until: c.NotAfter.Unix(), CA: c.IsCA}
}

// algorithm names the algorithm of a public key, with its size where that tells its strength.
func algorithm(key any) (name string, bits int) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return "RSA", k.N.BitLen()
	case *dsa.PublicKey:
		return "DSA", k.P.BitLen()
	case *ecdsa.PublicKey:
		return "ECDSA P-" + fmt.Sprint(k.Curve.Params().BitSize), k.Curve.Params().BitSize
	case ed25519.PublicKey:
		return "Ed25519", 256
	}
	return "", 0
}

// spell writes "RSA 2048", and "ECDSA P-256" whose name has the size.
func spell(name string, bits int) string {
	if name == "RSA" || name == "DSA" {
		return fmt.Sprintf("%s %d", name, bits)
	}
	return name
}

// weakness describes a key that is too weak; "" where it is not, or nothing is known of it. What is asked for is the strength of
// 112 bits of NIST SP 800-57: 2048 bits of RSA, 224 of an elliptic curve. DSA is no longer approved at all (FIPS 186-5).
func weakness(name string, bits int) string {
	if name == "DSA" || name == "RSA" && bits < 2048 || strings.HasPrefix(name, "ECDSA") && bits < 224 {
		return spell(name, bits)
	}
	return ""
}
