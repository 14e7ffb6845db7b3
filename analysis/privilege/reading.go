package privilege

import (
	"slices"

	"canopy/model"
)

// reading is what a role opens to those who are bound to it in one kind of place. Bindings share it, and nobody changes it
// once it is made.
type reading struct {
	// open lists the edges, by number, shown the same by the rules whose findings show them.
	open  []opening
	shown []*shown
	// partly lists the ways of which the role gives some needs, or all of them for named objects alone: other bindings of a
	// subject may give the rest.
	partly []wayAt
	// deep tells that some of it lets one act as accounts of the namespace for good.
	deep bool
	// naming tells that some of it lets one act as accounts by name.
	naming bool
	climb
	// spot is set of what bindings share, by what a binding has of its own it is what this was made of.
	spot *spot
	// own tells that it was made for one binding.
	own bool
}

// spot is where a reading counts, with the openings of the role alone there, once somebody has asked for them.
type spot struct {
	at     readingKey
	asked  bool
	opened []Opening
	// lists are the names in them.
	lists map[listed][]string
}

// climb is what leads its holder to other accounts, by the ids of the edges.
type climb struct {
	// sink tells that it gives the whole cluster, by sinkEdges or by all rights.
	sink      bool
	sinkEdges []string
	// anyEdges let one become any account of the place, runEdges those that run pods there, nameEdges the accounts alone
	// that names lists.
	anyEdges, runEdges, nameEdges []string
	names                         []string
}

func (c *climb) climbs() bool {
	return c.sink || len(c.anyEdges) > 0 || len(c.runEdges) > 0 || len(c.names) > 0
}

func (c *climb) equal(o *climb) bool {
	return c.sink == o.sink && slices.Equal(c.sinkEdges, o.sinkEdges) && slices.Equal(c.anyEdges, o.anyEdges) && slices.Equal(c.runEdges, o.runEdges) &&
		slices.Equal(c.nameEdges, o.nameEdges) && slices.Equal(c.names, o.names)
}

// shown is what a reading says of one rule.
type shown struct {
	rule    *model.Rule
	verdict model.Verdict
	reason  string
	// mild counts what makes all of it milder. deep tells that it lets one act as accounts of the namespace for good, node that
	// it leads to the node, pods that it does so by pods. accounts are those that it lets one act as by name.
	mild             int
	deep, node, pods bool
	accounts         []string
	// lines proves it. It is worked out when first asked for, which may be by any goroutine.
	lines func() []model.Evidence
}

// wayAt is a way of an edge with what the role meets of it.
type wayAt struct {
	edge   int
	way    *way
	needs  set
	byName bool
	why    string
}

// read gives what a role opens in a place. Of a role that Kubernetes ships, that may be no more than what was added to it.
func (r *round) read(of *role, at readingKey) *reading {
	if known := of.readings[at]; known != nil {
		return known
	}
	now := &reading{spot: &spot{at: at}}
	for e := range r.table.edges {
		edge := &r.table.edges[e]
		o := opening{edge: e}
		for i := range edge.ways {
			w := &edge.ways[i]
			is, _, why := w.passes(&at, r.minor)
			if !is {
				continue
			}
			needs, byName, missing := w.given(at.cluster, &of.profile)
			if missing == len(w.needs) {
				continue
			}
			if at.added {
				extra := of.added.any()
				if extra = both(&needs, &extra); extra.empty() {
					continue
				}
			}
			if missing > 0 || (byName && len(w.needs) > 1) {
				now.partly = append(now.partly, wayAt{e, w, needs, byName, why})
			}
			if missing == 0 {
				o.take(edge, w, &needs, w.gripOf(byName), why, at.cluster)
			}
		}
		if o.is() {
			now.open = append(now.open, o)
		}
	}
	r.finish(now, of, at.cluster)
	of.readings[at] = now
	return now
}

func (w *way) gripOf(byName bool) grip {
	if byName {
		return w.grip | named
	}
	return w.grip
}

// finish sorts what is open by rule, and sums up where it leads.
func (r *round) finish(now *reading, of *role, wide bool) {
	byRule := make([][]opening, len(r.table.rules))
	for i := range now.open {
		o := &now.open[i]
		n := r.table.edges[o.edge].rule
		byRule[n] = append(byRule[n], *o)
	}
	now.shown = nil
	for n, open := range byRule {
		if rule := r.rules[r.table.rules[n]]; rule != nil && len(open) > 0 {
			one := r.table.show(rule, of, open, wide)
			now.shown, now.deep, now.naming = append(now.shown, one), now.deep || one.deep, now.naming || len(one.accounts) > 0
		}
	}
	now.climb = r.table.climb(of, now.open, wide)
}

// show sums up what is open of the edges of one rule.
func (t *table) show(rule *model.Rule, of *role, open []opening, wide bool) *shown {
	s := &shown{rule: rule, verdict: model.Depends, reason: open[0].why, mild: open[0].mild(), lines: t.proof(of, open)}
	for i := range open {
		o, e := &open[i], &t.edges[open[i].edge]
		if o.certain() {
			s.verdict, s.reason = model.Yes, ""
		}
		s.mild = min(s.mild, o.mild())
		s.node, s.pods = s.node || e.To == "node", s.pods || (e.To == "node" && e.becomes())
		s.deep = s.deep || ((e.becomes() || e.runs()) && o.without(named|limited))
		if e.becomes() && !o.without(named) {
			s.accounts = append(s.accounts, t.accounts(of, o, wide)...)
		}
	}
	return s
}

// climb sums up what leads on. What somebody becomes by name is listed where nothing makes the name needless.
func (t *table) climb(of *role, open []opening, wide bool) (c climb) {
	c.sink = wide && of.all
	for i := range open {
		o, e := &open[i], &t.edges[open[i].edge]
		if o.sink {
			c.sink, c.sinkEdges = true, append(c.sinkEdges, e.ID)
		}
		switch {
		case e.becomes() && o.whole():
			c.anyEdges = append(c.anyEdges, e.ID)
		case e.runs() && o.whole():
			c.runEdges = append(c.runEdges, e.ID)
		case e.becomes() && o.grips&(1<<named) != 0:
			if names := t.accounts(of, o, wide); len(names) > 0 {
				c.nameEdges, c.names = append(c.nameEdges, e.ID), append(c.names, names...)
			}
		}
	}
	slices.Sort(c.names)
	c.names = slices.Compact(c.names)
	return c
}

// accounts lists the service accounts that an opening names.
func (t *table) accounts(of *role, o *opening, wide bool) []string {
	var names []string
	for i := range t.edges[o.edge].ways {
		w := &t.edges[o.edge].ways[i]
		if !w.accounts || !o.needs.has(w.needs[0]) || !of.named.has(w.needs[0]) || (w.cluster[0] && !wide) {
			continue
		}
		for j := range of.rules {
			if one := of.rules[j].PolicyRule; meets(t.needs[w.needs[0]], one) == metByName {
				names = append(names, one.ResourceNames...)
			}
		}
	}
	return names
}
