package policy

import (
	"slices"
	"strconv"
)

// Key writes the selector so that two have the same key only if they are the same, whatever their labels hold: every
// string stands behind its length. Selectors that select nothing are all the same.
func (s *Selector) Key() string {
	if s.Nothing {
		return "-"
	}
	var b []byte
	if s.Namespace != "" {
		b = appendText(append(b, 'n'), s.Namespace)
	} else {
		b = s.Namespaces.appendKey(append(b, 's'))
	}
	return string(s.Pods.appendKey(b))
}

// Keys gives the keys of labels that the selector looks at, of namespaces and of pods, each sorted and once.
func (s *Selector) Keys() (namespaces, pods []string) {
	if s.Nothing {
		return nil, nil
	}
	if s.Namespace == "" {
		namespaces = s.Namespaces.Keys()
	}
	return namespaces, s.Pods.Keys()
}

// Key writes the requirements so that two have the same key only if they are the same.
func (rs Requirements) Key() string { return string(rs.appendKey(nil)) }

// Keys gives the keys of labels that they look at, sorted and each once.
func (rs Requirements) Keys() []string {
	keys := make([]string, 0, len(rs))
	for i := range rs {
		keys = append(keys, rs[i].Key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (rs Requirements) appendKey(b []byte) []byte {
	b = appendNumber(b, len(rs))
	for i := range rs {
		b = appendNumber(appendText(b, rs[i].Key), int(rs[i].Operator))
		b = appendNumber(b, len(rs[i].Values))
		for _, v := range rs[i].Values {
			b = appendText(b, v)
		}
	}
	return b
}

func appendNumber(b []byte, n int) []byte { return append(strconv.AppendInt(b, int64(n), 10), ':') }

func appendText(b []byte, s string) []byte { return append(appendNumber(b, len(s)), s...) }
