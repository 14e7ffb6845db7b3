// Package detail is the screen of one finding, or of one object: is it true, why does it matter, what ends it? The words
// stand on the left, the YAML of the object on the right; where there is no room for both, one at a time.
package detail

import (
	"fmt"
	"strings"
	"time"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/explain"
)

// Screen is a finding or an object. It is a view.Screen.
type Screen struct {
	shared *view.Shared
	place  view.Place
	// rule and object are what the screen is about; rule is nil where it is about an object.
	rule   *model.Rule
	object model.Ref
	// wrong says why there can be no such finding; "" where there can.
	wrong string
	// names is the object in short, for copying; looking are the rules that look at objects of its kind; words are those
	// of the rule that the glossary explains.
	names   []string
	looking []*model.Rule
	words   []explain.Term

	snap *view.Snapshot
	// now is what is known of what is not there.
	now standing
	// row is the finding as it was last seen to hold; nil before it was. ended is when it was first seen not to, or when
	// the object was first seen to be gone; zero while it is there.
	row   *view.Row
	ended time.Time
	// subject is the finding while it holds.
	subject []*model.Finding
	// there tells that the object was seen in the inventory.
	there bool

	facts  *facts
	gather gathering
	yaml   yamlPane

	text          *view.Pager
	width, height int
	focus         pane
}

// pane is a part of the screen.
type pane uint8

const (
	textPane pane = iota
	objectPane
)

// New gives the screen of a finding.
func New(shared *view.Shared, finding string) *Screen {
	s := blank(shared, view.Place{Screen: view.Detail, Finding: finding})
	s.rule, s.object, s.wrong = parse(finding, shared.Session.Rules())
	if s.wrong == "" {
		s.place.Finding = model.FindingID(s.rule.ID, s.object)
		s.words = explain.Terms(explain.Words(s.rule))
	}
	s.know()
	return s
}

// NewObject gives the screen of an object with all of its findings.
func NewObject(shared *view.Shared, object model.Ref) *Screen {
	s := blank(shared, view.Place{Screen: view.Detail, Object: object})
	s.object = object
	s.know()
	return s
}

func blank(shared *view.Shared, place view.Place) *Screen {
	return &Screen{shared: shared, place: place, snap: view.NewSnapshot(), text: view.NewPager(shared), yaml: yamlPane{pager: view.NewPager(shared)}}
}

// know notes what follows from the object alone.
func (s *Screen) know() {
	if s.object.IsZero() {
		return
	}
	s.names = []string{s.object.String()}
	for _, r := range s.shared.Session.Rules() {
		if needs(r, s.object) {
			s.looking = append(s.looking, r)
		}
	}
}

// finding is what the screen is about, while it holds; nil where it does not, or where the screen is about an object.
func (s *Screen) finding() *model.Finding {
	if s.row == nil || !s.ended.IsZero() {
		return nil
	}
	return s.row.Finding
}

// Place is the finding, or the object.
func (s *Screen) Place() view.Place { return s.place }

// Crumbs name the rule and the object.
func (s *Screen) Crumbs() []string {
	switch {
	case s.rule == nil:
		return []string{"resources", s.object.String()}
	case s.wrong != "":
		return []string{"findings", s.place.Finding}
	}
	return []string{"findings", s.rule.ID + " " + s.rule.Title, s.object.String()}
}

// Aside sums up the finding, and says which pane is shown where there is room for one.
func (s *Screen) Aside() string {
	var parts []string
	if !view.TwoPanes(s.width) {
		parts = append(parts, [...]string{textPane: "text 1/2", objectPane: "YAML 2/2"}[s.focus])
	}
	switch f := s.finding(); {
	case f != nil:
		parts = append(parts, s.row.Severity(), fmt.Sprint("risk ", s.row.Risk))
		if f.Since != 0 && view.TwoPanes(s.width) {
			parts = append(parts, "since "+s.when(f.Since))
		}
	case s.rule == nil && s.facts != nil && len(s.facts.own) > 0:
		parts = append(parts, amount(s.facts.own))
	}
	return strings.Join(parts, "  ")
}

// when writes seconds since 1970: the hour alone where they are of the day of the report.
func (s *Screen) when(seconds int64) string {
	t, now := time.Unix(seconds, 0).In(s.shared.Zone), s.snap.Report.Time.In(s.shared.Zone)
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format(view.Stamp)
}

// Position is that of the pane with the focus.
func (s *Screen) Position() string { return s.focused().Position() }

func (s *Screen) focused() *view.Pager {
	if s.focus == objectPane {
		return s.yaml.pager
	}
	return s.text
}

// Resize sets the size of both panes.
func (s *Screen) Resize(width, height int) {
	if width == s.width && height == s.height {
		return
	}
	s.width, s.height = width, height
	left, right := s.panes()
	rows := s.height - s.headings()
	s.text.Resize(left, rows)
	s.yaml.pager.Resize(right, rows)
	s.write()
	s.yaml.draw(s)
}

// widestText is where lines become hard to read.
const widestText = 96

// panes gives the widths of the two panes.
func (s *Screen) panes() (left, right int) {
	if !view.TwoPanes(s.width) {
		return s.width, s.width
	}
	left = min(widestText, s.width*53/100)
	return left, s.width - left - 1
}

// headings is the number of lines that the heads of the panes take: they say which has the focus, where there are two.
func (s *Screen) headings() int {
	if view.TwoPanes(s.width) && s.height > 4 {
		return 1
	}
	return 0
}

// Restyle draws all anew.
func (s *Screen) Restyle() {
	s.write()
	s.yaml.draw(s)
}

// View draws both panes, or the one with the focus.
func (s *Screen) View() string {
	if !view.TwoPanes(s.width) {
		return s.focused().View()
	}
	left, right := s.text.View(), s.yaml.pager.View()
	if s.headings() > 0 {
		l, r := s.panes()
		what := "object"
		if s.rule != nil {
			what = s.rule.ID + " " + s.rule.Title
		}
		left = s.heading(what, s.text, l, textPane) + "\n" + left
		right = s.heading(s.yamlTitle(), s.yaml.pager, r, objectPane) + "\n" + right
	}
	return s.shared.Beside(left, right)
}

func (s *Screen) heading(title string, p *view.Pager, width int, which pane) string {
	mark := " "
	if s.focus == which {
		mark = s.shared.Glyphs.Cursor
	}
	var aside string
	if p.Can(keys.Down).OK() || p.Search() != "" {
		aside = p.Position()
	}
	return s.shared.Heading(mark+" "+title, aside, width, s.focus == which)
}
