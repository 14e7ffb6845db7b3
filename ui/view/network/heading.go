package network

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"canopy/ui/text"
)

// shorten cuts a name in its middle: namespaces of one family begin alike, and tell apart by their ends.
func (s *Screen) shorten(name string, width int) string {
	return join(short(s.shared.Clean(name), s.shared.Glyphs.Charset.Ellipsis(), width))
}

// columnNames writes the names of columns, each in as many lines as the head has, the last line full. A beginning that all
// have is left out where there is no room for the whole.
func (s *Screen) columnNames(columns []int) [][]string {
	wide, lines := s.lay.pitch-1, s.lay.head
	names := make([][]string, len(columns))
	longest := 0
	for i, c := range columns {
		names[i] = split(s.shared.Clean(nameOf(s.order.columns[c])))
		if c > 0 {
			longest = max(longest, len(names[i]))
		}
	}
	common := 0
	if longest > wide*lines && len(columns) > 2 {
		common = alike(names[1:])
	}
	ellipsis := s.shared.Glyphs.Charset.Ellipsis()
	for i, c := range columns {
		letters := names[i]
		if c > 0 && common > 1 {
			letters = append([]string{ellipsis}, letters[common:]...)
		}
		names[i] = fold(shortLetters(letters, ellipsis, wide*lines), wide, lines)
	}
	return names
}

// alike is how many letters names begin with that all of them have; one is left to each.
func alike(names [][]string) int {
	n := len(names[0]) - 1
	for _, name := range names[1:] {
		n = min(n, len(name)-1)
		for i := range n {
			if name[i] != names[0][i] {
				n = i
				break
			}
		}
	}
	return max(0, n)
}

// fold breaks letters into lines no wider than that, the last of which stands lowest. A line ends after a hyphen where the rest
// has room.
func fold(letters []string, wide, lines int) []string {
	out := make([]string, lines)
	for y := 0; y < lines && len(letters) > 0; y++ {
		n, cells := 0, 0
		for n < len(letters) && cells+text.Width(letters[n]) <= max(wide, 1) {
			cells += text.Width(letters[n])
			n++
		}
		if n == 0 {
			// A letter of two cells in a column of one goes over the blank beside it.
			n = 1
		}
		for cut := n; n < len(letters) && cut > 1; cut-- {
			if letters[cut-1] == "-" && (len(letters)-cut) <= wide*(lines-y-1) {
				n = cut
				break
			}
		}
		out[y], letters = join(letters[:n]), letters[n:]
	}
	used := lines
	for used > 0 && out[used-1] == "" {
		used--
	}
	return append(make([]string, lines-used), out[:used]...)
}

// split takes a clean text apart into what stands in a cell, or in two.
func split(t string) []string {
	out := make([]string, 0, len(t))
	for t != "" {
		letter, _ := ansi.FirstGraphemeCluster(t, ansi.GraphemeWidth)
		if letter == "" {
			break
		}
		out = append(out, letter)
		t = t[len(letter):]
	}
	return out
}

func join(letters []string) string { return strings.Join(letters, "") }

// short leaves letters out in the middle until the rest is no wider.
func short(t, ellipsis string, width int) []string {
	letters := split(t)
	if text.Width(t) <= width {
		return letters
	}
	for n := min(len(letters), width); n > 1; n-- {
		if cut := shortLetters(letters, ellipsis, n); text.Width(join(cut)) <= width {
			return cut
		}
	}
	return []string{ellipsis}
}

// shortLetters keeps so many letters, with a mark where some are left out: a third of them from the beginning, the others from
// the end.
func shortLetters(letters []string, ellipsis string, n int) []string {
	if len(letters) <= n {
		return letters
	}
	if n < 2 {
		return letters[:n]
	}
	head := (n - 1) / 3
	if head == 0 && n > 2 {
		head = 1
	}
	tail := n - 1 - head
	out := append(make([]string, 0, n), letters[:head]...)
	return append(append(out, ellipsis), letters[len(letters)-tail:]...)
}
