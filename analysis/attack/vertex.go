package attack

import (
	"cmp"

	"canopy/analysis/attack/digraph"
	"canopy/model"
)

// kind is what a vertex is.
type kind uint8

const (
	internet kind = iota
	// workload is the pods of an owner as seen from outside of them, inside what is in reach once one is in: its token and its Secrets.
	// They are apart since who comes by a node gets inside, and from there to no other node.
	workload
	inside
	// token is the mounted token of a workload, escapes its ways to the node.
	token
	escapes
	identity
	// machine is a node, held the inside of the pods on it.
	machine
	held
	// entered is the pods on a node as seen from outside, into which somebody gets by its kubelet, and stationed those of one owner among them:
	// from there they lead out to that node. Both stand only where somebody may do that on nodes by name.
	entered
	stationed
	secret
	cloud
	admin
	// binding gives permissions. joint is what several bindings give together.
	binding
	joint
	// way leads in from outside: a Service, an Ingress, a Gateway, a Route or a pod with a port of its node.
	way
	// hook is an admission webhook, which sees and may change what others write.
	hook
	// What follows stands for all of a kind in a namespace, or in all of them.
	accounts
	claimable
	pods
	secrets
	machines
	// kubelets is to be any node to the API server, by a certificate: what pods on it are given, and not the machine itself.
	kubelets
	// lax is a namespace whose level of Pod Security lets privileged pods in: they get to every node.
	lax
	// What follows is where searches end, and nothing leads away from it: any node, or one of which it is not known which, any node of the
	// control plane, all Secrets of some namespace, and those or a crown jewel.
	anyNode
	anyPlane
	anySecrets
	worth
	// role leads to the bindings that name it, and given is led to by them; space is led to by the workloads of a namespace. Nobody gets on by
	// them: they only sum up.
	role
	given
	space
	// What follows stands only in the copy of the graph that has hops by the network (lateral.go): talks and hears are pods that no policy
	// tells apart as the two ends of a connection, meets is where many such talk to many, listeners are all the pods of a place as those to
	// whom a connection can be opened.
	talks
	hears
	meets
	listeners
)

// everywhere is the namespace of what stands for all of a kind in the whole cluster.
const everywhere = "*"

// key tells vertices apart. It is comparable.
type key struct {
	kind kind
	// ref is the object. Users and groups have their kind and name, what stands for all of a kind the namespace alone.
	ref model.Ref
	// extra tells apart what one object has several of.
	extra string
}

func compareKeys(a, b key) int {
	if n := cmp.Compare(a.kind, b.kind); n != 0 {
		return n
	}
	return cmp.Or(a.ref.Compare(b.ref), cmp.Compare(a.extra, b.extra))
}

func identityOf(s model.Subject) key {
	return key{kind: identity, ref: model.Ref{Kind: string(s.Kind), Namespace: s.Namespace, Name: s.Name}}
}

func (k key) subject() model.Subject {
	return model.Subject{Kind: model.SubjectKind(k.ref.Kind), Namespace: k.ref.Namespace, Name: k.ref.Name}
}

func all(kind kind, namespace string) key {
	return key{kind: kind, ref: model.Ref{Namespace: namespace}}
}

func machineOf(name string) key {
	return key{kind: machine, ref: model.KindByName("Node").Ref("", name)}
}

func enteredOf(name string) key {
	return key{kind: entered, ref: model.KindByName("Node").Ref("", name)}
}

func heldOf(name string) key { return key{kind: held, ref: model.KindByName("Node").Ref("", name)} }

// node gives what people see of a vertex; false where that is nothing.
func (k key) node() (Node, bool) {
	switch k.kind {
	case internet:
		return Internet, true
	case admin:
		return ClusterAdmin, true
	case anyNode:
		return AnyNode, true
	case anyPlane:
		return ControlPlane, true
	case anySecrets:
		return AnySecrets, true
	case workload, inside, stationed:
		return Node{ID: k.ref.String(), Type: Workload, Ref: k.ref}, true
	case identity:
		return NodeOfSubject(k.subject()), true
	case machine:
		return Node{ID: k.ref.String(), Type: Machine, Ref: k.ref}, true
	case secret:
		return Node{ID: k.ref.String(), Type: Secret, Ref: k.ref}, true
	case cloud:
		return Node{ID: k.ref.Name, Type: Cloud}, true
	}
	return Node{}, false
}

// vertices numbers the keys that are in use.
type vertices struct {
	graph  *digraph.Graph
	number map[key]digraph.Vertex
	keys   []key
	// uses counts the ends of lines at a vertex, and who holds on to it otherwise.
	uses []uint32
	// moved are the keys that came into use or out of it since the last update.
	moved []key
}

func newVertices(g *digraph.Graph) vertices {
	return vertices{graph: g, number: map[key]digraph.Vertex{}}
}

// hold gives the number of a key and keeps it until release.
func (t *vertices) hold(k key) digraph.Vertex {
	v, ok := t.number[k]
	if !ok {
		v = t.graph.Vertex()
		t.number[k] = v
		for int(v) >= len(t.keys) {
			t.keys, t.uses = append(t.keys, key{}), append(t.uses, 0)
		}
		t.keys[v] = k
		t.moved = append(t.moved, k)
	}
	t.uses[v]++
	return v
}

func (t *vertices) release(v digraph.Vertex) {
	if t.uses[v]--; t.uses[v] > 0 {
		return
	}
	t.moved = append(t.moved, t.keys[v])
	delete(t.number, t.keys[v])
	t.keys[v] = key{}
	t.graph.Retire(v)
}

// find gives the number of a key; false where nothing leads there or away.
func (t *vertices) find(k key) (digraph.Vertex, bool) {
	v, ok := t.number[k]
	return v, ok
}
