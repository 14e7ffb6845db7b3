package output

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// fewReached is how much of each kind people get: a line counts the rest.
const fewReached = 10

// headline says whose blast radius it is.
func (d *Blast) headline() string { return "blast radius of " + d.From.Name() }

// summary says the most important in words.
func (d *Blast) summary() []string {
	list := []string{d.headline()}
	if d.Admin {
		list = append(list, "comes to hold all of the cluster; what follows it reaches without that too")
	}
	switch {
	case len(d.Begins) > 0:
		list = append(list, "begins in any of "+numberedAs(len(d.Begins), "workload or account", "workloads and accounts")+" of it")
	case d.Identity != nil && d.Verbs == 0 && d.Unknown != "":
		list = append(list, fmt.Sprintf("begins as %s; it is not known what that may do", Word(d.Identity.String())))
	case d.Identity != nil:
		list = append(list, fmt.Sprintf("begins as %s, which has %s", Word(d.Identity.String()), Numbered(d.Verbs, "permission")))
	default:
		list = append(list, "begins without an identity of the cluster")
	}
	var counts []string
	for i := range d.groups {
		if n := len(d.groups[i].nodes); n > 0 {
			counts = append(counts, numberedAs(n, d.groups[i].one, d.groups[i].many))
		}
	}
	if len(counts) == 0 {
		counts = append(counts, "nothing else")
	}
	list = append(list, "reaches "+strings.Join(counts, ", "), fmt.Sprintf("%s in reach, of cluster-admin, nodes, Secrets of namespaces and crown jewels; %s here",
		numberedAs(d.Paths, "goal", "goals"), numberedAs(d.Sources, "source of paths leads", "sources of paths lead")))
	if d.LeftOut > 0 {
		list = append(list, fmt.Sprintf("%d more in other namespaces than those that -n names", d.LeftOut))
	}
	if d.Unknown != "" {
		list = append(list, "there may be more: "+d.Unknown)
	}
	return list
}

// numberedAs is a number with the word for one, or for several.
func numberedAs(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// rows lists everything that is reached, for machines.
func (d *Blast) rows() [][]string {
	var rows [][]string
	for i := range d.groups {
		for j := range d.groups[i].nodes {
			n := &d.groups[i].nodes[j]
			rows = append(rows, []string{d.groups[i].verb, n.ID, string(n.Type), strconv.Itoa(n.Cost), strconv.Itoa(n.Hops), n.Confidence})
		}
	}
	for _, g := range []struct {
		verb string
		hops []Hop
	}{{"escapes", d.Escapes}, {"harms", d.Impact}} {
		for i := range g.hops {
			h := &g.hops[i]
			rows = append(rows, []string{g.verb, h.From.ID + " " + h.opens(), string(h.To.Type), strconv.Itoa(h.Cost), "1", h.Confidence})
		}
	}
	return rows
}

// writeTable writes it for people: the sum, the paths to goals, and what is reached, by what one can do with it.
func (d *Blast) writeTable(w io.Writer, style Style) error {
	var b strings.Builder
	for _, line := range d.summary() {
		b.WriteString(style.Charset.Cut(line, maxLine) + "\n")
	}
	for _, g := range []*Grid{d.goalGrid(style), d.reachedGrid(style), d.hopGrid(style)} {
		if len(g.Rows) == 0 {
			continue
		}
		b.WriteByte('\n')
		if err := g.Write(&b, style); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (d *Blast) goalGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"GOAL", "COST", "CONFIDENCE", "PATH"}, Fold: style.Width > 0 && !style.Wide}
	for i := range d.Goals {
		p := &d.Goals[i]
		if i == fewReached && !style.Wide {
			g.Below = []string{fmt.Sprintf("%d more goals: -o wide lists them", len(d.Goals)-i)}
			break
		}
		g.Add(p.To.Name(), strconv.Itoa(p.Cost), p.Confidence, chain(p.Hops, style.Wide, style.Charset))
	}
	return g
}

func (d *Blast) reachedGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"", "WHAT", "COST", "HOPS", "CONFIDENCE"}}
	for i := range d.groups {
		one := &d.groups[i]
		for j := range one.nodes {
			n := &one.nodes[j]
			if j == fewReached && !style.Wide {
				g.Below = append(g.Below, fmt.Sprintf("%s %d more: -o wide lists them", one.verb, len(one.nodes)-j))
				break
			}
			g.Add(one.verb, n.Name(), strconv.Itoa(n.Cost), strconv.Itoa(n.Hops), n.Confidence)
		}
	}
	return g
}

// hopGrid lists the ways of pods to their nodes, and what leads to no node.
func (d *Blast) hopGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"", "FROM", "CONFIDENCE", "BY"}, Fold: style.Width > 0 && !style.Wide}
	titles := titlesOf(d.Edges)
	for _, part := range []struct {
		verb string
		hops []Hop
	}{{"escapes", d.Escapes}, {"harms", d.Impact}} {
		for i := range part.hops {
			h := &part.hops[i]
			if i == fewReached && !style.Wide {
				g.Below = append(g.Below, fmt.Sprintf("%s in %d more ways: -o wide lists them", part.verb, len(part.hops)-i))
				break
			}
			by := h.opens()
			if e := titles[h.Edge]; e != nil && style.Wide {
				by += ": " + e.Title
			}
			if doubt := h.doubt(); doubt != h.Confidence && doubt != "" {
				by += " (" + h.Reason + ")"
			}
			g.Add(part.verb, h.From.Name(), h.Confidence, by)
		}
	}
	return g
}

// writeMarkdown writes a page.
func (d *Blast) writeMarkdown(w io.Writer, style Style) error {
	p := &sheetPage{style: style}
	lines := d.summary()
	p.b.WriteString("# " + p.text(lines[0]) + "\n\n")
	for _, line := range lines[1:] {
		p.item(line)
	}
	p.b.WriteString("\n")
	p.paths(d.Goals)
	p.table([]string{"what", "id", "type", "cost", "hops", "confidence"}, d.rows())
	_, err := io.WriteString(w, strings.TrimRight(p.b.String(), "\n")+"\n")
	return err
}
