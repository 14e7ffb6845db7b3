package attack

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac"
	"canopy/model"
)

// atlas is the slow reference: all that one can come to hold from what, as a relation of everybody with everything, read from the objects and
// the conditions of the catalogue. Of the program it takes whether RBAC allows a request, and what a pod template leads out to. All kinds were
// read, and the version is known.
//
// Its places are words: net, admin, nodes, plane, secrets, who SUBJECT, pods OWNER, in OWNER, node NAME, on NAME (inside of the pods on it),
// secret NS/NAME, all NS (its Secrets), claim NS (accounts nobody has made).
type atlas struct {
	access  *rbac.Analyser
	edges   map[string]*model.Edge
	minor   int
	objects map[model.Ref]runtime.Object
	// named finds objects by namespace and name, asked keeps what RBAC answered.
	named map[string][]runtime.Object
	asked map[question]bool
	// said are the names that rules name.
	said   []string
	spaces []string
	arcs   map[string]map[string]int
	// crews are the pods of owners, bound the accounts that bindings speak of.
	crews map[string]*crew
	bound map[model.Subject]bool
}

// crew is the pods of an owner, or what its template says where it has none.
type crew struct {
	namespace string
	pods      []*corev1.Pod
	planned   *corev1.PodTemplateSpec
	static    bool
	// everywhere tells a DaemonSet that was never at a server: it is to have a pod on each node.
	everywhere bool
}

func (m *atlas) arc(from, to string, cost int) {
	if m.arcs[from] == nil {
		m.arcs[from] = map[string]int{}
	}
	if old, ok := m.arcs[from][to]; !ok || cost < old {
		m.arcs[from][to] = cost
	}
}

func (m *atlas) edge(from, to, id string, more Confidence) {
	m.arc(from, to, m.edges[id].Cost+map[Confidence]int{Proven: 0, ByVersion: 1, ByAdmission: 2, MissingData: 3}[more])
}

func each[T runtime.Object](m *atlas, f func(T)) {
	for _, o := range m.objects {
		if t, ok := o.(T); ok {
			f(t)
		}
	}
}

func has[T runtime.Object](m *atlas, namespace, name string) (T, bool) {
	for _, o := range m.named[namespace+"/"+name] {
		if t, ok := o.(T); ok {
			return t, true
		}
	}
	var none T
	return none, false
}

// draw draws the whole relation.
func draw(access *rbac.Analyser, edges []*model.Edge, minor int, objects map[model.Ref]runtime.Object, spaces ...string) *atlas {
	m := &atlas{access: access, edges: map[string]*model.Edge{}, minor: minor, objects: objects, spaces: spaces, arcs: map[string]map[string]int{}, crews: map[string]*crew{}, bound: map[model.Subject]bool{}}
	m.named, m.asked = map[string][]runtime.Object{}, map[question]bool{}
	for ref, o := range objects {
		at := ref.Namespace + "/" + ref.Name
		m.named[at] = append(m.named[at], o)
	}
	for _, e := range edges {
		m.edges[e.ID] = e
	}
	m.names()
	m.gather()
	m.arc("nodes-all", "nodes", 0)
	m.arc("kubelets", "nodes", 0)
	m.machines()
	m.running()
	m.tokens()
	m.ways()
	m.hooks()
	for _, who := range m.everybody() {
		m.belong(who)
		m.may(who, edges)
	}
	m.holder()
	return m
}

// top is who answers for a pod.
func (m *atlas) top(p *corev1.Pod) string {
	if len(p.OwnerReferences) == 0 || p.Annotations[corev1.MirrorPodAnnotationKey] != "" {
		return p.Namespace + "/Pod/" + p.Name
	}
	o := p.OwnerReferences[0]
	if o.Kind == "ReplicaSet" {
		if rs, ok := has[*appsv1.ReplicaSet](m, p.Namespace, o.Name); ok && len(rs.OwnerReferences) > 0 {
			if _, ok := has[*appsv1.Deployment](m, p.Namespace, rs.OwnerReferences[0].Name); ok {
				return p.Namespace + "/Deployment/" + rs.OwnerReferences[0].Name
			}
		}
	}
	return p.Namespace + "/" + o.Kind + "/" + o.Name
}

func (m *atlas) gather() {
	each(m, func(p *corev1.Pod) {
		if p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed {
			return
		}
		top := m.top(p)
		if m.crews[top] == nil {
			m.crews[top] = &crew{namespace: p.Namespace}
		}
		m.crews[top].pods = append(m.crews[top].pods, p)
		m.crews[top].static = m.crews[top].static || p.Annotations[corev1.MirrorPodAnnotationKey] != ""
	})
	plan := func(o interface{ GetNamespace() string }, kind, name string, t *corev1.PodTemplateSpec, wanted bool) {
		top := o.GetNamespace() + "/" + kind + "/" + name
		if m.crews[top] == nil && wanted {
			m.crews[top] = &crew{namespace: o.GetNamespace(), planned: t}
		}
	}
	each(m, func(o *appsv1.Deployment) { plan(o, "Deployment", o.Name, &o.Spec.Template, *o.Spec.Replicas > 0) })
	each(m, func(o *appsv1.ReplicaSet) {
		if len(o.OwnerReferences) > 0 {
			if _, ok := has[*appsv1.Deployment](m, o.Namespace, o.OwnerReferences[0].Name); ok {
				return
			}
		}
		plan(o, "ReplicaSet", o.Name, &o.Spec.Template, *o.Spec.Replicas > 0)
	})
	each(m, func(o *appsv1.DaemonSet) {
		plan(o, "DaemonSet", o.Name, &o.Spec.Template, o.UID == "")
		if c := m.crews[o.Namespace+"/DaemonSet/"+o.Name]; c != nil && c.planned != nil {
			c.everywhere = true
		}
	})
	subjects := func(list []rbacv1.Subject, namespace string) {
		for i := range list {
			if s := subject(list[i]); s.Kind == model.AccountSubject {
				m.bound[s] = true
			}
		}
	}
	each(m, func(o *rbacv1.RoleBinding) { subjects(o.Subjects, o.Namespace) })
	each(m, func(o *rbacv1.ClusterRoleBinding) { subjects(o.Subjects, "") })
}

func subject(s rbacv1.Subject) model.Subject {
	if full, ok := strings.CutPrefix(s.Name, "system:serviceaccount:"); ok && s.Kind == "User" {
		namespace, name, _ := strings.Cut(full, ":")
		return model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: name}
	}
	return model.Subject{Kind: model.SubjectKind(s.Kind), Namespace: s.Namespace, Name: s.Name}
}

// exists tells whether somebody can become an account because it is there.
func (m *atlas) exists(namespace, name string) bool {
	_, ok := has[*corev1.ServiceAccount](m, namespace, name)
	return ok || name == "default" && (m.bound[model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: name}] || m.used(namespace, name))
}

func (m *atlas) used(namespace, name string) bool {
	for _, c := range m.crews {
		if c.namespace == namespace && !c.static && slices.ContainsFunc(c.specs(), func(s *corev1.PodTemplateSpec) bool { return accountOf(&s.Spec) == name }) {
			return true
		}
	}
	return false
}

func accountOf(s *corev1.PodSpec) string {
	if s.ServiceAccountName == "" {
		return "default"
	}
	return s.ServiceAccountName
}

func (c *crew) specs() []*corev1.PodTemplateSpec {
	if c.planned != nil {
		return []*corev1.PodTemplateSpec{c.planned}
	}
	var list []*corev1.PodTemplateSpec
	for _, p := range c.pods {
		list = append(list, &corev1.PodTemplateSpec{ObjectMeta: p.ObjectMeta, Spec: p.Spec})
	}
	return list
}

// everybody lists all who can be somebody: accounts, users and groups that are there or that bindings speak of.
func (m *atlas) everybody() []model.Subject {
	list := []model.Subject{{Kind: model.UserSubject, Name: "system:anonymous"}}
	add := func(s model.Subject) {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	group := func(name string) { add(model.Subject{Kind: model.GroupSubject, Name: name}) }
	for _, g := range []string{"system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:nodes", "system:bootstrappers", "system:masters"} {
		group(g)
	}
	for _, ns := range m.spaces {
		group("system:serviceaccounts:" + ns)
		for _, name := range []string{"default", "s1", "s2", "ghost"} {
			if m.exists(ns, name) || m.used(ns, name) || m.bound[model.Subject{Kind: model.AccountSubject, Namespace: ns, Name: name}] {
				add(model.Subject{Kind: model.AccountSubject, Namespace: ns, Name: name})
			}
		}
	}
	each(m, func(o *corev1.Node) { add(model.Subject{Kind: model.UserSubject, Name: "system:node:" + o.Name}) })
	for _, s := range m.subjects() {
		add(s)
	}
	return list
}

// subjects lists those of all bindings.
func (m *atlas) subjects() []model.Subject {
	var list []model.Subject
	each(m, func(o *rbacv1.RoleBinding) {
		for _, s := range o.Subjects {
			list = append(list, subject(s))
		}
	})
	each(m, func(o *rbacv1.ClusterRoleBinding) {
		for _, s := range o.Subjects {
			list = append(list, subject(s))
		}
	})
	return list
}

// groups lists those that somebody is in, himself first.
func groups(s model.Subject) []model.Subject {
	list := []model.Subject{s}
	add := func(names ...string) []model.Subject {
		for _, n := range names {
			if g := (model.Subject{Kind: model.GroupSubject, Name: n}); g != s {
				list = append(list, g)
			}
		}
		return list
	}
	switch {
	case s.Kind == model.AccountSubject:
		return add("system:serviceaccounts:"+s.Namespace, "system:serviceaccounts", "system:authenticated")
	case s.Name == "system:anonymous":
		return add("system:unauthenticated")
	case s.Name == "system:unauthenticated":
		return list
	case s.Kind == model.UserSubject && strings.HasPrefix(s.Name, "system:node:"):
		return add("system:nodes", "system:authenticated")
	case strings.HasPrefix(s.Name, "system:serviceaccounts:"):
		return add("system:serviceaccounts", "system:authenticated")
	}
	return add("system:authenticated")
}

func (m *atlas) belong(s model.Subject) {
	for _, g := range groups(s)[1:] {
		cost := m.edges["I-02"].Cost
		if s.Kind == model.GroupSubject {
			cost = 0
		}
		m.arc("who "+s.String(), "who "+g.String(), cost)
	}
	if s.Name == "system:masters" {
		m.edge("who "+s.String(), "admin", "I-04", Proven)
	}
	if s.Name == "system:anonymous" {
		m.edge("net", "who "+s.String(), "I-05", MissingData)
	}
}
