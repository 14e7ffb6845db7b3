package output

import (
	"fmt"
	"strings"
)

const (
	// around is how many lines of a text show before and after what changes.
	around = 3
	// effort bounds how many differing lines are told apart one by one: beyond it a part counts as written anew.
	effort = 2000
)

// Diff gives the difference of two texts as patch and git apply take it; "" where there is none. An empty name is that of a file
// which is not there. Carriage returns are left out, since a terminal acts on them.
func Diff(before, after, old, now string) string { return DiffShown(before, after, old, now, old, now) }

// DiffShown is Diff where some lines are shown otherwise than they are: both texts come again, line for line, as they may be seen.
func DiffShown(before, after, old, now, oldShown, nowShown string) string {
	if old == now {
		return ""
	}
	name := func(prefix, file string) string {
		if file == "" {
			return "/dev/null"
		}
		return Word(prefix + strings.TrimPrefix(file, "/"))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", name("a/", before), name("b/", after))
	lines := compare(cutLines(old), cutLines(now))
	show(lines, cutLines(oldShown), cutLines(nowShown))
	writeHunks(&b, lines)
	return b.String()
}

// show puts the lines that may be seen in the place of those that are.
func show(lines []diffLine, old, now []string) {
	i, j := 0, 0
	for n := range lines {
		l := &lines[n]
		if l.sign == '+' {
			l.text = now[j]
		} else {
			l.text = old[i]
		}
		if l.sign != '+' {
			i++
		}
		if l.sign != '-' {
			j++
		}
	}
}

// diffLine is a line of a difference: ' ' where both have it, '-' and '+' where one has.
type diffLine struct {
	sign byte
	text string
}

// cutLines gives the lines of a text, each with its end.
func cutLines(s string) []string {
	if s == "" {
		return nil
	}
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// compare gives the lines of both texts in one list.
func compare(a, b []string) []diffLine {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []diffLine
	for _, s := range a[:head] {
		out = append(out, diffLine{' ', s})
	}
	out = append(out, shortest(a[head:len(a)-tail], b[head:len(b)-tail])...)
	for _, s := range a[len(a)-tail:] {
		out = append(out, diffLine{' ', s})
	}
	return out
}

// shortest finds the fewest lines that lead from one text to the other, by the algorithm of Myers (1986): furthest[k] is how far of a
// one gets on the diagonal k with d lines that differ.
func shortest(a, b []string) []diffLine {
	most := min(len(a)+len(b), effort)
	furthest := make([]int, 2*most+2)
	var trace [][]int
	for d := 0; d <= most; d++ {
		trace = append(trace, append([]int(nil), furthest[most-d:most+d+1]...))
		for k := -d; k <= d; k += 2 {
			x := 0
			switch {
			case d == 0:
			case k == -d || k != d && furthest[most+k-1] < furthest[most+k+1]:
				x = furthest[most+k+1]
			default:
				x = furthest[most+k-1] + 1
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			furthest[most+k] = x
			if x >= len(a) && x-k >= len(b) {
				return walk(a, b, trace, d)
			}
		}
	}
	out := make([]diffLine, 0, len(a)+len(b))
	for _, s := range a {
		out = append(out, diffLine{'-', s})
	}
	for _, s := range b {
		out = append(out, diffLine{'+', s})
	}
	return out
}

// walk goes the way back that shortest found. trace[d] is what furthest was before the round d, from the diagonal -d on.
func walk(a, b []string, trace [][]int, d int) []diffLine {
	var out []diffLine
	x, y := len(a), len(b)
	for ; d > 0; d-- {
		at := func(k int) int { return trace[d][k+d] }
		k := x - y
		before := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			before = k + 1
		}
		x0 := at(before)
		y0 := x0 - before
		for x > x0 && y > y0 {
			x, y = x-1, y-1
			out = append(out, diffLine{' ', a[x]})
		}
		if x == x0 {
			y--
			out = append(out, diffLine{'+', b[y]})
		} else {
			x--
			out = append(out, diffLine{'-', a[x]})
		}
	}
	for x > 0 {
		x--
		out = append(out, diffLine{' ', a[x]})
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// writeHunks writes the parts in which something changes, with the lines around.
func writeHunks(b *strings.Builder, lines []diffLine) {
	old, now := 1, 1
	for i := 0; i < len(lines); {
		if lines[i].sign == ' ' {
			old, now, i = old+1, now+1, i+1
			continue
		}
		from := max(0, i-around)
		to, quiet := i, 0
		for to < len(lines) && quiet <= 2*around {
			if lines[to].sign == ' ' {
				quiet++
			} else {
				quiet = 0
			}
			to++
		}
		to = min(to-max(0, quiet-around), len(lines))
		writeHunk(b, lines[from:to], old-(i-from), now-(i-from))
		for ; i < to; i++ {
			if lines[i].sign != '+' {
				old++
			}
			if lines[i].sign != '-' {
				now++
			}
		}
	}
}

func writeHunk(b *strings.Builder, lines []diffLine, old, now int) {
	was, is := 0, 0
	for _, l := range lines {
		if l.sign != '+' {
			was++
		}
		if l.sign != '-' {
			is++
		}
	}
	// A side without lines is named by the line before it.
	if was == 0 {
		old--
	}
	if is == 0 {
		now--
	}
	fmt.Fprintf(b, "@@ -%d,%d +%d,%d @@\n", old, was, now, is)
	for _, l := range lines {
		text, whole := strings.CutSuffix(l.text, "\n")
		b.WriteByte(l.sign)
		b.WriteString(strings.TrimSuffix(text, "\r") + "\n")
		if !whole {
			b.WriteString("\\ No newline at end of file\n")
		}
	}
}
