package detect

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"canopy/model"
	"canopy/model/record"
)

const (
	// shortest is the least a credential has.
	shortest = 4
	// most is how many exposures one value gives. Where there are more, one more exposure says so.
	most = 100
	// deepest bounds texts within texts (JSON in YAML in base64 …), and levels the braces of one text. What is deeper is looked at as
	// plain lines.
	deepest = 8
	levels  = 100
)

// look is one look at one value, or at one list of arguments. It knows where in the value it is.
type look struct {
	d *Detector
	// base is where the value stands; shown is the same without what was found in the value, "" where it is the same.
	base, shown string
	// container is that of a pod.
	container string
	steps     []step
	encoding  []string
	// nest counts texts within texts; decoded tells that base64 was undone, which is done once.
	nest    int
	decoded bool
	// quiet counts the reasons for which names say nothing here: encrypted resources, texts of a user interface.
	quiet int
	// applied tells that the text is kubectl's copy of the object.
	applied bool
	// literal tells that the text is a variable of a container, where nothing but $(NAME) is filled in; variable that the value stands
	// in a program, where a word without quotes is a variable.
	literal, variable bool
	// block is the variable of HCL that the lines are in.
	block string

	found []model.Exposure
	// seen counts what was found, with what was known already; over tells that there is more than is listed.
	seen int
	over bool
}

// step is one step of the path: a key, an index or a line.
type step struct {
	kind byte
	key  string
	n    int
}

const (
	aKey   = '.'
	anItem = '['
	aLine  = ':'
)

func (l *look) push(s step) { l.steps = append(l.steps, s) }
func (l *look) pop()        { l.steps = l.steps[:len(l.steps)-1] }

// find says what to tell of a credential.
type find struct {
	rule, what string
	sure       bool
	// by is what the encoding ends with, such as "url".
	by string
}

// tell notes a credential.
func (l *look) tell(f find, name, secret string) {
	l.seen++
	if len(l.found) == most {
		l.over = true
		return
	}
	if l.base != "" {
		if shown := conceal(l.where(), secret); shown != l.where() {
			l.shown = shown
		}
	}
	sum := l.d.hash(strings.TrimSpace(secret))
	path := l.path(secret)
	for i := range l.found {
		if e := &l.found[i]; e.Print == sum && within(e.Path, path) {
			if f.sure && !e.Sure {
				e.Rule, e.What, e.Sure = f.rule, f.what, true
			}
			return
		}
	}
	encoding := strings.Join(l.encoding, "+")
	if f.by != "" {
		if encoding != "" {
			encoding += "+"
		}
		encoding += f.by
	}
	l.found = append(l.found, model.Exposure{
		Rule: f.rule, What: f.what, Path: path, Name: strings.Clone(l.d.safe(name, secret)), Container: l.container, Encoding: encoding,
		Length: len(secret), Entropy: int(entropy(secret)*10 + 0.5), Sure: f.sure, Print: sum,
	})
}

// within tells whether one path is another, or leads further into what stands there: what a line has is told where in its structure it is.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || strings.IndexByte(".[:", rest[0]) >= 0)
}

// result gives what was found in the value. The prints of what is too short for one are needed no longer.
func (l *look) result(name, value string) []model.Exposure {
	for i := range l.found {
		e := &l.found[i]
		if e.Length < shortestPrint {
			e.Print = 0
		}
		if rest, ok := strings.CutPrefix(e.Path, l.base); ok && l.shown != "" {
			e.Path = l.shown + rest
		}
	}
	if l.over {
		l.found = append(l.found, model.Exposure{
			Rule: "more", What: fmt.Sprintf("more than %d credentials, of which no more are listed", most),
			Path: l.where(), Name: strings.Clone(l.d.safe(name, "")), Container: l.container, Length: len(value),
		})
	}
	return l.found
}

// where is the base as it may be told.
func (l *look) where() string {
	if l.shown != "" {
		return l.shown
	}
	return l.base
}

// path writes where the look is.
func (l *look) path(secret string) string {
	b := []byte(l.base)
	for _, s := range l.steps {
		switch s.kind {
		case aKey:
			b = appendKey(b, l.d.safe(s.key, secret))
		case anItem:
			b = append(b, '[')
			b = strconv.AppendInt(b, int64(s.n), 10)
			b = append(b, ']')
		case aLine:
			b = append(b, ':')
			b = strconv.AppendInt(b, int64(s.n), 10)
		}
	}
	return string(b)
}

// appendKey writes a key as the paths of records do: in brackets where it could be taken for more than one step.
func appendKey(b []byte, key string) []byte {
	for i := range len(key) {
		if c := key[i]; !wordByte(c) && c != '-' {
			return append(append(append(b, '['), key...), ']')
		}
	}
	if len(b) > 0 {
		b = append(b, '.')
	}
	return append(b, key...)
}

const (
	// longestName is the most of a name that is told.
	longestName = 120
	// window is how much of a credential a name may not have in common with it. Names and values share words, such as password.
	window = 12
)

// safe gives a name that holds no credential: names are keys that somebody else has written, and a credential may well be one.
func (d *Detector) safe(name, secret string) string {
	if name == "" {
		return ""
	}
	more := ""
	if len(name) > longestName {
		name, more = strings.ToValidUTF8(name[:longestName], ""), "…"
	}
	x := text{s: name}
	if len(name) >= window {
		x.hits = d.words.scan(name)
	}
	if echoes(name, secret) || d.telltale(name, &x) {
		return record.Hidden
	}
	return name + more
}

// echoes tells whether a name holds a credential, or a part of it that is no word. A password that is the name of passwords tells
// nothing.
func echoes(name, secret string) bool {
	if len(secret) >= shortest && strings.Contains(name, secret) && (secret != strings.ToLower(name) || nameOf(name).kind == none) {
		return true
	}
	for i := 0; i+window <= len(name) && len(secret) >= window; i++ {
		if strings.Contains(secret, name[i:i+window]) {
			return true
		}
	}
	return false
}

// telltale tells of a name which looks by itself as if a credential were in it.
func (d *Detector) telltale(name string, x *text) bool {
	if len(name) < window {
		return false
	}
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r < utf8.RuneSelf && !letter(byte(r)) && !digit(byte(r)) }) {
		if len(part) >= 20 && random(part, 20) {
			return true
		}
	}
	return len(d.matches(x, 0, len(name))) > 0
}
