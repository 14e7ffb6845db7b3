package sheet_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/theme"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
	"canopy/ui/view/viewtest"
)

// word is a row.
type word struct{ text, note string }

func (w *word) ID() string          { return w.text }
func (w *word) Same(o *word) bool   { return *w == *o }
func (w *word) compare(o *word) int { return strings.Compare(w.text, o.text) }

// dictionary is a topic of words.
type dictionary struct {
	words []word
	wrong error
	loads int
}

func (d *dictionary) Place() view.Place { return view.Place{Screen: "dictionary"} }
func (d *dictionary) Crumbs() []string  { return []string{"dictionary"} }

func (d *dictionary) Load(_ *sheet.Quest, before *sheet.Answer[*word]) (*sheet.Answer[*word], error) {
	d.loads++
	if d.wrong != nil {
		return nil, d.wrong
	}
	a := &sheet.Answer[*word]{Empty: "no words", Scope: "as far as it was read", Said: []sheet.Remark{{Text: "all words"}}}
	var rows []*word
	for _, w := range d.words {
		rows = append(rows, &w)
	}
	var old *sheet.Batch[*word]
	if before != nil {
		old = before.Batch
	}
	a.Batch = sheet.NewBatch(old, "words", true, rows, (*word).compare)
	return a, nil
}

func (d *dictionary) Describe(_ *sheet.Quest, w *word) ([]string, error) {
	return []string{"about " + w.text, w.note}, nil
}

func (d *dictionary) Subject(w *word) view.Subject { return view.Subject{Names: []string{w.text}} }

func (d *dictionary) Open(w *word) tea.Cmd {
	if w.note == "" {
		return nil
	}
	return view.Send(view.Note{Text: w.text})
}

func (d *dictionary) Can(a keys.Action, _ *word, _ bool) view.Offer {
	if a == keys.Turn {
		return view.Because("words cannot be turned")
	}
	return view.No()
}

func (d *dictionary) Do(keys.Action, *word, bool) tea.Cmd { return nil }

// book shows a dictionary.
type book struct {
	*sheet.Screen[*word]
	asked []tea.Msg
	turn  uint64
}

func open(d *dictionary, width, height int) *book {
	shared := &view.Shared{Theme: theme.New(theme.Options{}), Glyphs: theme.NewGlyphs(false), Keys: keys.Default(), Zone: time.UTC, Running: context.Background()}
	b := &book{Screen: sheet.New(shared, d, func(to view.Screen) *sheet.List[*word] {
		return sheet.NewList(shared, to, &table.Schema[*word]{Key: (*word).ID, Compare: (*word).compare, Columns: []table.Column[*word]{
			sheet.Grow(sheet.Searched(sheet.Column("WORD", 5, 10, 0, func(w *word) string { return w.text }))),
			sheet.Hidden(sheet.Column("NOTE", 5, 10, 1, func(w *word) string { return w.note })),
		}, Fields: []table.Field[*word]{sheet.Field("note", "", func(w *word) string { return w.note })}}, 0)
	})}
	b.Resize(width, height)
	b.news()
	return b
}

func (b *book) news() {
	b.turn++
	b.run(b.Show(view.NewSnapshot().Next(&model.Report{Sequence: b.turn}, nil)))
}

func (b *book) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			b.run(c)
		}
	case view.For:
		b.run(b.Update(msg.Msg))
	case nil:
	default:
		b.asked = append(b.asked, msg)
	}
}

func (b *book) has(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		if text := ansi.Strip(b.View()); !strings.Contains(text, w) {
			t.Errorf("the screen lacks %q:\n%s", w, text)
		}
	}
}

func TestSheet(t *testing.T) {
	d := &dictionary{words: []word{{"beta", "second"}, {"alpha", "first"}, {"gamma", ""}}}
	b := open(d, 120, 20)
	viewtest.Exact(t, b.View(), 120, 20)
	b.has(t, "all words", "about alpha", "as far as it was read", "gamma")
	b.run(b.Do(keys.Down))
	b.has(t, "about beta", "second")
	b.run(b.Do(keys.Open))
	if len(b.asked) != 1 || b.asked[0].(view.Note).Text != "beta" {
		t.Errorf("enter asks for %v", b.asked)
	}
	// What changes keeps the place, and its text follows.
	d.words = []word{{"aaa", "new"}, {"alpha", "first"}, {"beta", "changed"}, {"gamma", ""}}
	b.news()
	b.has(t, "about beta", "changed", "aaa")
	b.run(b.Do(keys.Down))
	if o := b.Can(keys.Open); o.OK() {
		t.Error("gamma leads somewhere")
	}
	if o := b.Can(keys.Turn); o.OK() || o.Why == "" {
		t.Errorf("turn: %+v", o)
	}
	if got := b.Subject().Names; len(got) != 1 || got[0] != "gamma" {
		t.Errorf("at %v", got)
	}
	b.run(b.SetFilter("note:chan"))
	if rows := b.Lines(); len(rows) != 2 || !strings.HasPrefix(rows[1], "beta") {
		t.Errorf("rows %q", rows)
	}
	b.run(b.SetFilter("nothing"))
	b.has(t, "nothing passes the filter")
}

// TestNarrow holds that list and text take turns where there is no room for both.
func TestNarrow(t *testing.T) {
	b := open(&dictionary{words: []word{{"alpha", "first"}}}, 60, 15)
	if b.Deep() || strings.Contains(ansi.Strip(b.View()), "about") {
		t.Error("the text is shown at once")
	}
	b.run(b.Do(keys.NextPane))
	b.has(t, "about alpha")
	if !b.Deep() {
		t.Error("there is no way back")
	}
	b.run(b.Up())
	b.has(t, "WORD")
	for _, size := range [][2]int{{60, 15}, {99, 3}, {100, 9}, {1, 1}, {200, 50}} {
		b.Resize(size[0], size[1])
		viewtest.Exact(t, b.View(), size[0], size[1])
	}
}

func TestNothing(t *testing.T) {
	open(&dictionary{}, 80, 20).has(t, "no words")
	d := &dictionary{wrong: errors.New("the session has ended")}
	b := open(d, 80, 20)
	b.has(t, "the session has ended")
	b.news()
	if d.loads != 1 {
		t.Errorf("asked %d times after it went wrong", d.loads)
	}
}

// TestColumns holds that the columns that are said to be shown are those that are seen, and that who asks for more is told where they are.
func TestColumns(t *testing.T) {
	shared := &view.Shared{Theme: theme.New(theme.Options{}), Glyphs: theme.NewGlyphs(false), Keys: keys.Default(), Zone: time.UTC, Running: context.Background()}
	note := func(w *word) string { return w.note }
	l := sheet.NewList(shared, view.Screen(nil), &table.Schema[*word]{Key: (*word).ID, Compare: (*word).compare, Columns: []table.Column[*word]{
		sheet.Column("WORD", 10, 10, 0, func(w *word) string { return w.text }), sheet.Column("FIRST", 10, 10, 1, note), sheet.Column("SECOND", 10, 10, 2, note), sheet.Hidden(sheet.Column("THIRD", 10, 10, 3, note)),
	}}, 0)
	shown := func() string {
		var names []string
		for _, c := range l.Columns() {
			if c.Shown {
				names = append(names, c.Name)
			}
		}
		return strings.Join(names, " ")
	}
	right := func(want string) {
		t.Helper()
		if o := l.Can(keys.Right); o.OK() || o.Why != want {
			t.Errorf("right: %+v, want %q", o, want)
		}
	}
	l.Resize(30, 10)
	if got := shown(); got != "word first" {
		t.Errorf("said to be shown: %s", got)
	}
	right("2 more columns not shown: W shows all, | chooses")
	// To accept what is shown is no choice.
	l.SetColumns([]string{"word", "first"})
	l.Resize(60, 10)
	if got := shown(); got != "word first second" {
		t.Errorf("where there is more room: %s", got)
	}
	right("1 more column not shown: W shows all, | chooses")
	l.SetColumns([]string{"word", "third"})
	if got := shown(); got != "word third" {
		t.Errorf("chosen: %s", got)
	}
	l.SetColumns([]string{"word", "first", "second", "third"})
	right("all columns are shown")
	l.Do(keys.Wide)
	right("this is the last column")
}
