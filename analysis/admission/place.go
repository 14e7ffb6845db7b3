package admission

import (
	"fmt"
	"slices"
	"strings"

	"canopy/model"
)

// addPods adds the policy of a rule on pods.
func (m *maker) addPods(rule *model.Rule, r podRule, name string, s *scope) {
	b := podPolicy(rule, r, name, s.namespaces)
	if rule.ID == "PS25" {
		b.evidence = append(b.evidence, "A limit for ephemeral storage, whose lack alone is a mild finding, is not asked for")
	}
	m.add(b, s)
	m.defaulting(rule, s.namespaces)
}

// inDefault adds PS27, which is about the namespace default. In kube-system what belongs there is told by names and labels
// that anybody may choose.
func (m *maker) inDefault(rule *model.Rule, s *scope) {
	if slices.Contains(s.namespaces, "default") {
		m.add(misplaced(rule), s)
	}
	if slices.ContainsFunc(s.namespaces, func(n string) bool { return n != "default" }) {
		m.not(rule, "In kube-system only names and labels, which anybody may choose, tell what belongs to the system, so nothing is refused there; "+
			"limit who may create pods there instead")
	}
}

// defaultAccount adds LP21: pods that run as it, and what is granted to it.
func (m *maker) defaultAccount(rule *model.Rule, s *scope) {
	grants := m.of(s, "ServiceAccount")
	pods := m.scopeOf(slices.DeleteFunc(slices.Clone(s.findings), func(f *model.Finding) bool { return f.Object.Kind == "ServiceAccount" }))
	if len(pods.namespaces) > 0 {
		r, _ := podRuleOf(rule.ID)
		m.addPods(rule, r, nameFor(rule), pods)
	}
	if len(grants.namespaces) > 0 {
		m.add(defaultGrants(rule, grants.namespaces), grants)
	}
}

// tokens adds LP22 for the accounts of its findings to which nothing is granted today.
func (m *maker) tokens(rule *model.Rule, s *scope) {
	idle := idleAccounts(m.c, s.findings)
	idle = slices.DeleteFunc(idle, func(a string) bool {
		ns, _, _ := strings.Cut(a, "/")
		return !slices.Contains(s.namespaces, ns)
	})
	if len(idle) == 0 {
		m.not(rule, "Whether the accounts of these workloads hold anything was not seen, and a policy cannot look it up; set automountServiceAccountToken to false on the accounts")
		return
	}
	b := podPolicy(rule, needlessToken(idle), nameFor(rule, digest(idle...)), s.namespaces)
	b.evidence = append(b.evidence, "It is about the accounts to which nothing is granted today: "+strings.Join(idle, ", "),
		"A policy cannot look up what is granted to an account: take one off its list before you grant it something")
	m.add(b, s)
	m.defaultingTokens(rule, idle, s.namespaces)
}

// network adds the rules on Services, Ingresses and NetworkPolicies.
func (m *maker) network(rule *model.Rule, s *scope) {
	on := func(kind string) []string { return m.of(s, kind).namespaces }
	version := func(kind, otherwise string) string {
		for _, f := range s.findings {
			if f.Object.Kind == kind && f.Object.Version != "" {
				return f.Object.Version
			}
		}
		return otherwise
	}
	add := func(namespaces []string, b *blueprint) {
		if len(namespaces) > 0 {
			m.add(b, s)
		}
	}
	switch rule.ID {
	case "NW04":
		var own []string
		for _, f := range s.findings {
			if f.Object.Group == model.GroupNetwork && slices.Contains(s.namespaces, f.Object.Namespace) {
				own = append(own, f.Object.Namespace)
			}
		}
		slices.Sort(own)
		own = slices.Compact(own)
		add(own, boundless(rule, own))
		if slices.ContainsFunc(s.findings, func(f *model.Finding) bool { return f.Object.Group != model.GroupNetwork }) {
			m.not(rule, "Of policies other than NetworkPolicy, few people write any: limit who may by RBAC, and have their changes reviewed")
		}
	case "NW05":
		m.not(rule, "That no policy isolates a pod is the absence of an object, which admission never sees; keep a default deny for egress in the namespace (NW03), and ask the cloud for session tokens with a hop limit of one")
		if m.minor != 0 && m.minor < sinceAddresses {
			m.not(rule, fmt.Sprintf("Rules that reach the address can be refused from Kubernetes 1.%d on, and this server is %s", sinceAddresses, m.server))
			return
		}
		add(s.namespaces, metadata(rule, s.namespaces))
	case "NW08":
		add(s.namespaces, openService(rule, s.namespaces))
	case "NW09":
		add(s.namespaces, takenAddresses(rule, s.namespaces))
	case "NW11":
		add(on("Ingress"), plainIngress(rule, on("Ingress")))
		add(on("Gateway"), plainGateway(rule, version("Gateway", "v1"), on("Gateway")))
		add(on("Route"), plainRoute(rule, version("Route", "v1"), on("Route")))
	case "NW12":
		add(on("Ingress"), riskyAnnotations(rule, m.c, on("Ingress")))
		if slices.ContainsFunc(s.findings, func(f *model.Finding) bool { return f.Object.Kind != "Ingress" }) {
			m.not(rule, "Which version a controller runs is in its image, which no policy here looks into; move to a Gateway or to a controller that is maintained")
		}
	}
}
