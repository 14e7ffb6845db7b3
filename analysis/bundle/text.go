package bundle

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"canopy/analysis/manifest"
)

// longest is how many characters of one text are written.
const longest = 1000

// line makes a text one line of bounded length, cleaned.
func line(s string) string {
	if s = clean(s); utf8.RuneCountInString(s) > longest {
		s = string([]rune(s)[:longest-1]) + "…"
	}
	return s
}

// clean makes a text one line without anything that acts on a terminal or hides from a reader: control and format characters,
// marks of direction, odd spaces, bytes that are no UTF-8.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return ' '
		case !manifest.Safe(r):
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?")))
}

// comment writes a line of YAML that is a comment.
func comment(b *bytes.Buffer, text string) {
	b.WriteString(strings.TrimRight("# "+line(text), " ") + "\n")
}

// prose writes a text so that Markdown shows it and acts on nothing in it: no emphasis, link, image, heading, tag, entity, mention
// or address that a viewer would make a link of.
func prose(s string) string {
	s = line(s)
	var b strings.Builder
	for i, r := range s {
		switch {
		case strings.ContainsRune("\\`*_{}[]<>#|~&$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '@', r == ':' && strings.HasPrefix(s[i:], "://"), r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			// A backslash does not keep viewers from making a link of these.
			fmt.Fprintf(&b, "&#%d;", r)
		case i == 0 && strings.ContainsRune("-+=", r), (r == '.' || r == ')') && strings.Trim(s[:i], "0123456789") == "":
			// The beginning of a list, or the line below a heading.
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code writes a text as code within a line. In a table a bar would end the cell.
func code(s string) string {
	s = strings.ReplaceAll(line(s), "|", "¦")
	if s == "" {
		return ""
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if len(fence) == 1 && s[0] != ' ' {
		return fence + s + fence
	}
	return fence + " " + s + " " + fence
}

// block writes lines as a block of code for a shell.
func block(b *bytes.Buffer, lines []string) {
	run := 2
	for i := range lines {
		lines[i] = clean(lines[i])
		run = max(run, longestRun(lines[i]))
	}
	fence := strings.Repeat("`", run+1)
	b.WriteString(fence + "sh\n" + strings.Join(lines, "\n") + "\n" + fence + "\n")
}

// longestRun counts the backticks that stand together.
func longestRun(s string) int {
	most, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		most = max(most, run)
	}
	return most
}
