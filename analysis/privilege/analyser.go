package privilege

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis"
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
	// minor is the minor version of the server, 0 while unknown; stock the RBAC of the nearest that is known.
	minor  int
	stock  *stock.Table
	system map[model.Subject]struct{}

	roles    map[model.Ref]*role
	bindings map[model.Ref]*bound
	// faults are the findings on roles, Secrets and requests themselves.
	faults map[model.Ref][]*model.Finding
	// partly are the bindings of which other bindings decide what they open.
	partly map[model.Ref]struct{}
	// power counts for each namespace the accounts that hold the whole cluster, and holders each account's bindings.
	power   map[string]int
	holders map[model.Subject]int

	// What was touched since the last flush.
	dirtyRoles, dirtyBindings, dirtyOthers map[model.Ref]struct{}
	// rebound are roles that came to be bound otherwise.
	rebound map[model.Ref]struct{}
	// climbed tells that a binding by which somebody climbs came, went or changed.
	climbed bool
	out     analysis.Findings
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged.
func New(rules catalogue.Set, edges []*model.Edge) *Analyser {
	a := &Analyser{
		rules: rules, table: newTable(edges),
		roles: map[model.Ref]*role{}, bindings: map[model.Ref]*bound{}, faults: map[model.Ref][]*model.Finding{}, partly: map[model.Ref]struct{}{},
		power: map[string]int{}, holders: map[model.Subject]int{},
		dirtyRoles: map[model.Ref]struct{}{}, dirtyBindings: map[model.Ref]struct{}{}, dirtyOthers: map[model.Ref]struct{}{},
		rebound: map[model.Ref]struct{}{},
	}
	a.serve(0)
	return a
}

func (a *Analyser) rule(id string) *model.Rule { return a.rules[id] }

// Server takes the version of the server, such as v1.37.2. All is judged anew where it changes what holds.
func (a *Analyser) Server(version string, c *cluster.Cluster, access *rbac.Analyser) {
	minor := MinorOf(version)
	if minor == a.minor {
		return
	}
	a.serve(minor)
	clear(a.roles)
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

// Update takes a delta, which c and access already hold, and what it changed in access. What follows is worked out by Flush.
func (a *Analyser) Update(d cluster.Delta, access *rbac.Analyser, changed *rbac.Delta) {
	switch {
	case d.Ref.Group == model.GroupRBAC:
		a.dirty(d.Ref)
		for _, ref := range changed.Roles {
			a.dirtyRoles[ref] = struct{}{}
		}
		for _, ref := range changed.Bindings {
			a.dirtyBindings[ref] = struct{}{}
		}
		a.share(access, changed)
	case slices.Contains(a.table.objects, d.Ref):
		if (d.Old == nil) != (d.New == nil) {
			a.touchAll(access.Bindings())
		}
	case d.Ref.Group == "" && d.Ref.Kind == "ServiceAccount":
		if (d.Old == nil) != (d.New == nil) {
			s := model.Subject{Kind: model.AccountSubject, Namespace: d.Ref.Namespace, Name: d.Ref.Name}
			for b := range access.BindingsTo(s) {
				a.dirtyBindings[b.Ref] = struct{}{}
			}
		}
	case d.Ref.Group == "" && d.Ref.Kind == "Namespace":
		a.touchAll(access.BindingsIn(d.Ref.Name))
	case d.Ref.Group == "" && d.Ref.Kind == "Secret", d.Ref.Kind == "CertificateSigningRequest":
		a.dirtyOthers[d.Ref] = struct{}{}
	}
}

// share touches the bindings of which others of the same subjects decide what they open. Bindings of a group may decide for
// any.
func (a *Analyser) share(access *rbac.Analyser, changed *rbac.Delta) {
	if len(a.partly) == 0 {
		return
	}
	for _, s := range changed.Subjects {
		if s.Kind == model.GroupSubject {
			for ref := range a.partly {
				a.dirtyBindings[ref] = struct{}{}
			}
			continue
		}
		for b := range access.BindingsTo(s) {
			if _, ok := a.partly[b.Ref]; ok {
				a.dirtyBindings[b.Ref] = struct{}{}
			}
		}
		for _, g := range rbac.UserOf(s).Groups {
			for b := range access.BindingsTo(model.Subject{Kind: model.GroupSubject, Name: g}) {
				if _, ok := a.partly[b.Ref]; ok {
					a.dirtyBindings[b.Ref] = struct{}{}
				}
			}
		}
	}
}

func (a *Analyser) touchAll(list iter.Seq[rbac.Binding]) {
	for b := range list {
		a.dirtyBindings[b.Ref] = struct{}{}
	}
}

func (a *Analyser) dirty(ref model.Ref) {
	switch ref.Kind {
	case "Role", "ClusterRole":
		a.dirtyRoles[ref] = struct{}{}
	case "RoleBinding", "ClusterRoleBinding":
		a.dirtyBindings[ref] = struct{}{}
	default:
		a.dirtyOthers[ref] = struct{}{}
	}
}

// Covered takes the new coverage of a kind: what dangles rests on how much was seen.
func (a *Analyser) Covered(gk schema.GroupKind, access *rbac.Analyser) {
	switch {
	case gk.Group == model.GroupRBAC, gk.Group == "" && (gk.Kind == "ServiceAccount" || gk.Kind == "Namespace"),
		slices.ContainsFunc(a.table.objects, func(ref model.Ref) bool { return ref.GroupKind() == gk }):
		a.touchAll(access.Bindings())
	}
}

// Idle tells that nothing waits to be judged.
func (a *Analyser) Idle() bool {
	return len(a.dirtyRoles) == 0 && len(a.dirtyBindings) == 0 && len(a.dirtyOthers) == 0
}

// Flush judges what was touched: roles first, since bindings rest on them. An account that comes to hold the cluster makes
// all who can become it worse.
//
// It tells whether who can come to hold the cluster may have changed.
func (a *Analyser) Flush(c *cluster.Cluster, access *rbac.Analyser, out analysis.Findings) bool {
	if a.Idle() {
		return false
	}
	a.out, a.climbed = out, false
	for ref := range a.dirtyRoles {
		delete(a.roles, ref)
		a.rebound[ref] = struct{}{}
	}
	// Whether a role is bound says how bad its wildcards are.
	for ref := range a.dirtyBindings {
		if old := a.bindings[ref]; old != nil {
			a.rebound[old.role] = struct{}{}
		}
		if b, ok := access.Binding(ref); ok {
			a.rebound[b.Role] = struct{}{}
		}
	}
	for ref := range a.rebound {
		a.judgeRole(c, access, ref)
	}
	clear(a.rebound)
	for ref := range a.dirtyOthers {
		if ref.Kind == "Secret" {
			a.judgeSecret(c, ref)
		} else {
			a.judgeRequest(c, ref)
		}
	}
	clear(a.dirtyRoles)
	clear(a.dirtyOthers)
	for len(a.dirtyBindings) > 0 {
		now := slices.Collect(maps.Keys(a.dirtyBindings))
		clear(a.dirtyBindings)
		before := maps.Clone(a.power)
		for _, ref := range now {
			a.judgeBinding(c, access, ref)
		}
		for ns := range union2(before, a.power) {
			if (before[ns] > 0) != (a.power[ns] > 0) {
				a.touchAll(access.BindingsIn(ns))
			}
		}
	}
	a.out = nil
	return a.climbed
}

func union2(a, b map[string]int) map[string]struct{} {
	all := make(map[string]struct{}, len(a)+len(b))
	for k := range a {
		all[k] = struct{}{}
	}
	for k := range b {
		all[k] = struct{}{}
	}
	return all
}

// sink counts the accounts that hold the whole cluster.
func (a *Analyser) sink(old, now []model.Subject) {
	for _, s := range now {
		if a.holders[s]++; a.holders[s] == 1 {
			a.power[s.Namespace]++
		}
	}
	for _, s := range old {
		if a.holders[s]--; a.holders[s] == 0 {
			delete(a.holders, s)
			if a.power[s.Namespace]--; a.power[s.Namespace] == 0 {
				delete(a.power, s.Namespace)
			}
		}
	}
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
