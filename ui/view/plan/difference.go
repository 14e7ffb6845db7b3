package plan

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"

	"canopy/ui/view"
)

// around is how many lines around a change are shown.
const around = 3

// row is a line of a difference: how it is and how it would be. A line that only comes or goes has one side, and a gap none.
type row struct {
	kind     kind
	old, now []piece
}

// kind is what becomes of a line.
type kind uint8

const (
	same kind = iota
	changed
	removed
	added
	gap
)

// piece is a stretch of a line. Changed tells that the other side has something else there.
type piece struct {
	text    string
	changed bool
}

func whole(line string) []piece { return []piece{{text: line}} }

// compare gives the difference between two texts, with a few lines around what changes. It is not clean.
func compare(before, after string) ([]row, error) {
	unified, err := udiff.ToUnifiedDiff("", "", before, udiff.Lines(before, after), around)
	if err != nil {
		return nil, err
	}
	var rows []row
	var gone, come []string
	flush := func() {
		rows = append(rows, align(gone, come)...)
		gone, come = nil, nil
	}
	for i, h := range unified.Hunks {
		if i > 0 {
			rows = append(rows, row{kind: gap})
		}
		for _, l := range h.Lines {
			text := bound(strings.TrimRight(l.Content, "\n"))
			switch l.Kind {
			case udiff.Delete:
				gone = append(gone, text)
			case udiff.Insert:
				come = append(come, text)
			default:
				flush()
				rows = append(rows, row{same, whole(text), whole(text)})
			}
		}
		flush()
	}
	return rows, nil
}

// longest is the number of bytes of a line that are drawn.
const longest = 2000

func bound(line string) string {
	if len(line) <= longest {
		return line
	}
	return strings.ToValidUTF8(line[:longest], "") + " ... (" + view.Count(len(line), "byte") + ", not all shown)"
}

// pairable bounds the work of finding which line took the place of which.
const pairable = 1 << 14

// align puts lines that go beside those that take their places.
func align(gone, come []string) []row {
	var rows []row
	i, j := 0, 0
	for _, p := range pairs(gone, come) {
		rows = alone(rows, gone[i:p[0]], come[j:p[1]])
		old, now := words(gone[p[0]], come[p[1]])
		rows = append(rows, row{changed, old, now})
		i, j = p[0]+1, p[1]+1
	}
	return alone(rows, gone[i:], come[j:])
}

// alone adds lines that have nothing beside them.
func alone(rows []row, gone, come []string) []row {
	for _, l := range gone {
		rows = append(rows, row{kind: removed, old: whole(l)})
	}
	for _, l := range come {
		rows = append(rows, row{kind: added, now: whole(l)})
	}
	return rows
}

// pairs finds, in order, which line took the place of which: those that are the most alike. Beyond a bound none is sought.
func pairs(gone, come []string) [][2]int {
	n, m := len(gone), len(come)
	if n == 0 || m == 0 || n*m > pairable {
		return nil
	}
	// best[i][j] is what the lines from i and j on come to.
	best := make([][]float64, n+1)
	for i := range best {
		best[i] = make([]float64, m+1)
	}
	alike := func(i, j int) float64 { return likeness(gone[i], come[j]) }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if l := alike(i, j); l > 0 {
				best[i][j] = max(best[i][j], l+best[i+1][j+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch l := alike(i, j); {
		case l > 0 && best[i][j] == l+best[i+1][j+1]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
	return out
}

// likeness is how much of two lines is the same, from 0 to 2; 0 where one cannot stand for the other. A line of YAML stands for
// one with its key, at its place.
func likeness(a, b string) float64 {
	if indent(a) != indent(b) {
		return 0
	}
	head, tail := common(a, b)
	share := float64(2*(head+tail)) / float64(len(a)+len(b))
	if key, _, ok := strings.Cut(a, ":"); ok && strings.HasPrefix(b, key+":") {
		return 1 + share
	}
	if share < 0.6 {
		return 0
	}
	return share
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// common is the number of bytes that two lines have in common at the beginning and, of the rest, at the end.
func common(a, b string) (head, tail int) {
	short := min(len(a), len(b))
	for head < short && a[head] == b[head] {
		head++
	}
	for tail < short-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return head, tail
}

// words marks what differs between two lines, in whole words.
func words(a, b string) (old, now []piece) {
	head, tail := common(a, b)
	for head > 0 && (inWord(a, head) || inWord(b, head)) {
		head--
	}
	for tail > 0 && (inWord(a, len(a)-tail) || inWord(b, len(b)-tail)) {
		tail--
	}
	return pieces(a, head, tail), pieces(b, head, tail)
}

// inWord tells that a place in a line is not the end of a word, nor of a character.
func inWord(s string, at int) bool {
	if at <= 0 || at >= len(s) {
		return false
	}
	if !utf8.RuneStart(s[at]) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(s[:at])
	after, _ := utf8.DecodeRuneInString(s[at:])
	return letter(before) && letter(after)
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func pieces(s string, head, tail int) []piece {
	var out []piece
	for _, p := range []piece{{s[:head], false}, {s[head : len(s)-tail], true}, {s[len(s)-tail:], false}} {
		if p.text != "" {
			out = append(out, p)
		}
	}
	return out
}
