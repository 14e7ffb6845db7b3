package overview

import (
	"cmp"
	"slices"
	"strings"

	"canopy/model"
	"canopy/ui/view"
)

// owner is an object with what was found on it, and how many paths of attack an edit of it ends. It is immutable.
type owner struct {
	ref model.Ref
	// object is the short form of ref, cleaned, and width what it takes in cells.
	object string
	width  int
	// rows are the findings that hold, the riskiest first, and after them those that may. There are none where the object is but the
	// place to cut paths.
	rows []*view.Row
	// holds counts the findings that hold, sum sums up their risks, and worst is the severity of the first row.
	holds, sum int
	worst      model.Severity
	// risk is that of the riskiest that holds, else of the riskiest that may; of a cut no less than that of the paths that it ends.
	risk int
	// cut is the edit that ends paths, nil where none does.
	cut *model.Cut
	// cause tells that the paths that its cut ends are a cause of their own, lead that the cut is the best one.
	cause, lead bool
	// told tells that the worst about it is a path from outside to the cluster, which is told with the cut.
	told bool
	// system tells that it is a part of the cluster itself.
	system bool
}

// sure tells that something is known to be wrong with it.
func (o *owner) sure() bool { return o.holds > 0 || o.cause }

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
	if was.of != nil && slices.Equal(was.of.Rows, s.Rows) && was.of.Cover.Settled() == s.Cover.Settled() && sameCuts(was.of.Report.Attack, s.Report.Attack) {
		return ranking{s, was.owners, was.usual, machinesOf(s, was.owners, was.machines)}
	}
	by := map[model.Ref]*owner{}
	r := ranking{of: s}
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
		}
		o.rows = append(o.rows, row)
		if row.Verdict == model.Yes {
			o.holds++
			o.sum += row.Risk
		}
	}
	for _, o := range r.owners {
		// The rows are in the order of ids, which stays among equals.
		slices.SortStableFunc(o.rows, riskier)
		o.worst, o.risk = o.rows[0].Finding.Severity, o.rows[0].Risk
	}
	r.owners = append(r.owners, cuts(s, by)...)
	tellOnce(r.owners)
	widths := make([]int, len(r.owners))
	for i, o := range r.owners {
		widths[i] = o.width
	}
	r.usual = usual(widths)
	slices.SortFunc(r.owners, before)
	r.machines = machinesOf(s, r.owners, machines{})
	return r
}

// riskier orders what was found on one object.
func riskier(a, b *view.Row) int {
	return cmp.Or(last(a.Verdict != model.Yes, b.Verdict != model.Yes), cmp.Compare(b.Risk, a.Risk), cmp.Compare(b.Finding.Severity, a.Finding.Severity))
}

// before orders owners: what holds before what may, the riskier first, of equals the best cut, then one's own before the parts of
// the cluster, which mostly are as they come, then what the best cut does not tell already, what ends more paths, and the larger sum of
// risks.
func before(a, b *owner) int {
	return cmp.Or(
		last(!a.sure(), !b.sure()),
		cmp.Compare(b.risk, a.risk),
		last(!a.lead, !b.lead),
		last(a.system, b.system),
		last(a.told, b.told),
		cmp.Compare(b.removes(), a.removes()),
		cmp.Compare(b.worst, a.worst),
		cmp.Compare(b.sum, a.sum),
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

// mark is the letter of the worst that is known, or may be.
func (o *owner) mark() (letter string, severity model.Severity) {
	if o.cause && (o.holds == 0 || o.lead) {
		// What leads to all of the cluster is as bad as it gets.
		return model.Critical.Letter(), model.Critical
	}
	return o.rows[0].Severity(), o.worst
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
