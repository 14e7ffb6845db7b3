package images

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// topic is what all lists of this package have in common.
type topic struct {
	shared *view.Shared
	keeper *Keeper
	read   reader
	place  view.Place
}

// Place is the question.
func (t *topic) Place() view.Place { return t.place }

// list is the topic of all images.
type list struct {
	topic
	// apart tells that an image in several namespaces is a row in each.
	apart bool
	// screen is the one that shows it.
	screen *Screen
}

func (l *list) Crumbs() []string { return []string{view.Images} }

// byNamespace is what Asked says where an image in several namespaces is a row in each.
const byNamespace = "namespace"

// Asked is what Load answers.
func (l *list) Asked() string {
	if l.apart {
		return byNamespace
	}
	return ""
}

// Load lists the images.
func (l *list) Load(q *sheet.Quest, before *sheet.Answer[*item]) (*sheet.Answer[*item], error) {
	s, err := l.keeper.read(q.Ctx, l.read, q.Snapshot)
	if err != nil {
		return nil, err
	}
	with := newAbout(q, s)
	rows, all := make([]*item, 0, len(s.images)), make([]*item, 0, len(s.images))
	for _, i := range s.images {
		r := newItem(with, i, "")
		if r == nil {
			continue
		}
		all = append(all, r)
		if q.Asked != byNamespace {
			continue
		}
		for _, name := range i.Namespaces {
			if one := newItem(with, i, name); one != nil {
				rows = append(rows, one)
			}
		}
	}
	if q.Asked != byNamespace {
		rows = append(rows, all...)
	}
	c := newCoverage(q.Snapshot, all)
	var was *sheet.Batch[*item]
	if before != nil {
		was = before.Batch
	}
	a := &sheet.Answer[*item]{
		Batch: sheet.NewBatch(was, q.Asked, q.Snapshot.Cover.Settled(), rows, (*item).compare),
		Aside: view.Count(len(all), "image"), Empty: empty(q), Scope: scope(q),
	}
	if len(all) > 0 {
		a.Said = c.said(&q.Shared)
	}
	return steady(before, a), nil
}

// steady gives the answer before where another says the same.
func steady[R sheet.Row[R]](before, a *sheet.Answer[R]) *sheet.Answer[R] {
	if before != nil && before.Batch == a.Batch && before.Aside == a.Aside && before.Empty == a.Empty && before.Scope == a.Scope && slices.Equal(before.Said, a.Said) {
		return before
	}
	return a
}

func newAbout(q *sheet.Quest, s *survey) *about {
	with := &about{shared: &q.Shared, shown: q.Snapshot.Namespaces, exposed: s.exposed, signing: s.signing, found: map[model.Ref][]*model.Finding{}}
	for _, r := range q.Snapshot.Rows {
		if f := r.Finding; f.Rule.Theme == "images" {
			with.found[f.Object] = append(with.found[f.Object], f)
		}
	}
	return with
}

// empty says why there is no row, and never that nothing runs where that is not known.
func empty(q *sheet.Quest) string {
	pods, reason := schema.GroupKind{Kind: "Pod"}, reasonOf(q.Snapshot, "Pod")
	switch q.Snapshot.Cover.State(pods) {
	case model.Loading, "":
		return "pods are still loading: what runs is told once they are here"
	case model.Denied:
		return strings.TrimSuffix("pods may not be read, so nobody knows what runs: "+reason, ": ")
	case model.Partial, model.Absent:
		return strings.TrimSuffix("no pod was seen, and not all could be: "+reason, ": ")
	}
	if names := q.Snapshot.Namespaces.Names(); len(names) > 0 {
		return "no pods run in " + strings.Join(names, ", ")
	}
	return "no pods were seen: nothing runs"
}

// reasonOf says why not all objects of a kind were seen.
func reasonOf(s *view.Snapshot, kind string) string {
	for i := range s.Report.Coverage {
		if c := &s.Report.Coverage[i]; c.Kind.Group == "" && c.Kind.Kind == kind && c.State != model.Complete && c.Reason != "" {
			return c.Reason
		}
	}
	return ""
}

// scope says what the list does not cover.
func scope(q *sheet.Quest) string {
	var parts []string
	switch q.Snapshot.Cover.State(schema.GroupKind{Kind: "Pod"}) {
	case model.Denied, model.Partial:
		parts = append(parts, strings.TrimSuffix("not all pods were seen: "+reasonOf(q.Snapshot, "Pod"), ": "))
	}
	if s := q.Snapshot.Report.Rules["IM08"]; !s.Loading && s.Verdict != model.Yes && s.Reason != "" {
		parts = append(parts, s.Reason)
	}
	return strings.Join(parts, "; ")
}

// Subject is the first workload that runs it, with what was found of images on all that do.
func (l *list) Subject(r *item) view.Subject {
	sub := view.Subject{Findings: r.findings, Names: []string{nameOf(r.of)}}
	if len(r.uses) > 0 {
		sub.Object = r.uses[0].Owner
	}
	return sub
}

// Open goes to what is known of the image.
func (l *list) Open(r *item) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Image, Query: idOf(r.of)}})
}

// Can offers to scan.
func (l *list) Can(a keys.Action, r *item, ok bool) view.Offer {
	switch a {
	case keys.Scan:
		return l.canScan()
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return view.When(len(r.findings) > 0, "no finding of images is on what runs it").ByProgram()
		}
	}
	return view.No()
}

// Do scans.
func (l *list) Do(a keys.Action, r *item, ok bool) tea.Cmd {
	if a != keys.Scan {
		return nil
	}
	var one *item
	if ok {
		one = r
	}
	return l.askScan(one)
}

// Legend says what the signs mean.
func (l *list) Legend() []string { return legend() }

func legend() []string {
	return []string{
		"+ scanned: a report of this very image, not too old. ~ stale: it is. ! other digest: what was scanned is another image. x failed: the scan was. ? no evidence: nothing tells of a scan",
		"C H M L are vulnerabilities; " + unknown + " is that nobody tells how many. ! yes: a workload that runs it can be reached from outside",
		"signature: + verified, ~ unproven: demanded and not proven, x refuted: the check has failed, ? a policy could not be read",
		"filter: verdict: registry: repository: namespace: signature: exposed: workload: rule:",
	}
}
