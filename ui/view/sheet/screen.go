// Package sheet holds what screens have in common that answer one question: a list, and beside it what is to be said of the
// selected row.
package sheet

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Screen is the answer to a question. It satisfies view.Screen, view.Filtered and view.Tabular.
type Screen[R Row[R]] struct {
	shared *view.Shared
	topic  Topic[R]
	// broken says why nothing can be shown; nil where it can.
	broken error

	list *List[R]
	text *view.Pager
	// reading tells that the text has the focus.
	reading       bool
	width, height int

	snapshot, read *view.Snapshot
	answer         *Answer[R]
	loading        bool
	// asked is what was asked when it was loaded last.
	asked string
	side  side[R]
}

// Topic is what a sheet is about. Its methods are called on the loop, but for Load and Describe, which commands call.
type Topic[R Row[R]] interface {
	Place() view.Place
	Crumbs() []string
	// Load answers the question as of a snapshot. It gives the answer before where nothing has changed.
	Load(q *Quest, before *Answer[R]) (*Answer[R], error)
	// Describe writes what is to be said of a row.
	Describe(q *Quest, r R) ([]string, error)
	// Subject is what actions on a row are about.
	Subject(r R) view.Subject
	// Open goes to what a row leads to; nil where it leads nowhere.
	Open(r R) tea.Cmd
	// Can and Do are for actions that only this topic has. ok tells that a row is selected.
	Can(a keys.Action, r R, ok bool) view.Offer
	Do(a keys.Action, r R, ok bool) tea.Cmd
}

// Quest is what commands answer with. It shares nothing with the loop.
type Quest struct {
	// Ctx ends with the program.
	Ctx      context.Context //nolint:containedctx // that of the program, as in view.Shared
	Shared   view.Shared
	Snapshot *view.Snapshot
	// Width is that of the text.
	Width int
	// Asked is what a topic that can ask in several ways asks now.
	Asked string
}

// Asked is a topic that can ask in several ways, which Do changes. Another text means that it has to be loaded anew.
type Asked interface{ Asked() string }

// Answer is what a sheet shows. It is immutable.
type Answer[R Row[R]] struct {
	Batch *Batch[R]
	// Stamp is the topic's own mark of what the answer was made of.
	Stamp uint64
	// Aside stands at the end of the line of crumbs.
	Aside string
	// Said are the lines above the list, and Scope what the answer does not cover or rests on; "" for nothing.
	Said  []Remark
	Scope string
	// Empty says why there are no rows.
	Empty string
}

// Remark is a sentence that belongs to an answer. Bad tells that it must not be overlooked.
type Remark struct {
	Text string
	Bad  bool
}

// side is the text beside the list. It is made outside the loop, one row at a time.
type side[R Row[R]] struct {
	made  R
	ready bool
	wide  int
	busy  bool
	// looks counts the looks there were, and the answers: a text of an earlier one is of no use.
	looks int
}

type loaded[R Row[R]] struct {
	sheet  *Screen[R]
	answer *Answer[R]
	err    error
}

type described[R Row[R]] struct {
	sheet       *Screen[R]
	row         R
	width, look int
	lines       []string
	err         error
}

// New gives the screen of a topic, empty until the first snapshot, sorted by a column.
func New[R Row[R]](shared *view.Shared, t Topic[R], list func(to view.Screen) *List[R]) *Screen[R] {
	s := &Screen[R]{shared: shared, topic: t, text: view.NewPager(shared), snapshot: view.NewSnapshot()}
	s.list = list(s)
	return s
}

// List is the list of the screen.
func (s *Screen[R]) List() *List[R] { return s.list }

// Place is the question.
func (s *Screen[R]) Place() view.Place { return s.topic.Place() }

// Crumbs name it.
func (s *Screen[R]) Crumbs() []string { return s.topic.Crumbs() }

// Aside sums the answer up.
func (s *Screen[R]) Aside() string {
	if s.answer == nil {
		return ""
	}
	if !view.TwoPanes(s.width) && len(s.answer.Batch.rows) > 0 {
		return map[bool]string{false: "list 1/2", true: "text 2/2"}[s.reading]
	}
	return s.answer.Aside
}

// Show asks for the answer anew where something has changed.
func (s *Screen[R]) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	return tea.Batch(s.load(), s.look())
}

func (s *Screen[R]) quest() *Quest {
	return &Quest{Ctx: s.shared.Running, Shared: *s.shared, Snapshot: s.snapshot, Width: s.textWidth(), Asked: s.asks()}
}

func (s *Screen[R]) asks() string {
	if a, ok := s.topic.(Asked); ok {
		return a.Asked()
	}
	return ""
}

func (s *Screen[R]) load() tea.Cmd {
	if s.loading || s.broken != nil || s.snapshot == s.read && s.asked == s.asks() || s.snapshot.Report.Sequence == 0 {
		return nil
	}
	s.loading, s.read, s.asked = true, s.snapshot, s.asks()
	before, q, t := s.answer, s.quest(), s.topic
	return view.Later(s, func() tea.Msg {
		a, err := t.Load(q, before)
		return loaded[R]{s, a, err}
	})
}

// Take hands the message over.
func (m loaded[R]) Take() tea.Cmd {
	s := m.sheet
	s.loading = false
	if m.err != nil {
		s.fail(m.err)
		return nil
	}
	if s.answer != m.answer {
		s.side.ready = false
		s.side.looks++
	}
	s.answer = m.answer
	s.lay()
	return tea.Batch(s.list.Show(m.answer.Batch), s.load(), s.look())
}

// fail keeps why nothing can be shown. Where the session has ended what is shown is the last that there was.
func (s *Screen[R]) fail(err error) {
	if s.shared.Running.Err() == nil {
		s.broken = err
	}
}

// look asks for the text of the selected row, unless it is there or another is being made.
func (s *Screen[R]) look() tea.Cmd {
	r, ok := s.list.Selected()
	width := s.textWidth()
	if !ok && s.side.ready {
		// On the head of a group there is nothing to tell.
		s.side.ready = false
		s.text.SetLines(nil)
	}
	if !ok || s.side.busy || s.broken != nil || s.answer == nil || s.side.ready && Is(s.side.made, r) && s.side.wide == width {
		return nil
	}
	s.side.busy = true
	q, look, t := s.quest(), s.side.looks, s.topic
	return view.Later(s, func() tea.Msg {
		lines, err := t.Describe(q, r)
		return described[R]{s, r, width, look, lines, err}
	})
}

// Take hands the message over.
func (m described[R]) Take() tea.Cmd {
	s := m.sheet
	s.side.busy = false
	if m.err != nil {
		s.fail(m.err)
		return nil
	}
	if m.look == s.side.looks {
		other := !s.side.ready || s.side.made.ID() != m.row.ID()
		s.side.made, s.side.ready, s.side.wide = m.row, true, m.width
		if other {
			s.text.Top()
		}
		s.text.SetLines(m.lines)
	}
	return s.look()
}

// Update takes what commands bring.
func (s *Screen[R]) Update(msg tea.Msg) tea.Cmd {
	if t, ok := msg.(Taker); ok {
		return tea.Batch(t.Take(), s.look())
	}
	return nil
}
