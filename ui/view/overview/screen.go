// Package overview is the first screen: what should I do first? It shows how bad it is, what to fix first, what has just
// changed, how each theme stands, and what could not be seen.
package overview

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
)

// Screen is the overview.
type Screen struct {
	shared        *view.Shared
	width, height int
	snapshot      *view.Snapshot
	focus         pane
	risk          rect
	places        [panes]place
	// rule is the column of the line between left and right; 0 where all panes are below each other.
	rule int

	fix      ranking
	ranking  bool
	changed  edits
	themes   []standing
	scanned  scanned
	coverage *view.Pager
	// formula says how the risk is counted, where there is room for it below the figure.
	formula []string
	// paths say how many paths of attack there are.
	paths []string
	// written tells for what the lines of the coverage were made.
	written struct {
		snapshot *view.Snapshot
		width    int
		formula  bool
	}
	// summary is the coverage in a few words.
	summary string
	lists   [panes]list
}

var _ view.Screen = (*Screen)(nil)

// New gives the screen of before the first report.
func New(shared *view.Shared) *Screen {
	return &Screen{shared: shared, snapshot: view.NewSnapshot(), coverage: view.NewPager(shared)}
}

// Place is the overview.
func (*Screen) Place() view.Place { return view.Place{Screen: view.Overview} }

// Crumbs is one name: the overview is where all ways begin.
func (*Screen) Crumbs() []string { return []string{view.Overview} }

// Aside is empty: all there is to say stands in the panes.
func (*Screen) Aside() string { return "" }

// Resize sets the size of what View draws.
func (s *Screen) Resize(width, height int) {
	s.width, s.height = max(0, width), max(0, height)
	s.arrange()
}

// Restyle draws the lines of the coverage anew; all else is drawn by View.
func (s *Screen) Restyle() {
	s.written.snapshot = nil
	s.arrange()
}

// Show takes the newest snapshot. What to fix first is found out by a command, one at a time.
func (s *Screen) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	s.themes = standings(snapshot, s.shared.Session.Rules())
	s.note()
	s.lists[themes].count = len(s.themes)
	news := s.take()
	s.arrange()
	return tea.Batch(s.rank(), s.glow(news))
}

// glowing is how long news glow.
const glowing = 1500 * time.Millisecond

// ranked brings what to fix first, and settled ends the glow of the edits up to a sequence number.
type (
	ranked struct {
		ranking ranking
		scanned scanned
	}
	settled struct{ upTo uint64 }
)

func (s *Screen) rank() tea.Cmd {
	if s.ranking || s.fix.of == s.snapshot {
		return nil
	}
	s.ranking = true
	snapshot, was, before, session, ctx := s.snapshot, s.fix, s.scanned, s.shared.Session, s.shared.Running
	return view.Later(s, func() tea.Msg {
		return ranked{rank(snapshot, was), countScanned(ctx, session, snapshot, before)}
	})
}

// glow lets new edits glow for a moment.
func (s *Screen) glow(news bool) tea.Cmd {
	if !news || !s.shared.Glow {
		s.changed.settle(s.changed.seen)
		return nil
	}
	end := view.For{To: s, Msg: settled{s.changed.seen}}
	return tea.Tick(glowing, func(time.Time) tea.Msg { return end })
}

// Update takes what commands found.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ranked:
		s.ranking = false
		old, l := s.fix, &s.lists[fix]
		s.fix, s.scanned = msg.ranking, msg.scanned
		s.note()
		l.refill(len(s.fix.owners), func() (int, bool) {
			if l.cursor >= len(old.owners) {
				return 0, false
			}
			return s.fix.find(old.owners[l.cursor].ref)
		})
		s.arrange()
		return s.rank()
	case settled:
		s.changed.settle(msg.upTo)
	}
	return nil
}

// find gives the place of an object.
func (r *ranking) find(ref model.Ref) (int, bool) {
	for i, o := range r.owners {
		if o.ref == ref {
			return i, true
		}
	}
	return 0, false
}

// owner is what is selected of what to fix first; nil where there is none.
func (s *Screen) owner() *owner {
	if i := s.lists[fix].cursor; i < len(s.fix.owners) {
		return s.fix.owners[i]
	}
	return nil
}
