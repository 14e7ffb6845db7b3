package attack

import (
	"strings"

	"canopy/analysis/attack/digraph"
	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// World is what the graph is drawn from.
type World struct {
	Cluster   *cluster.Cluster
	Access    *rbac.Analyser
	Privilege *privilege.Analyser
	Network   *network.Analyser
	Ways      *exposure.Analyser
	// Server is the version of the server.
	Server string
}

// Options says what matters to the user.
type Options struct {
	// Jewels are what an attacker is after besides the cluster, as Asker.Find takes them: payments/Secret/postgres, Node/n1, sa:ci/runner.
	Jewels []string
}

// Analyser keeps the graph of attacks up to date. One goroutine owns it.
type Analyser struct {
	legend
	vertices
	shapes shapes
	minor  int

	// drawn is what stands in the graph, by the object that it stands for, dirty what is to be drawn anew.
	drawn map[key]*drawing
	dirty map[key]struct{}
	// stirred are namespaces of which the ways in may differ, all tells that all may.
	stirred    map[string]struct{}
	allStirred bool
	// wanted finds drawings by the names that they look up, places counts what stands in a namespace.
	wanted map[want]map[key]int
	places map[string]int
	// origins counts for how many reasons paths may begin at a vertex.
	origins map[digraph.Vertex]int

	standing standing
	// last is what was published last.
	last *model.Attack
}

// New gives an analyser of an empty cluster, that knows the edges of the catalogue.
func New(edges []*model.Edge, o Options) *Analyser {
	g := digraph.New()
	a := &Analyser{
		legend: newLegend(edges), vertices: newVertices(g), shapes: shapes{},
		drawn: map[key]*drawing{}, dirty: map[key]struct{}{}, stirred: map[string]struct{}{}, wanted: map[want]map[key]int{},
		places: map[string]int{}, origins: map[digraph.Vertex]int{},
	}
	a.standing = newStanding(a)
	a.draw(key{kind: admin}, a.always())
	for _, name := range o.Jewels {
		a.jewel(name)
	}
	return a
}

// always gives the lines that every cluster has: who holds all of it holds everything in it, members of system:masters hold it, and
// everybody belongs to the group that his credentials say.
func (a *Analyser) always() *sketch {
	s := &sketch{}
	top := key{kind: admin}
	for _, l := range [...]struct {
		to   kind
		edge string
	}{{accounts, "S-05"}, {pods, "W-07"}, {secrets, "S-01"}} {
		s.add(a.step(top, all(l.to, everywhere), l.edge, Proven, ""))
	}
	s.add(a.step(top, all(machines, everywhere), "W-04", Proven, ""))
	// Some node of all there are is any node, also where none was seen.
	s.link(all(machines, everywhere), key{kind: anyNode})
	// Whoever brings in a node has one.
	s.link(all(kubelets, everywhere), key{kind: anyNode})
	s.link(key{kind: anySecrets}, key{kind: worth})
	group := func(name string) key { return identityOf(model.Subject{Kind: model.GroupSubject, Name: name}) }
	s.add(a.step(group(masters), top, "I-04", Proven, ""))
	for _, name := range [...]string{rbac.AllAccounts, rbac.Nodes, rbac.Bootstrappers} {
		s.add(a.member(group(name), group(rbac.Authenticated)))
	}
	s.add(a.step(key{kind: internet}, identityOf(anonymous), "I-05", MissingData, serverUnknown))
	s.add(a.member(identityOf(anonymous), group(rbac.Unauthenticated)))
	return s
}

// serverUnknown is why it is not certain that somebody outside is system:anonymous to the API server.
const serverUnknown = "whether the API server can be reached from outside, and takes requests without credentials, is not in the cluster"

// masters is the group whose members the API server lets do everything.
const masters = "system:masters"

// anonymous is who shows no credentials (k8s.io/apiserver pkg/authentication/user).
var anonymous = model.Subject{Kind: model.UserSubject, Name: "system:anonymous"}

// Serve takes the version of the server: whether a container is confined by default rests on it.
func (a *Analyser) Serve(version string) {
	minor := privilege.MinorOf(version)
	if minor == a.minor {
		return
	}
	a.minor = minor
	a.shapes.conditions.Minor = minor
	for k := range a.drawn {
		if k.kind == workload {
			a.dirty[k] = struct{}{}
		}
	}
	a.shapes.forget()
}

// accountsGroup is the group of all accounts of a namespace.
func accountsGroup(namespace string) model.Subject {
	return model.Subject{Kind: model.GroupSubject, Name: rbac.AllAccounts + ":" + namespace}
}

// namespaceOf gives the namespace of which a group holds all accounts; false for other groups.
func namespaceOf(s model.Subject) (string, bool) {
	if s.Kind != model.GroupSubject {
		return "", false
	}
	ns, ok := strings.CutPrefix(s.Name, rbac.AllAccounts+":")
	return ns, ok && ns != ""
}
