// Package enforce is the screen of a namespace as a level of the Pod Security Standards would see it: every owner of which it would
// refuse pods, and why.
package enforce

import (
	"cmp"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/podsecurity"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// The levels that refuse something.
const (
	Restricted = "restricted"
	Baseline   = "baseline"
)

// topic is what the sheet is about. It satisfies sheet.Topic and sheet.Asked.
type topic struct {
	shared *view.Shared
	place  view.Place
	level  string
}

// New gives the simulation of a namespace: the object of the place, at the level of its query.
func New(shared *view.Shared, p view.Place) view.Screen {
	t := &topic{shared: shared, place: p, level: Restricted}
	if p.Query == Baseline {
		t.level = Baseline
	}
	return sheet.New(shared, t, func(to view.Screen) *sheet.List[*violator] {
		return sheet.NewList(shared, to, schemaOf(shared), podsColumn)
	})
}

// Place is the question.
func (t *topic) Place() view.Place {
	p := t.place
	p.Query = t.level
	return p
}

// Crumbs name it.
func (t *topic) Crumbs() []string {
	return []string{"enforce", t.place.Object.Name, t.level}
}

// Asked is what Load answers.
func (t *topic) Asked() string { return t.level }

// other is the level that one can turn to.
func (t *topic) other() string {
	if t.level == Baseline {
		return Restricted
	}
	return Baseline
}

// Load simulates the namespace.
func (t *topic) Load(q *sheet.Quest, before *sheet.Answer[*violator]) (*sheet.Answer[*violator], error) {
	name := t.place.Object.Name
	sim, err := t.shared.Session.Enforce(q.Ctx, name, q.Asked)
	if err != nil {
		return nil, err
	}
	found := map[model.Ref][]*model.Finding{}
	for _, r := range q.Snapshot.Rows {
		if f := r.Finding; f.Object.Namespace == name {
			found[f.Object] = append(found[f.Object], f)
		}
	}
	rows := make([]*violator, len(sim.Violators))
	for i := range sim.Violators {
		rows[i] = newViolator(&sim.Violators[i], found[sim.Violators[i].Owner])
	}
	var batch *sheet.Batch[*violator]
	if before != nil {
		batch = before.Batch
	}
	a := &sheet.Answer[*violator]{
		Batch: sheet.NewBatch(batch, name+"\n"+q.Asked, true, rows, (*violator).compare),
		Empty: fmt.Sprintf("nothing in %s breaks %s", name, q.Asked),
		Said:  said(sim, len(rows)),
		Aside: sentence(sim),
	}
	if len(sim.Unknown) > 0 {
		a.Empty += ", as far as it was seen"
		a.Scope = "not seen: " + view.Few(sim.Unknown, 2)
	}
	return a, nil
}

// sentence counts what would be refused.
func sentence(sim *podsecurity.Simulation) string {
	pods := 0
	for i := range sim.Violators {
		pods += sim.Violators[i].Pods
	}
	return fmt.Sprintf("%d of %s, %d of %s would be refused", len(sim.Violators), view.Count(sim.Owners, "owner"), pods, view.Count(sim.Pods, "pod"))
}

// said is the answer in words.
func said(sim *podsecurity.Simulation, violators int) []sheet.Remark {
	now := "it enforces nothing now"
	if sim.Now != "" {
		now = "it enforces " + sim.Now + " now"
	}
	list := []sheet.Remark{{Text: sentence(sim) + fmt.Sprintf(", by %s at %s; %s", sim.Level, cmp.Or(sim.Version, "the newest version"), now), Bad: violators > 0}}
	if violators > 0 {
		list = append(list, sheet.Remark{Text: "pods that run go on; a new pod of these would not be made, also when one has to be replaced"})
	}
	return list
}

// Subject is the owner with what was found on it that breaks the level.
func (t *topic) Subject(v *violator) view.Subject {
	return view.Subject{Object: v.of.Owner, Findings: v.findings, Names: []string{v.of.Owner.String()}}
}

// Open goes to the owner.
func (t *topic) Open(v *violator) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: v.of.Owner}})
}

// Can offers to turn to the other level, and the fix of what breaks this one.
func (t *topic) Can(a keys.Action, v *violator, ok bool) view.Offer {
	switch a {
	case keys.Turn:
		return view.Yes()
	case keys.Enforce:
		return view.Because("this is it already")
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return view.When(len(v.findings) > 0, "no finding tells of what this breaks: enter shows the owner").ByProgram()
		}
	}
	return view.No()
}

// Do turns to the other level.
func (t *topic) Do(a keys.Action, _ *violator, _ bool) tea.Cmd {
	if a == keys.Turn {
		t.level = t.other()
	}
	return nil
}

// Label names what turning does here.
func (t *topic) Label(a keys.Action) (label, does string) {
	if a == keys.Turn {
		return t.other(), "show what " + t.other() + " would refuse"
	}
	return "", ""
}

// Legend says what the columns mean.
func (t *topic) Legend() []string {
	return []string{"NEW PODS: whether the template of the owner breaks the level, so that no new pod would be made; PODS counts those that run and break it"}
}

// checksOf names the checks that fail, each once.
func checksOf(v *podsecurity.Violator) string {
	var names []string
	seen := map[string]bool{}
	for _, b := range v.Breaks {
		if !seen[b.Check] {
			seen[b.Check] = true
			names = append(names, b.Check)
		}
	}
	return strings.Join(names, ", ")
}
