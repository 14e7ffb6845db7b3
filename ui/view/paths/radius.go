package paths

import (
	"cmp"
	"fmt"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/attack"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// blast is the topic of what one thing can come to reach.
type blast struct {
	shared *view.Shared
	keeper *Keeper
	place  view.Place
	last   atomic.Pointer[radius]
}

// radius is what was answered. It is immutable.
type radius struct {
	basis   basis
	serial  uint64
	from    attack.Node
	blast   attack.Blast
	into    attack.Answer
	unknown string
	wrong   string
}

// name is how the thing is asked for.
func (t *blast) name() string {
	if t.place.Source != "" {
		return t.place.Source
	}
	return t.place.Object.String()
}

// start is the id of the node, once it was found.
func (t *blast) start() string {
	if r := t.last.Load(); r != nil {
		return r.from.ID
	}
	return t.place.Source
}

// Place is the thing.
func (t *blast) Place() view.Place { return t.place }

// Crumbs name it.
func (t *blast) Crumbs() []string { return []string{"blast radius", t.name()} }

// ask asks anew where the graph may have changed.
func (t *blast) ask(q *sheet.Quest) (*radius, error) {
	now := basisOf(q.Snapshot.Report)
	old := t.last.Load()
	if old != nil && old.basis == now {
		return old, nil
	}
	r := &radius{basis: now}
	err := ask(q.Ctx, q.Shared.Session, func(a attack.Asker) {
		var ok bool
		if r.from, ok = a.Find(t.name()); ok {
			r.blast, ok = a.Blast(r.from)
		}
		if !ok {
			r.wrong = "there is no " + t.name() + " in the graph of attacks: nothing begins at it as far as all was read"
			return
		}
		r.into = a.Paths(attack.Question{To: r.from, Limit: listed, Plain: true})
	})
	if err != nil {
		return nil, err
	}
	r.unknown = r.blast.Unknown
	if a := q.Snapshot.Report.Attack; a != nil && !a.Known {
		r.unknown = cmp.Or(r.unknown, a.Missing)
	}
	r.serial = 1
	if old != nil {
		r.serial = old.serial + 1
	}
	t.last.Store(r)
	return r, nil
}

// Load counts what is reached, and lists it by groups.
func (t *blast) Load(q *sheet.Quest, before *sheet.Answer[*reach]) (*sheet.Answer[*reach], error) {
	if !q.Snapshot.Cover.Settled() {
		return &sheet.Answer[*reach]{Batch: sheet.NewBatch(nil, "", false, nil, (*reach).compare), Empty: waiting(q.Snapshot)}, nil
	}
	r, err := t.ask(q)
	if err != nil {
		return nil, err
	}
	if before != nil && before.Stamp == r.serial {
		return before, nil
	}
	rows := reaches(&q.Shared.Glyphs, &r.blast, r.into.Paths)
	a := &sheet.Answer[*reach]{Stamp: r.serial, Said: r.said(), Empty: r.none(), Aside: view.Count(len(rows), "row")}
	a.Batch = sheet.NewBatch(before.Before(), "blast", true, rows, (*reach).compare)
	return sheet.Steady(before, a), nil
}

// said sums up what the groups do not say, which are counted by themselves.
func (r *radius) said() []sheet.Remark {
	if r.wrong != "" {
		return nil
	}
	b := &r.blast
	var out []sheet.Remark
	if b.Admin {
		out = append(out, sheet.Remark{Text: "it comes to hold all of the cluster; below is what it reaches without that", Bad: true})
	}
	if r.unknown != "" {
		out = append(out, sheet.Remark{Text: "not known: " + r.unknown + ": it may reach more", Bad: true})
	}
	var words []string
	if !b.Identity.IsZero() {
		words = append(words, fmt.Sprintf("begins as %s with %s", b.Identity, view.Count(b.Verbs, "permission")))
	}
	if b.Paths > 0 {
		words = append(words, "reaches "+view.Count(b.Paths, "goal"))
	}
	if b.Sources > 0 {
		words = append(words, view.Count(b.Sources, "source")+" of paths can get to it")
	}
	if r.into.More > 0 {
		words = append(words, fmt.Sprintf("%d more than are listed", r.into.More))
	}
	if len(words) > 0 {
		out = append(out, sheet.Remark{Text: strings.Join(words, ", ")})
	}
	return out
}

// none says why there are no rows.
func (r *radius) none() string {
	switch {
	case r.wrong != "":
		return r.wrong
	case r.unknown != "":
		return "nothing was found that it reaches, but not all was read"
	}
	return "nothing was found that it reaches, nor what gets to it, by the permissions, pods, Secrets, nodes and ways in that were read"
}

// Can offers the paths from it, and to it.
func (t *blast) Can(a keys.Action, r *reach, ok bool) view.Offer {
	switch a {
	case keys.Source:
		return view.When(t.start() != "", "it was not found")
	case keys.Goal:
		return view.When(t.start() != "", "it was not found")
	case keys.Cuts:
		l := t.last.Load()
		return view.When(l != nil && l.blast.Admin, "no path leads from it to cluster-admin")
	case keys.YAML, keys.Related, keys.Owner:
		if ok && r.node.Ref.IsZero() {
			return view.Because("what is selected is no object")
		}
	}
	return view.No()
}

// Do goes to them.
func (t *blast) Do(a keys.Action, _ *reach, _ bool) tea.Cmd {
	p := view.Place{Screen: view.Paths, Source: t.start()}
	switch a {
	case keys.Goal:
		p = view.Place{Screen: view.Paths, Goal: t.start()}
	case keys.Cuts:
		p.Screen = view.Cuts
	}
	return view.Send(view.Go{Place: p})
}

// Label names what keys do here.
func (t *blast) Label(a keys.Action) (label, does string) {
	switch a {
	case keys.Open:
		return "way", "open a group, or the way to what is selected"
	case keys.Source:
		return "paths from it", "list the paths that begin at it"
	case keys.Goal:
		return "paths to it", "list the paths that lead to it"
	}
	return "", ""
}

// Legend explains the columns.
func (t *blast) Legend() []string {
	return []string{
		"COST is how hard it is to get there, by the cheapest way, HOPS how many steps that has; what it talks to supposes that what listens there can be exploited",
		"filter: part: type: ns: sure:",
	}
}
