package facts

import (
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"encoding/pem"
	"fmt"
)

// The identifiers of algorithms and curves (RFC 3279, RFC 5480), as they stand in DER.
const (
	oidRSA  = "1.2.840.113549.1.1.1"
	oidDSA  = "1.2.840.10040.4.1"
	oidEC   = "1.2.840.10045.2.1"
	oidP192 = "1.2.840.10045.3.1.1"
	oidP224 = "1.3.132.0.33"
	oidP256 = "1.2.840.10045.3.1.7"
	oidP384 = "1.3.132.0.34"
	oidP521 = "1.3.132.0.35"
)

// privateKey tells the algorithm and the size of a private key from its public parts. Nothing private is copied out of the block,
// as the parsers of the standard library would. An encrypted key tells nothing.
func privateKey(block *pem.Block) (name string, bits int) {
	if len(block.Headers) > 0 {
		return "", 0
	}
	switch block.Type {
	case "RSA PRIVATE KEY":
		return rsaKey(block.Bytes)
	case "DSA PRIVATE KEY":
		// version, p, q, g, y, x
		return "DSA", size(parts(block.Bytes), 1)
	case "EC PRIVATE KEY":
		return curve(parts(block.Bytes))
	case "PRIVATE KEY":
		return pkcs8(block.Bytes)
	case "OPENSSH PRIVATE KEY":
		return openSSH(block.Bytes)
	}
	return "", 0
}

// parts gives the elements of a sequence, which point into it.
func parts(der []byte) []asn1.RawValue {
	var whole asn1.RawValue
	if _, err := asn1.Unmarshal(der, &whole); err != nil || !whole.IsCompound {
		return nil
	}
	return elements(whole.Bytes)
}

func elements(rest []byte) (list []asn1.RawValue) {
	for len(rest) > 0 {
		var e asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &e); err != nil {
			return list
		}
		list = append(list, e)
	}
	return list
}

// size gives the number of bits of the integer that is the nth of a list.
func size(list []asn1.RawValue, n int) int {
	if n >= len(list) || list[n].Tag != asn1.TagInteger {
		return 0
	}
	return bitLen(list[n].Bytes)
}

func bitLen(number []byte) int {
	number = bytes.TrimLeft(number, "\x00")
	if len(number) == 0 {
		return 0
	}
	n := len(number) * 8
	for top := number[0]; top&0x80 == 0; top <<= 1 {
		n--
	}
	return n
}

// rsaKey reads the modulus: version, n, e, and what is private (RFC 8017).
func rsaKey(der []byte) (string, int) {
	if bits := size(parts(der), 1); bits > 0 {
		return "RSA", bits
	}
	return "", 0
}

// curve finds the name of a curve among what stands in brackets of an EC key (RFC 5915).
func curve(list []asn1.RawValue) (string, int) {
	for _, e := range list {
		if e.Class == asn1.ClassContextSpecific && e.Tag == 0 {
			list = elements(e.Bytes)
			break
		}
	}
	for _, e := range list {
		if bits := curveBits(e); bits > 0 {
			return fmt.Sprintf("ECDSA P-%d", bits), bits
		}
	}
	return "", 0
}

func curveBits(e asn1.RawValue) int {
	switch oid(e) {
	case oidP192:
		return 192
	case oidP224:
		return 224
	case oidP256:
		return 256
	case oidP384:
		return 384
	case oidP521:
		return 521
	}
	return 0
}

func oid(e asn1.RawValue) string {
	var id asn1.ObjectIdentifier
	if e.Class != asn1.ClassUniversal || e.Tag != asn1.TagOID {
		return ""
	}
	if _, err := asn1.Unmarshal(e.FullBytes, &id); err != nil {
		return ""
	}
	return id.String()
}

// pkcs8 reads version, algorithm with its parameters, and the key itself (RFC 5208).
func pkcs8(der []byte) (string, int) {
	list := parts(der)
	if len(list) < 3 {
		return "", 0
	}
	how := elements(list[1].Bytes)
	if len(how) == 0 {
		return "", 0
	}
	switch oid(how[0]) {
	case oidRSA:
		return rsaKey(list[2].Bytes)
	case oidDSA:
		if len(how) > 1 {
			return "DSA", size(elements(how[1].Bytes), 0)
		}
		return "DSA", 0
	case oidEC:
		if len(how) > 1 {
			return curve(how[1:2])
		}
	}
	return "", 0
}

// openSSH reads the public key that stands before the private one (PROTOCOL.key of OpenSSH).
func openSSH(data []byte) (string, int) {
	rest, ok := bytes.CutPrefix(data, []byte("openssh-key-v1\x00"))
	if !ok {
		return "", 0
	}
	for range 3 { // cipher, key derivation, its options
		_, rest = chunk(rest)
	}
	if len(rest) < 4 {
		return "", 0
	}
	public, _ := chunk(rest[4:])
	kind, rest := chunk(public)
	switch string(kind) {
	case "ssh-rsa":
		_, rest = chunk(rest)
		n, _ := chunk(rest)
		if bits := bitLen(n); bits > 0 {
			return "RSA", bits
		}
	case "ssh-dss":
		p, _ := chunk(rest)
		return "DSA", bitLen(p)
	}
	return "", 0
}

// chunk cuts off bytes that stand after their number; nothing where they are not there.
func chunk(data []byte) (first, rest []byte) {
	if len(data) < 4 {
		return nil, nil
	}
	n := binary.BigEndian.Uint32(data)
	if uint64(n) > uint64(len(data)-4) {
		return nil, nil
	}
	return data[4 : 4+n], data[4+n:]
}
