package table

import (
	"strings"
	"unicode"
)

// words splits the text of a filter at blanks, those between quotes aside. The quotes stay in the words, for what is
// between them means nothing but itself. A quote that is not closed yet reaches to the end.
func words(text string) []string {
	var out []string
	for _, w := range split(text, unicode.IsSpace) {
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

// split cuts text where a character separates that is not between quotes. A backslash before a quote takes its meaning
// away.
func split(text string, separates func(rune) bool) []string {
	var out []string
	quoted, escaped, start := false, false, 0
	for i, c := range text {
		switch {
		case c == '"' && !escaped:
			quoted = !quoted
		case !quoted && separates(c):
			out = append(out, text[start:i])
			start = i + len(string(c))
		}
		escaped = c == '\\'
	}
	return append(out, text[start:])
}

// unquote takes the quotes away that have a meaning.
func unquote(word string) string {
	if !strings.Contains(word, `"`) {
		return word
	}
	b := make([]byte, 0, len(word))
	for i := range len(word) {
		switch {
		case word[i] == '"' && i > 0 && word[i-1] == '\\':
			b[len(b)-1] = '"'
		case word[i] != '"':
			b = append(b, word[i])
		}
	}
	return string(b)
}

// key gives what stands before the first colon of a word, in lower case, and what stands after it. A word that begins
// with a quote or is a regular expression has no key.
func key(word string) (name, value string, ok bool) {
	if strings.HasPrefix(word, `"`) || strings.HasPrefix(word, "~") {
		return "", "", false
	}
	name, value, ok = strings.Cut(word, ":")
	return strings.ToLower(name), value, ok && !strings.Contains(name, `"`)
}

// indexFold finds a lower-case word in a text without making a lower-case copy of every cell of every row; -1 where it
// is not. A word beyond ASCII is worth the copy.
func indexFold(text, word string) int {
	if !ascii(word) {
		low := strings.ToLower(text)
		i := strings.Index(low, word)
		if i >= 0 && len(low) != len(text) {
			// Places in the copy are not those in the text. All of the text stands for the word.
			return 0
		}
		return i
	}
	if word == "" {
		return 0
	}
	first := word[0]
	for i := 0; i+len(word) <= len(text); i++ {
		if lower(text[i]) != first {
			continue
		}
		j := 1
		for j < len(word) && lower(text[i+j]) == word[j] {
			j++
		}
		if j == len(word) {
			return i
		}
	}
	return -1
}

// hasPrefixFold tells that a text begins with a word in lower case.
func hasPrefixFold(text, word string) bool {
	if !ascii(word) {
		return strings.HasPrefix(strings.ToLower(text), word)
	}
	if len(text) < len(word) {
		return false
	}
	for i := range len(word) {
		if lower(text[i]) != word[i] {
			return false
		}
	}
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
