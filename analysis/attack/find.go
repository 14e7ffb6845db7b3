package attack

import (
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// parse reads the name of a node as people write it: a reference, a subject, or one of the words for the internet and for goals. It does not
// know what there is.
func parse(name string) (key, bool) {
	switch name {
	case Internet.ID:
		return key{kind: internet}, true
	case ClusterAdmin.ID:
		return key{kind: admin}, true
	case AnyNode.ID:
		return key{kind: anyNode}, true
	case ControlPlane.ID:
		return key{kind: anyPlane}, true
	case AnySecrets.ID:
		return key{kind: anySecrets}, true
	}
	if s, err := model.ParseSubject(name); err == nil {
		return identityOf(s), true
	}
	for _, cloudy := range [...]string{"aws:", "gcp:", "azure:"} {
		if strings.HasPrefix(name, cloudy) {
			return key{kind: cloud, ref: model.Ref{Name: name}}, true
		}
	}
	ref, err := model.ParseRef(name)
	if err != nil {
		return key{}, false
	}
	return keyOf(ref)
}

// keyOf gives the vertex of an object that people name.
func keyOf(ref model.Ref) (key, bool) {
	switch {
	case ref.Group == "" && ref.Kind == "ServiceAccount":
		return identityOf(model.Subject{Kind: model.AccountSubject, Namespace: ref.Namespace, Name: ref.Name}), true
	case ref.Group == "" && ref.Kind == "Node":
		return key{kind: machine, ref: ref}, true
	case ref.Group == "" && ref.Kind == "Secret":
		return key{kind: secret, ref: ref}, true
	case ref.Group == "" && ref.Kind == "Namespace":
		return all(secrets, ref.Name), true
	case record.TemplatePath(ref.Kind) != "":
		return key{kind: workload, ref: ref}, true
	}
	return key{}, false
}

// key gives the vertex of a node.
func (n Node) key() (key, bool) {
	switch n.Type {
	case Identity:
		return identityOf(n.Subject), true
	case Cloud:
		return key{kind: cloud, ref: model.Ref{Name: n.ID}}, true
	}
	if n.Ref.IsZero() {
		return parse(n.ID)
	}
	return keyOf(n.Ref)
}

// Find gives the node that a person names.
func (q *asker) Find(name string) (Node, bool) {
	k, ok := parse(name)
	if !ok {
		return Node{}, false
	}
	switch k.kind {
	case workload:
		// A pod stands for its workload, and so does what is between.
		r := q.w.Cluster.Get(k.ref)
		if r == nil {
			if _, ok := q.a.find(k); !ok {
				return Node{}, false
			}
			return k.node()
		}
		k.ref = q.w.Cluster.TopOwner(r)
		return k.node()
	case secrets:
		ns := model.KindByName("Namespace").Ref("", k.ref.Namespace)
		if _, ok := q.a.find(k); !ok && q.w.Cluster.Get(ns) == nil {
			return Node{}, false
		}
		return Node{ID: ns.String(), Type: Namespace, Ref: ns}, true
	case internet, admin, anyNode, anyPlane, anySecrets:
		return k.node()
	}
	if _, ok := q.a.find(k); !ok {
		return Node{}, false
	}
	return k.node()
}

// Sources lists where paths may begin: the internet, and the default sources.
func (q *asker) Sources() []Node {
	list := []Node{Internet}
	for v := range q.a.origins {
		if n, ok := q.a.keys[v].node(); ok {
			list = append(list, n)
		}
	}
	return sorted(list)
}

// Goals lists what may be wanted: the classes, nodes, namespaces, and what the user marked.
func (q *asker) Goals() []Node {
	list := []Node{ClusterAdmin, AnyNode, ControlPlane, AnySecrets}
	for _, r := range q.w.Cluster.Sorted(model.KindByName("Node").GroupKind()) {
		n, _ := NodeOf(r.Ref())
		list = append(list, n)
	}
	for ns := range q.a.places {
		n, _ := NodeOf(model.KindByName("Namespace").Ref("", ns))
		list = append(list, n)
	}
	for _, j := range q.a.standing.jewels {
		if n, ok := q.Find(j.name); ok {
			list = append(list, n)
		}
	}
	return sorted(list)
}

// sorted orders nodes by id, each once.
func sorted(list []Node) []Node {
	slices.SortFunc(list, Node.Compare)
	return slices.Compact(list)
}
