package admission

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"canopy/analysis/manifest"
)

// quote writes a text as a string of CEL. Names come from the cluster, so whatever could end the string, or act on a
// terminal, is escaped.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		switch {
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == utf8.RuneError || r == '\n' || r == '\t' || !manifest.Safe(r):
			if r > 0xffff {
				fmt.Fprintf(&b, `\U%08X`, r)
			} else {
				fmt.Fprintf(&b, `\u%04X`, r)
			}
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// list writes texts as a list of CEL.
func list(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// isOneOf tests whether an expression is one of some texts.
func isOneOf(what string, words ...string) string {
	if len(words) == 1 {
		return what + " == " + quote(words[0])
	}
	return what + " in " + list(words...)
}

// anyOf joins conditions of which one is enough; allOf those that are all needed. No condition gives what that comes to.
func anyOf(conditions ...string) string { return joined(conditions, " || ", "false") }

func allOf(conditions ...string) string { return joined(conditions, " && ", "true") }

// joined leaves out what changes nothing: none is what no condition at all comes to.
func joined(conditions []string, operator, none string) string {
	conditions = slices.DeleteFunc(slices.Clone(conditions), func(c string) bool { return c == none })
	switch len(conditions) {
	case 0:
		return none
	case 1:
		return conditions[0]
	}
	parts := make([]string, len(conditions))
	for i, c := range conditions {
		parts[i] = "(" + c + ")"
	}
	return strings.Join(parts, operator)
}

// when gives a list with one text where a condition holds, else an empty one.
func when(condition, text string) string {
	return "(" + condition + " ? [" + quote(text) + "] : [])"
}

// together joins lists.
func together(lists ...string) string {
	if len(lists) == 0 {
		return "[]"
	}
	return strings.Join(lists, " +\n")
}
