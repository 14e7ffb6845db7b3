package lifecycle

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"canopy/model/inorder"
)

// Where tables come from.
const (
	bundled = "bundled"
	filed   = "file"
)

// held are tables by subject.
type held map[subject]*holding

// holding is a table with what is kept of older ones of its subject: each row says by its source how old it is.
type holding struct {
	table  Table
	origin string
}

// take takes a table over what is there of its subject, and says whether anything has changed. Row by row the newest wins; rows that
// the newer table does not have stay, because sources move what is over to other files, and each says by its own source how old it is. A
// table that is no newer is refused as a whole. Vulnerabilities that do not cover those that are there, as where somebody has a file of
// one, are a part: they are taken one by one, and leave the day of the table, since the source is not known up to the later one.
func (h held) take(t *Table, origin string) bool {
	next := &holding{origin: origin, table: *t}
	next.own()
	old, ok := h[t.subject()]
	if !ok {
		h[t.subject()] = next
		return true
	}
	part := t.Kind == Vulnerabilities && (t.Part || !old.table.Part && !covers(t.Vulnerabilities, old.table.Vulnerabilities))
	newer := t.Source.AsOf > old.table.Source.AsOf || old.table.Part
	if !part && !newer || !next.join(&old.table) && part {
		return false
	}
	next.table.Part = part && old.table.Part
	if part || t.Source.AsOf < old.table.Source.AsOf {
		next.table.Source = old.table.Source
	}
	h[t.subject()] = next
	return true
}

// own gives all rows without a source that of their table. Rows are copied: the update may be somebody else's.
func (h *holding) own() {
	source := h.table.Source
	t := &h.table
	t.Cycles, t.Releases, t.Vulnerabilities = slices.Clone(t.Cycles), slices.Clone(t.Releases), slices.Clone(t.Vulnerabilities)
	t.Deprecations, t.AddOns = slices.Clone(t.Deprecations), slices.Clone(t.AddOns)
	for i := range t.Cycles {
		t.Cycles[i].Source = &source
	}
	for i := range t.Releases {
		t.Releases[i].Source = &source
	}
	for i := range t.Vulnerabilities {
		t.Vulnerabilities[i].Source = &source
	}
	for i := range t.Deprecations {
		t.Deprecations[i].Source = &source
	}
	for i := range t.AddOns {
		t.AddOns[i].Source = &source
	}
}

// join adds the rows of what was there before: those that this one does not have, and those that are not older. It says whether it has
// anything that is new.
func (h *holding) join(old *Table) bool {
	t := &h.table
	var fresh [5]bool
	t.Cycles, fresh[0] = join(t.Cycles, old.Cycles, cycleName, func(c Cycle) *Source { return c.Source })
	t.Releases, fresh[1] = join(t.Releases, old.Releases, releaseName, func(r Release) *Source { return r.Source })
	t.Vulnerabilities, fresh[2] = join(t.Vulnerabilities, old.Vulnerabilities, vulnerabilityName, func(v Vulnerability) *Source { return v.Source })
	t.Deprecations, fresh[3] = join(t.Deprecations, old.Deprecations, deprecationName, func(d Deprecation) *Source { return d.Source })
	t.AddOns, fresh[4] = join(t.AddOns, old.AddOns, addOnName, func(a AddOn) *Source { return a.Source })
	return slices.Contains(fresh[:], true)
}

// join makes one list of two, where several rows may have one name: they come and go together.
func join[T any](rows, old []T, name func(T) string, source func(T) *Source) ([]T, bool) {
	before, now := map[string]Day{}, map[string]bool{}
	for _, r := range old {
		before[name(r)] = max(before[name(r)], source(r).AsOf)
	}
	rows = slices.DeleteFunc(rows, func(r T) bool { return before[name(r)] >= source(r).AsOf && before[name(r)] != 0 })
	for _, r := range rows {
		now[name(r)] = true
	}
	fresh := len(rows) > 0
	for _, r := range old {
		if !now[name(r)] {
			rows = append(rows, r)
		}
	}
	return rows, fresh
}

func cycleName(c Cycle) string                 { return c.Name }
func releaseName(r Release) string             { return r.Version }
func vulnerabilityName(v Vulnerability) string { return v.ID }
func deprecationName(d Deprecation) string {
	return strings.Join([]string{d.Group, d.Version, d.Kind}, "/")
}
func addOnName(a AddOn) string { return a.Name }

func covers(next, old []Vulnerability) bool {
	ids := map[string]bool{}
	for _, v := range next {
		ids[v.ID] = true
	}
	return !slices.ContainsFunc(old, func(v Vulnerability) bool { return !ids[v.ID] })
}

// export gives the tables, with one for each day of a source, in an order that is always the same.
func (h held) export() []Table {
	var all []Table
	for _, s := range inorder.Collect(maps.Keys(h), compareSubject) {
		all = append(all, h[s].byDay()...)
	}
	return all
}

// byDay splits the table into one for each source of its rows, the newest first.
func (h *holding) byDay() []Table {
	t := &h.table
	days := map[Source]*Table{t.Source: {Kind: t.Kind, Product: t.Product, Source: t.Source, Part: t.Part, Fetched: t.Fetched}}
	of := func(s *Source) *Table {
		if days[*s] == nil {
			days[*s] = &Table{Kind: t.Kind, Product: t.Product, Source: *s, Part: t.Kind == Vulnerabilities}
		}
		return days[*s]
	}
	for _, r := range t.Cycles {
		d := of(r.Source)
		d.Cycles = append(d.Cycles, r)
	}
	for _, r := range t.Releases {
		d := of(r.Source)
		d.Releases = append(d.Releases, r)
	}
	for _, r := range t.Vulnerabilities {
		d := of(r.Source)
		d.Vulnerabilities = append(d.Vulnerabilities, r)
	}
	for _, r := range t.Deprecations {
		d := of(r.Source)
		d.Deprecations = append(d.Deprecations, r)
	}
	for _, r := range t.AddOns {
		d := of(r.Source)
		d.AddOns = append(d.AddOns, r)
	}
	var all []Table
	for _, s := range inorder.Collect(maps.Keys(days), func(a, b Source) int {
		return cmp.Or(cmp.Compare(b.AsOf, a.AsOf), cmp.Compare(a.URL, b.URL), cmp.Compare(a.Licence, b.Licence))
	}) {
		if days[s].Len() > 0 {
			all = append(all, *days[s])
		}
	}
	return all
}

func compareSubject(a, b subject) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.product, b.product), cmp.Compare(a.source, b.source))
}
