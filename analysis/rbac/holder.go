package rbac

import (
	"cmp"
	"iter"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
	"canopy/model/cluster"
)

// Holder is somebody who may do what was asked.
type Holder struct {
	Subject model.Subject `json:"subject"`
	// Namespaces are those in which the subject may, ["*"] for all of the cluster.
	Namespaces []string `json:"namespaces"`
	Via        []Grant  `json:"via"`
}

// WhoCan lists all subjects, as bindings name them, to whom RBAC grants what is asked, sorted. With the namespace "*" it
// asks for any namespace, and with "" for requests that are in none. Members of system:masters may do everything and are
// not listed for that.
func (a *Analyser) WhoCan(at Attributes) []Holder {
	namespace := at.Namespace
	if at.URL != "" {
		namespace = ""
	}
	var s search
	s.find(a, a.counting(namespace), &at)
	return s.holders()
}

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
				slices.SortStableFunc(matches, func(x, y match) int { return x.index - y.index })
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

// Everyone tells whether all that could grant something in a namespace, "*" for any and "" for none, was seen, and else
// what was not.
func (a *Analyser) Everyone(c *cluster.Cluster, namespace string, p Provider) (complete bool, reason string) {
	if reason := unseenBindings(c, namespace); reason != "" {
		return false, reason
	}
	if reason := a.unread(c, concat(a.counting(namespace))); reason != "" {
		return false, reason
	}
	if p.Authorizer != "" {
		return false, p.Authorizer + " may grant more, and cannot be read from the cluster"
	}
	return true, ""
}

// Expand gives the service accounts of a cluster that a group stands for; nil where the members of the group are known to
// the authenticator alone.
func Expand(c *cluster.Cluster, s model.Subject) []model.Subject {
	if s.Kind != model.GroupSubject {
		return nil
	}
	namespace, ok := keyFor(s).crowd()
	if !ok {
		return nil
	}
	var list []model.Subject
	for r := range c.All(model.KindByName(rbacv1.ServiceAccountKind).GroupKind()) {
		if namespace == "" || r.GetNamespace() == namespace {
			list = append(list, model.Subject{Kind: model.AccountSubject, Namespace: r.GetNamespace(), Name: r.GetName()})
		}
	}
	slices.SortFunc(list, model.Subject.Compare)
	return list
}

func concat(lists [][]*binding) iter.Seq[*binding] {
	return func(yield func(*binding) bool) {
		for _, list := range lists {
			for _, b := range list {
				if !yield(b) {
					return
				}
			}
		}
	}
}
