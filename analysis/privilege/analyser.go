package privilege

import (
	"strconv"
	"strings"

	"canopy/analysis/catalogue"
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
)

// Analyser judges RBAC objects and the credentials that stand for identities. One goroutine owns it; what it publishes may
// be read by any.
type Analyser struct {
	rules catalogue.Set
	table *table
	// minor is the minor version of the server, 0 while unknown; stock the RBAC of the nearest that is known, and system the
	// identities of its control plane.
	minor  int
	stock  *stock.Table
	system map[model.Subject]struct{}

	roles    map[model.Ref]*role
	bindings map[model.Ref]*bound
	// faults are the findings on roles, Secrets and requests themselves.
	faults map[model.Ref][]*model.Finding
	// people finds bindings by whom they concern, waiting are those of which other bindings decide what they open.
	people  people
	waiting map[*bound]struct{}
	// holders counts for each subject the bindings that give it the whole cluster, power such subjects by the namespace whose
	// accounts they stand for.
	holders map[model.Subject]int
	power   map[string]int
	// namesakes counts the accounts among them by name, strongCrowds the groups of accounts.
	namesakes    map[string]int
	strongCrowds int
	// naming are the bindings that let one act as accounts by name.
	naming map[*bound]struct{}
	// ladder finds the bindings that lead on, and last is who was found to come to hold the cluster by them.
	ladder ladder
	last   *Reach

	// reopened are the bindings that may open other edges than when somebody last asked; nil until somebody does. binders are those
	// of which roles decide that they name.
	reopened map[model.Ref]struct{}
	binders
	// admits tells whether a namespace admits privileged pods, relabelled that it may have changed since the last flush.
	admits     model.Verdict
	relabelled bool
	// tallies count the owners of pods by namespace, "" for all of them. guards may refuse privileged pods, regard tells that they may be
	// others since the last flush, guardWide is one of those where each namespace has some.
	tallies   map[string]*tally
	guards    []guard
	guardWide string
	regard    bool

	// What was touched since the last flush.
	dirtyRoles, dirtyBindings, dirtyOthers map[model.Ref]struct{}
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, edges []*model.Edge) *Analyser {
	a := &Analyser{
		rules: rules, table: newTable(edges),
		roles: map[model.Ref]*role{}, bindings: map[model.Ref]*bound{}, faults: map[model.Ref][]*model.Finding{},
		people: people{}, waiting: map[*bound]struct{}{}, holders: map[model.Subject]int{}, power: map[string]int{}, namesakes: map[string]int{}, naming: map[*bound]struct{}{}, ladder: newLadder(),
		tallies: map[string]*tally{}, binders: newBinders(), admits: model.Unknown, relabelled: true,
		dirtyRoles: map[model.Ref]struct{}{}, dirtyBindings: map[model.Ref]struct{}{}, dirtyOthers: map[model.Ref]struct{}{},
	}
	a.serve(0)
	return a
}

// Server takes the version of the server, such as v1.37.2. All is judged anew where it changes what holds.
func (a *Analyser) Server(version string, c *cluster.Cluster, access *rbac.Analyser) {
	minor := MinorOf(version)
	if minor == a.minor {
		return
	}
	a.serve(minor)
	a.touchAll(access.Bindings())
	for _, kind := range [...]string{"Role", "ClusterRole"} {
		for r := range c.All(model.KindByName(kind).GroupKind()) {
			a.dirtyRoles[r.Ref()] = struct{}{}
		}
	}
}

func (a *Analyser) serve(minor int) {
	a.minor = minor
	a.stock, _ = stock.For(minor)
	a.system = systemOf(a.stock)
}

// MinorOf reads the minor version of Kubernetes out of one such as v1.37.2 or v1.33.4-eks-1234; 0 where it cannot.
func MinorOf(version string) int {
	_, rest, ok := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if !ok {
		return 0
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		rest = rest[:end]
	}
	minor, err := strconv.Atoi(rest)
	if err != nil {
		return 0
	}
	return minor
}

// Len counts the findings that the analyser holds.
func (a *Analyser) Len() int {
	n := 0
	for _, b := range a.bindings {
		n += len(b.findings)
	}
	for _, list := range a.faults {
		n += len(list)
	}
	return n
}
