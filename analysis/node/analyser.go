package node

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/record"
)

// Options says what nodes are judged by.
type Options struct {
	// Tables is what is known of versions; nil is lifecycle.Default().
	Tables *lifecycle.Tables
	// Idle is how long a node may be cordoned or not ready; zero is DefaultIdle.
	Idle time.Duration
}

// DefaultIdle is how long a node may be cordoned or not ready before it counts as one that nobody patches.
const DefaultIdle = 24 * time.Hour

// Analyser keeps what is known of nodes. One goroutine owns it; what it publishes may be read by any.
type Analyser struct {
	rules  catalogue.Set
	clock  model.Clock
	tables tables
	idle   int64 // in seconds

	seats map[string]*seat
	pools map[string]*pool
	// order are the seats by name, nodes what Nodes gives; nil until somebody asks.
	order []*seat
	nodes []*Node
	// providers counts the nodes of each.
	providers map[string]int

	// parts are the pods that run components, proxies those of kube-proxy by node; replaced tells that Cilium stands in for it.
	parts    map[types.NamespacedName]*part
	proxies  map[string]map[*part]struct{}
	sheets   map[record.Template]*sheet
	replaced bool
	// networks are the pods of OVN-Kubernetes, which stands in for it too.
	networks map[types.NamespacedName]struct{}
	// embedded are the nodes on which one program is API server and kubelet, with its version.
	embedded map[*seat]lifecycle.Version
	// answer is the version that the API server gives, servers all that are known.
	answer  string
	servers servers
	plane   plane
	listed  *Plane

	// common is the configuration that kubeadm gives to all kubelets, kubelets what some have said, assessments what a report says of them.
	common      settings
	kubelets    map[string]settings
	assessments map[string]*record.Assessment
	// reports are all of those of a node, assessed names the node of each.
	reports  map[string][]*record.Assessment
	assessed map[model.Ref]string
	// certificates are those of kubelets by node, requests names the node of each request.
	certificates map[string][]certificate
	requests     map[string]string

	// What many nodes share.
	releases memo[build, *release]
	systems  memo[[3]string, *system]
	runtimes memo[[2]string, *engine]
	kernels  memo[kernelKey, Verdict]
	// weaknesses are those of a kubelet and of kube-proxy beside it.
	weaknesses memo[[4]string, Verdict]
	sheaves    map[sheaf][]Verdict
	roles      map[string][]string

	version uint64
	stood   analysis.Standing[model.Ref]
	// alarms wake a node, or with nil the control plane.
	alarms analysis.Alarms[*seat]
	// doubts says of each kind how much of it was seen, as it was when it was last judged by.
	doubts map[schema.GroupKind]string
	dirty  dirt
}

// tables are what is asked of the lifecycle tables.
type tables interface {
	Cycles(product, cycle string) []lifecycle.Cycle
	Releases(minor string) []lifecycle.Release
	Affecting(component, version string) []lifecycle.Hit
	VulnerabilitiesThrough() lifecycle.Day
	AsOf() lifecycle.Day
	Sets() []lifecycle.Set
}

// dirt is what was touched since the last flush.
type dirt struct {
	all, plane bool
	nodes      map[string]struct{}
	// gone are pods that ran a component and do no more.
	gone map[model.Ref]struct{}
}

func newDirt() dirt {
	return dirt{nodes: map[string]struct{}{}, gone: map[model.Ref]struct{}{}}
}

func (d *dirt) empty() bool { return !d.all && !d.plane && len(d.nodes)+len(d.gone) == 0 }

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, clock model.Clock, o Options) *Analyser {
	if o.Tables == nil {
		o.Tables = lifecycle.Default()
	}
	a := &Analyser{
		rules: rules, clock: clock, tables: o.Tables, idle: int64(cmp.Or(o.Idle, DefaultIdle) / time.Second),
		seats: map[string]*seat{}, pools: map[string]*pool{}, providers: map[string]int{}, parts: map[types.NamespacedName]*part{},
		proxies: map[string]map[*part]struct{}{}, sheets: map[record.Template]*sheet{}, kubelets: map[string]settings{},
		assessments: map[string]*record.Assessment{}, reports: map[string][]*record.Assessment{}, assessed: map[model.Ref]string{},
		certificates: map[string][]certificate{}, requests: map[string]string{},
		networks: map[types.NamespacedName]struct{}{}, embedded: map[*seat]lifecycle.Version{},
		releases: memo[build, *release]{}, systems: memo[[3]string, *system]{}, runtimes: memo[[2]string, *engine]{}, kernels: memo[kernelKey, Verdict]{},
		weaknesses: memo[[4]string, Verdict]{},
		sheaves:    map[sheaf][]Verdict{}, roles: map[string][]string{}, stood: analysis.Standing[model.Ref]{}, doubts: map[schema.GroupKind]string{}, dirty: newDirt(),
	}
	a.dirty.plane = true
	return a
}

// Server takes what the source says of itself: the version of the API server.
func (a *Analyser) Server(info model.SourceInfo) {
	if answer := brief(info.Server); answer != a.answer {
		a.answer, a.dirty.plane = answer, true
	}
}

// Next gives the moment at which time alone changes what holds; the zero time where none does.
func (a *Analyser) Next() time.Time { return a.alarms.Next() }

// Tick notes that the moment of Next has come. What follows is worked out by Flush.
func (a *Analyser) Tick() {
	a.alarms.Ring(a.clock.Now().Unix(), func(s *seat) {
		if s == nil {
			a.dirty.plane = true
		} else {
			a.touch(s.name)
		}
	})
}

// touch has a node judged.
func (a *Analyser) touch(name string) { a.dirty.nodes[name] = struct{}{} }

// Len counts the findings that stand.
func (a *Analyser) Len() int { return a.stood.Len() }

// Version changes whenever what Nodes or Plane give does.
func (a *Analyser) Version() uint64 { return a.version }

// Nodes lists all, sorted by name. The nodes may be kept, the slice may not be changed.
func (a *Analyser) Nodes() []*Node {
	if a.nodes != nil {
		return a.nodes
	}
	if a.order == nil {
		for _, s := range a.seats {
			a.order = append(a.order, s)
		}
		slices.SortFunc(a.order, func(x, y *seat) int { return strings.Compare(x.name, y.name) })
	}
	a.nodes = make([]*Node, 0, len(a.order))
	for _, s := range a.order {
		if s.shown != nil {
			a.nodes = append(a.nodes, s.shown)
		}
	}
	return a.nodes
}

// Node finds one by name; nil where there is none.
func (a *Analyser) Node(name string) *Node {
	if s := a.seats[name]; s != nil {
		return s.shown
	}
	return nil
}
