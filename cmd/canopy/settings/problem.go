package settings

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problem is something in the file that cannot hold and was ignored. All text in it can be shown as it is.
type Problem struct {
	File string `json:"file"`
	// Line counts from 1; 0 is the file as a whole.
	Line int `json:"line"`
	// Setting names what is wrong, such as contexts.prod.theme; empty where it is the file.
	Setting string `json:"setting"`
	// Text says what is wrong with it and what is allowed.
	Text string `json:"text"`
}

// String gives the problem as one line.
func (p Problem) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
	}
	if p.Setting != "" {
		s += ": " + p.Setting
	}
	return s + ": " + p.Text
}

// maxQuote is how much of a value is quoted, in characters.
const maxQuote = 60

// quote quotes what stands in the file, so that nothing in it acts on a terminal.
func quote(s string) string {
	n := 0
	for i := range s {
		if n == maxQuote {
			return strconv.Quote(s[:i]) + "..."
		}
		n++
	}
	return strconv.Quote(s)
}

// printable takes out of a message what could act on a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// join gives the path of a setting inside another.
func join(at, name string) string {
	odd := strings.ContainsFunc(name, func(r rune) bool {
		return r >= utf8.RuneSelf || r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if odd || name == "" || len(name) > maxQuote {
		name = quote(name)
	}
	if at == "" {
		return name
	}
	return at + "." + name
}

// either lists alternatives: "a, b or c".
func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// most is how many names a problem lists. Of more the schema tells.
const most = 16

// choices says which names are allowed, and which one was probably meant.
func choices(name string, allowed []string) string {
	s := ""
	switch {
	case len(allowed) == 0:
		s = "; there are none in this version"
	case len(allowed) <= most:
		s = "; want " + either(allowed)
	}
	if meant := nearest(name, allowed); meant != "" {
		return s + fmt.Sprintf("; did you mean %s?", meant)
	}
	if len(allowed) > most {
		s = "; canopy info --schema lists what is allowed"
	}
	return s
}
