package lifecycle

import (
	"cmp"
	"slices"
	"time"
)

// Update is a set of tables as a file brings them.
type Update struct {
	// Generated is when the file was written; zero where it does not tell.
	Generated time.Time `json:"generated,omitzero"`
	Tables    []Table   `json:"tables"`
}

// The kinds of tables.
const (
	Support         = "support"
	Patches         = "releases"
	Vulnerabilities = "vulnerabilities"
	Deprecations    = "deprecations"
	AddOns          = "add-ons"
)

// Table is what one source says of one subject. Only the rows of its kind are set.
type Table struct {
	// Kind is one of the kinds of tables, Product what support is of.
	Kind    string `json:"kind"`
	Product string `json:"product,omitempty"`
	Source  Source `json:"source"`
	// Part tells of vulnerabilities that they are some of those that the source knows: it is not known up to the day of the table.
	Part bool `json:"part,omitempty"`
	// Fetched is the day on which vulnerabilities were got from their source; zero where nobody tells. Date makes of it the day of the table.
	Fetched Day `json:"-"`

	Cycles          []Cycle         `json:"cycles,omitempty"`
	Releases        []Release       `json:"releases,omitempty"`
	Vulnerabilities []Vulnerability `json:"vulnerabilities,omitempty"`
	Deprecations    []Deprecation   `json:"deprecations,omitempty"`
	AddOns          []AddOn         `json:"addOns,omitempty"`
}

// Len is the number of rows.
func (t *Table) Len() int {
	return len(t.Cycles) + len(t.Releases) + len(t.Vulnerabilities) + len(t.Deprecations) + len(t.AddOns)
}

// name is how people are told of it.
func (t *Table) name() string {
	if t.Product == "" {
		return t.Kind
	}
	return t.Kind + " " + t.Product
}

// subject is what there is one table of: what a source says of a kind, and of a product.
type subject struct{ kind, product, source string }

func (t *Table) subject() subject { return subject{t.Kind, t.Product, t.Source.Name} }

// Merge makes one of several updates: of what one source says of one subject the newest wins, row by row.
func Merge(updates ...*Update) *Update {
	all := held{}
	merged := &Update{}
	for _, u := range updates {
		if u.Generated.After(merged.Generated) {
			merged.Generated = u.Generated
		}
	}
	for _, t := range ordered(updates...) {
		all.take(t, bundled)
	}
	merged.Tables = all.export()
	return merged
}

// ordered lists tables by age, the oldest first, so that what a newer one keeps of an older one has been there before.
func ordered(updates ...*Update) []*Table {
	var all []*Table
	for _, u := range updates {
		for i := range u.Tables {
			all = append(all, &u.Tables[i])
		}
	}
	slices.SortStableFunc(all, func(a, b *Table) int { return cmp.Compare(a.Source.AsOf, b.Source.AsOf) })
	return all
}
