package digraph

// refresh makes the labels those of the graph as it is.
func (s *Search) refresh() {
	if len(s.loose) == 0 && len(s.eased) == 0 && !s.fresh {
		return
	}
	torn := s.tear()
	if len(torn) > len(s.label)/2 {
		s.anew()
		return
	}
	for _, v := range torn {
		s.set(v, infinite)
	}
	for _, v := range torn {
		s.ease(v)
	}
	for _, v := range s.eased {
		s.ease(v)
	}
	if s.fresh {
		s.settleAims()
	}
	s.forgetPending()
	s.run(false)
}

// anew finds all labels without those that are there.
func (s *Search) anew() {
	for v := range s.label {
		if s.label[v] != infinite {
			s.set(Vertex(v), infinite)
		}
		s.props[v] = 0
	}
	s.settleAims()
	s.forgetPending()
	s.run(true)
}

func (s *Search) forgetPending() {
	for _, v := range s.loose {
		s.isLoose.remove(v)
	}
	for _, v := range s.eased {
		s.isEased.remove(v)
	}
	s.loose, s.eased = emptied(s.loose), emptied(s.eased)
}

// set changes a label and remembers which one Update last told of.
func (s *Search) set(v Vertex, label uint64) {
	if s.told && s.isTouched.add(v) {
		s.touched = append(s.touched, waiting{s.label[v], v})
	}
	s.label[v] = label
}

func (s *Search) lessen(v Vertex, label uint64) {
	s.set(v, label)
	s.queue.push(label, v)
}

// tear lists the vertices whose labels no longer rest on anything: those that are loose, and those all of whose props they were.
func (s *Search) tear() []Vertex {
	var torn []Vertex
	for _, v := range s.loose {
		if s.props[v] == 0 && s.label[v] != infinite {
			torn = append(torn, v)
		}
	}
	for i := 0; i < len(torn); i++ {
		v := torn[i]
		back := s.back(v)
		for j := range back {
			near, _ := s.ends(&back[j])
			if s.label[v]+step(&back[j]) == s.label[near] {
				if s.props[near]--; s.props[near] == 0 {
					torn = append(torn, near)
				}
			}
		}
	}
	return torn
}

// ahead are the edges on which the label of v may rest, back those by which other labels may rest on that of v.
func (s *Search) ahead(v Vertex) []Edge {
	if s.toward {
		return s.g.Out(v)
	}
	return s.g.In(v)
}

func (s *Search) back(v Vertex) []Edge {
	switch {
	case s.stop != nil && s.stop(v):
		return nil
	case s.toward:
		return s.g.In(v)
	}
	return s.g.Out(v)
}

// ease gives v the least label that any edge gives, if it is less.
func (s *Search) ease(v Vertex) {
	best := s.label[v]
	ahead := s.ahead(v)
	for i := range ahead {
		_, far := s.ends(&ahead[i])
		best = min(best, s.given(&ahead[i], far))
	}
	if best < s.label[v] {
		s.lessen(v, best)
	}
}

func (s *Search) settleAims() {
	for _, v := range s.aim {
		if s.label[v] != 0 {
			s.lessen(v, 0)
		}
	}
	s.fresh = false
}

// run takes what lies in the queue to its end, as Dijkstra does. With all it begins from no labels, and props can be counted on the
// way; else those of a vertex that gets a label are counted when it is final, which is when all on which it rests are.
func (s *Search) run(all bool) {
	for s.queue.size > 0 {
		label, v := s.queue.pop()
		if label != s.label[v] {
			continue
		}
		switch {
		case label == 0:
			s.props[v] = 1
		case !all:
			s.props[v] = s.count(v)
		}
		back := s.back(v)
		for i := range back {
			near, _ := s.ends(&back[i])
			switch given := label + step(&back[i]); {
			case given < s.label[near]:
				s.lessen(near, given)
				s.props[near] = 1
			case given == s.label[near]:
				s.props[near]++
			}
		}
	}
	s.queue.reset()
}

func (s *Search) count(v Vertex) (props uint32) {
	ahead := s.ahead(v)
	for i := range ahead {
		if _, far := s.ends(&ahead[i]); s.given(&ahead[i], far) == s.label[v] {
			props++
		}
	}
	return props
}
