package output

import (
	"strconv"
	"strings"
	"unicode"

	"canopy/ui/text"
)

// Word gives a name of a cluster as it is where it is one word, and else in quotes: names of roles, users and verbs may hold
// blanks and arrows, and must not read as something else in the middle of a line.
func Word(s string) string {
	if s == "" || strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._:/*@+=~", r)
	}) {
		return strconv.Quote(s)
	}
	return s
}

// distinct gives the name or the id of an object as it is, and in quotes where something in it cannot be shown: what differs is to look
// different. Names of roles and bindings may hold nearly anything.
func distinct(s string) string {
	if text.Clean(s) != s || strings.HasPrefix(s, `"`) {
		return strconv.Quote(s)
	}
	return s
}

// words gives names, joined by blanks.
func words(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = Word(s)
	}
	return strings.Join(out, " ")
}
