package attack

import (
	"strings"

	"canopy/analysis/attack/digraph"
	"canopy/model"
	"canopy/model/record"
)

// drawing is what stands in the graph of one object.
type drawing struct {
	lines []digraph.Edge
	// templates are those whose shapes it holds on to.
	templates []record.Template
	// sources are where paths may begin because of it.
	sources []digraph.Vertex
	// wants are the names that it looks up.
	wants []want
	// spaces are the namespaces that it needs to be places.
	spaces []string
}

// sketch is a drawing in the making.
type sketch struct {
	lines     []line
	templates []record.Template
	sources   []key
	wants     []want
	spaces    []string
}

func (s *sketch) empty() bool {
	return len(s.lines)+len(s.sources)+len(s.templates)+len(s.wants)+len(s.spaces) == 0
}

func (s *sketch) link(from, to key) { s.lines = append(s.lines, line{from: from, to: to}) }

func (s *sketch) add(l line) { s.lines = append(s.lines, l) }

// want is a name that a drawing looks up: whether there is such an account, pod or Secret, in whatever namespace.
type want struct {
	kind kind
	name string
}

// draw replaces what stands in the graph of one object. What is in both the old and the new drawing is not touched, so a change that
// changes nothing moves no search.
func (a *Analyser) draw(of key, s *sketch) {
	old := a.drawn[of]
	if old == nil && s.empty() {
		return
	}
	now := &drawing{templates: s.templates, wants: s.wants, spaces: s.spaces}
	if len(s.lines) > 0 {
		now.lines = make([]digraph.Edge, len(s.lines))
	}
	for i, l := range s.lines {
		now.lines[i] = digraph.Edge{From: a.hold(l.from), To: a.hold(l.to), Cost: l.cost, Tag: uint64(l.tag)}
	}
	for _, k := range s.sources {
		v := a.hold(k)
		now.sources = append(now.sources, v)
		a.begin(v)
	}
	a.file(of, now.wants, now.spaces)
	if old == nil {
		old = &drawing{}
	}
	a.exchange(old.lines, now.lines)
	a.erase(of, old)
	if s.empty() {
		delete(a.drawn, of)
		return
	}
	a.drawn[of] = now
}

// exchange takes lines out of the graph and puts others in.
func (a *Analyser) exchange(old, now []digraph.Edge) {
	if len(old) == 0 {
		for _, e := range now {
			a.graph.Add(e)
		}
		return
	}
	same := map[digraph.Edge]int{}
	for _, e := range old {
		same[e]++
	}
	for _, e := range now {
		if same[e] > 0 {
			same[e]--
			continue
		}
		a.graph.Add(e)
	}
	for e, n := range same {
		for range n {
			a.graph.Drop(e)
		}
	}
}

// erase lets go of what a drawing held.
func (a *Analyser) erase(of key, d *drawing) {
	for _, e := range d.lines {
		a.release(e.From)
		a.release(e.To)
	}
	for _, v := range d.sources {
		a.end(v)
		a.release(v)
	}
	for _, t := range d.templates {
		a.shapes.release(t)
	}
	a.unfile(of, d.wants, d.spaces)
}

// file notes which names a drawing looks up, and in which namespaces it stands.
func (a *Analyser) file(of key, wants []want, spaces []string) {
	for _, w := range wants {
		m := a.wanted[w]
		if m == nil {
			m = map[key]int{}
			a.wanted[w] = m
			a.used(w)
		}
		m[of]++
	}
	for _, ns := range spaces {
		if a.places[ns]++; a.places[ns] == 1 {
			a.place(ns, true)
			a.named(space, everywhere)
		}
	}
}

// used has an account drawn anew that somebody came to use or uses no more: nothing else may draw it. So are the pods of a node that somebody
// may enter.
func (a *Analyser) used(w want) {
	if w.kind == entered {
		// What runs on the node leads out to it from what is entered.
		if v, ok := a.find(heldOf(w.name)); ok {
			for _, e := range a.graph.Out(v) {
				a.dirty[key{kind: workload, ref: a.keys[e.To].ref}] = struct{}{}
			}
		}
	}
	if w.kind == identity {
		namespace, name, _ := strings.Cut(w.name, "/")
		a.dirty[identityOf(model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: name})] = struct{}{}
	}
}

func (a *Analyser) unfile(of key, wants []want, spaces []string) {
	for _, w := range wants {
		if m := a.wanted[w]; m[of] > 1 {
			m[of]--
		} else if delete(m, of); len(m) == 0 {
			delete(a.wanted, w)
			a.used(w)
		}
	}
	for _, ns := range spaces {
		if a.places[ns]--; a.places[ns] == 0 {
			delete(a.places, ns)
			a.place(ns, false)
		}
	}
}

// named has those drawn anew that look up a name.
func (a *Analyser) named(k kind, name string) {
	for of := range a.wanted[want{k, name}] {
		a.dirty[of] = struct{}{}
	}
}
