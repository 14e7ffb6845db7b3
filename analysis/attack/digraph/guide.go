package digraph

// guide finds routes one after the other: it parts those that are left by where they leave the ones that were given, as Yen and Lawler
// do, and looks into a part only when it may hold the next. The labels toward the goals, which leave no vertex out, lead the way: mostly
// the best route by them comes to no vertex twice, and where it does they guide a search (A*) to one that does not.
type guide struct {
	g     *Graph
	label []uint64
	// skip tells the edges by which no route goes; nil for none.
	skip    func(*Edge) bool
	compare func(a, b Edge) int
	waiting branches
	// barred are the vertices of the beginning of the branch that is looked at.
	barred set
	// gone is the label from the end of that beginning, as far as it is known; reached lists those of which it is.
	gone    []uint64
	reached []Vertex
	queue   queue
}

func newGuide(g *Graph, label []uint64, skip func(*Edge) bool, compare func(a, b Edge) int) *guide {
	return &guide{g: g, label: label, skip: skip, compare: compare, waiting: branches{compare: compare}, barred: newSet(len(g.out))}
}

func (w *guide) routes(from Vertex, yield func([]Edge) bool) {
	if w.label[from] == infinite {
		return
	}
	w.waiting.push(&branch{label: w.label[from]})
	for len(w.waiting.heap) > 0 {
		b := w.waiting.pop()
		if !b.found {
			if w.find(b, from) {
				w.waiting.push(b)
			}
			continue
		}
		if !yield(append([]Edge{}, b.route...)) {
			return
		}
		w.part(b, from)
	}
}

// part makes branches of all that a branch holds but its best route.
func (w *guide) part(b *branch, from Vertex) {
	at, gone := from, uint64(0)
	for i, e := range b.route {
		w.barred.add(at)
		if i >= b.first {
			next := &branch{route: b.route[:i:i], first: i, banned: []Edge{e}}
			if i == b.first {
				next.banned = append(next.banned, b.banned...)
			}
			next.label = infinite
			w.leave(at, next.banned, func(e *Edge) { next.label = min(next.label, gone+step(e)+w.label[e.To]) })
			if next.label != infinite {
				w.waiting.push(next)
			}
		}
		at, gone = e.To, gone+step(&e)
	}
	w.unbar(b.route, from)
}

// leave goes through the edges by which a branch may go on from the end of its beginning.
func (w *guide) leave(at Vertex, banned []Edge, visit func(*Edge)) {
	out := w.g.Out(at)
edges:
	for i := range out {
		e := &out[i]
		if w.label[e.To] == infinite || w.barred.has(e.To) || w.skip != nil && w.skip(e) {
			continue
		}
		for j := range banned {
			if banned[j] == *e {
				continue edges
			}
		}
		visit(e)
	}
}

func (w *guide) unbar(route []Edge, from Vertex) {
	w.barred.remove(from)
	for i := range route {
		w.barred.remove(route[i].To)
	}
}

// find looks for the best route of a branch; false where it holds none.
func (w *guide) find(b *branch, from Vertex) bool {
	at, gone := from, uint64(0)
	w.barred.add(from)
	for i := range b.route {
		at, gone = b.route[i].To, gone+step(&b.route[i])
		w.barred.add(at)
	}
	defer w.unbar(b.route, from)
	b.found = true
	if w.label[at] == 0 {
		return true // from is a goal
	}
	best := None
	var first Edge
	w.leave(at, b.banned, func(e *Edge) {
		if gone+step(e)+w.label[e.To] == b.label && (best == None || w.compare(*e, first) < 0) {
			best, first = e.To, *e
		}
	})
	if best != None {
		if route, ok := descend(w.g, w.label, best, w.barred, w.skip, append(b.route, first), w.compare); ok {
			b.route = route
			return true
		}
	}
	rest, ok := w.around(at, b.banned)
	if ok {
		begin := len(b.route)
		b.route = append(b.route, rest...)
		b.label = gone
		for i := begin; i < len(b.route); i++ {
			b.label += step(&b.route[i])
		}
	}
	return ok
}

// around finds the best way from a vertex to a goal past the barred ones.
func (w *guide) around(from Vertex, banned []Edge) ([]Edge, bool) {
	if w.gone == nil {
		w.gone = make([]uint64, len(w.g.out))
		for v := range w.gone {
			w.gone[v] = infinite
		}
	}
	defer w.forget()
	reach := func(e *Edge, gone uint64) {
		if gone += step(e); gone < w.gone[e.To] {
			if w.gone[e.To] == infinite {
				w.reached = append(w.reached, e.To)
			}
			w.gone[e.To] = gone
			w.queue.push(gone+w.label[e.To], e.To)
		}
	}
	w.leave(from, banned, func(e *Edge) { reach(e, 0) })
	// All that is as good as the best is followed, since compare has to choose from it.
	best := infinite
	for w.queue.size > 0 {
		label, v := w.queue.pop()
		if label > best {
			break
		}
		if label != w.gone[v]+w.label[v] {
			continue
		}
		if w.label[v] == 0 {
			best = label
			continue
		}
		w.leave(v, nil, func(e *Edge) { reach(e, w.gone[v]) })
	}
	if best == infinite {
		return nil, false
	}
	return w.choose(from, banned, w.onBest(best)), true
}

// onBest gives the vertices that are on a best way.
func (w *guide) onBest(best uint64) set {
	on := newSet(len(w.g.out))
	var stack []Vertex
	for _, v := range w.reached {
		if w.label[v] == 0 && w.gone[v] == best {
			on.add(v)
			stack = append(stack, v)
		}
	}
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		in := w.g.In(v)
		for i := range in {
			e := &in[i]
			// The labels of goals are known too, but no route goes on from one.
			if w.gone[e.From] != infinite && w.label[e.From] != 0 && w.gone[e.From]+step(e) == w.gone[v] &&
				(w.skip == nil || !w.skip(e)) && on.add(e.From) {
				stack = append(stack, e.From)
			}
		}
	}
	return on
}

func (w *guide) choose(at Vertex, banned []Edge, on set) (route []Edge) {
	gone := uint64(0)
	for {
		var best *Edge
		w.leave(at, banned, func(e *Edge) {
			if on.has(e.To) && gone+step(e) == w.gone[e.To] && (best == nil || w.compare(*e, *best) < 0) {
				best = e
			}
		})
		route = append(route, *best)
		at, gone, banned = best.To, w.gone[best.To], nil
		if w.label[at] == 0 {
			return route
		}
	}
}

func (w *guide) forget() {
	for _, v := range w.reached {
		w.gone[v] = infinite
	}
	w.reached = w.reached[:0]
	w.queue.reset()
}
