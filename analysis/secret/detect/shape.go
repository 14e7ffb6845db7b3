package detect

import (
	"math"
	"strings"
)

// entropy gives the bits for each byte, by how often each byte stands there.
func entropy(s string) float64 {
	if s == "" {
		return 0
	}
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	sum := 0.0
	for _, c := range counts {
		if c > 0 {
			sum += float64(c) * math.Log2(float64(c))
		}
	}
	n := float64(len(s))
	return math.Log2(n) - sum/n
}

// random tells whether a value looks like something that a machine has made up: one run of characters with little order in it, which are
// not words.
func random(s string, least int) bool {
	if len(s) < least {
		return false
	}
	hex := true
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c > '~' {
			return false
		}
		hex = hex && (digit(c) || 'a' <= c|0x20 && c|0x20 <= 'f')
	}
	bits := entropy(s)
	switch {
	case rising(s), uuid(s):
		return false
	case hex:
		return bits >= min(2.8, 0.75*math.Log2(float64(min(len(s), 16)))) && len(s) >= 16
	case identifier(s):
		return false
	}
	// A random text of n letters and digits has nearly log2(n) bits while it is short.
	return bits >= min(3.5, 0.8*math.Log2(float64(len(s))))
}

// identifier tells whether a value is made of words, as names of things are: web-frontend-2, my.config.map, HS256, someClassName.
func identifier(s string) bool {
	words, odd := 0, 0
	// Joined counts words that follow each other with no mark between, and span their bytes: names join words of more than a few letters.
	joined, span := 0, 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case strings.HasPrefix(s[i:], "k8s"):
			words++
			i += 3
		case letter(c):
			j := i + 1
			// A capital and small ones, or all of one case.
			for j < len(s) && letter(s[j]) && (small(s[j]) || capital(s[j]) && capital(s[j-1])) {
				j++
			}
			if j-i > 1 || j == len(s) || !letter(s[j]) && !digit(s[j]) || digit(s[j]) && numbered(s[j:]) {
				words++
			} else {
				odd++
			}
			if !spoken(s[i:j]) {
				odd += 2
			}
			joined, span = joined+1, span+j-i
			i = j
		case digit(c):
			j := i + 1
			for j < len(s) && digit(s[j]) {
				j++
			}
			// A number behind a word, or between marks; not one in the middle of a word.
			if i > 0 && letter(s[i-1]) && j < len(s) && letter(s[j]) || j-i > 8 {
				odd++
			}
			words++
			i = j
		case c == '-' || c == '_' || c == '.' || c == '/' || c == ':' || c == ',' || c == '@' || c == '*':
			if joined > 4 && span < 4*joined {
				return false
			}
			joined, span = 0, 0
			i++
		default:
			return false
		}
	}
	return odd*3 <= words && odd < 3 && (joined <= 4 || span >= 4*joined)
}

// numbered tells whether what follows a letter is a number and no more, as in v1.
func numbered(s string) bool {
	i := 0
	for i < len(s) && digit(s[i]) {
		i++
	}
	return i < 4 && (i == len(s) || !letter(s[i]))
}

// spoken tells whether letters can be spoken: no six consonants in a row, and none that is longer than words are.
func spoken(s string) bool {
	if len(s) > 24 {
		return false
	}
	run := 0
	for i := range len(s) {
		switch s[i] | 0x20 {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			run = 0
		default:
			if run++; run > 5 && len(s) > 6 {
				return false
			}
		}
	}
	return true
}

// rising tells of rows such as 0123456789abcdef, which people type.
func rising(s string) bool {
	n := 0
	for i := 1; i < len(s); i++ {
		if d := s[i] - s[i-1]; d == 1 || d == 0 || s[i] == 'a' && s[i-1] == '9' || s[i] == '0' && s[i-1] == '9' {
			n++
		}
	}
	return len(s) > 7 && n*10 >= (len(s)-1)*7
}

func uuid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !digit(c) && ('a' > c|0x20 || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
