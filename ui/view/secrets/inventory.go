package secrets

import (
	"cmp"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// inventory is the topic of which Secrets there are.
type inventory struct{ topic }

func (t *inventory) Crumbs() []string { return []string{view.Secrets, inventoryName} }

// Load lists them.
func (t *inventory) Load(q *sheet.Quest, before *sheet.Answer[*entry]) (*sheet.Answer[*entry], error) {
	s, err := t.keeper.read(q.Ctx, t.desk, q.Snapshot)
	if err != nil {
		return nil, err
	}
	on := found(q.Snapshot)
	known, _ := grants(q.Snapshot)
	var rows []*entry
	missing := 0
	for i := range s.secrets {
		of := &s.secrets[i]
		if !q.Snapshot.Namespaces.Show(of.Ref) {
			continue
		}
		if of.Missing {
			missing++
		}
		readers := unknownReaders()
		if known {
			readers = s.readers[of.Ref]
		}
		rows = append(rows, newEntry(&q.Shared, of, readers, on[of.Ref]))
	}
	a := &sheet.Answer[*entry]{
		Batch: sheet.NewBatch(batchOf(before), inventoryName, q.Snapshot.Cover.Settled(), rows, (*entry).compare),
		Aside: view.Count(len(rows)-missing, "Secret"), Empty: t.nothing(q, s), Said: []sheet.Remark{covered(q, s)}, Scope: readersSeen(q.Snapshot),
	}
	if missing > 0 {
		a.Aside += fmt.Sprintf(", %d missing", missing)
	}
	return steady(before, a), nil
}

// nothing says why no Secret is listed.
func (t *inventory) nothing(q *sheet.Quest, s *survey) string {
	if q.Snapshot.Cover.State(secretKind()) != model.Complete {
		return covered(q, s).Text
	}
	if names := q.Snapshot.Namespaces.Names(); len(names) > 0 {
		return "there are no Secrets in " + strings.Join(names, ", ")
	}
	return "there are no Secrets"
}

func inventorySchema(s *view.Shared) *table.Schema[*entry] {
	found := sheet.Column("FOUND", 6, 8, 0, (*entry).found)
	found.Style = func(e *entry) lipgloss.Style {
		if w := e.worst(); w >= 0 {
			return s.Theme.Severity(model.Severity(w)) //nolint:gosec // between info and critical
		}
		return s.Theme.Faint
	}
	found.Compare = (*entry).byDanger
	readers := numbered("READERS", 7, 0, (*entry).readable, func(e *entry) int { return e.readers.Readers })
	flagged := sheet.Searched(sheet.Column("FLAGS", 18, 30, 1, func(e *entry) string { return e.flags }))
	flagged.Style = func(*entry) lipgloss.Style { return s.Theme.Warn }
	flagged.Grow = true
	return &table.Schema[*entry]{
		Key: (*entry).ID, Compare: (*entry).compare,
		Columns: []table.Column[*entry]{
			found, sheet.Grow(sheet.Searched(sheet.Column("SECRET", 18, 28, 0, func(e *entry) string { return e.object }))), readers,
			sheet.Searched(sheet.Column("TYPE", 13, 16, 4, func(e *entry) string { return e.kind })), flagged,
			numbered("KEYS", 4, 6, (*entry).keys, func(e *entry) int { return e.of.Keys }),
			sheet.Searched(sheet.Column("MOUNTED BY", 11, 20, 2, func(e *entry) string { return e.mounted })),
			sheet.Searched(sheet.Column("CHANGED", 16, 16, 3, func(e *entry) string { return e.changed })),
			sheet.Searched(sheet.Column("EXPIRES", 16, 16, 5, func(e *entry) string { return e.expires })),
			sheet.Searched(sheet.Column("MANAGER", 12, 16, 7, func(e *entry) string { return e.of.Manager })),
			sheet.Searched(sheet.Column("CREATED", 16, 16, 8, func(e *entry) string { return e.created })),
		},
		Fields: []table.Field[*entry]{
			sheet.Field("namespace", "ns", func(e *entry) string { return e.of.Ref.Namespace }), sheet.Field("type", "", func(e *entry) string { return e.kind }),
			sheet.Field("manager", "", func(e *entry) string { return cmp.Or(e.of.Manager, "none") }), within("flag", "", func(e *entry) string { return cmp.Or(e.flags, "none") }),
			within("mounted", "", func(e *entry) string { return cmp.Or(e.mounted, "none") }), sheet.Field("missing", "", func(e *entry) string { return yes(e.of.Missing) }),
		},
	}
}

func within[R any](name, also string, of func(R) string) table.Field[R] {
	f := sheet.Field(name, also, of)
	f.Within = true
	return f
}

// numbered makes a column of numbers that may be unknown.
func numbered[R any](title string, width, priority int, text func(R) string, of func(R) int) table.Column[R] {
	return table.Column[R]{
		Title: title, Min: width, Ideal: width, Priority: priority, Right: true, Falls: true, Text: text,
		Compare: func(a, b R) int { return cmp.Compare(of(b), of(a)) },
	}
}

// Describe tells what is known of a Secret without its values.
func (t *inventory) Describe(q *sheet.Quest, e *entry) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	w.secret(&e.of, e.readers)
	if len(e.findings) > 0 {
		w.Gap()
	}
	word := "FOUND"
	for _, f := range e.findings {
		w.Entry(word, w.In(w.Ink.Severity(f.Severity), f.Severity.Letter())+w.In(w.Ink.Text, " "+f.Rule.ID+" "+f.Rule.Title))
		word = ""
	}
	return w.Lines(), nil
}

// Subject is the Secret.
func (t *inventory) Subject(e *entry) view.Subject {
	return view.Subject{Object: e.of.Ref, Findings: e.findings, Names: []string{e.of.Ref.String()}}
}

// Open goes to who reads it, what has it, and where it leaks.
func (t *inventory) Open(e *entry) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.Secret, Object: e.of.Ref}})
}

// Can offers what every list has, who may read the Secret, and what has it.
func (t *inventory) Can(a keys.Action, e *entry, ok bool) view.Offer {
	if !ok {
		return t.can(a)
	}
	switch a {
	case keys.Access:
		_, can := access(e.of.Ref)
		return view.When(can, "its name cannot be asked for")
	case keys.Owner:
		return view.When(len(e.of.MountedBy) > 0, "no pod has it, as far as specs say")
	case keys.YAML:
		return view.When(!e.of.Missing, "there is no such Secret")
	case keys.Fix, keys.WhatIf, keys.Explain:
		return view.When(len(e.findings) > 0, "no finding is on it").ByProgram()
	}
	return t.can(a)
}

// Do does it.
func (t *inventory) Do(a keys.Action, e *entry, _ bool) tea.Cmd {
	switch a {
	case keys.Access:
		p, _ := access(e.of.Ref)
		return view.Send(view.Go{Place: p})
	case keys.Owner:
		return view.Send(view.Go{Place: view.Place{Screen: view.Resources, Object: e.of.MountedBy[0]}})
	case keys.YAML:
		return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: e.of.Ref}})
	}
	return t.do(a)
}
