package detail

import (
	"fmt"
	"strings"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/explain"
	"canopy/ui/view/page"
)

// write makes the words of the left pane anew.
func (s *Screen) write() {
	if s.width <= 0 {
		return
	}
	width, _ := s.panes()
	p := page.New(s.shared, width, s.faded())
	s.banner(p)
	switch {
	case s.wrong != "":
		s.writeWrong(p)
	case s.rule != nil:
		s.writeFinding(p)
	default:
		s.writeObject(p)
	}
	s.text.SetLines(p.Lines())
}

// faded tells that what is shown is no longer so.
func (s *Screen) faded() bool { return !s.ended.IsZero() && (s.rule == nil || s.row != nil) }

// banner says that what is shown is no longer so, or never was.
func (s *Screen) banner(p *page.Page) {
	if s.ended.IsZero() {
		return
	}
	p.Para(p.In(s.shared.Theme.Notice, s.endedWords()))
	p.Gap()
}

// writeWrong says why there can be no such finding.
func (s *Screen) writeWrong(p *page.Page) {
	p.Para(p.In(p.Ink.Warn, "There is no finding "+s.place.Finding+"."))
	p.Para(p.In(p.Ink.Text, s.wrong))
	p.Gap()
	p.Para(p.In(p.Ink.Faint, "The id of a finding is RULE/namespace/Kind/name, such as PS01/shop/Deployment/web, or RULE/Kind/name where the kind has no namespace."))
	if key := s.shared.Keys.Show(keys.Findings); key != "" {
		p.Para(p.In(p.Ink.Faint, key+" lists all findings."))
	}
}

// whole names the rule and the object where the line of crumbs has no room for them.
func (s *Screen) whole(p *page.Page) {
	crumbs := s.Crumbs()
	room := s.width - 4
	if aside := s.Aside(); aside != "" {
		room -= view.Width(aside) + 4
	}
	// Each gets its share of the room that those before it leave.
	cut := make([]bool, len(crumbs))
	for i, c := range crumbs {
		if i > 0 {
			room -= 3
		}
		width, share := view.Width(s.shared.Clean(c)), max(1, room/(len(crumbs)-i))
		cut[i] = width > share
		room -= min(width, share)
	}
	title := s.rule.ID + " " + s.rule.Title
	// Of two panes the heading has the title.
	if cut[1] && !view.TwoPanes(s.width) {
		p.Para(p.In(p.Ink.Strong, title))
	}
	if cut[2] {
		p.Para(p.In(p.Ink.Strong, s.object.String()))
	}
	p.Gap()
}

func (s *Screen) writeFinding(p *page.Page) {
	r := s.rule
	s.whole(p)
	p.Para(p.In(p.Ink.Text, r.Why))
	p.Gap()
	s.writeState(p)
	s.writeRisk(p)
	if s.facts == nil {
		p.Entry("WHERE", p.In(p.Ink.Faint, s.shared.Glyphs.Charset.Ellipsis()))
	} else {
		s.writePlaces(p)
		s.writeFamily(p, &s.facts.family)
		s.writeWays(p)
		s.writeEdits(p)
		s.writeWriter(p, &s.facts.life)
	}
	p.Gap()
	s.writeFix(p)
	p.Gap()
	p.Entry("HOW ATTACKED", p.In(p.Ink.Text, r.Attack))
	p.Entry("HOW SEEN", p.In(p.Ink.Text, r.Defence))
	p.Gap()
	var by []string
	for _, c := range explain.Controls(&r.Frameworks) {
		by = append(by, c.String())
	}
	if len(by) > 0 {
		p.Entry("BY", p.In(p.Ink.Text, strings.Join(by, " "+s.shared.Glyphs.Dot+" ")))
	}
	if s.facts != nil {
		s.writeEvents(p)
		others := make([]*view.Row, 0, len(s.facts.own))
		for _, o := range s.facts.own {
			if o.Finding.ID != s.place.Finding {
				others = append(others, o)
			}
		}
		s.writeRows(p, "ALSO", others)
		s.writePods(p, &s.facts.family)
	}
	s.writeWords(p)
}

// writeWords names the words that the explanation of the rule explains.
func (s *Screen) writeWords(p *page.Page) {
	key := s.shared.Keys.Show(keys.Explain)
	if len(s.words) == 0 || key == "" {
		return
	}
	names := make([]string, len(s.words))
	for i := range s.words {
		names[i] = s.words[i].Name
	}
	p.Gap()
	p.Entry("WORDS", p.In(p.Ink.Faint, key+" explains "+strings.Join(names, ", ")))
}

// writeState says whether it holds, since when, and in how many pods.
func (s *Screen) writeState(p *page.Page) {
	if s.row == nil {
		return
	}
	f := s.row.Finding
	drawn := p.In(p.Ink.Severity(f.Severity), f.Severity.String())
	var more []string
	if f.Since != 0 {
		more = append(more, "since "+s.when(f.Since))
	}
	if f.Pods > 0 {
		more = append(more, "in "+s.podCount(f.Pods))
	}
	holds := ", holds "
	if !s.ended.IsZero() {
		holds = ", held "
	}
	if s.row.Verdict == model.Yes {
		p.Entry("STATE", drawn+p.In(p.Ink.Text, strings.TrimSpace(holds+strings.Join(more, ", "))))
		return
	}
	p.Entry("STATE", drawn+p.In(p.Ink.Text, ", ")+p.In(p.Ink.Warn, s.row.Verdict.String()+": "+s.row.Reason))
	p.Entry("", p.In(p.Ink.Faint, strings.Join(append(more, "not counted until it is known to hold"), ", ")))
}

// podCount writes the number of pods that show a finding. Those that have not finished are counted, but not all of them need run.
func (s *Screen) podCount(pods int) string {
	if s.facts == nil {
		return view.Count(pods, "pod")
	}
	all, running := s.facts.family.active()
	switch {
	case all < pods:
		// The facts are older than the finding.
		return view.Count(pods, "pod")
	case running == all:
		return view.Count(pods, "running pod")
	case running == 0:
		return view.Count(pods, "pod") + ", none of them running"
	case pods == all:
		return fmt.Sprintf("%s, %d of them running", view.Count(pods, "pod"), running)
	}
	return fmt.Sprintf("%s; %d of all %d run", view.Count(pods, "pod"), running, all)
}

// most bounds lists of which the rest is counted.
const most = 100

// writePlaces lists where it shows: the field, what stands there, and the place in a file.
func (s *Screen) writePlaces(p *page.Page) {
	word := "WHERE"
	at := s.object
	for i := range s.facts.places {
		e := &s.facts.places[i]
		if i == most {
			p.Entry(word, p.In(p.Ink.Faint, "and "+view.Count(len(s.facts.places)-most, "more place")))
			break
		}
		if e.Object != at {
			at = e.Object
			p.Entry(word, p.In(p.Ink.Text, "in "+s.elsewhere(at)+":"))
			word = ""
		}
		p.Entry(word, s.shown(p, &e.Evidence))
		word = ""
		if e.file != "" {
			p.Entry("", p.In(p.Ink.Faint, fmt.Sprintf("%s:%d", e.file, e.Line)))
		}
	}
}

// shown draws the field and what stands there. What a finding says of an object as a whole points to its name, and is no value
// of that.
func (s *Screen) shown(p *page.Page, e *model.Evidence) string {
	equal := ""
	if word := s.shared.Values.Word(e.Print); word != "" {
		// Nothing else of a credential can be told than where else it stands.
		equal = p.In(p.Ink.Strong, " "+word)
	}
	switch {
	case e.Path == "":
		return p.In(p.Ink.Value, e.Value)
	case e.Value == "":
		return p.In(p.Ink.Text, e.Path) + p.In(p.Ink.Value, " is not set")
	case e.Path == "metadata.name" && e.Value != e.Object.Name:
		return p.In(p.Ink.Value, e.Value)
	}
	return p.In(p.Ink.Text, e.Path) + p.In(p.Ink.Text, " = ") + p.In(p.Ink.Value, e.Value) + equal
}

// elsewhere names an object that evidence stands in. Of a pod it is told that its owner has it not.
func (s *Screen) elsewhere(at model.Ref) string {
	words := at.Kind + " "
	if at.Namespace != "" && at.Namespace != s.object.Namespace {
		words += at.Namespace + "/"
	}
	words += at.Name
	if at.Kind == "Pod" && s.object.Kind != "Pod" {
		words += ", not in " + s.object.Kind + " " + s.object.Name
	}
	return words
}

// writeFix says what ends it, how, and what that may break.
func (s *Screen) writeFix(p *page.Page) {
	r := s.rule
	p.Entry("FIX", p.In(p.Ink.Text, r.Remedy))
	how := explain.Way(r.Fix)
	if key := s.shared.Keys.Show(keys.Fix); r.Fix == "yaml" && key != "" && s.finding() != nil {
		how += ": " + key + " shows it as a diff"
	}
	p.Entry("", p.In(p.Ink.Faint, how))
	if r.NoFix != "" {
		p.Entry("", p.In(p.Ink.Faint, r.NoFix))
	}
	if r.Breakage != "" {
		style := p.Ink.Warn
		if r.Breakage == "none" || r.Breakage == "likely-safe" {
			style = p.Ink.Good
		}
		p.Entry("BREAKS", p.In(style, explain.Breakage(r.Breakage)))
	}
}
