// Package findings is the screen that lists all findings, with what is selected beside the list where there is room.
package findings

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/view"
)

// Screen is the list of findings. It satisfies view.Screen, view.Filtered and view.Tabular.
type Screen struct {
	shared *view.Shared
	schema *table.Schema[*view.Row]
	table  *table.Table[*view.Row]
	side   *side

	width, height int
	// wanted is what is to be shown, shown what is; busy tells that an arrangement is being made.
	wanted, shown job
	busy          bool
}

// job is what an arrangement is made of.
type job struct {
	snapshot *view.Snapshot
	query    table.Query
}

// listedMsg brings an arrangement, settleMsg the end of the glow.
type listedMsg struct {
	job  job
	rows *table.Arrangement[*view.Row]
}

type settleMsg struct{}

// glowing is how long new rows glow and gone ones fade.
const glowing = 1500 * time.Millisecond

// New gives the list, empty until the first snapshot.
func New(shared *view.Shared) *Screen {
	s := &Screen{shared: shared, schema: newSchema(shared), side: newSide(shared)}
	s.table = table.New(s.schema, styles(shared), shared.Glyphs)
	s.wanted.query.Column = riskColumn
	s.wanted.snapshot, s.shown.snapshot = view.NewSnapshot(), view.NewSnapshot()
	return s
}

func styles(s *view.Shared) table.Styles {
	t := &s.Theme
	return table.Styles{
		Header: t.Header, Group: t.Strong, Faint: t.Faint, Selected: t.Selected, Resting: t.Resting,
		Marked: t.Marked, Glow: t.Glow, Gone: t.Gone, Match: t.Match,
	}
}

// Place names the list.
func (s *Screen) Place() view.Place { return view.Place{Screen: view.Findings} }

// Crumbs name the list, and what it is grouped by.
func (s *Screen) Crumbs() []string {
	if g := s.wanted.query.Group; g != "" {
		return []string{"findings", "by " + g}
	}
	return []string{"findings"}
}

// Aside counts what holds, by severity.
func (s *Screen) Aside() string {
	if c := s.shown.snapshot.Cover; c.Total() == 0 || c.Unreached(s.shown.snapshot.Report) {
		return ""
	}
	text := ""
	for _, severity := range model.Severities() {
		text += fmt.Sprintf("%s %d  ", severity.Letter(), s.shown.snapshot.Score.Holds[severity])
	}
	if n := s.shown.snapshot.Score.Undecided; n > 0 {
		text += fmt.Sprintf("undecided %d  ", n)
	}
	switch cover := s.shown.snapshot.Cover; {
	case !cover.Settled():
		text += "so far"
	case cover.Seen() < cover.Total():
		text += "of what could be seen"
	}
	return strings.TrimSpace(text)
}

// listWidth is the width of the list; the rest, less a line between them, is for what is selected.
func (s *Screen) listWidth() int {
	if !s.two() {
		return s.width
	}
	return s.width - s.sideWidth() - 1
}

// two tells that what is selected stands beside the list: where there is room, and not all columns are wanted.
func (s *Screen) two() bool { return view.TwoPanes(s.width) && !s.table.IsWide() }

func (s *Screen) sideWidth() int { return min(s.width*35/100, 68) }

// Resize lays the list and the side out.
func (s *Screen) Resize(width, height int) {
	s.width, s.height = width, height
	// A cell stays free before the line between the panes.
	s.table.Resize(s.listWidth()-map[bool]int{true: 1}[s.two()], height)
	s.side.resize(s.sideWidth(), height)
}

// Restyle takes the look anew.
func (s *Screen) Restyle() {
	s.table.SetStyles(styles(s.shared))
	s.table.SetGlyphs(s.shared.Glyphs)
	s.side.restyle()
}

// Show asks for the rows of a snapshot.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.wanted.snapshot = snapshot
	return s.arrange()
}

// arrange makes the next arrangement, unless one is being made or there is nothing to do.
func (s *Screen) arrange() tea.Cmd {
	if s.busy || s.wanted == s.shown {
		return s.look()
	}
	s.busy = true
	rows, from, to := s.table.Rows(), s.shown, s.wanted
	return view.Later(s, func() tea.Msg {
		next := rows
		if from.snapshot != to.snapshot {
			gone, come := from.snapshot.Changes(to.snapshot)
			// What is read for the first time, or comes with another choice of namespaces, is no news.
			if from.snapshot.Cover.Settled() && to.snapshot.Cover.Settled() && from.snapshot.Namespaces.Equal(to.snapshot.Namespaces) {
				next = next.Stir(gone, come)
			} else {
				next = next.Apply(gone, come)
			}
		}
		return listedMsg{to, next.With(to.query)}
	})
}

// Update takes what was made.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case listedMsg:
		s.busy, s.shown = false, msg.job
		s.table.Need(objectColumn, msg.job.snapshot.Widest)
		s.table.Show(msg.rows)
		// The glow first: where there is none, what is selected may change with the ghosts that go.
		glow := s.glow()
		return tea.Batch(glow, s.arrange())
	case settleMsg:
		s.table.Settle()
		return s.look()
	case sideMsg:
		s.side.take(msg)
		return s.look()
	}
	return nil
}

// glow ends the glow of new rows after a moment, or at once.
func (s *Screen) glow() tea.Cmd {
	switch {
	case !s.table.Unsettled():
	case !s.shared.Glow:
		s.table.Settle()
	default:
		return tea.Tick(glowing, func(time.Time) tea.Msg { return view.For{To: s, Msg: settleMsg{}} })
	}
	return nil
}

// look asks for what stands beside the list, where that is another row than before.
func (s *Screen) look() tea.Cmd {
	row, ok := s.table.Selected()
	if !ok {
		row = nil
	}
	if !s.two() {
		return nil
	}
	return s.side.look(s, row)
}

// View draws the list, and what is selected beside it.
func (s *Screen) View() string {
	list := s.list()
	if !s.two() {
		return list
	}
	return s.shared.Beside(list, s.side.view())
}

// Position says which rows of how many are in the window.
func (s *Screen) Position() string {
	rows := s.table.Rows()
	first, last := s.table.Span()
	text := fmt.Sprintf("%d-%d of %d", first, last, rows.Len())
	if rows.Len() == 0 {
		text = "0"
	}
	if rows.Len() != rows.Total() {
		text += fmt.Sprintf(" (%d in all)", rows.Total())
	}
	return text
}
