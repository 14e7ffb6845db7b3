package detect

import (
	"slices"
	"strings"
)

// text is a text with the words that were found in it.
type text struct {
	s    string
	hits []hit
	// at is the hit that was asked for last: texts are walked from their beginning to their end.
	at int
}

// after gives the first hit that ends behind a place.
func (x *text) after(a int) int {
	i := x.at
	if i > 0 && int(x.hits[i-1].end) > a {
		i, _ = slices.BinarySearchFunc(x.hits[:i], a+1, func(h hit, a int) int { return int(h.end) - a })
	}
	for n := 0; i < len(x.hits) && int(x.hits[i].end) <= a; n++ {
		if n == 16 {
			j, _ := slices.BinarySearchFunc(x.hits[i:], a+1, func(h hit, a int) int { return int(h.end) - a })
			i += j
			break
		}
		i++
	}
	x.at = i
	return i
}

// in gives the hits that begin and end within a part.
func (x *text) in(a, b int) []hit {
	if len(x.hits) == 0 {
		return nil
	}
	i := x.after(a)
	j := i
	for j < len(x.hits) && int(x.hits[j].end) <= b {
		j++
	}
	// A word may begin before the part and end in it.
	for i < j && int(x.hits[i].start) < a {
		i++
	}
	return x.hits[i:j]
}

// any tells whether some word ends within a part.
func (x *text) any(a, b int) bool {
	if len(x.hits) == 0 {
		return false
	}
	i := x.after(a)
	return i < len(x.hits) && int(x.hits[i].end) <= b
}

// whole looks at a text of its own, which may have a structure.
func (l *look) whole(name, s string) {
	if l.nest == 0 && l.table(name, s) {
		return
	}
	x := text{s: s, hits: l.d.words.scan(s)}
	named := nameOf(name).kind != none
	if len(x.hits) == 0 && !named && (l.decoded || !encoded(s)) {
		return
	}
	trimmed := strings.TrimSpace(s)
	if len(trimmed) < shortest {
		return
	}
	if l.nest >= deepest {
		l.lines(name, &x, false)
		return
	}
	l.nest++
	defer func() { l.nest-- }()
	if labels(name) {
		l.quiet++
		defer func() { l.quiet-- }()
	}
	found, seen, over := len(l.found), l.seen, l.over
	switch trimmed[0] {
	case '{', '[':
		if l.json(name, &x) {
			return
		}
		// It began like JSON and was none: what was found is found again, at its line.
		l.found, l.seen, l.over = l.found[:found], seen, over
		if l.flow(name, &x, false) {
			return
		}
	case '<':
		if strings.IndexByte(trimmed, '>') > 0 && len(trimmed) > 1 && (letter(trimmed[1]) || trimmed[1] == '?' || trimmed[1] == '!') && !strings.HasPrefix(trimmed, "<?php") {
			l.xml(name, &x)
			return
		}
	}
	if strings.IndexByte(trimmed, '\n') < 0 {
		l.single(name, &x, strings.Index(s, trimmed), trimmed, named)
		return
	}
	if !l.decoded {
		if plain, ok := decode(trimmed); ok {
			l.undone(name, plain)
			return
		}
	}
	if looksYAML(s) {
		l.yaml(name, &x)
		return
	}
	l.lines(name, &x, true)
}

// single looks at a text of one line, which is a value, or a document that happens to have no more.
func (l *look) single(name string, x *text, a int, trimmed string, named bool) {
	seen := l.seen
	if flowing(trimmed) {
		l.yaml(name, x)
		return
	}
	if !named && assignment(trimmed) {
		l.lines(name, x, false)
		return
	}
	if l.scalar(name, x, a, a+len(trimmed)); l.seen == seen && len(x.hits) > 0 {
		l.directives(trimmed, false)
	}
}

// undone looks at what base64 held.
func (l *look) undone(name, plain string) {
	l.decoded = true
	l.encoding = append(l.encoding, "base64")
	l.whole(name, plain)
	l.encoding = l.encoding[:len(l.encoding)-1]
	l.decoded = false
}

// scalar looks at one value that has no lines: for credentials by their form, for pairs within it, and by its name.
func (l *look) scalar(name string, x *text, a, b int) {
	for a < b && space(x.s[a]) {
		a++
	}
	for b > a && space(x.s[b-1]) {
		b--
	}
	if b-a < shortest {
		return
	}
	v, seen := x.s[a:b], l.seen
	if x.any(a, b) {
		if l.nest < deepest && compound(v) && !cipher(v) {
			l.nest++
			l.pairs(name, v)
			l.nest--
		}
		l.byForm(name, x, a, b)
		if l.seen > seen {
			return
		}
	}
	if !l.decoded && b-a >= shortestCode {
		if plain, ok := decode(v); ok {
			l.undone(name, plain)
			// Many a token is base64 of a text. What only points to a credential is none in base64 either.
			if k := nameOf(name).kind; l.seen > seen || k == login || k == salt || hollow(plain) {
				return
			}
		}
	}
	l.byName(name, v)
}

// hollow tells of texts that point to a credential, or keep a place for one.
func hollow(s string) bool {
	if s = strings.TrimSpace(s); s == "" || s[0] == '{' && !strings.HasPrefix(s, "{{") {
		return false
	}
	return plainWord(s) || template(s) || cipher(s) || publicText(s) || filler(s) || s[0] == '/' || strings.Contains(s, "://")
}

// value looks at one value that was cut out of a text, or written anew.
func (l *look) value(name, v string) {
	if len(v) < shortest {
		return
	}
	if structured(v) && l.nest < deepest {
		l.whole(name, v)
		return
	}
	x := text{s: v, hits: l.d.words.scan(v)}
	l.scalar(name, &x, 0, len(v))
}

// structured tells whether a value may be a text of its own.
func structured(v string) bool {
	switch v[0] {
	case '{', '[', '<':
		return true
	}
	return strings.IndexByte(v, '\n') >= 0
}

// compound tells whether a value may hold pairs.
func compound(v string) bool { return strings.ContainsAny(v, "= ;\t") }

func letter(c byte) bool   { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool    { return c >= '0' && c <= '9' }
func wordByte(c byte) bool { return letter(c) || digit(c) || c == '_' }
func space(c byte) bool    { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
