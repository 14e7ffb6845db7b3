package output

import (
	"fmt"
	"io"
	"iter"

	"canopy/analysis/network"
	"canopy/ui/text"
)

// writeTable writes the entries for people.
func (r *Reach) writeTable(w io.Writer, style Style) error {
	s := sheet{titles: []string{"SOURCE", "DESTINATION"}, fold: style.Width > 0 && !style.Wide, above: r.summary}
	if r.Level == network.Namespaces {
		s.titles = append(s.titles, "PAIRS")
	}
	s.titles = append(s.titles, "CONNECTIONS", "VERDICT")
	if style.Wide {
		s.titles = append(s.titles, "VIA", "ASSUMPTION")
	}
	s.titles = append(s.titles, "WHY")
	return s.write(w, style, func(yield func([]string) bool) {
		var row []string
		for e := range r.Entries {
			row = append(row[:0], endWords(e.Src), endWords(e.Dst))
			if r.Level == network.Namespaces {
				row = append(row, pairWords(&e.Pairs))
			}
			row = append(row, e.Connections.String(), e.Verdict.String())
			if style.Wide {
				via := ""
				if !e.Via.IsZero() {
					via = Word(e.Via.String())
				}
				row = append(row, via, e.Assumption, allReasons(&e))
			} else {
				row = append(row, whyWords(&e))
			}
			if !yield(row) {
				return
			}
		}
	})
}

// summary says how much there is.
func (r *Reach) summary(entries int) []string {
	told := countWords(entries) + ", by " + r.Level.String()
	switch {
	case r.Denied:
	case entries == 0:
		told += ": nothing is allowed, as far as was seen; --all lists what is denied"
	default:
		told += "; what is denied is left out: --all lists it"
	}
	if !r.Outside || entries == 0 {
		return []string{told}
	}
	ways := 0
	for e := range r.Entries {
		if !e.Via.IsZero() {
			ways++
		}
	}
	words := "none of them leads in by a Service, an Ingress or a port of a node"
	if ways > 0 {
		words = fmt.Sprintf("the first %d lead in by a Service, an Ingress or a port of a node", ways)
	}
	if ways < entries {
		words += fmt.Sprintf("; what policies say of the other %d holds where addresses of pods are routed from outside", entries-ways)
	}
	return []string{told, words}
}

// countWords counts entries in words.
func countWords(n int) string {
	switch n {
	case 0:
		return "no entries"
	case 1:
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// sheet is a grid that is written row by row, where there may be more rows than memory should hold. It goes through them
// twice, the first time to measure.
type sheet struct {
	titles []string
	// fold puts the last column below the others, broken into lines, where a line would not fit.
	fold bool
	// above gives lines of text before the table, once it is known how many rows there are.
	above func(rows int) []string
}

// below is the indent of a last column that stands below the others.
const below = "    "

// write writes the rows, with every cell cleaned. Rows may give the same slice again, but must give the same rows each time.
func (s *sheet) write(w io.Writer, style Style, rows iter.Seq[[]string]) error {
	widths, n := s.measure(style, rows)
	for _, line := range s.above(n) {
		if _, err := io.WriteString(w, style.Charset.Cut(line, maxLine)+"\n"); err != nil {
			return err
		}
	}
	if n == 0 {
		return nil
	}
	b := line([]byte("\n"), style, s.titles[:len(widths)], widths)
	if _, err := w.Write(b); err != nil {
		return err
	}
	for row := range rows {
		b = line(b[:0], style, row[:len(widths)], widths)
		if len(widths) < len(row) && row[len(widths)] != "" {
			for _, part := range lines(style.Charset.Clean(row[len(widths)]), style.Width-len(below)) {
				b = append(append(append(b, below...), style.Charset.Cut(part, style.Width-len(below))...), '\n')
			}
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// measure gives the width of each column that stands beside the others, and counts the rows.
func (s *sheet) measure(style Style, rows iter.Seq[[]string]) (widths []int, n int) {
	widths = make([]int, len(s.titles))
	for i, t := range s.titles {
		widths[i] = len(t)
	}
	for row := range rows {
		n++
		for i, cell := range row {
			widths[i] = max(widths[i], text.Width(style.Charset.Cut(cell, maxColumn)))
		}
	}
	if style.Width == 0 {
		return widths, n
	}
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	if s.fold && total > style.Width {
		widths = widths[:len(widths)-1]
	}
	shrink(widths, style.Width-2*(len(widths)-1))
	return widths, n
}

// line appends one line of cells.
func line(b []byte, style Style, cells []string, widths []int) []byte {
	for i, cell := range cells {
		if i > 0 {
			b = append(b, "  "...)
		}
		b = style.Charset.AppendFit(b, cell, widths[i])
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return append(b, '\n')
}
