package splice

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"

	"go.yaml.in/yaml/v3"

	"canopy/analysis/manifest"
)

// quotes is how the neighbours of something new are quoted: 0 for not at all.
type quotes struct{ key, text yaml.Style }

// quotes looks at what a node holds.
func (e *editor) quotes(n *node) quotes {
	if e.json {
		return quotes{yaml.DoubleQuotedStyle, yaml.DoubleQuotedStyle}
	}
	var q quotes
	keys, texts := 0, 0
	for _, en := range n.entries {
		if en.key != nil && !en.merge {
			q.key = common(q.key, en.key.style, keys)
			keys++
		}
		if v := en.value; v.shape == scalar && v.val.kind == text && v.style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
			q.text = common(q.text, v.style, texts)
			texts++
		}
	}
	switch {
	case texts == 0 && n.flow:
		q.text = q.key
	case texts < 2 && n.shape == mapping && !n.flow:
		// One alone may be quoted because it has to be.
		q.text = 0
	}
	return q
}

// common is the style of all that were seen, 0 where they differ.
func common(so, style yaml.Style, seen int) yaml.Style {
	style &= yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle
	if seen == 0 || so == style {
		return style
	}
	return 0
}

// scalar writes what has nothing in it, on one line.
func (e *editor) scalar(v *value, style yaml.Style, flow bool) string {
	switch v.kind {
	case null:
		return "null"
	case boolean, number:
		return v.text
	case list:
		return "[]"
	case object:
		return "{}"
	}
	switch {
	case e.json:
		return double(v.text, true)
	case style&yaml.SingleQuotedStyle != 0 && readable(v.text) && !strings.ContainsAny(v.text, "\n\t"):
		return "'" + strings.ReplaceAll(v.text, "'", "''") + "'"
	case style == 0 && plain(v.text, flow):
		return v.text
	}
	return double(v.text, false)
}

func (e *editor) keyText(key string, style yaml.Style, flow bool) string {
	return e.scalar(&value{kind: text, text: key}, style, flow)
}

// double writes a text in double quotes. What a terminal would act on stands as an escape.
func double(s string, json bool) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case manifest.Safe(r):
			b.WriteRune(r)
		case r > 0xffff && json:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// plain tells that a text needs no quotes: that every reader of any version of YAML takes it for a text, and for this one.
func plain(s string, flow bool) bool {
	if s == "" || strings.TrimSpace(s) != s || !readable(s) || strings.ContainsAny(s, "\n\t") {
		return false
	}
	if strings.ContainsRune(",[]{}#&*!|>'\"%@`", rune(s[0])) || strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") {
		return false
	}
	if strings.ContainsRune("-?:", rune(s[0])) && (len(s) == 1 || s[1] == ' ' || flow) {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") {
		return false
	}
	if flow && strings.ContainsAny(s, ",[]{}:?") {
		return false
	}
	return !ambiguous(s)
}

// sixty are the numbers of YAML 1.1 to the base of sixty: 12:30:00.
const sixty = `^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`

// ambiguous tells that a bare text is, for some reader, something else: a number, a date, a boolean, null, a merge key.
func ambiguous(s string) bool {
	if _, ok := oldBool(s); ok || s == "=" || s == "<<" {
		return true
	}
	if n := (&yaml.Node{Kind: yaml.ScalarNode, Value: s}); n.ShortTag() != "!!str" {
		return true
	}
	if c := s[0]; (c == '+' || c == '-' || c >= '0' && c <= '9') && strings.Contains(s, ":") {
		return regexp.MustCompile(sixty).MatchString(s)
	}
	return false
}
