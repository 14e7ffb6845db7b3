package rbac

import (
	"cmp"
	"slices"

	"canopy/model/inorder"
)

// search gathers holders. It counts before it writes, since there may be many.
type search struct {
	hits []hit
	// at finds the place of a party in counts; places has those of the parties of all hits, one after the other.
	at     map[*party]int32
	places []int32
	counts []count
}

// hit is a binding that grants what was asked, in the list of a namespace.
type hit struct {
	*binding
	matches []match
	list    int32
}

// count is how much a party has: grants, and namespaces in which they are, the last of which is noted.
type count struct {
	*party
	grants, namespaces, last int32
	// slot and room are where its grants and namespaces go.
	slot, room int32
}

func (s *search) find(a *Analyser, lists [][]*binding, at *Attributes) {
	known := make(map[*role][]match, len(a.roles))
	s.at = map[*party]int32{}
	for n, list := range lists {
		for _, b := range list {
			matches, ok := known[b.role]
			if !ok {
				matches = a.matches(b.role, at)
				inorder.SortStable(matches, func(x, y match) int { return x.index - y.index })
				known[b.role] = matches
			}
			if len(matches) == 0 {
				continue
			}
			s.hits = append(s.hits, hit{b, matches, int32(n)})
			for _, p := range b.parties {
				i, ok := s.at[p]
				if !ok {
					i = int32(len(s.counts))
					s.at[p] = i
					s.counts = append(s.counts, count{party: p, last: -1})
				}
				s.places = append(s.places, i)
				c := &s.counts[i]
				c.grants += int32(len(matches))
				if c.last != int32(n) {
					c.namespaces++
					c.last = int32(n)
				}
			}
		}
	}
}

func (s *search) holders() []Holder {
	order := make([]*count, len(s.counts))
	var grants, namespaces int32
	for i := range s.counts {
		c := &s.counts[i]
		order[i] = c
		c.slot, c.room, c.last = grants, namespaces, -1
		grants, namespaces = grants+c.grants, namespaces+c.namespaces
	}
	allGrants, allNamespaces := make([]Grant, grants), make([]string, namespaces)
	next := 0
	for _, h := range s.hits {
		for j, p := range h.parties {
			c := &s.counts[s.places[next]]
			next++
			t := through{h.binding, int(h.firsts[j]), matchWord(h.binding, int(h.firsts[j]), p.key, p.key)}
			for i := range h.matches {
				m := &h.matches[i]
				allGrants[c.slot] = t.grant(m.rule, m.from, m.verb, m.resource)
				c.slot++
			}
			if c.last != h.list {
				c.last = h.list
				allNamespaces[c.room] = cmp.Or(h.ref.Namespace, "*")
				c.room++
			}
		}
	}
	slices.SortFunc(order, func(x, y *count) int { return x.compareTo(y.party) })
	list := make([]Holder, len(order))
	for i, c := range order {
		h := &list[i]
		h.Subject = c.subject
		h.Via = allGrants[c.slot-c.grants : c.slot : c.slot]
		h.Namespaces = allNamespaces[c.room-c.namespaces : c.room : c.room]
		// Bindings of the cluster come first.
		if h.Namespaces[0] == "*" {
			h.Namespaces = h.Namespaces[:1:1]
		}
	}
	return list
}
