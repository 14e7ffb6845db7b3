package overview

import (
	"cmp"
	"slices"
	"strings"

	"canopy/model"
	"canopy/ui/view"
)

// owner is an object with what was found on it. It is immutable.
type owner struct {
	ref model.Ref
	// object is the short form of ref, cleaned, and width what it takes in cells.
	object string
	width  int
	// rows are the findings that hold, the worst first, and after them those that may.
	rows []*view.Row
	// holds counts the findings that hold, risk sums up theirs, and worst is the severity of the first row.
	holds, risk int
	worst       model.Severity
	// system tells that it is a part of the cluster itself.
	system bool
}

// ranking is the order in which to fix things, made from the rows of one snapshot.
type ranking struct {
	of     *view.Snapshot
	owners []*owner
	// usual is the width that nine of ten objects need.
	usual int
	// machines tell of the nodes among the owners.
	machines machines
}

// rank sums up findings by object. It goes through all rows, so commands call it. Where nothing differs from the last
// ranking that one's owners are taken.
func rank(s *view.Snapshot, was ranking) ranking {
	if was.of != nil && slices.Equal(was.of.Rows, s.Rows) && was.of.Cover.Settled() == s.Cover.Settled() {
		return ranking{s, was.owners, was.usual, machinesOf(s, was.owners, was.machines)}
	}
	by := map[model.Ref]*owner{}
	r, widths := ranking{of: s}, []int(nil)
	for _, row := range s.Rows {
		// Of what still loads nothing is said yet.
		if row.Verdict == model.Unknown && s.Report.Rules[row.Finding.Rule.ID].Loading {
			continue
		}
		o := by[row.Finding.Object]
		if o == nil {
			o = &owner{ref: row.Finding.Object, object: row.Object, width: row.Width, system: system(row.Finding.Object)}
			by[o.ref] = o
			r.owners = append(r.owners, o)
			widths = append(widths, row.Width)
		}
		o.rows = append(o.rows, row)
		if row.Verdict == model.Yes {
			o.holds++
			o.risk += row.Finding.Severity.Risk()
		}
	}
	for _, o := range r.owners {
		// The rows are in the order of ids, which stays among equals.
		slices.SortStableFunc(o.rows, func(a, b *view.Row) int {
			return cmp.Or(last(a.Verdict != model.Yes, b.Verdict != model.Yes), cmp.Compare(b.Finding.Severity, a.Finding.Severity))
		})
		o.worst = o.rows[0].Finding.Severity
	}
	r.usual = usual(widths)
	slices.SortFunc(r.owners, before)
	r.machines = machinesOf(s, r.owners, machines{})
	return r
}

// before orders owners: what holds before what may, the worse first, one's own before the parts of the cluster, which
// mostly are as they come, then the larger sum of risks.
func before(a, b *owner) int {
	return cmp.Or(
		last(a.holds == 0, b.holds == 0),
		cmp.Compare(b.worst, a.worst),
		last(a.system, b.system),
		cmp.Compare(b.risk, a.risk),
		strings.Compare(a.object, b.object),
		a.ref.Compare(b.ref),
	)
}

// last puts what is true last.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// system tells that an object is a part of the cluster itself.
func system(o model.Ref) bool {
	namespace := o.Namespace
	if o.Group == "" && o.Kind == "Namespace" {
		namespace = o.Name
	}
	return slices.Contains([]string{"kube-system", "kube-public", "kube-node-lease"}, namespace)
}

// findings lists what was found.
func (o *owner) findings() []*model.Finding {
	all := make([]*model.Finding, len(o.rows))
	for i, r := range o.rows {
		all[i] = r.Finding
	}
	return all
}

// count says how many findings end with it.
func (o *owner) count() (n int, unit string) {
	if o.holds > 0 {
		return o.holds, "finding"
	}
	return len(o.rows), "undecided"
}

// first gives the first sentence of a text.
func first(t string) string {
	if i := strings.Index(t, ". "); i >= 0 {
		return t[:i+1]
	}
	return t
}
