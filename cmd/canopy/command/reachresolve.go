package command

import (
	"fmt"
	"iter"
	"slices"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// asked is a query whose names were looked up in a cluster.
type asked struct {
	// from and to are the ends to ask about, one after the other; the zero end is any.
	from, to []network.End
	// internet tells that from is all that is outside.
	internet bool
	ports    *port.Set
	// landmark is what answers at the destination, where it was named so.
	landmark network.Landmark
	shown    []string
	level    network.Level
	denied   bool
	// alone tells that both ends are one and the same pod, which always reaches itself; crowd that one end is a namespace.
	alone, crowd bool
	warnings     []string
	// unseen tells that of one end it is not known whether it is there; partial that there are workloads without pods.
	unseen, partial bool
}

// question asks about one pair of ends.
func (a *asked) question(from, to network.End) network.Question {
	return network.Question{
		Level: a.level, From: from, To: to, Ports: a.ports, Namespaces: a.shown, Denied: a.denied,
		Outside: from.Ref.IsZero() || to.Ref.IsZero(),
	}
}

// resolve looks the names of a query up.
func (q *query) resolve(w *flows, shown []string) (*asked, error) {
	a := &asked{shown: shown, level: q.level, denied: q.denied, internet: len(q.from.addresses()) > 1}
	from, err := a.find(w, q.from)
	if err != nil {
		return nil, err
	}
	to, err := a.find(w, q.to)
	if err != nil {
		return nil, err
	}
	a.from, a.to = from.ends, to.ends
	if note := idle(w, shown); note != "" && !q.named() {
		a.partial = true
		a.warnings = append(a.warnings, note)
	}
	a.warn(w, q)
	if q.ports.any() && !a.landmark.Ports.Empty() {
		a.ports = &a.landmark.Ports
	}
	if !q.ports.any() {
		if len(q.ports.names) > 0 && q.to.outside() {
			return nil, fmt.Errorf("--port %q: a port has a name on pods alone: give its number, such as 443/TCP", q.ports.names[0])
		}
		set, err := q.ports.lookUp(to.pods)
		if err != nil {
			return nil, err
		}
		a.ports = &set
	}
	if q.named() {
		if shown != nil && !from.within(shown) && !to.within(shown) {
			return nil, fmt.Errorf("--namespace %s: neither end is in it", quotedList(shown))
		}
		a.alone = from.one() != nil && from.one() == to.one()
		if a.alone {
			a.warnings = append(a.warnings, "both ends are the same pod, which always reaches itself")
		}
	}
	return a, nil
}

// found is a place that was looked up.
type found struct {
	ends []network.End
	// pods are those that run there; all of the cluster for anywhere, none outside.
	pods iter.Seq[*record.Pod]
}

// one gives the only pod of a place; nil where there are none or several.
func (f *found) one() *record.Pod {
	var only *record.Pod
	for p := range f.pods {
		if only != nil {
			return nil
		}
		only = p
	}
	return only
}

// within tells whether a place is in one of some namespaces.
func (f *found) within(namespaces []string) bool {
	ref := f.ends[0].Ref
	if ref.Kind == "Namespace" {
		return slices.Contains(namespaces, ref.Name)
	}
	return slices.Contains(namespaces, ref.Namespace)
}

// find looks a place up. What is surely not there is an error; what may not have been seen is told.
func (a *asked) find(w *flows, p *place) (*found, error) {
	switch {
	case p == nil:
		return &found{[]network.End{{}}, running(w.everyone())}, nil
	case p.landmark != "":
		return a.findLandmark(w, p)
	case p.external != "":
		return &found{[]network.End{{Name: p.external}}, nobody}, nil
	case p.outside():
		f := &found{pods: nobody}
		for _, b := range p.blocks {
			f.ends = append(f.ends, network.End{Block: b})
		}
		return f, nil
	case p.kind == "Namespace":
		return a.findNamespace(w, p)
	}
	return a.findObject(w, p)
}

// findLandmark looks up where something answers that people know by name. Where no ports are asked for, its own are meant.
func (a *asked) findLandmark(w *flows, p *place) (*found, error) {
	for _, l := range w.landmarks() {
		if l.Name != p.landmark {
			continue
		}
		if len(l.Ends) == 0 {
			a.unseen = true
			a.warnings = append(a.warnings, p.text+" was not found")
			return &found{[]network.End{{Name: p.landmark}}, nobody}, nil
		}
		a.landmark = l
		return &found{l.Ends, func(yield func(*record.Pod) bool) {
			for _, e := range l.Ends {
				for pod := range w.pods(e.Ref) {
					if !yield(pod) {
						return
					}
				}
			}
		}}, nil
	}
	return nil, p.wrong(wantPlace)
}

func (a *asked) findNamespace(w *flows, p *place) (*found, error) {
	if !hasNamespace(w.cluster, p.name) {
		return nil, p.wrong(fmt.Sprintf("there is no namespace %q%s", p.name, suggested(nearNamespaces(w.cluster, p.name))))
	}
	a.crowd = true
	return a.inhabited(p, &found{[]network.End{{Ref: model.KindByName("Namespace").Ref("", p.name)}}, running(w.in(p.name))}), nil
}

func (a *asked) findObject(w *flows, p *place) (*found, error) {
	c := w.cluster
	ref := p.ref(c)
	object := c.Get(ref)
	pods := w.pods(ref)
	switch {
	case object != nil:
		if _, isPod := object.(*record.Pod); isPod {
			break
		}
		if top := c.TopOwner(object); top != ref {
			return nil, p.wrong(fmt.Sprintf("it is part of %s: name that, or one of its pods", top))
		}
	case !ref.IsZero() && some(pods):
		// Its pods name it, though it was not seen itself.
	case !hasNamespace(c, p.namespace):
		return nil, p.wrong(fmt.Sprintf("there is no namespace %q%s", p.namespace, suggested(nearNamespaces(c, p.namespace))))
	case ref.IsZero():
		return nil, p.wrong(fmt.Sprintf("no pod there belongs to such an object%s", suggested(nearObjects(c, p))))
	default:
		seen := c.Seen(ref.GroupKind(), ref.Namespace)
		if seen.State == model.Complete {
			return nil, p.wrong("there is no such object" + suggested(nearObjects(c, p)))
		}
		a.unseen = true
		a.warnings = append(a.warnings, fmt.Sprintf("%s was not seen: %s %s, %s", p.text, ref.Kind, seen.State, seen.Reason))
		return &found{[]network.End{{Ref: ref}}, nobody}, nil
	}
	return a.inhabited(p, &found{[]network.End{{Ref: ref}}, running(pods)}), nil
}

// inhabited tells of a place in which nothing runs: nothing begins or ends there.
func (a *asked) inhabited(p *place, f *found) *found {
	if !some(f.pods) {
		a.warnings = append(a.warnings, fmt.Sprintf("%s has no pod that runs: there is nothing to evaluate", p.text))
	}
	return f
}

// ref names the object of a place. Of a kind that is not built in that is what pods there say of their owner; the zero
// reference where none does.
func (p *place) ref(c *cluster.Cluster) model.Ref {
	if k := model.KindByName(p.kind); k != nil {
		return k.Ref(p.namespace, p.name)
	}
	var ref model.Ref
	for pod := range everyPod(c) {
		if pod.Namespace != p.namespace {
			continue
		}
		top := c.TopOwner(pod)
		if top.Name == p.name && sameFold(top.Kind, p.kind) && (ref.IsZero() || top.Compare(ref) < 0) {
			ref = top
		}
	}
	return ref
}

// everyPod goes through all pods, in no particular order.
func everyPod(c *cluster.Cluster) iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		for r := range c.All(model.KindByName("Pod").GroupKind()) {
			if p, ok := r.(*record.Pod); ok && !yield(p) {
				return
			}
		}
	}
}

// running leaves out the pods that have ended: they hold no address any more.
func running(pods iter.Seq[*record.Pod]) iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		for p := range pods {
			if !p.Finished() && !yield(p) {
				return
			}
		}
	}
}

// nobody is no pods.
func nobody(func(*record.Pod) bool) {}

// some tells whether there is any.
func some(pods iter.Seq[*record.Pod]) bool {
	for range pods {
		return true
	}
	return false
}
