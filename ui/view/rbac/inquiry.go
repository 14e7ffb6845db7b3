package rbac

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// inquiry is a screen with the answer to one question: a list, and beside it what is to be said of the selected row. It satisfies
// view.Screen, view.Filtered and view.Tabular.
type inquiry[R sheet.Row[R]] struct {
	shared *view.Shared
	keeper *Keeper
	topic  topic[R]
	// broken says why nothing can be shown; nil where it can.
	broken error

	list *sheet.List[R]
	text *view.Pager
	// reading tells that the text has the focus.
	reading       bool
	width, height int
	// share is how much of the width the text gets, in hundredths.
	share int

	snapshot, read *view.Snapshot
	world          *world
	answer         *answer[R]
	loading        bool
	side           side[R]
}

// topic is what a sheet is about. Its methods are called on the loop, but for Load and Describe, which commands call.
type topic[R sheet.Row[R]] interface {
	Place() view.Place
	Crumbs() []string
	// Load answers the question in a world.
	Load(to *loader, before *answer[R]) (*answer[R], error)
	// Describe writes what is to be said of a row.
	Describe(to *loader, r R) []string
	// Subject is what actions on a row are about.
	Subject(r R) view.Subject
	// Open goes to what a row leads to; nil where it leads nowhere.
	Open(r R) tea.Cmd
	// Can and Do are for actions that only this topic has.
	Can(a keys.Action) view.Offer
	Do(a keys.Action) tea.Cmd
	// Rule is the id of the rule that explains a row; "" for none.
	Rule(r R) string
}

// answer is what a sheet shows. It is immutable.
type answer[R sheet.Row[R]] struct {
	batch *sheet.Batch[R]
	// aside stands at the end of the line of crumbs.
	aside string
	// said are the lines above the list, and scope what the answer does not cover; "" where it covers all.
	said  []remark
	scope string
	// empty says why there are no rows.
	empty string
}

// remark is a sentence that belongs to an answer. Bad tells that it must not be overlooked.
type remark struct {
	text string
	bad  bool
}

// side is the text beside the list. It is made outside the loop, one row at a time.
type side[R sheet.Row[R]] struct {
	made  R
	ready bool
	wide  int
	busy  bool
	// looks counts the looks there were, and the worlds: a text of an earlier one is of no use.
	looks int
}

type loaded[R sheet.Row[R]] struct {
	sheet  *inquiry[R]
	world  *world
	answer *answer[R]
	err    error
}

type described[R sheet.Row[R]] struct {
	sheet       *inquiry[R]
	row         R
	width, look int
	lines       []string
}

func newInquiry[R sheet.Row[R]](shared *view.Shared, keeper *Keeper, t topic[R]) *inquiry[R] {
	s := &inquiry[R]{shared: shared, keeper: keeper, topic: t, share: 46, text: view.NewPager(shared), snapshot: view.NewSnapshot(), world: newWorld()}
	return s
}

// Place is the question.
func (s *inquiry[R]) Place() view.Place { return s.topic.Place() }

// Crumbs name it.
func (s *inquiry[R]) Crumbs() []string { return s.topic.Crumbs() }

// Aside sums the answer up.
func (s *inquiry[R]) Aside() string {
	if s.answer == nil {
		return ""
	}
	if !view.TwoPanes(s.width) && s.answer.batch != nil && len(s.answer.batch.Rows()) > 0 {
		return map[bool]string{false: "list 1/2", true: "text 2/2"}[s.reading]
	}
	return s.answer.aside
}

// Show asks for the answer anew where something has changed.
func (s *inquiry[R]) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	return tea.Batch(s.load(), s.look())
}

func (s *inquiry[R]) load() tea.Cmd {
	if s.loading || s.broken != nil || s.snapshot == s.read || s.snapshot.Report.Sequence == 0 {
		return nil
	}
	s.loading, s.read = true, s.snapshot
	from, now, before, to, t := s.world, s.snapshot, s.answer, s.loader(), s.topic
	return view.Later(s, func() tea.Msg {
		w, err := s.keeper.next(to.ctx, to.session, now)
		if err != nil || w == from && before != nil {
			return loaded[R]{s, from, before, err}
		}
		to.world = w
		a, err := t.Load(to, before)
		return loaded[R]{s, w, a, err}
	})
}

func (s *inquiry[R]) loader() *loader {
	return newLoader(s.shared, s.world, s.snapshot.Report, s.textWidth())
}

func (m loaded[R]) Take() tea.Cmd {
	s := m.sheet
	s.loading = false
	if m.err != nil {
		if s.shared.Running.Err() == nil {
			s.broken = m.err
		}
		return nil
	}
	if s.world != m.world {
		s.side.ready = false
		s.side.looks++
	}
	s.world, s.answer = m.world, m.answer
	s.lay()
	return tea.Batch(s.list.Show(m.answer.batch), s.load(), s.look())
}

// look asks for the text of the selected row, unless it is there or another is being made.
func (s *inquiry[R]) look() tea.Cmd {
	r, ok := s.list.Selected()
	width := s.textWidth()
	if !ok && s.side.ready {
		// On the head of a group there is nothing to tell.
		s.side.ready = false
		s.text.SetLines(nil)
	}
	if !ok || s.side.busy || s.answer == nil || s.side.ready && sheet.Is(s.side.made, r) && s.side.wide == width {
		return nil
	}
	s.side.busy = true
	to, look, t := s.loader(), s.side.looks, s.topic
	return view.Later(s, func() tea.Msg { return described[R]{s, r, width, look, t.Describe(to, r)} })
}

func (m described[R]) Take() tea.Cmd {
	s := m.sheet
	s.side.busy = false
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
func (s *inquiry[R]) Update(msg tea.Msg) tea.Cmd {
	if t, ok := msg.(sheet.Taker); ok {
		return tea.Batch(t.Take(), s.look())
	}
	return nil
}
