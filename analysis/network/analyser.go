package network

import (
	"net/netip"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Analyser answers who can talk to whom. One goroutine owns it.
//
// What it holds is shared by all that say the same: selectors, sets of namespaces, peers, rules, lists of policies. Each is
// counted, and goes with the last that uses it.
type Analyser struct {
	serial uint32
	buf    []byte
	ports  arena

	// Pods.
	members   []member
	free      []uint32
	count     int
	labelSets map[record.Labels]*labelSet
	templates map[record.Template]*template
	buckets   map[netip.Prefix]*bucket

	// What they are told apart by.
	keys                map[string]int
	keysChanged         map[string]struct{}
	names               map[string]int
	namesOfPortsChanged map[string]struct{}
	projections         map[string]*projection
	projected           index[*projection]
	idle                []*projection
	signatures          map[string]*signature
	nameLists           map[string]*names
	sites               map[string]*site
	nodeSets            map[string]*nodeSet
	classes             map[classKey]*class
	groups              map[groupKey]*group
	unknowns, hosts     map[*group]struct{}

	// Places.
	namespaces       map[string]*namespace
	labelled         index[*namespace]
	unreadNamespaces map[*namespace]struct{}
	idleNamespaces   []*namespace
	namesChanged     bool
	known            []string
	nodes            map[string]*node

	// What policies say.
	policies          map[model.Ref]*held
	ordered           []*held
	orderedVersion    uint64
	selectors         map[string]*selector
	selectorByID      map[uint32]*selector
	selecting         anchored[*selector]
	spaces            map[string]*space
	spaceByID         map[uint32]*space
	spacing           anchored[*space]
	peers             map[string]*peer
	pairs             map[pairKey]*peer
	blocks, nodePeers map[uint32]*peer
	rules             map[string]*rule
	profiles          map[string]*profile
	programs          map[string]*program
	widePrograms      [2]map[*program]struct{}

	// What else decides.
	state, judged    Surroundings
	hidden           string
	touching         map[string]touching
	assumptions      map[why]string
	namespacesUnread bool

	// may and must gather what rules let through, asking counts the questions that are being answered.
	may, must []ports
	asking    int
	// version counts what was worked out.
	version uint64

	// What was noted and is not worked out yet.
	noted    notes
	queue    []*class
	tracking bool
	changed  changes
	cluster  *cluster.Cluster
	picked   []selection
	later    []*profile
	last     [2]lastProfile
	scratch  trace
	stamp    uint32
	round    uint32
}

// notes are changes that Flush has still to work out.
type notes struct {
	pods, namespaces, nodes, policies []cluster.Delta
	// surroundings tells that these, or what could be read, may be otherwise.
	surroundings bool
}

// New gives an analyser of an empty cluster.
func New() *Analyser {
	a := &Analyser{}
	a.reset()
	a.noted.surroundings = true
	return a
}

// reset forgets everything but the surroundings.
func (a *Analyser) reset() {
	*a = Analyser{
		ports: newArena(), labelSets: map[record.Labels]*labelSet{},
		templates: map[record.Template]*template{}, buckets: map[netip.Prefix]*bucket{}, keys: map[string]int{},
		keysChanged: map[string]struct{}{}, names: map[string]int{}, namesOfPortsChanged: map[string]struct{}{},
		projections: map[string]*projection{}, projected: newIndex[*projection](), signatures: map[string]*signature{},
		nameLists: map[string]*names{}, sites: map[string]*site{}, nodeSets: map[string]*nodeSet{}, classes: map[classKey]*class{},
		groups: map[groupKey]*group{}, unknowns: map[*group]struct{}{}, hosts: map[*group]struct{}{},
		namespaces: map[string]*namespace{}, labelled: newIndex[*namespace](), unreadNamespaces: map[*namespace]struct{}{},
		nodes: map[string]*node{}, policies: map[model.Ref]*held{}, orderedVersion: 1, selectors: map[string]*selector{},
		selectorByID: map[uint32]*selector{}, selecting: newAnchored[*selector](), spaces: map[string]*space{},
		spaceByID: map[uint32]*space{}, spacing: newAnchored[*space](), peers: map[string]*peer{}, pairs: map[pairKey]*peer{},
		blocks: map[uint32]*peer{}, nodePeers: map[uint32]*peer{}, rules: map[string]*rule{}, profiles: map[string]*profile{},
		programs: map[string]*program{}, widePrograms: [2]map[*program]struct{}{{}, {}}, state: a.state, touching: map[string]touching{}, assumptions: map[why]string{},
		tracking: a.tracking, namesChanged: true, version: a.version,
	}
}

// next gives a number that nothing else has.
func (a *Analyser) next() uint32 {
	a.serial++
	return a.serial
}

// Update notes a change of a pod, a namespace, a node or a policy; any other is no concern. Flush works out what was noted.
func (a *Analyser) Update(_ *cluster.Cluster, d cluster.Delta) {
	switch d.Ref.Group {
	case "":
		switch d.Ref.Kind {
		case "Pod":
			a.noted.pods = append(a.noted.pods, d)
		case "Namespace":
			a.noted.namespaces = append(a.noted.namespaces, d)
		case "Node":
			a.noted.nodes = append(a.noted.nodes, d)
		}
	case model.GroupNetwork, policyGroup:
		if isPolicy(d.GroupKind()) {
			a.noted.policies = append(a.noted.policies, d)
		}
	}
}

// Covered notes that the coverage of a kind has changed.
func (a *Analyser) Covered(_ *cluster.Cluster, gk schema.GroupKind) {
	if isPolicy(gk) || gk == (schema.GroupKind{Kind: "Namespace"}) {
		a.noted.surroundings = true
	}
}

// Surroundings notes what decides beside the policies that are evaluated.
func (a *Analyser) Surroundings(s Surroundings) {
	a.state = s
	clear(a.assumptions)
	a.noted.surroundings = true
}

// State gives the surroundings that are known.
func (a *Analyser) State() Surroundings { return a.state }

// Track makes Flush tell which connections changes open and close, from now on.
func (a *Analyser) Track(on bool) { a.tracking = on }

// Version changes with everything that Flush works out: the same number means that no answer differs.
func (a *Analyser) Version() uint64 { return a.version }

// Sizes tells how much there is of what answers are made of.
func (a *Analyser) Sizes() (classes, groups, peers, profiles int) {
	return len(a.classes), len(a.groups), len(a.peers), len(a.profiles)
}
