package text

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width is the number of cells of cleaned text.
func Width(s string) int {
	if plain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// appendCut appends s, cleaned and cut to width, and tells its width.
func (c Charset) appendCut(b []byte, s string, width int) ([]byte, int) {
	if width <= 0 {
		return b, 0
	}
	if len(s) <= width {
		if plain(s) {
			return append(b, s...), len(s)
		}
	} else if plain(s[:width+1]) {
		// One more than fits: whatever follows, this is cut.
		return append(append(b, s[:width-1]...), c.Ellipsis()...), width
	}
	s, short := bound(s, width)
	clean := c.clean(s)
	if w := ansi.StringWidth(string(clean)); w <= width && !short {
		return append(b, clean...), w
	}
	w := 0
	for len(clean) > 0 {
		cluster, cw := ansi.FirstGraphemeCluster(clean, ansi.GraphemeWidth)
		if w+cw > width-1 {
			break
		}
		b, w, clean = append(b, cluster...), w+cw, clean[len(cluster):]
	}
	return append(b, c.Ellipsis()...), w + 1
}

// bound keeps as many bytes as can matter for width cells: every cell holds a character with its marks, and some room
// is left for sequences that are taken out. It tells whether it left some out.
func bound(s string, width int) (string, bool) {
	limit := width*(1+maxMarks)*utf8.UTFMax + 1024
	if len(s) <= limit {
		return s, false
	}
	for end := limit; end > limit-utf8.UTFMax; end-- {
		if utf8.RuneStart(s[end]) {
			return s[:end], true
		}
	}
	return s[:limit], true
}
