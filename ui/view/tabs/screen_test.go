package tabs_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
	"canopy/ui/view/tabs"
	"canopy/ui/view/viewtest"
	"canopy/ui/view/work"
)

type word string

func (w word) ID() string       { return string(w) }
func (w word) Same(o word) bool { return w == o }
func compare(a, b word) int     { return strings.Compare(string(a), string(b)) }
func text(w word) string        { return string(w) }

// words is a topic of words.
type words struct {
	name string
	list []word
}

func (t *words) Place() view.Place { return view.Place{} }
func (t *words) Crumbs() []string  { return []string{t.name} }

func (t *words) Load(_ *sheet.Quest, _ *sheet.Answer[word]) (*sheet.Answer[word], error) {
	return &sheet.Answer[word]{Batch: sheet.NewBatch(nil, t.name, true, append([]word(nil), t.list...), compare)}, nil
}

func (t *words) Describe(_ *sheet.Quest, w word) ([]string, error) {
	return []string{"about " + string(w)}, nil
}
func (t *words) Subject(w word) view.Subject            { return view.Subject{Names: []string{string(w)}} }
func (t *words) Open(word) tea.Cmd                      { return nil }
func (t *words) Can(keys.Action, word, bool) view.Offer { return view.No() }
func (t *words) Do(keys.Action, word, bool) tea.Cmd     { return nil }

func run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch m := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range m {
			run(c)
		}
	case view.For:
		run(m.To.Update(m.Msg))
	}
}

func TestTabs(t *testing.T) {
	s := viewtest.New(t)
	s.Complete()
	shared := s.Shared()
	side := func(name string, list ...word) tabs.Tab {
		return tabs.Tab{Name: name, Side: sheet.New(shared, &words{name, list}, func(to view.Screen) *sheet.List[word] {
			return sheet.NewList(shared, to, &table.Schema[word]{Key: word.ID, Compare: compare, Columns: []table.Column[word]{sheet.Searched(sheet.Column("WORD", 5, 10, 0, text))}}, 0)
		})}
	}
	var job work.Job
	p := tabs.New(shared, view.Place{Screen: view.Secrets}, &job, side("fruit", "apple", "pear"), side("trees", "oak"))
	p.Resize(80, 20)
	run(p.Show(s.Snapshot()))
	has := func(want ...string) {
		t.Helper()
		for _, w := range want {
			if got := ansi.Strip(p.View()); !strings.Contains(got, w) {
				t.Errorf("it lacks %q:\n%s", w, got)
			}
		}
	}
	has("[fruit]  trees", "apple", "t turns")
	run(p.Do(keys.Turn))
	has("fruit  [trees]", "oak")
	if label, _ := p.Label(keys.Turn); label != "fruit" {
		t.Errorf("t leads to %q", label)
	}
	run(p.Click(2, 0))
	has("[fruit]", "pear")
	// A click on a row goes to the side below the line of names.
	run(p.Click(4, 3))
	if got := p.Subject().Names; len(got) != 1 || got[0] != "pear" {
		t.Errorf("at %v", got)
	}
	run(p.SetFilter("app"))
	if p.Filter() != "app" || len(p.Lines()) != 2 {
		t.Errorf("rows %q", p.Lines())
	}
	job.Start(t.Context(), p, "looking", nil)
	has("looking", "esc stops it", "[fruit]")
	if !p.Working() {
		t.Error("nothing goes on")
	}
	p.Stop()
	has("stopping: looking")
	for width := 1; width < 130; width += 9 {
		for height := 1; height < 30; height += 3 {
			p.Resize(width, height)
			viewtest.Exact(t, p.View(), width, height)
		}
	}
	if run(p.Turn("trees")); p.Crumbs()[0] != "trees" {
		t.Errorf("at %v", p.Crumbs())
	}
}
