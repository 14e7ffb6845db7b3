package output

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"canopy/model"
)

// fewCuts is how many single edits people get: a line counts the others.
const fewCuts = 10

// writeTable writes the paths for people, a line for each or hop by hop, and then what ends them.
func (d *Paths) writeTable(w io.Writer, style Style) error {
	var b strings.Builder
	say := func(s string) { b.WriteString(style.Charset.Cut(s, maxLine) + "\n") }
	say(d.headline())
	titles := titlesOf(d.Edges)
	switch {
	case len(d.Paths) == 0:
	case d.drawn:
		for i := range d.Paths {
			d.draw(say, &d.Paths[i], titles, style)
		}
	default:
		b.WriteByte('\n')
		if err := d.listGrid(style).Write(&b, style); err != nil {
			return err
		}
	}
	for i, line := range d.remarks() {
		if i == 0 && len(d.Paths) > 0 {
			b.WriteByte('\n')
		}
		say(line)
	}
	if d.total() > 0 {
		b.WriteByte('\n')
		if err := d.cutGrid(style).Write(&b, style); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (d *Paths) listGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"RISK", "COST", "CONFIDENCE", "PATH"}, Fold: style.Width > 0 && !style.Wide}
	for i := range d.Paths {
		p := &d.Paths[i]
		g.Add(strconv.Itoa(p.Risk), strconv.Itoa(p.Cost), p.Confidence, chain(p.Hops, style.Wide, style.Charset))
	}
	return g
}

// cutGrid ranks what ends the paths, and says what ends all of them.
func (d *Paths) cutGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"CUT", "ENDS", "EDIT"}, Fold: style.Width > 0 && !style.Wide}
	for i := range d.Cuts {
		if i == fewCuts && !style.Wide {
			g.Below = append(g.Below, fmt.Sprintf("%d more single edits end some: -o wide lists them", len(d.Cuts)-fewCuts))
			break
		}
		c := &d.Cuts[i]
		g.Add(Word(c.Object.String()), d.share(c.Removes), c.Edit)
	}
	if len(d.Cuts) == 0 {
		g.Above = append(g.Above, "no single edit ends a path")
	}
	switch {
	case d.Uncuttable != "":
		g.Below = append(g.Below, "no edits end all of them: "+d.Uncuttable)
	case len(d.Least) > 0:
		g.Below = append(g.Below, "all end with "+d.leastWords())
		for i := range d.Least {
			c := &d.Least[i]
			g.Below = append(g.Below, "  "+cutWords(c.Object, c.Edit)+" ("+d.share(c.Removes)+")")
		}
	}
	return g
}

// leastWords introduces the edits that end all paths.
func (d *Paths) leastWords() string {
	return numberedAs(len(d.Least), "edit, which takes the least away:", "edits, which take the least away:")
}

// share is how many paths of all.
func (d *Paths) share(n int) string { return fmt.Sprintf("%d of %d", n, d.total()) }

// cutWords is an edit of an object in words.
func cutWords(object model.Ref, edit string) string { return Word(object.String()) + ": " + edit }

// titlesOf finds edges by id.
func titlesOf(edges []PathEdge) map[string]*PathEdge {
	titles := make(map[string]*PathEdge, len(edges))
	for i := range edges {
		titles[edges[i].ID] = &edges[i]
	}
	return titles
}

// draw tells the ways of a pair hop by hop.
func (d *Paths) draw(say func(string), p *Path, edges map[string]*PathEdge, style Style) {
	ways := p.ways()
	for i := range ways {
		way := &ways[i]
		head := p.From.Name() + arrow(style.Charset) + p.To.Name()
		if len(p.Routes) > 0 {
			head = fmt.Sprintf("route %d of %d: ", i+1, len(ways)) + head
		}
		say("")
		say(fmt.Sprintf("%s  cost %d, risk %d, %s", head, way.Cost, p.Risk, way.Confidence))
		for j := range way.Hops {
			if j == 0 {
				say("  " + way.Hops[j].From.Name())
			}
			d.drawHop(say, &way.Hops[j], edges[way.Hops[j].Edge], style)
		}
	}
	switch {
	case p.MoreRoutes:
		say("")
		say(fmt.Sprintf("there are other routes: --routes %d prints more", 2*len(ways)))
	case len(p.Routes) > 0 && p.RoutesFrom != "":
		say("")
		say("there are no other routes from " + Word(p.RoutesFrom) + " on")
	case len(p.Routes) > 0:
		say("")
		say("there are no other routes")
	}
}

// drawHop tells one hop: what opens it, by which step of the catalogue, what it rests on, what ends it, and where it leads.
func (d *Paths) drawHop(say func(string), h *Hop, e *PathEdge, style Style) {
	say("    " + h.opens())
	detail := func(name, text string) {
		if text != "" {
			say("      " + name + text)
		}
	}
	if e != nil {
		by := e.Title
		if len(e.MITRE) > 0 {
			by += " (" + strings.Join(e.MITRE, ", ") + ")"
		}
		detail("", by)
	}
	if h.Proof.Match != "" && h.Proof.Match != "direct" {
		detail("as a member of ", Word(h.Proof.Match))
	}
	detail("", h.doubt())
	shown := h.Proof.Evidence
	if !style.Wide {
		shown = shown[:min(1, len(shown))]
	}
	for i := range shown {
		at := Word(shown[i].Object.String()) + " " + proof(shown[i])
		if shown[i].File != "" {
			at += fmt.Sprintf("  %s:%d", shown[i].File, shown[i].Line)
		}
		detail("", at)
	}
	if style.Wide && e != nil {
		detail("attack: ", e.Attack)
		detail("seen: ", e.Defence)
		detail("fix: ", e.Remedy)
	}
	if h.Cut != nil {
		ends := ""
		if n := removes(d.Cuts, h.Cut); n > 0 {
			ends = " (ends " + d.share(n) + ")"
		}
		detail("cut here: ", cutWords(h.Cut.Object, h.Cut.Edit)+ends)
	}
	say("  " + h.To.Name())
}
