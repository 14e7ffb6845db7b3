package signature

import "strings"

// maxGlob bounds the patterns that are compared, as no reference to an image, and no name, is longer.
const maxGlob = 2048

// glob compares a text with a pattern, in time that grows with the product of their lengths whatever they are. Stars stand for any
// text; with parts set a single one stands for text without a slash, two for any. A question mark stands for one character, but with
// parts set for itself.
func glob(pattern, s string, parts bool) bool {
	if len(pattern) > maxGlob || len(s) > maxGlob {
		return false
	}
	// before tells of each beginning of the text whether what was read of the pattern matches it.
	before, after := make([]bool, len(s)+1), make([]bool, len(s)+1)
	before[0] = true
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch c {
		case '*':
			deep := !parts
			if i+1 < len(pattern) && pattern[i+1] == '*' {
				deep = true
				i++
			}
			after[0] = before[0]
			for j := range len(s) {
				after[j+1] = before[j+1] || after[j] && (deep || s[j] != '/')
			}
		default:
			after[0] = false
			for j := range len(s) {
				after[j+1] = before[j] && (s[j] == c || c == '?' && !parts)
			}
		}
		before, after = after, before
	}
	return before[len(s)]
}

// matches compares a text with patterns as Kyverno and Gatekeeper write them.
func matches(patterns []string, s string) bool {
	for _, p := range patterns {
		if glob(p, s, false) {
			return true
		}
	}
	return false
}

// all tells that one of the patterns takes in everything.
func all(patterns []string) bool {
	for _, p := range patterns {
		if p != "" && strings.Trim(p, "*") == "" {
			return true
		}
	}
	return false
}
