package table

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// op says how a value is compared.
type op uint8

const (
	// contains means for a field that it begins with the value.
	contains op = iota
	matches
	equals
	less
	atMost
	more
	atLeast
)

// value is one thing that a word of a filter asks for.
type value struct {
	op op
	// text is in lower case.
	text string
	// pattern is set for matches, rank for the orders.
	pattern *regexp.Regexp
	rank    int
}

// alternatives splits "shop,data". A regular expression may have commas of its own, so it is the last.
func alternatives(text string) []string {
	parts := split(text, func(c rune) bool { return c == ',' })
	n := 0
	for i, p := range parts {
		if strings.HasPrefix(p, "~") {
			return append(parts[:i:i], text[n:])
		}
		n += len(p) + 1
	}
	return parts
}

// newValue reads one value. Only a field can be compared; order is nil where it has none.
func newValue(text string, field bool, order func(string) (int, bool)) (value, error) {
	var v value
	if rest, ok := strings.CutPrefix(text, "~"); ok {
		return newPattern(unquote(rest))
	}
	sign := ""
	if field {
		v.op, sign = operator(text)
		text = text[len(sign):]
	}
	v.text = strings.ToLower(unquote(text))
	if v.op < less || v.text == "" {
		return v, nil
	}
	if order == nil {
		return v, errors.New("this has no order, " + sign + " cannot be asked")
	}
	var ok bool
	if v.rank, ok = order(v.text); !ok {
		return v, errors.New("there is no " + v.text + " in its order")
	}
	return v, nil
}

func newPattern(text string) (value, error) {
	v := value{op: matches, text: text}
	if text == "" {
		return v, nil
	}
	var err error
	if v.pattern, err = regexp.Compile("(?i)" + text); err != nil {
		var e *syntax.Error
		if errors.As(err, &e) {
			// The expression itself stands before this already.
			err = errors.New(e.Code.String())
		}
	}
	return v, err
}

func operator(text string) (op, string) {
	for _, c := range []struct {
		sign string
		op   op
	}{{">=", atLeast}, {"<=", atMost}, {">", more}, {"<", less}, {"=", equals}} {
		if strings.HasPrefix(text, c.sign) {
			return c.op, c.sign
		}
	}
	return contains, ""
}

// within tells that the text of a cell holds the value.
func (v *value) within(text string) bool {
	if v.op == matches {
		return v.pattern.MatchString(text)
	}
	return indexFold(text, v.text) >= 0
}

// fits tells that the text of a field is what the value asks for.
func (v *value) fits(text string, order func(string) (int, bool)) bool {
	switch v.op {
	case contains:
		return hasPrefixFold(text, v.text)
	case matches:
		return v.pattern.MatchString(text)
	case equals:
		return strings.EqualFold(text, v.text)
	}
	rank, ok := order(text)
	switch {
	case !ok:
		return false
	case v.op == less:
		return rank < v.rank
	case v.op == atMost:
		return rank <= v.rank
	case v.op == more:
		return rank > v.rank
	}
	return rank >= v.rank
}
