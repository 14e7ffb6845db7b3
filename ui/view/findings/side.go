package findings

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/explain"
)

// side says in short what the selected row is about. Its text is made outside the loop, one row at a time: evidence may be
// long.
type side struct {
	shared *view.Shared
	pager  *view.Pager
	width  int
	height int
	// made is the row whose text is shown, and at which width; busy tells that one is being made.
	made  *view.Row
	wide  int
	busy  bool
	empty bool
	// looks counts the looks there were: a text of an earlier one is of no use.
	looks int
}

type sideMsg struct {
	row         *view.Row
	width, look int
	lines       []string
}

// shown bounds the places that are listed.
const shown = 8

func newSide(s *view.Shared) *side { return &side{shared: s, pager: view.NewPager(s)} }

func (s *side) resize(width, height int) {
	s.width, s.height = width, height
	s.pager.Resize(width, height)
}

// look asks for the text of a row, unless it is there or another is being made: then the last row that was asked for comes
// after that.
func (s *side) look(to *Screen, row *view.Row) tea.Cmd {
	s.empty = row == nil
	if s.busy || row == nil || s.made != nil && s.made.Same(row) && s.wide == s.width {
		return nil
	}
	s.busy = true
	// The program changes the look while the text is made: it is made of what holds now.
	width, look, shared := s.width, s.looks, *s.shared
	return view.Later(to, func() tea.Msg { return sideMsg{row, width, look, describe(&shared, row, width)} })
}

// restyle lets the text be made anew.
func (s *side) restyle() {
	s.made = nil
	s.looks++
}

func (s *side) take(msg sideMsg) {
	s.busy = false
	if msg.look != s.looks {
		return
	}
	if s.made == nil || s.made.Finding.ID != msg.row.Finding.ID {
		s.pager.Top()
	}
	s.made, s.wide = msg.row, msg.width
	s.pager.SetLines(msg.lines)
}

func (s *side) view() string {
	if s.empty {
		return view.Block(nil, s.width, s.height)
	}
	return s.pager.View()
}

// describe writes what a finding is, why it matters, where it shows and what ends it.
func describe(s *view.Shared, row *view.Row, width int) []string {
	f, t := row.Finding, &s.Theme
	p := s.Prose(width)
	p.Text(s.Glyphs.Severity(f.Severity)+" "+row.Severity()+"  "+f.Rule.ID+"  "+f.Rule.Title, t.Severity(f.Severity))
	p.Text(row.Object, t.Strong)
	p.Gap()
	switch row.Verdict {
	case model.Depends:
		p.Text("Depends: "+row.Reason, t.Warn).Gap()
	case model.Unknown:
		p.Text("Not known: "+row.Reason, t.Warn).Gap()
	}
	p.Text(f.Rule.Why, t.Text).Gap()
	evidence := f.Proof.Evidence()
	for i, e := range evidence {
		if i == shown {
			p.Entry("", fmt.Sprintf("and %d more places", len(evidence)-shown), t.Faint)
			break
		}
		word := ""
		if i == 0 {
			word = "where"
		}
		place := e.Path
		if e.Value != "" {
			place += " = " + e.Value
		}
		if word := s.Values.Word(e.Print); word != "" {
			place += ", " + word
		}
		if e.Object != f.Object {
			place = e.Object.String() + " " + place
		}
		p.Entry(word, place, t.Text)
	}
	if f.Pods > 0 {
		p.Entry("pods", view.Count(f.Pods, "pod"), t.Text)
	}
	p.Entry("risk", row.RiskWords(), t.Text)
	if f.Since != 0 {
		p.Entry("since", s.Moment(f.Since), t.Text)
	}
	p.Gap().Entry("fix", f.Rule.Remedy, t.Good)
	if f.Rule.Fix != "yaml" {
		p.Entry("", strings.TrimSpace("no document: "+f.Rule.NoFix), t.Faint)
	}
	if by := frameworks(f.Rule); by != "" {
		p.Gap().Entry("by", by, t.Faint)
	}
	return p.Lines()
}

// frameworks names the controls that a rule answers to, on one line.
func frameworks(r *model.Rule) string {
	var parts []string
	for _, c := range explain.Controls(&r.Frameworks) {
		parts = append(parts, c.String())
	}
	return strings.Join(parts, "; ")
}
