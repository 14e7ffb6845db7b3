package network

import (
	"cmp"
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// unit is one end of entries: a pod, a workload or a namespace, with its pods by class.
type unit struct {
	ref   model.Ref
	order uint64
	pods  int
	parts []part
}

// part is the pods of a unit that are of one class.
type part struct {
	class *class
	pods  []uint32
	// set holds the same once somebody has asked for one of many.
	set map[uint32]struct{}
}

func (p *part) has(m uint32) bool {
	if len(p.pods) < 8 {
		return slices.Contains(p.pods, m)
	}
	if p.set == nil {
		p.set = make(map[uint32]struct{}, len(p.pods))
		for _, o := range p.pods {
			p.set[o] = struct{}{}
		}
	}
	_, ok := p.set[m]
	return ok
}

// seat is a class of a unit, found by its class.
type seat struct {
	unit *unit
	part int
}

// hall holds the units of the namespaces that were asked about so far.
type hall struct {
	units map[*namespace][]*unit
	seats map[*class][]seat
	order map[*namespace]uint64
	// kept narrows it to the pods of an end; nil keeps all.
	kept  func(m uint32) bool
	level Level
}

func (l *listing) newHall(kept func(uint32) bool, e End) *hall {
	h := &hall{units: map[*namespace][]*unit{}, seats: map[*class][]seat{}, order: l.order, kept: kept, level: l.q.Level}
	if e.Ref.Kind == "Pod" && h.level == Workloads {
		// Who asks for one of the replicas is told of that one.
		h.level = Pods
	}
	return h
}

// of gives the units of a namespace, sorted.
func (h *hall) of(l *listing, n *namespace) []*unit {
	if list, ok := h.units[n]; ok {
		return list
	}
	byRef := map[model.Ref]*unit{}
	var list []*unit
	for _, c := range n.classes {
		for _, m := range c.pods {
			if h.kept != nil && !h.kept(m) {
				continue
			}
			ref := l.refOf(l.a.members[m].record, h.level)
			var u *unit
			if h.level == Pods {
				u = &unit{ref: ref}
				list = append(list, u)
			} else if u = byRef[ref]; u == nil {
				u = &unit{ref: ref}
				byRef[ref] = u
				list = append(list, u)
			}
			u.pods++
			if i := len(u.parts) - 1; i >= 0 && u.parts[i].class == c {
				u.parts[i].pods = append(u.parts[i].pods, m)
			} else {
				u.parts = append(u.parts, part{class: c, pods: []uint32{m}})
			}
		}
	}
	slices.SortFunc(list, func(x, y *unit) int { return x.ref.Compare(y.ref) })
	for i, u := range list {
		u.order = h.order[n]<<32 | uint64(i)
		inorder.Sort(u.parts, func(x, y part) int { return compareClasses(x.class, y.class) })
		for j := range u.parts {
			h.seats[u.parts[j].class] = append(h.seats[u.parts[j].class], seat{u, j})
		}
	}
	h.units[n] = list
	return list
}

// seated gives the units that have a class, sorted.
func (h *hall) seated(l *listing, c *class) []seat {
	h.of(l, c.namespace)
	return h.seats[c]
}

func (l *listing) refOf(p *record.Pod, level Level) model.Ref {
	switch level {
	case Workloads:
		// Pods of one ReplicaSet or the like share the record of their owner's name; asking for each costs more.
		return l.c.TopOwner(p)
	case Namespaces:
		return model.Ref{Version: "v1", Kind: "Namespace", Name: p.Namespace}
	}
	return p.Ref()
}

// compareClasses orders classes by what they are, so that an order does not depend on what came first.
func compareClasses(x, y *class) int {
	if x == y {
		return 0
	}
	for i := range min(len(x.projection.labels), len(y.projection.labels)) {
		if c := compareLabels(x.projection.labels[i], y.projection.labels[i]); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(x.projection.labels), len(y.projection.labels)), cmp.Compare(x.traits(), y.traits()))
}

// traits says what besides its labels tells a class apart.
func (c *class) traits() string {
	var parts []string
	if c.host {
		parts = append(parts, "host network")
	}
	parts = append(parts, c.site.text)
	for _, p := range c.signature.list {
		parts = append(parts, "port "+p.name+"="+itoa(int(p.number))+"/"+p.protocol.String())
	}
	if c.nodes != nil {
		parts = append(parts, "on nodes: "+c.nodes.text)
	}
	return strings.Join(parts, ", ")
}

// distinct says what tells some classes of a unit from the others: tier=web. It is "" where they are all that there are.
func (u *unit) distinct(chosen []int) string {
	if len(chosen) == len(u.parts) {
		return ""
	}
	differ := map[string]bool{}
	for i := range u.parts {
		for _, l := range u.parts[i].class.projection.labels {
			for j := range u.parts {
				if v, ok := u.parts[j].class.projection.Lookup(l.key); !ok || v != l.value {
					differ[l.key] = true
				}
			}
		}
	}
	keys := make([]string, 0, len(differ))
	for k := range differ {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var texts []string
	for _, i := range chosen {
		if text := u.tell(i, keys); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	slices.Sort(texts)
	return strings.Join(texts, " | ")
}

// tell says what tells one class of a unit apart: its labels, and what else where another class has the same.
func (u *unit) tell(i int, keys []string) string {
	c := u.parts[i].class
	var parts []string
	for _, k := range keys {
		if v, ok := c.projection.Lookup(k); ok {
			parts = append(parts, k+"="+v)
		} else {
			parts = append(parts, "!"+k)
		}
	}
	for j := range u.parts {
		if j != i && u.parts[j].class.projection == c.projection {
			if t := c.traits(); t != "" {
				parts = append(parts, t)
			}
			break
		}
	}
	return strings.Join(parts, ",")
}
