package output

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// writePathsCSV writes a line for each way.
func writePathsCSV(w io.Writer, list []Path) error {
	rows := [][]string{{"from", "fromType", "to", "toType", "risk", "route", "cost", "confidence", "hops", "edges", "path", "proof"}}
	for i := range list {
		p := &list[i]
		for j, way := range p.ways() {
			edges, opens := make([]string, len(way.Hops)), make([]string, len(way.Hops))
			for k := range way.Hops {
				edges[k], opens[k] = way.Hops[k].Edge, way.Hops[k].opens()
			}
			rows = append(rows, []string{
				p.From.ID, string(p.From.Type), p.To.ID, string(p.To.Type), strconv.Itoa(p.Risk), strconv.Itoa(j + 1), strconv.Itoa(way.Cost), way.Confidence,
				strconv.Itoa(len(way.Hops)), strings.Join(edges, " "), chain(way.Hops, false, 0), strings.Join(opens, "; "),
			})
		}
	}
	return writeRowsCSV(w, rows)
}

// writeRowsCSV writes rows with every cell cleaned.
func writeRowsCSV(w io.Writer, rows [][]string) error {
	for _, row := range rows {
		for i := range row {
			row[i] = cell(row[i])
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// sheetPage writes a page of Markdown piece by piece. Every text in it is cleaned, and none is markup.
type sheetPage struct {
	b     strings.Builder
	style Style
}

func (p *sheetPage) text(s string) string { return markdownText(p.style.Charset, s) }

func (p *sheetPage) paragraph(s string) { p.b.WriteString(p.text(s) + "\n\n") }

func (p *sheetPage) item(s string) { p.b.WriteString("- " + p.text(s) + "\n") }

// table writes rows under titles, nothing where there are none.
func (p *sheetPage) table(titles []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	p.b.WriteString("| " + strings.Join(titles, " | ") + " |\n|" + strings.Repeat("---|", len(titles)) + "\n")
	for _, row := range rows {
		for i := range row {
			row[i] = p.text(row[i])
		}
		p.b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	p.b.WriteString("\n")
}

// writeMarkdown writes a page: the paths, each hop of those that are drawn, and what ends them.
func (d *Paths) writeMarkdown(w io.Writer, style Style) error {
	p := &sheetPage{style: style}
	p.b.WriteString("# Paths of attack\n\n")
	p.paragraph(d.headline() + ".")
	if d.drawn {
		for i := range d.Paths {
			one := &d.Paths[i]
			for j, way := range one.ways() {
				fmt.Fprintf(&p.b, "## %d. %s\n\n", j+1, p.text(one.From.Name()+arrow(style.Charset)+one.To.Name()))
				p.paragraph(fmt.Sprintf("cost %d, risk %d, %s.", way.Cost, one.Risk, way.Confidence))
				p.hops(way.Hops)
			}
		}
	} else {
		p.paths(d.Paths)
	}
	for _, line := range d.remarks() {
		p.paragraph(line + ".")
	}
	if d.total() > 0 {
		p.b.WriteString("## What ends them\n\n")
	}
	var rows [][]string
	for i := range d.Cuts {
		c := &d.Cuts[i]
		rows = append(rows, []string{Word(c.Object.String()), c.Edit, d.share(c.Removes)})
	}
	p.table([]string{"object", "edit", "ends"}, rows)
	switch {
	case d.Uncuttable != "":
		p.paragraph("No edits end all of them: " + d.Uncuttable + ".")
	case len(d.Least) > 0:
		p.paragraph("All end with " + d.leastWords())
		for i := range d.Least {
			p.item(cutWords(d.Least[i].Object, d.Least[i].Edit) + " (" + d.share(d.Least[i].Removes) + ")")
		}
	}
	_, err := io.WriteString(w, strings.TrimRight(p.b.String(), "\n")+"\n")
	return err
}

// paths writes a table with a row for each path.
func (p *sheetPage) paths(list []Path) {
	var rows [][]string
	for i := range list {
		one := &list[i]
		rows = append(rows, []string{strconv.Itoa(one.Risk), strconv.Itoa(one.Cost), one.Confidence, chain(one.Hops, true, p.style.Charset)})
	}
	p.table([]string{"risk", "cost", "confidence", "path"}, rows)
}

// hops writes a table with a row for each hop.
func (p *sheetPage) hops(list []Hop) {
	var rows [][]string
	for i := range list {
		h := &list[i]
		cut := ""
		if h.Cut != nil {
			cut = cutWords(h.Cut.Object, h.Cut.Edit)
		}
		rows = append(rows, []string{h.From.Name(), h.To.Name(), h.opens(), h.doubt(), cut})
	}
	p.table([]string{"from", "to", "by", "rests on", "cut"}, rows)
}
