package paths

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/view"
)

// Route draws one path, hop by hop, and the other routes of its pair. It is a view.Screen.
type Route struct {
	shared *view.Shared
	keeper *Keeper
	in     inquiry
	// wanted is how many routes are asked for.
	wanted int
	// broken says why nothing can be shown; nil where it can.
	broken error

	snapshot *view.Snapshot
	// state is what was answered; nil until something was. at is the route that is shown, stop the selected node or hop of it.
	state *routes
	at    int
	stop  int
	// asked is what state, or what is on its way, is of; busy tells that something is on its way.
	asked routeKey
	busy  bool
	// onward tells that the next route is to be shown once it is there.
	onward bool

	drawn drawing
	// top is the first line in the window.
	top  int
	text *view.Pager
	// told is where in the text things stand, reading that it has the focus.
	told          section
	reading       bool
	width, height int
}

// routeKey is what routes are asked by.
type routeKey struct {
	basis  basis
	wanted int
}

// routes are the ways of a pair. They are immutable.
type routes struct {
	list   []attack.Path
	more   bool
	wrong  string
	ranked *reading
	edges  map[string]*model.Edge
	clock  string
}

// found brings what was asked for.
type found struct {
	routes *routes
	err    error
}

// routesFirst is how many routes are asked for at first, and how many more on demand.
const routesFirst = 5

func newRoute(shared *view.Shared, keeper *Keeper, p view.Place) *Route {
	return &Route{shared: shared, keeper: keeper, in: inquiryOf(p), wanted: routesFirst, snapshot: view.NewSnapshot(), text: view.NewPager(shared)}
}

// Place is the pair.
func (s *Route) Place() view.Place { return s.in.place(view.Path) }

// Crumbs name the pair.
func (s *Route) Crumbs() []string {
	return []string{view.Paths, s.in.source + " " + s.shared.Glyphs.ArrowRight + " " + idWord(s.in.goal, attack.ClusterAdmin.ID)}
}

// Aside says which of the routes it is, what it costs and how sure it is.
func (s *Route) Aside() string {
	p := s.path()
	if p == nil {
		return ""
	}
	plus := ""
	if s.state.more {
		plus = "+"
	}
	return fmt.Sprintf("route %d of %d%s, cost %d, %s", s.at+1, len(s.state.list), plus, p.Cost, p.Confidence)
}

// path is the route that is shown; nil where there is none.
func (s *Route) path() *attack.Path {
	if s.state == nil || s.at >= len(s.state.list) {
		return nil
	}
	return &s.state.list[s.at]
}

// hop is the selected hop; nil where it is a node.
func (s *Route) hop() *attack.Hop {
	if p := s.path(); p != nil {
		return hopAt(p, s.stop)
	}
	return nil
}

// node is the selected node, or the one that the selected hop begins at.
func (s *Route) node() attack.Node {
	if p := s.path(); p != nil {
		return nodeAt(p, s.stop)
	}
	return attack.Node{}
}

// Show asks for the routes anew where the graph may have changed.
func (s *Route) Show(snapshot *view.Snapshot) tea.Cmd {
	s.snapshot = snapshot
	return s.load()
}

func (s *Route) load() tea.Cmd {
	key := routeKey{basisOf(s.snapshot.Report), s.wanted}
	if s.busy || s.broken != nil || !s.snapshot.Cover.Settled() || s.asked == key {
		return nil
	}
	s.busy, s.asked = true, key
	shared, keeper, snapshot, in, k := *s.shared, s.keeper, s.snapshot, s.in, s.wanted
	return view.Later(s, func() tea.Msg {
		r, err := readRoutes(shared.Running, &shared, keeper, snapshot, in, k)
		return found{r, err}
	})
}

// readRoutes asks for the routes of a pair, and for what ends the paths to its goal.
func readRoutes(ctx context.Context, shared *view.Shared, keeper *Keeper, snapshot *view.Snapshot, in inquiry, k int) (*routes, error) {
	edges, err := keeper.catalogued()
	if err != nil {
		return nil, err
	}
	r := &routes{edges: edges, clock: shared.Clock(snapshot.Report.Time)}
	if err := ask(ctx, shared.Session, func(a attack.Asker) {
		var from, to attack.Node
		if from, to, r.wrong = ends(a, in); r.wrong == "" {
			r.list, r.more = a.Routes(from, to, k, in.lateral)
		}
	}); err != nil {
		return nil, err
	}
	r.ranked, err = keeper.read(ctx, shared.Session, snapshot, inquiry{goal: in.goal, lateral: in.lateral, limit: listed})
	return r, err
}

// Update takes what was asked for.
func (s *Route) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(found)
	if !ok {
		return nil
	}
	s.busy = false
	if m.err != nil {
		if s.shared.Running.Err() == nil {
			s.broken = m.err
		}
		return nil
	}
	s.take(m.routes)
	if s.onward && s.at+1 < len(s.state.list) {
		s.turn(1)
	}
	s.onward = false
	return s.load()
}

// take shows other routes. The one that is shown stays, and so does what is selected in it, as long as there is such a thing.
func (s *Route) take(r *routes) {
	was, stop := s.path(), s.stop
	s.state = r
	if was == nil {
		s.at, s.stop, s.top = 0, 0, 0
		s.draw()
		return
	}
	s.at = min(s.at, max(0, len(r.list)-1))
	for i := range r.list {
		if trace(&r.list[i]) == trace(was) {
			s.at = i
			break
		}
	}
	s.stop = 0
	if p := s.path(); p != nil {
		s.stop = min(stop, stopsOf(p)-1)
		for i := range stopsOf(p) {
			if i%2 == stop%2 && nodeAt(p, i).ID == nodeAt(was, stop).ID && edgeAt(p, i) == edgeAt(was, stop) {
				s.stop = i
				break
			}
		}
	}
	s.draw()
}

// trace tells routes apart.
func trace(p *attack.Path) string {
	var b strings.Builder
	b.WriteString(p.From.ID)
	for i := range p.Hops {
		b.WriteString("\n" + p.Hops[i].Edge + "\n" + p.Hops[i].To.ID)
	}
	return b.String()
}

func edgeAt(p *attack.Path, stop int) string {
	if h := hopAt(p, stop); h != nil {
		return h.Edge
	}
	return ""
}

// turn goes to another route.
func (s *Route) turn(by int) {
	s.at += by
	s.stop, s.top = 0, 0
	s.draw()
}

// wrong says why nothing is drawn; "" where something is.
func (s *Route) wrong() string {
	switch {
	case s.broken != nil:
		return s.broken.Error()
	case s.state == nil && s.snapshot.Cover.Unreached(s.snapshot.Report):
		return "cannot reach the server: " + s.snapshot.Cover.StaleWhy
	case s.state == nil && !s.snapshot.Cover.Settled() && s.snapshot.Report.Sequence > 0:
		return waiting(s.snapshot)
	case s.state == nil:
		return "asking" + s.shared.Glyphs.Charset.Ellipsis()
	case s.path() != nil:
		return ""
	}
	return cmp.Or(s.state.wrong, "no path leads from "+s.in.source+" to "+idWord(s.in.goal, attack.ClusterAdmin.ID)+" any more, as far as all was read")
}
