// Package resources is the screen of what runs: namespaces, the owners of pods in them, and their pods, as a tree; with how
// well each is locked in.
package resources

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/view"
)

// Screen is the tree of resources. It satisfies view.Screen, view.Filtered and view.Tabular.
type Screen struct {
	shared *view.Shared
	maker  *maker
	table  *table.Table[*row]
	// columns are those of the table, which are as wide as what is in them.
	columns *table.Schema[*row]

	width, height int
	// wanted is what is to be shown, shape what is; busy tells that another shape is being made.
	wanted job
	shape  *shape
	busy   bool
	// ticking tells that an end of the glow is on its way.
	ticking bool
	// seek is the key of the row to be selected once it is there; reveal is the object that somebody asked for.
	seek   string
	reveal model.Ref
	side   side
	// marks are the marked items that are objects; nil where that has to be looked at anew.
	marks []*item
}

var (
	_ view.Screen   = (*Screen)(nil)
	_ view.Filtered = (*Screen)(nil)
	_ view.Tabular  = (*Screen)(nil)
)

// glowing is how long new rows glow and gone ones fade.
const glowing = 1500 * time.Millisecond

// shaped brings the shape that a job came to, settle the end of the glow.
type shaped struct {
	job   job
	shape *shape
	rows  *table.Arrangement[*row]
}

type settle struct{}

// New gives the screen, empty until the first snapshot.
func New(shared *view.Shared) *Screen {
	s := &Screen{shared: shared, maker: newMaker(shared), shape: newShape()}
	s.wanted = s.shape.job
	s.columns = own(s.maker.schema)
	s.table = table.New(s.columns, styles(shared), shared.Glyphs)
	s.table.Show(s.maker.schema.Arrange(nil, s.wanted.query()))
	return s
}

// Place names the screen.
func (*Screen) Place() view.Place { return view.Place{Screen: view.Resources} }

// Crumbs is one name.
func (*Screen) Crumbs() []string { return []string{view.Resources} }

// Aside counts what there is.
func (s *Screen) Aside() string {
	t, n := s.shape.tree, 0
	if t.nodes != nil {
		n = len(t.nodes.children)
	}
	if n == 0 && len(t.plots) == 0 {
		return ""
	}
	owners, pods := t.count()
	text := view.Count(len(t.plots), "namespace") + ", " + view.Count(owners, "owner") + ", " + view.Count(pods, "pod")
	if n > 0 {
		text = view.Count(n, "node") + ", " + text
	}
	if !t.snapshot.Cover.Settled() {
		text += " so far"
	}
	return text
}

// sideWidth is the width of what is said of the selected row; 0 where there is no room for it, or all columns are wanted.
func (s *Screen) sideWidth() int {
	if s.width < 120 || s.table.IsWide() {
		return 0
	}
	return min(s.width*38/100, 84)
}

func (s *Screen) listWidth() int {
	if w := s.sideWidth(); w > 0 {
		return s.width - w - 1
	}
	return s.width
}

// Resize lays the list out, and what stands beside and below it.
func (s *Screen) Resize(width, height int) {
	s.width, s.height = max(0, width), max(0, height)
	s.lay()
}

func (s *Screen) lay() {
	width := s.listWidth()
	if s.sideWidth() > 0 {
		// A cell is left free before the line.
		width--
	}
	s.table.Resize(width, s.height-len(s.below()))
}

// Restyle takes the look anew.
func (s *Screen) Restyle() {
	s.table.SetStyles(styles(s.shared))
	s.table.SetGlyphs(s.shared.Glyphs)
	s.side = side{}
	s.lay()
}

// Show asks for the tree of a snapshot.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.wanted.snapshot = snapshot
	return s.step()
}

// step makes the next shape, unless one is being made or there is nothing to do. What is wanted meanwhile comes after it.
func (s *Screen) step() tea.Cmd {
	if s.busy || s.wanted == s.shape.job {
		return nil
	}
	s.busy = true
	from, to, rows, m := s.shape, s.wanted, s.table.Rows(), s.maker
	return view.Later(s, func() tea.Msg {
		next, now := from.next(to, m, rows)
		return shaped{to, next, now}
	})
}

// Update takes what commands bring.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case shaped:
		s.busy = false
		if s.wanted.folds == msg.job.folds {
			s.wanted.folds = msg.shape.folds
		}
		s.take(msg)
		return tea.Batch(s.revealed(), s.step(), s.glow())
	case settle:
		s.ticking = false
		s.table.Settle()
		s.marks = nil
		return s.glow()
	}
	return nil
}

// take shows a shape. The selection stays on its row; where that was folded away it goes to what it was folded into, and
// where a filter took it away, to the first row that passes.
func (s *Screen) take(msg shaped) {
	selected, held := s.selected()
	filtered := msg.shape.filter != s.shape.filter
	s.shape = msg.shape
	s.table.Show(msg.rows)
	s.marks = nil
	s.lay()
	s.table.Need(nodeColumn, msg.shape.node)
	s.table.Need(statusColumn, msg.shape.status)
	s.figures(readyColumn, msg.shape.ready)
	s.figures(findingsColumn, msg.shape.counts)
	switch {
	case s.seek != "" && s.table.Select(s.seek):
		s.seek = ""
	case filtered && msg.shape.filter != "":
		if now, ok := s.selected(); !ok || now.way || !held || now.key != selected.key {
			s.firstHit()
		}
	case held:
		s.stay(selected)
	}
}

// firstHit selects the first row that passes the filter.
func (s *Screen) firstHit() {
	s.table.Home()
	for r := range s.table.Rows().All() {
		if !r.way {
			s.table.Select(r.key)
			return
		}
	}
}

// stay selects a row again, or the nearest above it that is shown. A row that is gone is left to the table.
func (s *Screen) stay(was *row) {
	now, ok := s.selected()
	if !ok || now.key == was.key || s.shape.tree.find(home(was.ref), was.key) == nil {
		return
	}
	for i := was.item; i != nil; i = i.parent {
		if s.table.Select(i.key) {
			return
		}
	}
}

// glow ends the glow of new rows after a moment, or at once.
func (s *Screen) glow() tea.Cmd {
	switch {
	case s.ticking || !s.table.Unsettled():
	case !s.shared.Glow:
		s.table.Settle()
	default:
		s.ticking = true
		return tea.Tick(glowing, func(time.Time) tea.Msg { return view.For{To: s, Msg: settle{}} })
	}
	return nil
}

// selected gives the row under the cursor.
func (s *Screen) selected() (*row, bool) {
	r, ok := s.table.Selected()
	return r, ok && r != nil
}

// Position says which rows of how many are in the window.
func (s *Screen) Position() string {
	n := s.table.Rows().Len()
	if n == 0 {
		return ""
	}
	first, last := s.table.Span()
	return fmt.Sprintf("%d-%d of %d", first, last, n)
}
