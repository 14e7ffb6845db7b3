package paths

import (
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

func ref(kind, namespace, name string) model.Ref { return model.KindByName(kind).Ref(namespace, name) }

// steps are the steps of attack, read once for all tests.
var steps = sync.OnceValues(catalogue.Edges)

// play is a screen with a session, and what it asked the program for.
type play struct {
	view.Screen
	t       testing.TB
	session *viewtest.Session
	shared  *view.Shared
	keeper  *Keeper
	attack  *viewtest.Attack
	// known is what a report says of the graph; sequence and digest are those of the newest.
	known            *model.Attack
	sequence, digest uint64
	coverage         []model.Coverage
	shown            view.Namespaces
	asked            []tea.Msg
}

func newPlay(t testing.TB) *play {
	t.Helper()
	p := &play{t: t, session: viewtest.Cluster(t), keeper: &Keeper{Edges: steps}, attack: viewtest.Paths(), digest: 1, known: &model.Attack{Known: true, Sources: 57}}
	p.session.Attack = p.attack
	p.shared = p.session.Shared()
	p.shared.Glow = false
	return p
}

// at opens a place.
func (p *play) at(place view.Place, width, height int) *play {
	p.t.Helper()
	if p.Screen = Open(p.shared, p.keeper, place); p.Screen == nil {
		p.t.Fatalf("no screen for %+v", place)
	}
	p.Resize(width, height)
	p.news()
	return p
}

func (p *play) snapshot() *view.Snapshot {
	p.sequence++
	r := *p.session.Report()
	r.Sequence, r.Digest, r.Attack = p.sequence, p.digest, p.known
	if p.coverage != nil {
		r.Coverage = p.coverage
	}
	return view.NewSnapshot().Next(&r, p.shown)
}

func (p *play) news() { p.run(p.Show(p.snapshot())) }

// changed brings a report in which something is different.
func (p *play) changed() {
	p.digest++
	p.news()
}

func (p *play) run(cmd tea.Cmd) { p.asked = append(p.asked, viewtest.Run(cmd)...) }

func (p *play) press(actions ...keys.Action) {
	p.t.Helper()
	for _, a := range actions {
		if o := p.Can(a); !o.OK() {
			p.t.Fatalf("%s: %+v", a, o)
		}
		p.run(p.Do(a))
		p.View()
	}
}

func (p *play) newest() tea.Msg {
	p.t.Helper()
	if len(p.asked) == 0 {
		p.t.Fatal("nothing was asked for")
	}
	return p.asked[len(p.asked)-1]
}

// goes gives the place that was asked for last.
func (p *play) goes() view.Place {
	p.t.Helper()
	g, ok := p.newest().(view.Go)
	if !ok {
		p.t.Fatalf("asked for %+v", p.newest())
	}
	return g.Place
}

// pick takes an item of the list that was opened last, by its text.
func (p *play) pick(text string) {
	p.t.Helper()
	list, ok := p.newest().(view.Pick)
	if !ok {
		p.t.Fatalf("asked for %+v", p.newest())
	}
	for i, item := range list.Items {
		if item.Text == text {
			p.run(list.Done([]int{i}))
			return
		}
	}
	p.t.Fatalf("%s is not among %+v", text, list.Items)
}

func (p *play) has(want ...string) { p.t.Helper(); viewtest.Has(p.t, p, want...) }

func (p *play) rows() []string { return viewtest.Rows(p.Screen) }

func (p *play) golden(name string) { p.t.Helper(); viewtest.Sizes(p.t, p, name, func() { p.news() }) }

var (
	toAdmin = view.Place{Screen: view.Path, Source: "internet", Goal: "cluster-admin"}
	ofWeb   = view.Place{Screen: view.Blast, Source: "shop/Deployment/web"}
)
