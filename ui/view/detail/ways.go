package detail

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// ways is what paths of attack lead through an object. Commands ask for them.
type ways struct {
	// known tells that the graph was drawn, whole that all it rests on was read, missing what was not.
	known, whole bool
	missing      string
	standing     model.Standing
	// onward names the steps of the cheapest path from the object to the worst that it leads to, cost is what that costs.
	onward []string
	cost   int
	// from names the first of the sources that lead to the object, sources counts them; counted tells that they were looked for.
	from    []string
	sources int
	counted bool
	// removes is how many of all paths to cluster-admin an edit of the object ends, edit what that is.
	removes int
	edit    string
	// object is what this is about; of all sources so many have paths to cluster-admin, and so many of those begin outside.
	object              model.Ref
	all, paths, outside int
}

func (w *ways) equal(o *ways) bool {
	a, b := w, o
	return slices.Equal(w.onward, o.onward) && slices.Equal(w.from, o.from) && a.known == b.known && a.whole == b.whole && a.missing == b.missing &&
		a.standing == b.standing && a.cost == b.cost && a.sources == b.sources && a.counted == b.counted && a.removes == b.removes && a.edit == b.edit &&
		a.object == b.object && a.all == b.all && a.paths == b.paths && a.outside == b.outside
}

// origins is how many of the sources that lead to an object are named.
const origins = 2

// waysOf asks where an object stands in the graph of attacks, and where it leads to. Who gets there costs more to find out than the rest, and
// that on the goroutine that all waits for: where all that a report says of paths is as it was, what was found out before is taken.
func waysOf(ctx context.Context, session view.Session, a *model.Attack, object model.Ref, before *ways) ways {
	if a == nil || a.Standings == nil || isCluster(object) {
		return ways{}
	}
	w := ways{
		known: true, whole: a.Known, missing: a.Missing, standing: a.Standings.Of(object), removes: a.Removes(object),
		object: object, all: a.Sources, paths: a.Paths, outside: a.Internet,
	}
	for i := range a.Cuts {
		if a.Cuts[i].Object == object {
			w.edit = a.Cuts[i].Edit
			break
		}
	}
	if before != nil {
		taken := w
		taken.onward, taken.cost, taken.from, taken.sources, taken.counted = before.onward, before.cost, before.from, before.sources, before.counted
		if taken.equal(before) {
			return taken
		}
	}
	// Where it is in no path the graph need not be asked.
	if w.standing == (model.Standing{}) {
		return w
	}
	// What cannot be asked is told without names.
	_ = session.AskAttack(ctx, func(asker attack.Asker) {
		if asker != nil {
			w.ask(asker)
		}
	})
	return w
}

func (w *ways) ask(asker attack.Asker) {
	node, ok := asker.Find(w.object.String())
	if !ok || node.Ref != w.object {
		return
	}
	if goal, ok := worst(w.standing.Effect); ok {
		if found, _ := asker.Routes(node, goal, 1, false); len(found) > 0 {
			w.onward, w.cost = steps(&found[0]), found[0].Cost
		}
	}
	if node.Type == attack.Namespace {
		// As a goal it is but its Secrets.
		return
	}
	found := asker.Paths(attack.Question{To: node, Limit: origins, Plain: true})
	w.counted, w.sources = true, len(found.Paths)+found.More
	for i := range found.Paths {
		w.from = append(w.from, view.NodeName(found.Paths[i].From))
	}
}

// worst is the goal that an effect is about.
func worst(e model.Effect) (goal attack.Node, ok bool) {
	switch e {
	case model.LeadsToCluster:
		return attack.ClusterAdmin, true
	case model.LeadsToNode:
		return attack.AnyNode, true
	case model.LeadsToSecrets:
		return attack.AnySecrets, true
	}
	return attack.Node{}, false
}

// steps names the nodes of a path after the first. The account of a workload goes without saying, unless the path ends there, and so does
// that one gets from a pod into it.
func steps(p *attack.Path) []string {
	var names []string
	last := view.NodeName(p.From)
	for i := range p.Hops {
		h := &p.Hops[i]
		name := view.NodeName(h.To)
		if name == last || h.Edge == "I-01" && i+1 < len(p.Hops) {
			continue
		}
		names, last = append(names, name), name
	}
	return names
}

// writeRisk takes the risk of the finding apart.
func (s *Screen) writeRisk(p *page.Page) {
	if s.row != nil {
		p.Entry("RISK", p.In(p.Ink.Text, s.row.RiskWords()))
	}
}

// writeWays says what the object leads to, who gets there, and what an edit of it ends.
func (s *Screen) writeWays(p *page.Page) {
	w := &s.facts.ways
	if !w.known {
		return
	}
	s.writeLeads(p, w)
	s.writeReach(p, w)
	if !w.whole {
		p.Entry("", p.In(p.Ink.Warn, strings.TrimSuffix("there may be more: not all was read: "+w.missing, ": ")))
	}
	if w.removes > 0 {
		words := strconv.Itoa(w.removes) + " of " + view.Count(w.paths, "attack path") + " to cluster-admin end"
		if w.edit != "" {
			words = w.edit + ": " + words
		}
		p.Entry("CUTS", p.In(p.Ink.Good, words))
	}
}

func (s *Screen) writeLeads(p *page.Page, w *ways) {
	arrow := " " + s.shared.Glyphs.ArrowRight + " "
	switch {
	case len(w.onward) > 0:
		p.Entry("LEADS", p.In(p.Ink.Text, strings.Join(w.onward, arrow))+p.In(p.Ink.Faint, " (cost "+strconv.Itoa(w.cost)+")"))
	case w.standing.Effect > model.LeadsNowhere:
		p.Entry("LEADS", p.In(p.Ink.Text, "to "+w.standing.Effect.String()))
	case w.whole:
		p.Entry("LEADS", p.In(p.Ink.Faint, "no further: no attack path goes on from here"))
	default:
		p.Entry("LEADS", p.In(p.Ink.Faint, "no further, as far as is known"))
	}
}

func (s *Screen) writeReach(p *page.Page, w *ways) {
	dot := " " + s.shared.Glyphs.Dot + " "
	who := ""
	switch {
	case w.sources > 0:
		who = "from " + strings.Join(w.from, ", ")
		if more := w.sources - len(w.from); more > 0 {
			who += " and " + strconv.Itoa(more) + " more"
		}
	case w.standing.Exposure > model.ExposedToHolders:
	case w.counted:
		who = "from nowhere but itself"
	default:
		who = "by its holders"
	}
	var drawn []string
	switch w.standing.Exposure {
	case model.ExposedToInternet:
		drawn = append(drawn, p.In(p.Ink.Warn, "from the internet"))
	case model.ExposedToAccounts:
		drawn = append(drawn, p.In(p.Ink.Warn, "by any account"))
	}
	if who != "" {
		drawn = append(drawn, p.In(p.Ink.Text, who))
	}
	if w.standing.Exposure != model.ExposedToInternet {
		drawn = append(drawn, p.In(p.Ink.Faint, "not from the internet"))
	}
	p.Entry("REACH", strings.Join(drawn, p.In(p.Ink.Faint, dot)))
}

// edits is how many edits of the object are told.
const edits = 3

// change is what an edit of the object did to paths to cluster-admin.
type change struct {
	at             time.Time
	opened, closed int
}

// changesOf gives the newest edits of an object that did something to paths.
func changesOf(r *model.Report, object model.Ref) []change {
	var all []change
	for i := range r.Edits {
		if e := &r.Edits[i]; e.Object == object && e.PathsOpened+e.PathsClosed > 0 && len(all) < edits {
			all = append(all, change{e.Time, e.PathsOpened, e.PathsClosed})
		}
	}
	return all
}

// writeEdits tells which edits of the object opened or closed paths of attack.
func (s *Screen) writeEdits(p *page.Page) {
	word := "CHANGED"
	for _, c := range s.facts.changes {
		ink, words := p.Ink.Good, ""
		if c.opened > 0 {
			ink, words = p.Ink.Warn, ", added "+view.Count(c.opened, "path")
		}
		if c.closed > 0 {
			words += ", took " + view.Count(c.closed, "path") + " away"
		}
		p.Entry(word, p.In(p.Ink.Faint, s.shared.Clock(c.at)+" ")+p.In(ink, strings.TrimPrefix(words, ", ")+" to cluster-admin"))
		word = ""
	}
}
