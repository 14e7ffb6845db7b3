package paths

import (
	"cmp"
	"slices"
	"strings"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/theme"
	"canopy/ui/view"
)

// item is a row of a list of paths. It is immutable.
type item struct {
	path *attack.Path
	// of is the answer that it stands in, best the edit that ends the most paths of those that end this one; nil where none does.
	of   *reading
	best *model.Cut
	// What columns show is clean.
	from, to, route, steps string
}

func newItem(g *theme.Glyphs, p *attack.Path, of *reading) *item {
	i := &item{path: p, of: of, from: text.Clean(begins(p).ID), to: text.Clean(p.To.ID), route: route(g, p)}
	steps := make([]string, len(p.Hops))
	for n := range p.Hops {
		h := &p.Hops[n]
		steps[n] = h.Edge
		if h.Cut.Object.IsZero() {
			continue
		}
		cut := h.Cut
		if ranked, ok := of.cut(&cut); ok {
			cut = ranked
		}
		if i.best == nil || cut.Removes > i.best.Removes {
			i.best = &cut
		}
	}
	i.steps = strings.Join(steps, " ")
	return i
}

// begins is where a path begins: outside, where its first hop does.
func begins(p *attack.Path) attack.Node {
	if len(p.Hops) > 0 {
		return p.Hops[0].From
	}
	return p.From
}

// ID tells rows apart.
func (i *item) ID() string { return i.path.From.ID + "\n" + i.path.To.ID }

// Same tells whether another row says the same.
func (i *item) Same(o *item) bool {
	return i.removes() == o.removes() && i.of.all() == o.of.all() && alike(i.path, o.path)
}

// alike tells whether two paths are the same, with the same proof.
func alike(a, b *attack.Path) bool {
	return a == b || a.From == b.From && a.To == b.To && a.Cost == b.Cost && a.Risk == b.Risk && a.Confidence == b.Confidence && slices.EqualFunc(a.Hops, b.Hops, func(x, y attack.Hop) bool {
		return x.Edge == y.Edge && x.From == y.From && x.To == y.To && x.Confidence == y.Confidence && x.Reason == y.Reason && x.Cut == y.Cut &&
			x.Proof.Summary == y.Proof.Summary && x.Proof.Object == y.Proof.Object && x.Proof.Match == y.Proof.Match && x.Proof.Role == y.Proof.Role
	})
}

// removes counts the paths that the best edit ends.
func (i *item) removes() int {
	if i.best == nil {
		return 0
	}
	return i.best.Removes
}

// severity gives the risk of a path the style of a severity.
func (i *item) severity() model.Severity {
	switch r := i.path.Risk; {
	case r >= 80:
		return model.Critical
	case r >= 60:
		return model.High
	case r >= 40:
		return model.Medium
	}
	return model.Low
}

// compare goes by risk, then by cost, then by the ends.
func (i *item) compare(o *item) int {
	return cmp.Or(cmp.Compare(o.path.Risk, i.path.Risk), cmp.Compare(i.path.Cost, o.path.Cost), cmp.Compare(len(i.path.Hops), len(o.path.Hops)), cmp.Compare(i.ID(), o.ID()))
}

// within tells whether a path has to do with the namespaces that are shown.
func within(shown view.Namespaces, p *attack.Path) bool {
	if shown == nil || shown.Show(p.From.Ref) && !p.From.Ref.IsZero() {
		return true
	}
	return slices.ContainsFunc(p.Hops, func(h attack.Hop) bool { return shown.Show(h.To.Ref) || shown.Show(h.Proof.Object) })
}
