package node

import (
	"cmp"
	"strings"
)

// rank is the numbers of a version, in order, by which the older of two is told.
type rank struct {
	part [8]int64
	n    int
}

// rankOf reads the numbers at the start of a text, up to the first letter after one, or a bracket: 6.8.0-94-generic is 6, 8, 0, 94. Letters
// before the first number are passed over. What is longer than any such number is cut off.
func rankOf(text string) rank {
	var r rank
	inside := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			if !inside {
				if r.n == len(r.part) {
					return r
				}
				r.n++
				inside = true
			}
			if p := &r.part[r.n-1]; *p < 1<<40 {
				*p = *p*10 + int64(c-'0')
			}
		case r.n > 0 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '(' || c == '_'):
			// A word after the numbers says of what build it is; 553.el8 has no further part. But 15 SP6 has.
			if !strings.HasPrefix(text[i:], "SP") {
				return r
			}
			i++
			inside = false
		default:
			inside = false
		}
	}
	return r
}

func (r rank) compare(o rank) int {
	for i := range max(r.n, o.n) {
		if c := cmp.Compare(r.part[i], o.part[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(r.n, o.n)
}

// lead is what stands before the first digit of a text.
func lead(text string) string {
	if i := strings.IndexAny(text, "0123456789"); i >= 0 {
		return text[:i]
	}
	return text
}

func notLetter(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }
