package attack

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/model"
)

// level is how far somebody meets a need: not, for some names, or in full.
type level int

// question is what RBAC is asked.
type question struct {
	who   model.Subject
	alone bool
	at    rbac.Attributes
}

// names gathers all that rules name.
func (m *atlas) names() {
	of := func(rules []rbacv1.PolicyRule) {
		for _, r := range rules {
			for _, name := range r.ResourceNames {
				if !slices.Contains(m.said, name) {
					m.said = append(m.said, name)
				}
			}
		}
	}
	each(m, func(o *rbacv1.Role) { of(o.Rules) })
	each(m, func(o *rbacv1.ClusterRole) { of(o.Rules) })
}

// ask asks RBAC: of somebody with his groups, or of him alone.
func (m *atlas) ask(s model.Subject, alone bool, at rbac.Attributes) bool {
	asked := question{s, alone, at}
	if answer, ok := m.asked[asked]; ok {
		return answer
	}
	var u rbac.User
	for i, g := range groups(s) {
		switch {
		case alone && i > 0:
		case g.Kind == model.GroupSubject:
			u.Groups = append(u.Groups, g.Name)
		case g.Kind == model.AccountSubject:
			u.Name = "system:serviceaccount:" + g.Namespace + ":" + g.Name
		default:
			u.Name = g.Name
		}
	}
	m.asked[asked] = m.access.Allows(u, &at)
	return m.asked[asked]
}

// meets tells how far somebody meets a need in a namespace, or in the whole cluster where it is "", and for which names.
func (m *atlas) meets(s model.Subject, alone bool, n *model.Need, wide bool, namespace string) (level, []string) {
	if wide {
		namespace = ""
	}
	resources := n.Resources
	if n.Any() {
		resources = []string{"pods"}
	}
	var some []string
	for _, r := range resources {
		resource, sub, _ := strings.Cut(r, "/")
		at := rbac.Attributes{Group: n.Group, Resource: resource, Subresource: sub, Namespace: namespace}
		if n.Any() {
			at.Group = ""
		}
		for _, at.Verb = range n.Verbs {
			at.Name = ""
			if m.ask(s, alone, at) {
				return 2, nil
			}
			if at.Verb == "create" && sub == "" || at.Verb == "deletecollection" {
				continue
			}
			for _, at.Name = range m.said {
				if !m.ask(s, alone, at) {
					continue
				}
				if len(n.Names) == 0 {
					some = append(some, at.Name)
				} else if slices.Contains(n.Names, at.Name) {
					return 2, nil
				}
			}
		}
	}
	return level(min(1, len(some))), some
}

// privilegedIn tells whether a namespace takes privileged pods.
func (m *atlas) privilegedIn(namespace string) bool {
	ns, ok := has[*corev1.Namespace](m, "", namespace)
	if !ok {
		return true
	}
	of, set := ns.Labels["pod-security.kubernetes.io/enforce"]
	return !set || of == "privileged"
}

// may draws all that permissions open to somebody himself: what only his groups have is theirs.
func (m *atlas) may(s model.Subject, edges []*model.Edge) {
	if s.Name == "system:masters" {
		return
	}
	me := "who " + s.String()
	for _, place := range append([]string{""}, m.spaces...) {
		everything := rbac.Attributes{Verb: "anything", Group: "any", Resource: "thing", Namespace: place}
		if place == "" && m.ask(s, true, everything) {
			m.edge(me, "admin", "I-03", Proven)
		}
		becomes, own := false, false
		for _, e := range edges {
			var open []opened
			for i := range e.Ways {
				if b, mine := m.way(s, e, &e.Ways[i], place, &open); b {
					becomes, own = true, own || mine
				}
			}
			for _, o := range open {
				// What is open for all needs no names.
				if o.names == nil || !slices.ContainsFunc(open, func(p opened) bool { return p.names == nil && p.sure <= o.sure }) {
					m.open(me, e, o.names, o.resource, place, o.sure)
					if o.root != nil && o.names == nil {
						m.edge(me, "nodes-all", e.ID, *o.root)
					}
				}
			}
		}
		maker := model.Need{Verbs: []string{"create"}, Resources: []string{"serviceaccounts"}}
		of, _ := m.meets(s, false, &maker, false, place)
		mine, _ := m.meets(s, true, &maker, false, place)
		own = own || mine == 2
		if of == 2 && becomes && own {
			for _, ns := range m.spaces {
				if place == "" || place == ns {
					m.edge(me, "claim "+ns, "I-06", Proven)
				}
			}
		}
	}
	each(m, func(o *rbacv1.RoleBinding) { m.claims(s, me, o) })
	if s.Kind == model.AccountSubject && m.bound[s] && !m.exists(s.Namespace, s.Name) {
		m.arc("claim "+s.Namespace, me, 0)
	}
}

// claims draws that one binding lets somebody make accounts and become some by their names, of which some are not there.
func (m *atlas) claims(s model.Subject, me string, o *rbacv1.RoleBinding) {
	if !slices.ContainsFunc(o.Subjects, func(one rbacv1.Subject) bool { return subject(one) == s }) {
		return
	}
	var rules []rbacv1.PolicyRule
	if role, ok := has[*rbacv1.Role](m, o.Namespace, o.RoleRef.Name); ok && o.RoleRef.Kind == "Role" {
		rules = role.Rules
	}
	if role, ok := has[*rbacv1.ClusterRole](m, "", o.RoleRef.Name); ok && o.RoleRef.Kind == "ClusterRole" {
		rules = role.Rules
	}
	grants := func(verb, resource string, named bool) (names []string, ok bool) {
		for _, r := range rules {
			if slices.Contains(r.Verbs, verb) && slices.Contains(r.APIGroups, "") && slices.Contains(r.Resources, resource) && (len(r.ResourceNames) > 0) == named {
				names, ok = append(names, r.ResourceNames...), true
			}
		}
		return names, ok
	}
	if _, makes := grants("create", "serviceaccounts", false); !makes {
		return
	}
	for _, by := range [][2]string{{"create", "serviceaccounts/token"}, {"impersonate", "serviceaccounts"}} {
		if _, any := grants(by[0], by[1], false); any {
			continue
		}
		names, _ := grants(by[0], by[1], true)
		for _, name := range names {
			if _, there := has[*corev1.ServiceAccount](m, o.Namespace, name); !there && name != "default" {
				m.edge(me, "who sa:"+o.Namespace+"/"+name, "I-06", Proven)
			}
		}
	}
}

// opened is a way that is open, and for which names of what resource.
type opened struct {
	names    []string
	resource string
	sure     Confidence
	// root is how sure it leads on to nodes, where it gives a namespace; nil where it does not.
	root *Confidence
}

// way finds one way of an edge that is held in a place. It tells whether he may become any account there by it, and whether some of it is
// his own.
func (m *atlas) way(s model.Subject, e *model.Edge, w *model.Way, place string, open *[]opened) (becomes, own bool) {
	if e.Leads == "impact" || e.Leads == "listeners" || w.Limited || w.Since > m.minor || w.Before > 0 && m.minor >= w.Before {
		return false, false
	}
	if place != "" && len(w.Namespaces) > 0 && !slices.Contains(w.Namespaces, place) {
		return false, false
	}
	if w.Idle {
		return false, false
	}
	if w.Exists != "" {
		if _, ok := has[*corev1.ConfigMap](m, "kube-system", "aws-auth"); !ok {
			return false, false
		}
	}
	sure := Proven
	switch {
	case w.Admission == "policy":
		sure = ByAdmission
	case w.Admission == "pod-security" && place != "" && !m.privilegedIn(place):
		return false, false
	case w.Admission == "pod-security" && place == "":
		if !slices.ContainsFunc(append([]string{"default"}, m.spaces...), func(ns string) bool {
			_, there := has[*corev1.Namespace](m, "", ns)
			return (there || ns == "default") && m.privilegedIn(ns)
		}) {
			sure = ByAdmission
		}
	}
	var names []string
	resource, through := "", false
	for i := range w.Needs {
		n := &w.Needs[i]
		wide := w.Cluster(i)
		if place != "" && wide && i == 0 && len(w.Needs) == 1 {
			return false, false
		}
		// What one need takes he has himself, or it is his group's.
		is, some := m.meets(s, len(w.Needs) == 1, n, wide, place)
		if len(w.Needs) == 1 {
			by, _ := m.meets(s, false, n, wide, place)
			becomes = by == 2 && e.Leads == "accounts"
		}
		if is == 0 {
			return becomes, false
		}
		// Of several needs he has one himself, and in that place: what he holds everywhere is not put together with what a group of his holds in
		// a namespace alone.
		if mine, _ := m.meets(s, true, n, wide, place); mine == is {
			everywhere, _ := m.meets(s, true, n, wide, "")
			own = own || place == "" || len(w.Needs) == 1 || everywhere < mine
		}
		if n.Any() {
			sure = max(sure, ByAdmission)
		}
		if may := m.footing(s, len(w.Needs) == 1, e, n, wide, place); !may {
			return becomes, false
		}
		if is == 2 || n.Any() {
			continue
		}
		of, _, _ := strings.Cut(n.Resources[0], "/")
		bounds := false
		switch of {
		case "serviceaccounts", "users", "groups", "uids", "nodes":
			bounds = len(w.Needs) == 1 || e.Class == "impersonate"
		case "pods":
			bounds = e.Leads == "pods"
		case "secrets":
			bounds = e.Leads == "secrets"
		}
		switch {
		case !bounds:
			through = true
		case names == nil:
			names, resource = some, of
		}
	}
	if through {
		names, sure = nil, MissingData
	}
	// The dice throws nothing that refuses pods.
	var root *Confidence
	if e.Leads == "namespace" {
		r := sure
		// By any ClusterRole one has all, and by any rule; by pods alone the level of the namespace decides.
		if len(w.Needs) > 1 && w.Needs[1].Resources[0] == "clusterroles" || e.ID == "R-04" || place == "" || m.privilegedIn(place) {
			root = &r
		}
	}
	if own {
		*open = append(*open, opened{names, resource, sure, root})
	}
	return becomes || e.Leads == "accounts" && names == nil, own
}

// open draws what an edge that is held in a place leads to.
func (m *atlas) open(me string, e *model.Edge, names []string, resource, place string, sure Confidence) {
	if e.Leads == "cluster" || place == "" && e.Takeover && names == nil {
		m.edge(me, "admin", e.ID, sure)
	}
	for _, name := range names {
		switch {
		case resource == "nodes" && e.Leads == "pods":
			m.edge(me, "into "+name, e.ID, sure)
		case resource == "nodes":
			m.edge(me, "who user:system:node:"+name, e.ID, sure)
		case resource == "users":
			m.edge(me, "who user:"+name, e.ID, sure)
		case resource == "groups":
			m.edge(me, "who group:"+name, e.ID, sure)
		}
	}
	for _, ns := range m.spaces {
		if place != "" && place != ns {
			continue
		}
		if names != nil {
			m.some(me, e, names, resource, ns, sure)
			continue
		}
		for _, kind := range []string{"accounts", "pods", "secrets"} {
			if e.Leads == kind || e.Leads == "namespace" {
				m.grant(me, ns, kind, e.ID, sure)
			}
		}
	}
	if e.Leads == "nodes" && names == nil {
		m.edge(me, "nodes-all", e.ID, sure)
	}
	if e.Leads == "kubelets" && names == nil {
		m.edge(me, "kubelets", e.ID, sure)
	}
}

// grant draws all of a kind in a namespace.
func (m *atlas) grant(from, ns, kind, id string, sure Confidence) {
	switch kind {
	case "accounts":
		for _, name := range []string{"default", "s1", "s2", "ghost"} {
			if m.exists(ns, name) {
				m.edge(from, "who sa:"+ns+"/"+name, id, sure)
			}
		}
	case "pods":
		for top, c := range m.crews {
			if c.namespace != ns {
				continue
			}
			cost := m.edges[id].Cost + int(penalty[sure])
			if c.planned != nil {
				// None runs now.
				cost += int(penalty[ByAdmission])
			}
			m.arc(from, "pods "+top, cost)
		}
	case "secrets":
		m.edge(from, "all "+ns, id, sure)
	}
}

// named draws those of a namespace that have one of the names.
func (m *atlas) some(me string, e *model.Edge, names []string, resource, ns string, sure Confidence) {
	for _, name := range names {
		switch {
		case resource == "serviceaccounts" && e.Leads == "accounts":
			if _, ok := has[*corev1.ServiceAccount](m, ns, name); ok {
				m.edge(me, "who sa:"+ns+"/"+name, e.ID, sure)
			}
		case resource == "secrets":
			if _, ok := has[*corev1.Secret](m, ns, name); ok {
				m.edge(me, "secret "+ns+"/"+name, e.ID, sure)
			}
		case resource == "pods":
			for top, c := range m.crews {
				if c.namespace == ns && slices.ContainsFunc(c.pods, func(p *corev1.Pod) bool { return p.Name == name }) {
					m.edge(me, "pods "+top, e.ID, sure)
				}
			}
		}
	}
}
