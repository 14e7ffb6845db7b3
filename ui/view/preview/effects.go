package preview

import (
	"fmt"
	"strings"

	"canopy/analysis/network"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/explain"
	"canopy/ui/view/page"
)

// most bounds the lists of findings; the rest is counted.
const most = 100

// effectLines draws what the plan would do.
func (s *Screen) effectLines(width int) []string {
	p := s.plan
	if p == nil || p.err != nil || p.fix == nil {
		return nil
	}
	w := page.New(s.shared, width, false)
	if p.gone > 0 {
		w.Entry("gone", w.In(w.Ink.Good, some(p.gone, len(s.ids), "finding", "is gone", "are gone")+" already"))
	}
	if len(p.documents) == 0 {
		w.Para(w.In(w.Ink.Warn, "No document ends this."))
		w.Gap()
	}
	several := len(p.documents) > 1
	if several {
		// What all of them do together may be long, and this goes with the selection.
		s.writeDocument(w)
		w.Gap()
	}
	switch {
	case p.blind != nil:
		w.Entry("effects", w.In(s.shared.Theme.Alarm, "what it would do is not known: "+p.blind.Error()))
	case p.preview != nil:
		moves, closes, opens := p.fix.Moves(p.preview.Closed, p.preview.Opened)
		nameAll(w, "closes", closes, "nothing")
		nameAll(w, "opens", opens, "nothing")
		if len(moves) > 0 {
			w.Entry("moves", w.In(w.Ink.Text, view.Count(len(moves), "finding")+" as before, on what takes the old object's place"))
		}
		s.writeLosses(w, p.preview.Lost)
		if p.preview.PairsKnown {
			writePairs(w, p.preview.PairsOpened, p.preview.PairsClosed)
		}
		nameAll(w, "changes", p.preview.Changed, "")
	}
	nameAll(w, "stays", p.stays, "")
	if !several {
		s.writeDocument(w)
	}
	if p.preview != nil {
		for _, a := range p.preview.Assumptions {
			w.Entry("assumes", w.In(w.Ink.Warn, a))
		}
	}
	for _, n := range p.fix.Notes {
		w.Gap()
		w.Entry("by hand", w.In(w.Ink.Text, n.Finding+": "+n.Reason))
		for _, step := range n.Steps {
			w.Entry("", w.In(w.Ink.Text, step))
		}
	}
	for _, a := range p.fix.Advice {
		w.Gap()
		w.Para(w.In(w.Ink.Faint, a))
	}
	w.Gap()
	w.Para(w.In(w.Ink.Faint, "Attack paths are not in this version: what a change does to them is not told."))
	return w.Lines()
}

// writeLosses lists what subjects would be permitted no longer.
func (s *Screen) writeLosses(w *page.Page, lost []rbac.Loss) {
	groups := rbac.Grouped(lost)
	if len(groups) == 0 {
		w.Entry("loses", w.In(w.Ink.Faint, "no permission"))
		return
	}
	w.Entry("loses", w.In(w.Ink.Strong, view.Count(len(lost), "permission")))
	for i := range groups {
		if i == most {
			w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(len(groups)-most, "more line")))
			return
		}
		w.Item(w.In(w.Ink.Text, "-"), w.In(w.Ink.Text, groups[i].Words(func(word string) string { return word })))
	}
}

// writePairs says between which pods connections would become possible, and between which they would no longer be.
func writePairs(w *page.Page, opened, closed []network.Shift) {
	const word = "network"
	if len(opened)+len(closed) == 0 {
		w.Entry(word, w.In(w.Ink.Faint, "opens and closes no pair of pods"))
		return
	}
	writeShifts(w, word, "opens ", opened)
	writeShifts(w, "", "closes ", closed)
}

// writeShifts lists differences between connections, and counts the pairs of pods of all and of each.
func writeShifts(w *page.Page, word, does string, list []network.Shift) {
	if len(list) == 0 {
		w.Entry(word, w.In(w.Ink.Faint, does+"no pair of pods"))
		return
	}
	pairs := 0
	for i := range list {
		pairs += list[i].Pairs
	}
	w.Entry(word, w.In(w.Ink.Strong, does+view.Count(pairs, "pair")+" of pods"))
	for i := range list {
		if i == most {
			w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(len(list)-most, "more line")))
			return
		}
		w.Item(w.In(w.Ink.Text, "-"), w.In(w.Ink.Text, list[i].String()+" ("+view.Count(list[i].Pairs, "pair")+")"))
	}
}

// nameAll lists findings. Those that are not decided bear the same mark as in the list of findings, and are told apart.
func nameAll(w *page.Page, word string, findings []*model.Finding, none string) {
	if len(findings) == 0 {
		if none != "" {
			w.Entry(word, w.In(w.Ink.Faint, none))
		}
		return
	}
	open := 0
	for _, f := range findings {
		if f.Verdict != model.Yes {
			open++
		}
	}
	count, width := view.Count(len(findings), "finding"), 1
	if open > 0 {
		count, width = count+fmt.Sprintf(", %d of them undecided", open), 2
	}
	w.Entry(word, w.In(w.Ink.Strong, count))
	for i, f := range findings {
		if i == most {
			w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(len(findings)-most, "more finding")))
			return
		}
		mark := view.Pad(view.NewRow(f, f.Verdict, f.Reason).Severity(), width)
		w.Item(w.In(w.Ink.Severity(f.Severity), mark), w.In(w.Ink.Text, f.Rule.ID+" "+f.Rule.Title+", "+f.Object.String()))
	}
}

// writeDocument says what to know of the selected document.
func (s *Screen) writeDocument(w *page.Page) {
	d := s.selected()
	if d == nil {
		return
	}
	w.Gap()
	style := w.Ink.Warn
	if d.document.Breakage == "none" || d.document.Breakage == "likely-safe" {
		style = w.Ink.Good
	}
	w.Entry("breaks", w.In(style, explain.Breakage(d.document.Breakage)))
	if by := d.document.ManagedBy; by != "" {
		w.Entry("managed", w.In(w.Ink.Warn, "by "+by+": change it there, or it comes back"))
	}
	for _, e := range d.document.Evidence {
		w.Entry("check", w.In(w.Ink.Text, e))
	}
	w.Entry("command", w.In(w.Ink.Text, strings.TrimSpace(d.document.Command)))
}
