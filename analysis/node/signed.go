package node

import (
	"bytes"
	"encoding/asn1"
	"time"
)

// commonName is the attribute of a name that tells whose a certificate is: 2.5.4.3.
var commonName = []byte{0x55, 0x04, 0x03}

// versionTag marks the version of a certificate, which the first version does not have.
const versionTag = 0xa0

// readSigned reads whose a certificate is and when it is good, and nothing else: package crypto/x509 also works out the key, which takes
// longer than all that is done with a node. False where it is no certificate.
func readSigned(der []byte) (name string, from, to int64, ok bool) {
	certificate := walk{rest: der}
	signed := certificate.enter()
	w := signed.enter()
	if len(w.rest) > 0 && w.rest[0] == versionTag {
		w.next()
	}
	for range 3 {
		w.next() // The serial number, the algorithm, and who has signed.
	}
	validity := w.enter()
	from, to = validity.time(), validity.time()
	subject := w.enter()
	for len(subject.rest) > 0 && !subject.failed {
		for set := subject.enter(); len(set.rest) > 0 && !set.failed; {
			pair := set.enter()
			if kind, value := pair.next(), pair.next(); bytes.Equal(kind, commonName) {
				name = string(value)
			}
		}
	}
	return name, from, to, !w.failed && !validity.failed && !subject.failed
}

// walk goes through the values of a structure in DER: each has a byte that tells its type, how long it is, and what is in it. It ends where
// there is no more, or something is cut.
type walk struct {
	rest   []byte
	failed bool
}

// next takes what is in the next value; nothing once the walk has failed.
func (w *walk) next() []byte {
	body, after, ok := split(w.rest)
	if w.failed = w.failed || !ok; w.failed {
		return nil
	}
	w.rest = after
	return body
}

// enter takes the next value as a structure of its own.
func (w *walk) enter() walk {
	body := w.next()
	return walk{rest: body, failed: w.failed}
}

// time takes the next value as a time, in seconds since 1970.
func (w *walk) time() int64 {
	before := w.rest
	w.next()
	if w.failed {
		return 0
	}
	var at time.Time
	_, err := asn1.Unmarshal(before[:len(before)-len(w.rest)], &at)
	w.failed = err != nil
	return at.Unix()
}

// split cuts the first value off: its length is one byte, or the count of those that follow and tell it.
func split(data []byte) (body, after []byte, ok bool) {
	if len(data) < 2 {
		return nil, nil, false
	}
	length, data := int(data[1]), data[2:]
	if count := length - 0x80; count >= 0 {
		if count == 0 || count > 3 || count > len(data) {
			return nil, nil, false
		}
		length = 0
		for _, b := range data[:count] {
			length = length<<8 | int(b)
		}
		data = data[count:]
	}
	if length > len(data) {
		return nil, nil, false
	}
	return data[:length], data[length:], true
}
