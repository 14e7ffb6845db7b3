package detect

import (
	"encoding/json"
	"strings"
)

// jsonReader walks JSON in place: it copies nothing but strings that are escaped and looked at.
type jsonReader struct {
	l     *look
	x     *text
	i     int
	depth int
	// secret tells that the text is the copy of a Secret, whose data is not looked at: that it is there is a finding of its own.
	secret bool
	// manifest tells that the text is a Secret that somebody has written down: whatever stands in its data is a credential.
	manifest bool
	// loose tells that it may be no JSON: see flow. Code tells that words without quotes may be variables, program that they are.
	loose, code, program bool
}

// json walks a text that should be JSON, or several ones in a row, and tells whether it was.
func (l *look) json(name string, x *text) bool {
	l.encoding = append(l.encoding, "json")
	defer func() { l.encoding = l.encoding[:len(l.encoding)-1] }()
	steps := len(l.steps)
	quiet := l.quiet
	defer func() { l.steps, l.quiet = l.steps[:steps], quiet }()
	r := jsonReader{l: l, x: x}
	for {
		r.space()
		if r.i == len(x.s) {
			return true
		}
		kind := topKind(x.s[r.i:])
		r.secret = l.applied && l.nest == 1 && kind == "Secret"
		r.manifest = kind == "Secret" && !r.secret
		l.quiet = quiet
		if sealedKind(kind) {
			l.quiet++
		}
		if !r.value(name, nameOf(name).kind != none, nil) {
			return false
		}
	}
}

func (r *jsonReader) space() {
	s := r.x.s
	for r.i < len(s) && space(s[r.i]) {
		r.i++
	}
}

// value reads one value. A string in a list goes to args, which knows what came before it.
func (r *jsonReader) value(name string, named bool, args *argv) bool {
	s := r.x.s
	if r.i >= len(s) {
		return false
	}
	array := r.loose && strings.HasPrefix(s[r.i:], "array(")
	if array {
		r.i += len("array")
	}
	switch c := s[r.i]; {
	case r.loose && !array && c != '"' && c != '[' && (c != '{' || strings.HasPrefix(s[r.i:], "{{")):
		return r.bare(name, named, args)
	case c == '"':
		a, b, escaped, ok := r.text()
		if ok {
			r.leaf(name, named, a, b, escaped, args)
		}
		return ok
	case c == '{' || c == '[' || array:
		if r.depth == levels {
			return false
		}
		r.depth++
		defer func() { r.depth-- }()
		switch {
		case c == '{':
			return r.object(name, '}')
		case array:
			return r.object(name, ')')
		case r.loose && r.maps():
			return r.object(name, ']')
		}
		return r.list(name, named)
	case c == '-', digit(c), letter(c):
		a := r.i
		for r.i < len(s) && (wordByte(s[r.i]) || s[r.i] == '-' || s[r.i] == '+' || s[r.i] == '.') {
			r.i++
		}
		if letter(c) {
			w := s[a:r.i]
			return w == "true" || w == "false" || w == "null"
		}
		if named {
			r.l.leaf(name, named, r.x, a, r.i)
		}
		return true
	}
	return false
}

func (r *jsonReader) leaf(name string, named bool, a, b int, escaped bool, args *argv) {
	s := r.x.s[a:b]
	if !escaped && args == nil {
		r.l.leaf(name, named, r.x, a, b)
		return
	}
	if b-a < 2 {
		return
	}
	matters := named || r.x.any(a, b) || args != nil && args.waits(s)
	if !matters && !r.l.decoded {
		matters = !escaped && coded(s) || escaped && encoded(s)
	}
	if !matters {
		return
	}
	if escaped {
		s = unescape(s)
	}
	if args != nil {
		args.next(r.l, s)
		return
	}
	r.l.value(name, s)
}

// jsonPair is what of an object waits for its end: a value for its sibling, and the secret part of a key.
type jsonPair struct {
	name, key string
	a, b      int
	escaped   bool
	jwk       jwk
}

func (r *jsonReader) object(name string, end byte) bool {
	l, s := r.l, r.x.s
	l.push(step{kind: aKey})
	at := len(l.steps) - 1
	defer l.pop()
	var pair jsonPair
	for r.i++; ; r.i++ {
		r.space()
		if r.i < len(s) && s[r.i] == end {
			r.i++
			break
		}
		if !r.entry(name, at, &pair) {
			return false
		}
		r.space()
		if r.i >= len(s) || s[r.i] != ',' && s[r.i] != end && (!r.loose || s[r.i] != ';') {
			return false
		}
		if s[r.i] == end {
			r.i++
			break
		}
	}
	if pair.key != "" {
		if pair.name != "" {
			name = pair.name
		}
		l.steps[at].key = pair.key
		r.leaf(name, nameOf(name).kind != none, pair.a, pair.b, pair.escaped, nil)
	}
	r.webKey(at, &pair.jwk)
	return true
}

// entry reads one pair of an object.
func (r *jsonReader) entry(name string, at int, pair *jsonPair) bool {
	l, s := r.l, r.x.s
	a, b, escaped, alone, ok := r.key()
	if !ok || alone {
		return ok
	}
	key := s[a:b]
	named := r.x.any(a, b)
	if escaped {
		key = unescape(key)
	}
	r.space()
	l.steps[at].key = key
	what := siblingOf(key)
	data := r.depth == 1 && (key == "data" || key == "stringData")
	switch {
	case data && r.secret:
		seen, found, over := l.seen, len(l.found), l.over
		l.quiet++
		ok = r.value("", false, nil)
		l.quiet--
		l.seen, l.found, l.over = seen, l.found[:found], over
	case data && r.manifest && r.i < len(s) && s[r.i] == '{':
		ok = r.data(key == "data")
	case what != noSibling && r.scalar():
		if a, b, escaped, ok = r.span(); ok && what == valueSibling {
			pair.key, pair.a, pair.b, pair.escaped = key, a, b, escaped
		} else if ok {
			pair.name = s[a:b]
			r.leaf(key, false, a, b, escaped, nil)
		}
	case sealedKey(key):
		l.quiet++
		ok = r.value(key, false, nil)
		l.quiet--
	default:
		if named {
			named = nameOf(key).kind != none
		}
		if what == valueSibling {
			key, named = name, nameOf(name).kind != none
		}
		a = r.i
		ok = r.value(key, named, nil)
		pair.jwk.note(key, s, a, r.i)
	}
	return ok
}

func (r *jsonReader) list(name string, named bool) bool {
	l, s := r.l, r.x.s
	l.push(step{kind: anItem})
	at := len(l.steps) - 1
	defer l.pop()
	args := argv{name: name, items: true}
	for r.i++; ; r.i++ {
		r.space()
		if r.i < len(s) && s[r.i] == ']' {
			r.i++
			return true
		}
		if !r.value(name, named, &args) {
			return false
		}
		l.steps[at].n++
		r.space()
		if r.i >= len(s) || s[r.i] != ',' && s[r.i] != ']' {
			return false
		}
		if s[r.i] == ']' {
			r.i++
			return true
		}
	}
}

// text reads a string, and gives what is between its quotes.
func (r *jsonReader) text() (a, b int, escaped, ok bool) {
	a, b, escaped = quoted(r.x.s, r.i)
	if b < 0 {
		return 0, 0, false, false
	}
	r.i = b + 1
	return a, b, escaped, true
}

// quoted gives what is between double quotes that open at a place; b is below 0 where they do not close.
func quoted(s string, at int) (a, b int, escaped bool) {
	a = at + 1
	for i := a; ; {
		j := strings.IndexByte(s[i:], '"')
		if j < 0 {
			return a, -1, false
		}
		i += j
		k := i
		for k > a && s[k-1] == '\\' {
			k--
		}
		if (i-k)%2 == 0 {
			return a, i, strings.IndexByte(s[a:i], '\\') >= 0
		}
		i++
	}
}

// unescape undoes the escapes of JSON. What is no JSON stays as it is, but for ends of lines.
func unescape(s string) string {
	var plain string
	if json.Unmarshal([]byte(`"`+s+`"`), &plain) == nil {
		return plain
	}
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\"`, `"`, `\\`, `\`, "\n", "\n").Replace(s)
}

// topKind gives the kind that an object says it is of, wherever in it that stands.
func topKind(s string) string {
	if s[0] != '{' {
		return ""
	}
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return ""
			}
		case '"':
			a, b, _ := quoted(s, i)
			if b < 0 {
				return ""
			}
			i = b
			if depth != 1 || s[a:b] != "kind" {
				continue
			}
			rest := strings.TrimLeft(s[b+1:min(len(s), b+100)], " \t\r\n")
			if !strings.HasPrefix(rest, ":") {
				continue
			}
			rest = strings.TrimLeft(rest[1:], " \t\r\n")
			if strings.HasPrefix(rest, `"`) {
				if a, b, _ := quoted(rest, 0); b >= 0 {
					return rest[a:b]
				}
			}
		}
	}
	return ""
}
