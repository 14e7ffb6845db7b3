package admission

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/util/validation"

	"canopy/analysis/catalogue"
	"canopy/analysis/image/reference"
	"canopy/analysis/privilege"
	"canopy/model"
	"canopy/model/cluster"
)

// The minor versions of Kubernetes from which the kinds are served as v1, and the functions on addresses can be used.
const (
	sinceValidating = 30
	sinceAddresses  = 31
	sinceMutating   = 36
)

// readEdges reads embedded data once.
var readEdges = sync.OnceValues(catalogue.Edges)

var errFinding = errors.New("guard: a finding without rule")

// Make makes the guard of findings on a cluster, which it only reads. The server is its version, such as v1.37.2; "" where it
// is not known. Equal input gives equal output, in whatever order the findings come. An error means that the findings make no
// sense; a rule that no policy can express is a Reason.
//
// A policy is about what its rule is about, in the namespaces of its findings; what lies in no namespace is looked at everywhere.
// It looks at what is made or changed, never at what is there, and refuses of a change only what was not so before. Pods of
// kube-system, kube-public and kube-node-lease are warned of and never refused: nodes could not be started again.
func Make(c *cluster.Cluster, server string, findings []*model.Finding) (*Guard, error) {
	return MakeAllowing(c, server, nil, findings)
}

// MakeAllowing is Make where the registries and repositories are known that images may come from, as reference.ParseAllow reads them.
// With none there is no guard for IM03.
func MakeAllowing(c *cluster.Cluster, server string, allow []string, findings []*model.Finding) (*Guard, error) {
	allowed, places, err := readAllow(allow)
	if err != nil {
		return nil, err
	}
	edges, err := readEdges()
	if err != nil {
		return nil, err
	}
	m := &maker{c: c, server: server, minor: privilege.MinorOf(server), edges: edges, bound: readBound(c), allow: allowed, places: places}
	byRule := map[string][]*model.Finding{}
	for _, f := range findings {
		if f == nil || f.Rule == nil {
			return nil, errFinding
		}
		byRule[f.Rule.ID] = append(byRule[f.Rule.ID], f)
	}
	for _, id := range sortedKeys(byRule) {
		list := byRule[id]
		slices.SortFunc(list, func(a, b *model.Finding) int { return cmp.Compare(a.ID, b.ID) })
		m.guard(list[0].Rule, list)
	}
	if m.err != nil {
		return nil, m.err
	}
	return &Guard{Policies: m.policies, Without: m.without}, nil
}

// maker gathers policies.
type maker struct {
	c      *cluster.Cluster
	server string
	minor  int
	edges  []*model.Edge
	// allow is where images may come from, and places the same in the form of within.
	allow    reference.Allow
	places   []string
	bound    map[string][]bound
	policies []Policy
	without  []Reason
	err      error
}

// guard makes the policies of one rule.
func (m *maker) guard(rule *model.Rule, findings []*model.Finding) {
	if text := unspeakable(rule.ID); text != "" {
		m.not(rule, text)
		return
	}
	if m.minor != 0 && m.minor < sinceValidating {
		m.not(rule, fmt.Sprintf("ValidatingAdmissionPolicies are served from Kubernetes 1.%d on, and this server is %s; upgrade it, or use a policy engine", sinceValidating, m.server))
		return
	}
	s := m.scopeOf(findings)
	if len(s.bad) > 0 {
		m.not(rule, "No API server takes these names of namespaces: "+strings.Join(s.bad, ", "))
	}
	before := len(m.policies)
	m.blueprints(rule, s)
	if len(m.policies) == before && !slices.ContainsFunc(m.without, func(r Reason) bool { return r.Rule == rule.ID }) {
		m.not(rule, "Nothing that a policy could refuse is known of these findings")
	}
}

func (m *maker) not(rule *model.Rule, text string) {
	m.without = append(m.without, Reason{Rule: rule.ID, Text: text})
}

// scope is where the findings of one rule are.
type scope struct {
	findings []*model.Finding
	// namespaces are those of objects in namespaces, and those that findings on Namespaces are about.
	namespaces []string
	// cluster tells that some findings are on objects in no namespace.
	cluster bool
	// bad are names that no namespace can have, as a capture may hold them.
	bad []string
}

func (m *maker) scopeOf(findings []*model.Finding) *scope {
	s := &scope{findings: findings}
	for _, f := range findings {
		ns := f.Object.Namespace
		if f.Object.Kind == "Namespace" && f.Object.Group == "" {
			ns = f.Object.Name
		}
		switch {
		case ns == "":
			s.cluster = true
		case len(validation.IsDNS1123Label(ns)) > 0:
			s.bad = append(s.bad, quote(ns))
		default:
			s.namespaces = append(s.namespaces, ns)
		}
	}
	slices.Sort(s.namespaces)
	s.namespaces = slices.Compact(s.namespaces)
	slices.Sort(s.bad)
	s.bad = slices.Compact(s.bad)
	return s
}

// of narrows the scope to findings on some kinds.
func (m *maker) of(s *scope, kinds ...string) *scope {
	return m.scopeOf(slices.DeleteFunc(slices.Clone(s.findings), func(f *model.Finding) bool { return !slices.Contains(kinds, f.Object.Kind) }))
}

// blueprints makes what guards against a rule.
func (m *maker) blueprints(rule *model.Rule, s *scope) {
	switch rule.ID {
	case "PS27":
		m.inDefault(rule, s)
		return
	case "PS26":
		m.add(podSecurityLabels(rule, s.namespaces), s)
		return
	case "LP23":
		m.add(lastingToken(rule, s.namespaces), s)
		return
	case "LP21":
		m.defaultAccount(rule, s)
		return
	case "LP22":
		m.tokens(rule, s)
		return
	case "IM03":
		m.allowed(rule, s)
		return
	case "SE01":
		m.plainVariables(rule, s)
		return
	case "SE04":
		m.add(copied(rule, s.namespaces), s)
		return
	case "VP06":
		m.endingVersions(rule, s)
		return
	case "VP10":
		m.add(stiffBudget(rule, s.namespaces), s)
		return
	}
	if r, ok := podRuleOf(rule.ID); ok {
		m.addPods(rule, r, nameFor(rule), s)
		if rule.ID == "PS28" {
			if naked := m.of(s, "Pod"); len(naked.namespaces) > 0 {
				m.addPods(rule, nakedPods(), nameFor(rule, "naked"), naked)
			}
		}
		return
	}
	if strings.HasPrefix(rule.ID, "NW") {
		m.network(rule, s)
		return
	}
	m.rights(rule, s)
}

// rights makes the policies of a rule on RBAC: for roles and bindings of the findings' namespaces, and for those of the whole
// cluster where a finding is on one of these.
func (m *maker) rights(rule *model.Rule, s *scope) {
	if rule.ID == "LP28" {
		for _, f := range s.findings {
			if b := stockPolicy(rule, f.Object, m.minor); b != nil {
				m.add(b, s)
			}
		}
		return
	}
	if len(s.namespaces) > 0 {
		m.rightsIn(rule, s, s.namespaces)
	}
	if s.cluster {
		m.rightsIn(rule, s, nil)
	}
}

func (m *maker) rightsIn(rule *model.Rule, s *scope, namespaces []string) {
	switch rule.ID {
	case "LP02":
		m.add(masters(rule, namespaces), s)
		return
	case "LP03", "LP04":
		for _, b := range public(rule, m.minor, namespaces) {
			m.add(b, s)
		}
		return
	}
	d := &danger{}
	switch rule.ID {
	case "LP01":
		d.single = []string{everything}
	case "LP05":
		d.single = []string{wildcards}
	default:
		d = dangerOf(m.edges, rule.ID, m.minor, m.c, namespaces)
	}
	if d.none() {
		return
	}
	m.add(rolePolicy(rule, d, namespaces), s)
	if rule.ID == "LP05" {
		return
	}
	for _, b := range dangerous(rule, d, namespaces) {
		m.add(b, s)
	}
}
