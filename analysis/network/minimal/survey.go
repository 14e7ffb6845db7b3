package minimal

import (
	"cmp"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// Survey knows who runs in which namespace of a cluster. It is made once for any number of proposals, and holds while the
// cluster stays as it is.
type Survey struct {
	c      *cluster.Cluster
	places map[string]*place
	sheets map[record.Template]*sheet
	world  *world
	// spokenOf is given by topics.
	spokenOf *topics
	// taken holds the names of policies that were given away.
	taken map[model.Ref]bool
}

// place is a namespace.
type place struct {
	name    string
	parties map[model.Ref]*party
	// few is given by the function of that name.
	few []*record.Pod
}

// party is a top owner with its pods, those that have ended left out.
type party struct {
	ref model.Ref
	// owner is the record of the owner; nil where that was not seen, or is a pod.
	owner *record.Workload
	pods  []*record.Pod
	// labels are those that its pods have, or that new ones will get, each set once.
	labels []record.Labels
	// various is given by the function of that name.
	various []*record.Pod
}

// sheet is what of a pod template matters.
type sheet struct {
	host  bool
	ports []corev1.ContainerPort
}

// Look surveys a cluster. It costs one look at every pod and at every owner of pods.
func Look(c *cluster.Cluster) *Survey {
	s := &Survey{c: c, places: map[string]*place{}, sheets: map[record.Template]*sheet{}, taken: map[model.Ref]bool{}}
	homes := map[claim]*party{}
	for r := range c.All(schema.GroupKind{Kind: "Pod"}) {
		if p, ok := r.(*record.Pod); ok && !p.Finished() {
			x := s.home(p, homes)
			x.pods = append(x.pods, p)
			x.wears(p.Labels)
		}
	}
	for _, kind := range [...]string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob"} {
		for r := range c.All(model.KindByName(kind).GroupKind()) {
			w, ok := r.(*record.Workload)
			if !ok || w.Template.IsZero() || c.TopOwner(w) != w.Ref() {
				continue
			}
			x := s.place(w.Namespace).parties[w.Ref()]
			if x == nil && kind == "Job" && w.Ready <= 0 && w.UID != "" {
				// It may have run to its end, and says nothing of whether it will run again.
				continue
			}
			if x == nil {
				x = s.party(w.Namespace, w.Ref())
			}
			x.owner = w
			if kind != "Job" || len(x.pods) == 0 {
				// The pods of a Job wear labels that its template does not have.
				x.wears(w.PodLabels)
			}
		}
	}
	for _, p := range s.places {
		for _, x := range p.parties {
			slices.SortFunc(x.pods, func(a, b *record.Pod) int { return cmp.Compare(a.Name, b.Name) })
			inorder.Sort(x.labels, compareLabels)
		}
	}
	return s
}

// claim is what a pod says of its controller.
type claim struct {
	namespace string
	record.Owner
}

// home gives the party that a pod belongs to. Pods that claim the same controller mostly have the same top owner, which is
// looked for once; one that stands for itself in spite of its claim is asked about by itself.
func (s *Survey) home(p *record.Pod, homes map[claim]*party) *party {
	if p.Owner == nil || p.Annotations.Has(corev1.MirrorPodAnnotationKey) {
		return s.party(p.Namespace, s.c.TopOwner(p))
	}
	k := claim{p.Namespace, *p.Owner}
	if x := homes[k]; x != nil {
		return x
	}
	top := s.c.TopOwner(p)
	x := s.party(p.Namespace, top)
	if top.Kind != "Pod" {
		homes[k] = x
	}
	return x
}

func (x *party) wears(l record.Labels) {
	if !slices.Contains(x.labels, l) {
		x.labels = append(x.labels, l)
	}
}

func compareLabels(a, b record.Labels) int {
	return slices.CompareFunc(pairs(a), pairs(b), func(p, q [2]string) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) })
}

func pairs(l record.Labels) [][2]string {
	var list [][2]string
	for k, v := range l.All() {
		list = append(list, [2]string{k, v})
	}
	return list
}

func (s *Survey) place(name string) *place {
	p := s.places[name]
	if p == nil {
		p = &place{name: name, parties: map[model.Ref]*party{}}
		s.places[name] = p
	}
	return p
}

func (s *Survey) party(namespace string, ref model.Ref) *party {
	p := s.place(namespace)
	x := p.parties[ref]
	if x == nil {
		x = &party{ref: ref}
		p.parties[ref] = x
	}
	return x
}

// sorted lists the parties of a namespace in order.
func (p *place) sorted() []*party {
	return slices.SortedFunc(maps.Values(p.parties), func(a, b *party) int { return a.ref.Compare(b.ref) })
}

// templates lists those that a party's pods have, or will have.
func (x *party) templates() []record.Template {
	var list []record.Template
	for _, p := range x.pods {
		if !slices.Contains(list, p.Template) {
			list = append(list, p.Template)
		}
	}
	if x.owner != nil && len(list) == 0 {
		list = append(list, x.owner.Template)
	}
	return list
}

func (s *Survey) sheet(t record.Template) *sheet {
	x := s.sheets[t]
	if x == nil {
		spec := t.Decode().Spec
		x = &sheet{host: spec.HostNetwork}
		for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
			for i := range list {
				x.ports = append(x.ports, list[i].Ports...)
			}
		}
		s.sheets[t] = x
	}
	return x
}

// network tells whether some pods of a party are on the pod network, and whether some are on that of their node.
func (s *Survey) network(x *party) (own, host bool) {
	for _, t := range x.templates() {
		if s.sheet(t).host {
			host = true
		} else {
			own = true
		}
	}
	return own, host
}

// named gives the numbers that the pods of a party have for a named port.
func (s *Survey) named(x *party, n policy.NamedPort) port.Set {
	var set port.Builder
	for _, t := range x.templates() {
		for _, p := range s.sheet(t).ports {
			protocol, ok := port.Parse(p.Protocol)
			if ok && p.Name == n.Name && (n.Any || n.Protocol == protocol) && p.ContainerPort > 0 && p.ContainerPort <= port.Last {
				set.Add(protocol, uint16(p.ContainerPort), uint16(p.ContainerPort))
			}
		}
	}
	return set.Set()
}

// Declared gives the ports that the containers of an owner's pods declare; nothing where there is no such owner.
func (s *Survey) Declared(owner model.Ref) port.Set {
	var set port.Builder
	p := s.places[owner.Namespace]
	if p == nil || p.parties[owner] == nil {
		return port.Set{}
	}
	for _, t := range p.parties[owner].templates() {
		for _, c := range s.sheet(t).ports {
			if protocol, ok := port.Parse(c.Protocol); ok && c.ContainerPort > 0 && c.ContainerPort <= port.Last {
				set.Add(protocol, uint16(c.ContainerPort), uint16(c.ContainerPort))
			}
		}
	}
	return set.Set()
}

// Owners lists the top owners of the pods of a namespace that policies can concern: those on the pod network.
func (s *Survey) Owners(namespace string) []model.Ref {
	p := s.places[namespace]
	if p == nil {
		return nil
	}
	var list []model.Ref
	for _, x := range p.sorted() {
		if own, _ := s.network(x); own {
			list = append(list, x.ref)
		}
	}
	return list
}
