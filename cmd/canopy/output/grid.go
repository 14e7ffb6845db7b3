package output

import (
	"io"
	"slices"
	"strings"

	"canopy/ui/text"
)

// minColumn is the least that a column is cut to, so that something of it can still be read.
const minColumn = 12

// maxColumn is the most cells that a column takes where nothing else limits it: else one name of a megabyte would make
// every row as wide.
const maxColumn = 400

// Grid is a table of text for people: columns as wide as what stands in them, cut where a line would not fit.
type Grid struct {
	Titles []string
	Rows   [][]string
	// Fold breaks the last column into lines where it would have to be cut.
	Fold bool
	// Whole keeps the last column from being cut to fit a line: half an id is none.
	Whole bool
	// Above and Below are lines of text before and after the table.
	Above, Below []string
}

// Add adds a row with a cell per title.
func (g *Grid) Add(cells ...string) { g.Rows = append(g.Rows, cells) }

// Write writes the grid with every cell cleaned.
func (g *Grid) Write(w io.Writer, style Style) error {
	widths := make([]int, len(g.Titles))
	for i, t := range g.Titles {
		widths[i] = len(t)
	}
	clean := make([][]string, len(g.Rows))
	for i, row := range g.Rows {
		clean[i] = make([]string, len(row))
		for j, cell := range row {
			if g.Fold && j == len(row)-1 {
				clean[i][j] = style.Charset.Clean(cell)
			} else {
				clean[i][j] = style.Charset.Cut(cell, maxColumn)
			}
			widths[j] = max(widths[j], text.Width(clean[i][j]))
		}
	}
	if style.Width > 0 {
		cut := widths
		if g.Whole {
			cut = widths[:len(widths)-1]
		}
		shrink(cut, style.Width-2*(len(cut)-1))
	}
	if g.Fold {
		clean = fold(clean, widths[len(widths)-1])
	}
	var b strings.Builder
	for _, line := range g.Above {
		b.WriteString(style.Charset.Cut(line, maxLine) + "\n")
	}
	if len(g.Above) > 0 {
		b.WriteByte('\n')
	}
	for _, row := range append([][]string{g.Titles}, clean...) {
		var line strings.Builder
		for j, cell := range row {
			if j > 0 {
				line.WriteString("  ")
			}
			line.WriteString(style.Charset.Fit(cell, widths[j]))
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	for i, line := range g.Below {
		if i == 0 {
			b.WriteByte('\n')
		}
		b.WriteString(style.Charset.Cut(line, maxLine) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// shrink takes from the widest columns, one cell at a time, until all fit or none can give any more.
func shrink(widths []int, room int) {
	total := 0
	for _, w := range widths {
		total += w
	}
	for ; total > room; total-- {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] <= minColumn {
			return
		}
		widths[widest]--
	}
}

// fold breaks the last cell of each row at its spaces into rows of their own.
func fold(rows [][]string, width int) [][]string {
	var out [][]string
	for _, row := range rows {
		last := len(row) - 1
		for i, line := range lines(row[last], width) {
			part := make([]string, len(row))
			if i == 0 {
				copy(part, row)
			}
			part[last] = line
			out = append(out, part)
		}
	}
	return out
}

func lines(s string, width int) []string {
	var out []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		switch {
		case line == "":
			line = word
		case text.Width(line)+1+text.Width(word) <= width:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
	}
	return append(out, line)
}
