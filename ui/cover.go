package ui

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// cover sums up the coverage of a report by kind: a kind counts as seen when it was seen wherever it was asked for.
type cover struct {
	kinds map[schema.GroupKind]model.CoverState
	by    map[model.CoverState]int
	// loading names the kinds still loading, gaps says what is missing and why, the widest gap first.
	loading []string
	gaps    []gap
	// stale tells that a watch is broken, since when at the earliest, and why.
	stale      bool
	staleSince int64
	staleWhy   string
}

// gap is a reason why kinds are not complete.
type gap struct {
	state  model.CoverState
	reason string
	kinds  []string
}

func newCover(r *model.Report) cover {
	c := cover{kinds: map[schema.GroupKind]model.CoverState{}, by: map[model.CoverState]int{}}
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
			n = len(c.gaps)
			at[k] = n
			c.gaps = append(c.gaps, gap{state: v.State, reason: v.Reason})
		}
		if name := plural(v.Kind); !slices.Contains(c.gaps[n].kinds, name) {
			c.gaps[n].kinds = append(c.gaps[n].kinds, name)
		}
	}
	for kind, state := range c.kinds {
		c.by[state]++
		if state == model.Loading {
			c.loading = append(c.loading, plural(kind))
		}
	}
	slices.Sort(c.loading)
	slices.SortStableFunc(c.gaps, func(a, b gap) int {
		return cmp.Or(cmp.Compare(rank(a.state), rank(b.state)), cmp.Compare(len(b.kinds), len(a.kinds)))
	})
	return c
}

func (c *cover) noteStale(v *model.Coverage) {
	if !c.stale || v.Since != 0 && (c.staleSince == 0 || v.Since < c.staleSince) {
		c.staleSince, c.staleWhy = v.Since, v.Reason
	}
	c.stale = true
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
func rank(s model.CoverState) int { return slices.Index(gapStates(), s) }

// gapStates lists the states that leave something unseen for good.
func gapStates() []model.CoverState {
	return []model.CoverState{model.Denied, model.Partial, model.Absent}
}

// missing names the kinds that have a gap of this state.
func (c *cover) missing(state model.CoverState) []string {
	var kinds []string
	for _, g := range c.gaps {
		if g.state != state {
			continue
		}
		for _, k := range g.kinds {
			if !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
	}
	return kinds
}

// seen is the number of kinds that are complete, total that of all.
func (c *cover) seen() int { return c.by[model.Complete] }

func (c *cover) total() int { return len(c.kinds) }

// percent is rounded down: 100 means all.
func (c *cover) percent() int { return 100 * c.seen() / max(1, c.total()) }

// settled tells that nothing is loading any more.
func (c *cover) settled() bool { return c.total() > 0 && c.by[model.Loading] == 0 }

// plural names a kind as people type it.
func plural(gk schema.GroupKind) string {
	if k := model.KindOf(gk); k != nil {
		return k.Resource
	}
	return strings.ToLower(gk.Kind)
}
