package network

import (
	"fmt"
	"strings"

	"canopy/analysis/network/port"
	"canopy/ui/text"
)

// sieve is a filter of the matrix, as it is typed: names:  from:shop to:db ns:shop,data !kube port:5432
type sieve struct {
	terms []term
	// ports are the connections that count; nil is all. words writes them as they were typed.
	ports *port.Set
	words string
	// problem says what is wrong; "" for nothing.
	problem string
}

// term is one condition on names.
type term struct {
	from, to, not bool
	any           []string
}

// newSieve reads a filter. What it does not understand it leaves out, and says so.
func newSieve(typed string) sieve {
	var s sieve
	for _, word := range strings.Fields(strings.ToLower(typed)) {
		t := term{from: true, to: true}
		word, t.not = strings.CutPrefix(word, "!")
		field, value, ok := strings.Cut(word, ":")
		if !ok {
			field, value = "ns", word
		}
		switch field {
		case "ns", "namespace":
		case "from":
			t.to = false
		case "to":
			t.from = false
		case "port", "ports":
			set, err := parsePorts(value)
			if err != nil {
				s.problem = err.Error()
				continue
			}
			if s.words = value; value != "" {
				s.ports = &set
			}
			continue
		default:
			s.problem = fmt.Sprintf("there is no %s: here; from: to: ns: port:", text.Clean(field))
			continue
		}
		for v := range strings.SplitSeq(value, ",") {
			if v != "" {
				t.any = append(t.any, v)
			}
		}
		if len(t.any) > 0 {
			s.terms = append(s.terms, t)
		}
	}
	return s
}

// passes tells whether a name stays among those that connections come from, or go to.
func (s *sieve) passes(name string, from bool) bool {
	for i := range s.terms {
		t := &s.terms[i]
		if from && !t.from || !from && !t.to {
			continue
		}
		if t.holds(name) == t.not {
			return false
		}
	}
	return true
}

// holds tells whether a name has one of the values in it; =shop is the whole name.
func (t *term) holds(name string) bool {
	name = strings.ToLower(name)
	for _, v := range t.any {
		if whole, exact := strings.CutPrefix(v, "="); exact && name == whole || !exact && strings.Contains(name, v) {
			return true
		}
	}
	return false
}

// withPorts gives the filter with other ports; "" counts all.
func withPorts(typed, ports string) string {
	var words []string
	for _, w := range strings.Fields(typed) {
		if low := strings.ToLower(w); !strings.HasPrefix(low, "port:") && !strings.HasPrefix(low, "ports:") {
			words = append(words, w)
		}
	}
	if ports != "" {
		words = append(words, "port:"+strings.ReplaceAll(ports, " ", ""))
	}
	return strings.Join(words, " ")
}
