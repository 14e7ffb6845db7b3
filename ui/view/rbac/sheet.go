package rbac

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// sheet is a screen with the answer to one question: a list, and beside it what is to be said of the selected row. It satisfies
// view.Screen, view.Filtered and view.Tabular.
type sheet[R row[R]] struct {
	shared *view.Shared
	topic  topic[R]
	// broken says why nothing can be shown; nil where it can.
	broken error

	list *list[R]
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

// topic is what a sheet is about. Its methods are called on the loop, but for load and describe, which commands call.
type topic[R row[R]] interface {
	place() view.Place
	crumbs() []string
	// load answers the question in a world.
	load(to *loader, before *answer[R]) (*answer[R], error)
	// describe writes what is to be said of a row.
	describe(to *loader, r R) []string
	// subject is what actions on a row are about.
	subject(r R) view.Subject
	// open goes to what a row leads to; nil where it leads nowhere.
	open(r R) tea.Cmd
	// can and do are for actions that only this topic has.
	can(a keys.Action) view.Offer
	do(a keys.Action) tea.Cmd
	// rule is the id of the rule that explains a row; "" for none.
	rule(r R) string
}

// answer is what a sheet shows. It is immutable.
type answer[R row[R]] struct {
	batch *batch[R]
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
type side[R row[R]] struct {
	made  R
	ready bool
	wide  int
	busy  bool
	// looks counts the looks there were, and the worlds: a text of an earlier one is of no use.
	looks int
}

type loaded[R row[R]] struct {
	sheet  *sheet[R]
	world  *world
	answer *answer[R]
	err    error
}

type described[R row[R]] struct {
	sheet       *sheet[R]
	row         R
	width, look int
	lines       []string
}

func newSheet[R row[R]](shared *view.Shared, t topic[R]) *sheet[R] {
	s := &sheet[R]{shared: shared, topic: t, share: 46, text: view.NewPager(shared), snapshot: view.NewSnapshot(), world: newWorld()}
	return s
}

// Place is the question.
func (s *sheet[R]) Place() view.Place { return s.topic.place() }

// Crumbs name it.
func (s *sheet[R]) Crumbs() []string { return s.topic.crumbs() }

// Aside sums the answer up.
func (s *sheet[R]) Aside() string {
	if s.answer == nil {
		return ""
	}
	if !view.TwoPanes(s.width) && s.answer.batch != nil && len(s.answer.batch.rows) > 0 {
		return map[bool]string{false: "list 1/2", true: "text 2/2"}[s.reading]
	}
	return s.answer.aside
}

// Show asks for the answer anew where something has changed.
func (s *sheet[R]) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	return tea.Batch(s.load(), s.look())
}

func (s *sheet[R]) load() tea.Cmd {
	if s.loading || s.broken != nil || s.snapshot == s.read || s.snapshot.Report.Sequence == 0 {
		return nil
	}
	s.loading, s.read = true, s.snapshot
	from, now, before, to, t := s.world, s.snapshot, s.answer, s.loader(), s.topic
	return view.Later(s, func() tea.Msg {
		w, err := from.next(to.ctx, to.session, now)
		if err != nil || w == from && before != nil {
			return loaded[R]{s, from, before, err}
		}
		to.world = w
		a, err := t.load(to, before)
		return loaded[R]{s, w, a, err}
	})
}

func (s *sheet[R]) loader() *loader {
	return newLoader(s.shared, s.world, s.snapshot.Report, s.textWidth())
}

func (m loaded[R]) take() tea.Cmd {
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
	return tea.Batch(s.list.show(m.answer.batch), s.load(), s.look())
}

// look asks for the text of the selected row, unless it is there or another is being made.
func (s *sheet[R]) look() tea.Cmd {
	r, ok := s.list.selected()
	width := s.textWidth()
	if !ok && s.side.ready {
		// On the head of a group there is nothing to tell.
		s.side.ready = false
		s.text.SetLines(nil)
	}
	if !ok || s.side.busy || s.answer == nil || s.side.ready && s.side.made == r && s.side.wide == width {
		return nil
	}
	s.side.busy = true
	to, look, t := s.loader(), s.side.looks, s.topic
	return view.Later(s, func() tea.Msg { return described[R]{s, r, width, look, t.describe(to, r)} })
}

func (m described[R]) take() tea.Cmd {
	s := m.sheet
	s.side.busy = false
	if m.look == s.side.looks {
		other := !s.side.ready || s.side.made.id() != m.row.id()
		s.side.made, s.side.ready, s.side.wide = m.row, true, m.width
		if other {
			s.text.Top()
		}
		s.text.SetLines(m.lines)
	}
	return s.look()
}

// Update takes what commands bring.
func (s *sheet[R]) Update(msg tea.Msg) tea.Cmd {
	if t, ok := msg.(taker); ok {
		return tea.Batch(t.take(), s.look())
	}
	return nil
}

// textWidth is the width of the text.
func (s *sheet[R]) textWidth() int {
	if !view.TwoPanes(s.width) {
		return s.width
	}
	return min(s.width*s.share/100, 96)
}

func (s *sheet[R]) listWidth() int {
	if !view.TwoPanes(s.width) || s.list.wide() {
		return s.width
	}
	return s.width - s.textWidth() - 1
}

// Resize lays both out.
func (s *sheet[R]) Resize(width, height int) {
	s.width, s.height = max(0, width), max(0, height)
	s.lay()
}

func (s *sheet[R]) lay() {
	lines := max(0, s.height-len(s.above())-len(s.below()))
	width := s.listWidth()
	if width < s.width {
		width--
	}
	s.list.width(width, lines)
	s.text.Resize(s.textWidth(), lines)
	s.list.table.SetFocus(!s.reading)
}

// Restyle takes the look anew.
func (s *sheet[R]) Restyle() {
	s.list.restyle()
	s.side.ready = false
	s.side.looks++
	s.lay()
}

// above are the lines above the list: the answer in words.
func (s *sheet[R]) above() []string {
	if s.answer == nil || s.height < 10 {
		return nil
	}
	var lines []string
	const most = 4
	for _, r := range s.answer.said {
		style := s.shared.Theme.Text
		if r.bad {
			style = s.shared.Theme.Warn
		}
		for _, l := range s.shared.Wrap(r.text, s.width-2) {
			if len(lines) < most {
				lines = append(lines, " "+style.Render(l))
			}
		}
	}
	if len(lines) > 0 {
		lines = append(lines, s.shared.Theme.Rule.Render(strings.Repeat(s.shared.Glyphs.Rule, s.width)))
	}
	return lines
}

// below is the line that says what is not in the answer.
func (s *sheet[R]) below() []string {
	if s.height < 8 {
		return nil
	}
	t := &s.shared.Theme
	var parts []view.Part
	if s.answer != nil && s.answer.scope != "" {
		parts = append(parts, view.Part{Text: s.answer.scope, Style: t.Warn})
	}
	parts = append(parts, view.Part{Text: rbacOnly, Style: t.Faint, Rank: 1})
	line, _ := s.shared.Bar(s.width, parts...)
	return []string{line}
}

// View draws the list and the text beside it, or the one with the focus.
func (s *sheet[R]) View() string {
	above, below := s.above(), s.below()
	height := max(0, s.height-len(above)-len(below))
	var body string
	switch {
	case s.words() != "":
		style := s.shared.Theme.Faint
		if s.broken != nil {
			style = s.shared.Theme.Alarm
		}
		body = s.say(s.words(), style, height)
	case !view.TwoPanes(s.width) && s.reading:
		body = s.text.View()
	case s.listWidth() == s.width:
		body = view.Block(strings.Split(s.list.view(), "\n"), s.width, height)
	default:
		left := view.Block(strings.Split(s.list.view(), "\n"), s.listWidth(), height)
		body = s.shared.Beside(left, s.text.View())
	}
	lines := above
	if height > 0 {
		lines = append(lines, strings.Split(body, "\n")...)
	}
	return view.Block(append(lines, below...), s.width, s.height)
}

func (s *sheet[R]) say(words string, style lipgloss.Style, height int) string {
	var lines []string
	for _, l := range s.shared.Wrap(words, s.width-4) {
		lines = append(lines, "  "+style.Render(l))
	}
	return view.Block(lines, s.width, height)
}

// words says why there is nothing to list; "" where there is.
func (s *sheet[R]) words() string {
	switch {
	case s.broken != nil:
		return s.broken.Error()
	case s.answer == nil && s.snapshot.Cover.Unreached(s.snapshot.Report):
		return "cannot reach the server: " + s.snapshot.Cover.StaleWhy
	case s.answer == nil:
		return "asking" + s.shared.Glyphs.Charset.Ellipsis()
	case !s.list.empty():
		return ""
	case s.list.filter() != "":
		return "nothing passes the filter; " + s.shared.Keys.Show(keys.Back) + " takes it away"
	case len(s.answer.batch.rows) > 0:
		return "asking" + s.shared.Glyphs.Charset.Ellipsis()
	}
	return s.answer.empty
}
