package images

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/image"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// use is a row: a container that runs an image. It is immutable.
type use struct {
	of      image.Use
	exposed bool
	// object, container and reference are clean.
	object, container, reference, nodes string
	findings                            []*model.Finding
}

// ID tells rows apart.
func (u *use) ID() string {
	return u.of.Owner.Group + "\n" + u.of.Owner.String() + "\n" + string(u.of.Type) + "\n" + u.of.Container + "\n" + u.of.Reference
}

// Same tells whether another row says the same.
func (u *use) Same(o *use) bool {
	return u.exposed == o.exposed && sameUse(u.of, o.of) && slices.Equal(u.findings, o.findings)
}

func (u *use) compare(o *use) int {
	return cmp.Or(last(!u.exposed, !o.exposed), u.of.Owner.Compare(o.of.Owner), cmp.Compare(u.ID(), o.ID()))
}

// uses is the topic of what runs one image.
type uses struct{ topic }

func (t *uses) Crumbs() []string {
	return []string{view.Images, t.keeper.name(t.place.Query), "workloads"}
}

// Load lists the containers.
func (t *uses) Load(q *sheet.Quest, before *sheet.Answer[*use]) (*sheet.Answer[*use], error) {
	s, err := t.keeper.read(q.Ctx, t.read, q.Snapshot)
	if err != nil {
		return nil, err
	}
	var was *sheet.Batch[*use]
	if before != nil {
		was = before.Batch
	}
	var rows []*use
	i, with := s.byID[t.place.Query], newAbout(q, s)
	if i != nil {
		for _, u := range i.Uses {
			if with.shown.Show(u.Owner) {
				rows = append(rows, &use{
					of: u, exposed: s.exposed[u.Owner], object: text.Clean(u.Owner.String()), container: text.Clean(u.Container),
					reference: text.Clean(u.Reference), nodes: text.Clean(strings.Join(u.Nodes, ", ")), findings: with.found[u.Owner],
				})
			}
		}
	}
	return steady(before, &sheet.Answer[*use]{
		Batch: sheet.NewBatch(was, t.place.Query, q.Snapshot.Cover.Settled(), rows, (*use).compare),
		Aside: view.Count(len(rows), "container"), Empty: "this image does not run, or not in the namespaces that are shown",
	}), nil
}

func useSchema(s *view.Shared) *table.Schema[*use] {
	outside := sheet.Column("EXP", 5, 5, 0, func(u *use) string {
		if u.exposed {
			return "! yes"
		}
		return ""
	})
	outside.Name = "exposed"
	outside.Style = func(*use) lipgloss.Style { return s.Theme.Alarm }
	outside.Compare = (*use).compare
	sign := sheet.Column("SIGNATURE", 14, 14, 2, func(u *use) string { return signed(&u.of.Signature) })
	sign.Style = func(u *use) lipgloss.Style { return signedStyle(s, &u.of.Signature) }
	return &table.Schema[*use]{
		Key: (*use).ID, Compare: (*use).compare,
		Columns: []table.Column[*use]{
			outside,
			sheet.Grow(sheet.Searched(sheet.Column("WORKLOAD", 18, 30, 0, func(u *use) string { return u.object }))),
			sheet.Searched(sheet.Column("CONTAINER", 9, 14, 1, func(u *use) string { return u.container })),
			sheet.Column("TYPE", 9, 9, 4, func(u *use) string { return string(u.of.Type) }),
			sheet.Grow(sheet.Searched(sheet.Column("REFERENCE", 16, 30, 3, func(u *use) string { return u.reference }))),
			sheet.Count("PODS", 4, 1, func(u *use) int { return u.of.Pods }), sign,
			sheet.Hidden(sheet.Column("NODES", 8, 16, 5, func(u *use) string { return u.nodes })),
		},
		Fields: []table.Field[*use]{
			sheet.Field("namespace", "ns", func(u *use) string { return u.of.Owner.Namespace }), sheet.Field("kind", "", func(u *use) string { return u.of.Owner.Kind }),
			sheet.Field("type", "", func(u *use) string { return string(u.of.Type) }), sheet.Field("exposed", "", func(u *use) string { return yes(u.exposed) }),
			sheet.Field("reference", "", func(u *use) string { return u.reference }),
		},
	}
}

// Describe tells of one container.
func (t *uses) Describe(q *sheet.Quest, u *use) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	w.Para(w.In(w.Ink.Strong, u.of.Owner.String()))
	w.Gap()
	w.Entry("RUNS", w.In(w.Ink.Text, kindOf(u.of.Type)+" "+u.of.Container+" in "+view.Count(u.of.Pods, "pod")))
	w.Entry("", w.In(w.Ink.Text, u.of.Reference))
	if len(u.of.Nodes) > 0 {
		w.Entry("NODES", w.In(w.Ink.Text, view.Few(u.of.Nodes, most)))
	}
	if u.exposed {
		w.Entry("EXPOSED", w.In(w.Ink.Warn, "it can be reached from outside; "+q.Shared.Keys.Show(keys.Reach)+" says by which way"))
	}
	w.Gap()
	w.answer("SIGNED", &u.of.Signature)
	if len(u.findings) > 0 {
		w.Gap()
	}
	word := "FOUND"
	for _, f := range u.findings {
		w.Entry(word, w.In(w.Ink.Severity(f.Severity), f.Severity.Letter())+w.In(w.Ink.Text, " "+f.Rule.ID+" "+f.Rule.Title))
		word = ""
	}
	return w.Lines(), nil
}

// Subject is the workload.
func (t *uses) Subject(u *use) view.Subject {
	return view.Subject{Object: u.of.Owner, Findings: u.findings, Names: []string{u.of.Owner.String()}}
}

// Open goes to the workload with all that was found on it.
func (t *uses) Open(u *use) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: u.of.Owner}})
}

// Can says why there is nothing to fix.
func (t *uses) Can(a keys.Action, u *use, ok bool) view.Offer {
	switch a {
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return view.When(len(u.findings) > 0, "no finding of images is on it").ByProgram()
		}
	}
	return view.No()
}

// Do has nothing of its own to do.
func (t *uses) Do(keys.Action, *use, bool) tea.Cmd { return nil }
