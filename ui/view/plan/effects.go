package plan

import (
	"fmt"
	"strings"

	"canopy/analysis/attack"
	"canopy/analysis/network"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/explain"
	"canopy/ui/view/page"
)

// most bounds the lists of findings; the rest is counted.
const most = 100

// mostSaid bounds the warnings and the fields of one check that are listed; the rest is counted.
const mostSaid = 20

// effectLines draws what the plan would do.
func (s *Screen) effectLines(width int) []string {
	d := s.draft
	if d == nil || d.err != nil || len(d.changes) == 0 && d.fix == nil && d.proposal == nil {
		return nil
	}
	w := page.New(s.shared, width, false)
	if d.gone > 0 {
		w.Entry("gone", w.In(w.Ink.Good, some(d.gone, len(s.origin.findings), "finding", "is gone", "are gone")+" already"))
	}
	if len(d.changes) == 0 && d.fix != nil {
		w.Para(w.In(w.Ink.Warn, "No document ends this."))
		w.Gap()
	}
	s.writeServer(w)
	several := len(d.changes) > 1
	if several {
		// What all of them do together may be long, and this goes with the selection.
		s.writeDocument(w)
		w.Gap()
	}
	s.writeEffects(w)
	nameAll(w, "stays", d.stays, "")
	if !several {
		s.writeDocument(w)
	}
	s.writeAssumptions(w)
	if d.fix != nil {
		writeHand(w, d.fix)
	}
	return w.Lines()
}

// writeEffects lists what begins and ends.
func (s *Screen) writeEffects(w *page.Page) {
	d := s.draft
	switch {
	case d.blind != nil:
		w.Entry("effects", w.In(s.shared.Theme.Alarm, "what it would do is not known: "+d.blind.Error()))
	case d.preview != nil:
		closes, opens := d.preview.Closed, d.preview.Opened
		var moves []remedy.Move
		if d.fix != nil {
			moves, closes, opens = d.fix.Moves(closes, opens)
		}
		nameAll(w, "closes", closes, "nothing")
		nameAll(w, "opens", opens, "nothing")
		if len(moves) > 0 {
			w.Entry("moves", w.In(w.Ink.Text, view.Count(len(moves), "finding")+" as before, on what takes the old object's place"))
		}
		s.writeLosses(w, d.preview.Lost)
		if d.preview.PairsKnown {
			writePairs(w, d.preview.PairsOpened, d.preview.PairsClosed)
		}
		s.writePaths(w)
		nameAll(w, "changes", d.preview.Changed, "")
	}
}

// writePaths says from where cluster-admin could no longer be reached, and from where it could be.
func (s *Screen) writePaths(w *page.Page) {
	p := s.draft.preview
	if !p.PathsKnown {
		w.Entry("paths", w.In(w.Ink.Warn, "what it would do to attack paths is not known while the cluster is read"))
		return
	}
	word := "cuts"
	if len(p.PathsCut)+len(p.PathsOpened) == 0 {
		w.Entry(word, w.In(w.Ink.Text, "no attack path to cluster-admin"))
	}
	if n := len(p.PathsCut); n > 0 {
		w.Entry(word, w.In(w.Ink.Good, view.Count(n, "attack path")+" to cluster-admin, from "+nodeList(p.PathsCut)))
	}
	if n := len(p.PathsOpened); n > 0 {
		w.Entry("opens", w.In(w.Ink.Severity(model.Critical), view.Count(n, "attack path")+" to cluster-admin, from "+nodeList(p.PathsOpened)))
	}
	if s.snapshot != nil && s.snapshot.Report != nil {
		if a := s.snapshot.Report.Attack; a != nil && !a.Known {
			w.Entry("", w.In(w.Ink.Warn, "not known: "+a.Missing))
		}
	}
}

// mostSources bounds the sources that are named; the rest is counted.
const mostSources = 12

func nodeList(list []attack.Node) string {
	names := make([]string, 0, min(len(list), mostSources))
	for i := range list[:min(len(list), mostSources)] {
		names = append(names, text.Clean(list[i].ID))
	}
	if more := len(list) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// writeAssumptions lists what the plan rests on, and what of a text could not be taken.
func (s *Screen) writeAssumptions(w *page.Page) {
	d := s.draft
	if d.proposal != nil {
		for i, p := range d.proposal.Problems {
			if i == most {
				w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(len(d.proposal.Problems)-most, "more problem")))
				break
			}
			w.Entry("problem", w.In(w.Ink.Warn, where(p.Document, p.Line)+p.Text))
		}
		for _, a := range d.proposal.Assumptions {
			w.Entry("assumes", w.In(w.Ink.Warn, a))
		}
	}
	if d.preview != nil {
		for _, a := range d.preview.Assumptions {
			w.Entry("assumes", w.In(w.Ink.Warn, a))
		}
	}
}

// writeSample writes a document to be copied, line by line.
func writeSample(w *page.Page, sample string) {
	for _, line := range remedy.SampleLines(sample) {
		bare := strings.TrimLeft(line, " ")
		margin := strings.Repeat(" ", 2+len(line)-len(bare))
		w.Hang(margin, margin+"  ", w.In(w.Ink.Text, bare))
	}
}

// writeHand says what no document ends.
func writeHand(w *page.Page, f *remedy.Fix) {
	for _, n := range f.Notes {
		w.Gap()
		w.Entry("by hand", w.In(w.Ink.Text, n.Finding+": "+n.Reason))
		for _, step := range n.Steps {
			w.Entry("", w.In(w.Ink.Text, step))
		}
		writeSample(w, n.Sample)
	}
	for _, a := range f.Advice {
		w.Gap()
		w.Para(w.In(w.Ink.Faint, a))
	}
}

// writeServer says what the checks say of the selected document, and of the whole plan.
func (s *Screen) writeServer(w *page.Page) {
	steps := []int{model.WholePlan}
	if c := s.selected(); c != nil && c.place >= 0 {
		steps = []int{c.place, model.WholePlan}
	}
	wrote := false
	for _, step := range steps {
		st := s.standings[step]
		if st == nil {
			continue
		}
		for _, c := range st.checks {
			// What is worked out here is told below.
			if c.Rung > model.RungWhatIf {
				s.writeCheck(w, c)
				wrote = true
			}
		}
		if step >= 0 && s.trial != nil && step < len(s.trial.Steps) && len(s.trial.Steps[step].Besides) > 0 {
			w.Entry("besides", w.In(w.Ink.Warn, "the server would change fields that the step does not name: "+view.Few(s.trial.Steps[step].Besides, 12)))
			wrote = true
		}
	}
	if wrote {
		w.Gap()
	}
}

// writeCheck says what a check says.
func (s *Screen) writeCheck(w *page.Page, c model.Check) {
	sign, ink := s.outcomeMark(c.Outcome)
	text := sign + " " + c.Rung.String()
	if c.Outcome >= model.Untestable {
		text += ": " + causeWord(c.Cause)
	}
	if c.Message != "" {
		text += ": " + c.Message
	}
	w.Entry("server", w.In(ink, text))
	if c.Outcome == model.Failed {
		advice := s.advice(c.Cause)
		if c.Rung < model.RungApplied && (c.Cause == model.CauseOther || c.Cause == "") {
			advice = "look at the message; nothing was written"
		}
		w.Entry("", w.In(w.Ink.Text, advice))
	}
	for i, warning := range c.Warnings {
		if i == mostSaid {
			w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(len(c.Warnings)-mostSaid, "more warning")))
			break
		}
		w.Entry("warns", w.In(w.Ink.Warn, bound(warning)))
	}
	for i, k := range c.Conflicts {
		if i == mostSaid {
			w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(len(c.Conflicts)-mostSaid, "more field")))
			break
		}
		w.Entry("owned", w.In(w.Ink.Warn, bound(k.Manager+" ("+k.Operation+") manages "+k.Path+" and may take the change back")))
	}
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
	c := s.selected()
	if c == nil || c.document == nil {
		return
	}
	d := c.document
	w.Gap()
	style := w.Ink.Warn
	if d.Breakage == "none" || d.Breakage == "likely-safe" {
		style = w.Ink.Good
	}
	w.Entry("breaks", w.In(style, explain.Breakage(d.Breakage)))
	if by := d.ManagedBy; by != "" {
		w.Entry("managed", w.In(w.Ink.Warn, "by "+by+": change it there, or it comes back"))
		if d.Source != "" {
			w.Entry("", w.In(w.Ink.Text, d.Source))
		}
	}
	for _, e := range d.Evidence {
		w.Entry("check", w.In(w.Ink.Text, e))
	}
	writeSample(w, d.Sample)
	w.Entry("command", w.In(w.Ink.Text, strings.TrimSpace(d.Command)))
}
