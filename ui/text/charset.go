package text

import "github.com/charmbracelet/x/ansi"

// Charset says which characters the output can show. The zero value is Unicode; the functions of this package use it.
type Charset uint8

// The character sets.
const (
	Unicode Charset = iota
	// ASCII shows everything else as a question mark, for --ascii and for terminals that cannot do better.
	ASCII
)

// Ellipsis is the mark of text that was cut, one cell wide: "…", or "~" in ASCII and where the locale makes the other
// two cells wide.
func (c Charset) Ellipsis() string {
	const dots = "…"
	if c == ASCII || ansi.StringWidth(dots) != 1 {
		return "~"
	}
	return dots
}

// Clean gives s on one line with nothing in it that a terminal would act on: escape sequences, control characters,
// bidirectional controls, invisible characters and invalid UTF-8 become a question mark per run, line breaks and tabs a
// space. It returns s itself, without allocating, where s is plain ASCII. Clean(Clean(s)) equals Clean(s).
func Clean(s string) string { return Unicode.Clean(s) }

// Cut gives s cleaned, and cut with an ellipsis where it is wider than width cells. The work is bounded by the width,
// however long s is.
func Cut(s string, width int) string { return Unicode.Cut(s, width) }

// Fit gives s cleaned, cut and padded with spaces to exactly width cells.
func Fit(s string, width int) string { return Unicode.Fit(s, width) }

// Clean is the function of that name in this character set.
func (c Charset) Clean(s string) string {
	if plain(s) {
		return s
	}
	return string(c.clean(s))
}

// Cut is the function of that name in this character set.
func (c Charset) Cut(s string, width int) string {
	if len(s) <= width && plain(s) {
		return s
	}
	b, _ := c.appendCut(nil, s, width)
	return string(b)
}

// Fit is the function of that name in this character set.
func (c Charset) Fit(s string, width int) string {
	if len(s) == width && plain(s) {
		return s
	}
	return string(c.AppendFit(nil, s, width))
}

// AppendFit appends what Fit gives to b, for callers that build many cells.
func (c Charset) AppendFit(b []byte, s string, width int) []byte {
	b, w := c.appendCut(b, s, width)
	for ; w < width; w++ {
		b = append(b, ' ')
	}
	return b
}

// plain tells that s is printable ASCII, which needs no cleaning and is as wide as it is long.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
