package network

import (
	"fmt"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// teller writes texts about connections.
type teller struct {
	*page.Page
	shared *view.Shared
}

// cell tells of a cell of the matrix.
func (t *teller) cell(c *closer) {
	arrow := " " + t.shared.Glyphs.ArrowRight + " "
	t.Para(t.In(t.Ink.Strong, nameOf(c.src)+arrow+nameOf(c.dst)) + t.In(t.Ink.Text, "  "+c.title()))
	if c.ports != nil {
		t.Para(t.In(t.Ink.Faint, "connections on "+c.ports.String()+" alone"))
	}
	t.Gap()
	switch {
	case c.src == "":
		t.Para(t.In(t.Ink.Faint, "Enter lists the ways in: Services, Ingresses, Gateways and ports of nodes."))
		return
	case c.dst == "":
		t.Para(t.In(t.Ink.Faint, "What these pods may open connections to outside of the cluster."))
		t.Gap()
	}
	short := c.src != "" && c.dst != ""
	for i := range c.entries {
		if e := &c.entries[i]; e.Verdict != network.Deny {
			t.entry(e, short)
		}
	}
	denied := 0
	for i := range c.entries {
		if c.entries[i].Verdict == network.Deny {
			denied++
		}
	}
	if c.more {
		t.Para(t.In(t.Ink.Faint, "and more: enter lists all"))
	} else if denied > 0 {
		t.Para(t.In(t.Ink.Faint, view.Count(denied, "pair")+" of workloads denied"))
	}
	if c.missed != nil {
		t.Gap()
		t.miss(c.missed)
	}
}

// entry tells of one pair.
func (t *teller) entry(e *network.Entry, short bool) {
	m := verdictMark(e.Verdict)
	words := endWord(e.Src, short) + " " + t.shared.Glyphs.ArrowRight + " " + endWord(e.Dst, short)
	drawn := m.style(t.shared).Render(m.sign(t.shared)) + " " + t.In(t.Ink.Strong, words) + t.In(t.Ink.Text, "  "+e.Connections.String())
	t.Hang("", "  ", drawn)
	because := reasons(e.Because)
	if e.Assumption != "" {
		because = e.Verdict.String() + ": " + e.Assumption
	}
	if because != "" {
		t.Hang("  ", "  ", t.In(t.Ink.Faint, because))
	}
}

// miss names the rule that nearly let a denied pair through.
func (t *teller) miss(x *network.Explanation) {
	for _, side := range []*network.Side{&x.Egress, &x.Ingress} {
		if len(side.Misses) == 0 {
			continue
		}
		m := &side.Misses[0]
		t.Hang("", "  ", t.In(t.Ink.Warn, t.shared.Glyphs.Fail+" ")+t.In(t.Ink.Strong, endWord(x.Src, true)+" "+t.shared.Glyphs.ArrowRight+" "+endWord(x.Dst, true))+t.In(t.Ink.Text, "  near miss: "+reason(&m.Reason)))
		for _, missing := range m.Missing {
			t.Hang("  ", "  ", t.In(t.Ink.Text, missing))
		}
		return
	}
}

// endWord names an end; in short without its namespace, where that is known.
func endWord(e network.End, short bool) string {
	if short && e.Ref.Namespace != "" {
		name := e.Ref.Name
		if e.Ref.Kind == "Pod" {
			name = "Pod/" + name
		}
		if e.Class != "" {
			name += " [" + e.Class + "]"
		}
		return name
	}
	return view.EndName(e)
}

// why tells of a pair in both directions: what decides, and what nearly did.
func (t *teller) why(x *network.Explanation, locate func(r *network.Reason) string) {
	arrow := " " + t.shared.Glyphs.ArrowRight + " "
	t.Para(t.In(t.Ink.Strong, view.EndName(x.Src)+arrow+view.EndName(x.Dst)))
	t.Gap()
	for i := range x.Parts {
		p := &x.Parts[i]
		m := verdictMark(p.Verdict)
		t.Entry(m.sign(t.shared)+" "+shortVerdict(p.Verdict), t.In(t.Ink.Text, p.Connections.String()))
		if p.Assumption != "" {
			t.Entry("", t.In(t.Ink.Warn, p.Assumption))
		}
	}
	for _, n := range x.Notes {
		t.Para(t.In(t.Ink.Faint, n))
	}
	// What is outside has no policies.
	if !x.Src.Block.IsValid() {
		t.direction(&x.Egress, view.EndName(x.Src), locate)
	}
	if !x.Dst.Block.IsValid() {
		t.direction(&x.Ingress, view.EndName(x.Dst), locate)
	}
}

func shortVerdict(v network.Verdict) string {
	if v == network.NotEvaluated {
		return "unknown"
	}
	return v.String()
}

// direction tells what one side decides by itself.
func (t *teller) direction(side *network.Side, who string, locate func(r *network.Reason) string) {
	t.Gap()
	title := "OUT OF " + who
	if side.Direction == policy.Ingress {
		title = "INTO " + who
	}
	t.Para(t.In(t.Ink.Header, title))
	if !side.Isolated {
		t.Para(t.In(t.Ink.Text, "no policy selects it in this direction: everything passes"))
	}
	for i := range side.Parts {
		p := &side.Parts[i]
		m := verdictMark(p.Verdict)
		t.Hang("", "  ", m.style(t.shared).Render(m.sign(t.shared))+" "+t.In(t.Ink.Strong, p.Verdict.String())+t.In(t.Ink.Text, "  "+p.Connections.String()))
		for n := range p.Because {
			t.because(&p.Because[n], locate)
		}
		if p.Assumption != "" {
			t.Hang("    ", "    ", t.In(t.Ink.Warn, "assumed: "+p.Assumption))
		}
	}
	for i := range side.Misses {
		m := &side.Misses[i]
		t.Hang("", "  ", t.In(t.Ink.Warn, t.shared.Glyphs.Fail+" near miss")+t.In(t.Ink.Text, "  "+reason(&m.Reason)+" would allow "+m.Connections.String()))
		for _, missing := range m.Missing {
			t.Hang("    ", "    ", t.In(t.Ink.Text, missing))
		}
		t.where(&m.Reason, locate)
	}
}

func (t *teller) because(r *network.Reason, locate func(r *network.Reason) string) {
	words := reason(r)
	if !r.Object.IsZero() {
		words += ", tier " + r.Tier.String()
	}
	if r.Note != "" {
		words += ": " + r.Note
	}
	t.Hang("    ", "    ", t.In(t.Ink.Text, words))
	t.where(r, locate)
}

// where names the file and the line of a rule, where they are known.
func (t *teller) where(r *network.Reason, locate func(r *network.Reason) string) {
	if locate == nil || r.Object.IsZero() {
		return
	}
	if at := locate(r); at != "" {
		t.Hang("    ", "    ", t.In(t.Ink.Faint, at))
	}
}

// locator finds rules in files.
func locator(session view.Session) func(r *network.Reason) string {
	return func(r *network.Reason) string {
		file, line, ok := session.Locate(r.Object, pathOf(r))
		if !ok {
			return ""
		}
		return fmt.Sprintf("%s:%d", file, line)
	}
}
