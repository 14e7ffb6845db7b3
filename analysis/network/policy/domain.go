package policy

import "strings"

// domain tells whether a text is what the API takes for a domain name: labels of letters, digits, - and _ with dots
// between, at least two, and * for the first ones.
func domain(name string) bool {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "*."), ".")
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if l == "" || strings.IndexFunc(l, func(c rune) bool { return !letter(c) && c != '-' && c != '_' }) >= 0 {
			return false
		}
	}
	return len(labels) > 1
}

func letter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' }
