package view

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// Cover sums up the coverage of a report by kind: a kind counts as seen when it was seen wherever it was asked for.
type Cover struct {
	kinds map[schema.GroupKind]model.CoverState
	by    map[model.CoverState]int
	// Loading names the kinds still loading, Gaps says what is missing and why, the widest gap first.
	Loading []string
	Gaps    []Gap
	// Stale tells that a watch is broken, StaleSince since when at the earliest, in seconds since 1970, and StaleWhy why.
	Stale      bool
	StaleSince int64
	StaleWhy   string
}

// Gap is a reason why kinds are not complete.
type Gap struct {
	State  model.CoverState
	Reason string
	Kinds  []string
}

// NewCover sums up a report.
func NewCover(r *model.Report) *Cover {
	c := &Cover{kinds: map[schema.GroupKind]model.CoverState{}, by: map[model.CoverState]int{}}
	type cause struct {
		state  model.CoverState
		reason string
	}
	at := map[cause]int{}
	for i := range r.Coverage {
		v := &r.Coverage[i]
		if was, ok := c.kinds[v.Kind]; ok {
			c.kinds[v.Kind] = join(was, v.State)
		} else {
			c.kinds[v.Kind] = v.State
		}
		if v.Stale {
			c.noteStale(v)
		}
		if v.State == model.Complete || v.State == model.Loading {
			continue
		}
		k := cause{v.State, v.Reason}
		n, ok := at[k]
		if !ok {
			n = len(c.Gaps)
			at[k] = n
			c.Gaps = append(c.Gaps, Gap{State: v.State, Reason: v.Reason})
		}
		if name := Plural(v.Kind); !slices.Contains(c.Gaps[n].Kinds, name) {
			c.Gaps[n].Kinds = append(c.Gaps[n].Kinds, name)
		}
	}
	for kind, state := range c.kinds {
		c.by[state]++
		if state == model.Loading {
			c.Loading = append(c.Loading, Plural(kind))
		}
	}
	slices.Sort(c.Loading)
	slices.SortStableFunc(c.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(rank(a.State), rank(b.State)), cmp.Compare(len(b.Kinds), len(a.Kinds)))
	})
	return c
}

func (c *Cover) noteStale(v *model.Coverage) {
	if !c.Stale || v.Since != 0 && (c.StaleSince == 0 || v.Since < c.StaleSince) {
		c.StaleSince, c.StaleWhy = v.Since, v.Reason
	}
	c.Stale = true
}

// join is the state of a kind that was asked for in several namespaces.
func join(a, b model.CoverState) model.CoverState {
	switch {
	case a == b:
		return a
	case a == model.Loading || b == model.Loading:
		return model.Loading
	}
	return model.Partial
}

// rank orders gaps by how surely something is missing.
func rank(s model.CoverState) int { return slices.Index(GapStates(), s) }

// GapStates lists the states that leave something unseen for good.
func GapStates() []model.CoverState {
	return []model.CoverState{model.Denied, model.Partial, model.Absent}
}

// Missing names the kinds that have a gap of this state.
func (c *Cover) Missing(state model.CoverState) []string {
	var kinds []string
	for _, g := range c.Gaps {
		if g.State != state {
			continue
		}
		for _, k := range g.Kinds {
			if !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
	}
	return kinds
}

// Seen is the number of kinds that are complete.
func (c *Cover) Seen() int { return c.by[model.Complete] }

// Total is the number of kinds that were asked for.
func (c *Cover) Total() int { return len(c.kinds) }

// Percent is rounded down: 100 means all.
func (c *Cover) Percent() int { return 100 * c.Seen() / max(1, c.Total()) }

// Settled tells that nothing is loading any more.
func (c *Cover) Settled() bool { return c.Total() > 0 && c.by[model.Loading] == 0 }

// Plural names a kind as people type it.
func Plural(gk schema.GroupKind) string {
	if k := model.BuiltIn(gk); k != nil {
		return k.Resource
	}
	if k := model.OptionalKind(gk); k != nil {
		// Several groups have kinds of the same name.
		return k.Resource + "." + k.Group
	}
	return strings.ToLower(gk.Kind)
}

// State is what was seen of a kind; "" where it was not asked for.
func (c *Cover) State(kind schema.GroupKind) model.CoverState { return c.kinds[kind] }

// By counts the kinds in a state.
func (c *Cover) By(state model.CoverState) int { return c.by[state] }

// Unreached tells that the server has not answered yet: then nothing is stale, for nothing was ever read.
func (c *Cover) Unreached(r *model.Report) bool {
	if !c.Stale || c.Seen() > 0 {
		return false
	}
	for _, n := range r.Objects {
		if n > 0 {
			return false
		}
	}
	return true
}
