package detect

import (
	"encoding/base64"
	"strings"
)

// data reads the data of a Secret that is written down in a text.
func (r *jsonReader) data(coded bool) bool {
	l, s := r.l, r.x.s
	l.push(step{kind: aKey})
	at := len(l.steps) - 1
	defer l.pop()
	for r.i++; ; r.i++ {
		r.space()
		if r.i < len(s) && s[r.i] == '}' {
			r.i++
			return true
		}
		a, b, _, alone, ok := r.key()
		if !ok || alone {
			return false
		}
		key := s[a:b]
		r.space()
		l.steps[at].key = key
		if r.scalar() {
			var escaped bool
			if a, b, escaped, ok = r.span(); ok {
				v := s[a:b]
				if escaped {
					v = unescape(v)
				}
				l.declared(key, v, coded)
			}
		} else {
			ok = r.value(key, false, nil)
		}
		if r.space(); !ok || r.i >= len(s) || s[r.i] != ',' && s[r.i] != '}' {
			return false
		}
		if s[r.i] == '}' {
			r.i++
			return true
		}
	}
}

// declared looks at a value of a Secret that is written down in a text. Whatever its name and its form, it is a credential, since whoever
// wrote it says so, but for what stands beside credentials to say whose they are.
func (l *look) declared(name, v string, coded bool) {
	if l.quiet > 0 {
		return
	}
	seen := l.seen
	if coded {
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(v))
		if err != nil || !readable(plain, false) || l.decoded {
			l.value(name, v)
			return
		}
		v = string(plain)
		l.decoded = true
		l.encoding = append(l.encoding, "base64")
		defer func() {
			l.encoding = l.encoding[:len(l.encoding)-1]
			l.decoded = false
		}()
	}
	l.value(name, v)
	v = strings.TrimSpace(v)
	if l.seen > seen || len(v) < shortest || len(v) > longestSecret || strings.IndexByte(v, '\n') >= 0 || beside(name) || dull(v) || filler(v) || digits(v) {
		return
	}
	l.tell(find{rule: "manifest", what: "value of a Secret"}, name, v)
}

// beside tells of names in Secrets whose values are none.
func beside(name string) bool {
	var buffer [96]byte
	var words [mostWords][]byte
	n, _ := split(name, buffer[:0], &words)
	if n == 0 {
		return false
	}
	switch string(words[n-1]) {
	case "user", "username", "login", "host", "hostname", "port", "database", "db", "dbname", "schema", "url", "uri", "endpoint", "server", "region", "zone", "email", "name", "type", "kind", "namespace", "bucket",
		"crt", "cert", "ca", "id", "account", "provider", "driver", "mode", "path", "file", "domain", "realm", "tenant", "issuer", "version", "enabled", "org", "organization", "project":
		return true
	}
	return false
}

// manifestOf tells whether a YAML document is a Secret.
func manifestOf(s string) bool {
	for a := 0; a < len(s); {
		b := lineEnd(s, a)
		line := s[a:b]
		if documentMark(line) && a > 0 {
			return false
		}
		if kind, ok := strings.CutPrefix(line, "kind:"); ok {
			return strings.Trim(kind, " \t\r\"'") == "Secret"
		}
		a = b + 1
	}
	return false
}

// jwk is a JSON web key, whose secret part has a name of one letter.
type jwk struct {
	kind   string
	name   string
	secret string
}

// note takes a pair of an object that may be such a key; the value stands from a to b, with its quotes.
func (k *jwk) note(key, s string, a, b int) {
	if b-a < 4 || s[a] != '"' {
		return
	}
	switch v := s[a+1 : b-1]; key {
	case "kty":
		k.kind = v
	case "d", "k":
		k.name, k.secret = key, v
	}
}

// webKey tells of the secret part of a key, if the object was one.
func (r *jsonReader) webKey(at int, k *jwk) {
	least := 20
	what := "private key"
	if k.kind == "oct" {
		least, what = 16, "key"
	}
	if k.kind == "" || len(k.secret) < least || (k.kind == "oct") != (k.name == "k") || !coded(k.secret) || filler(k.secret) {
		return
	}
	r.l.steps[at].key = k.name
	r.l.tell(find{rule: "jwk", what: what + " in JSON", sure: true}, k.name, k.secret)
}
