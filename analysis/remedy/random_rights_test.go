package remedy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// some picks one to three words.
func some(r *rand.Rand, words ...string) []string {
	var list []string
	for range 1 + r.IntN(3) {
		if w := words[r.IntN(len(words))]; !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

func randomRule(r *rand.Rand) rbacv1.PolicyRule {
	if r.IntN(12) == 0 {
		return rbacv1.PolicyRule{Verbs: some(r, "get", "*"), NonResourceURLs: some(r, "/metrics", "/healthz", "*")}
	}
	p := rbacv1.PolicyRule{
		Verbs: some(r, "get", "get", "list", "watch", "create", "create", "update", "patch", "delete", "deletecollection", "*", "bind", "escalate", "impersonate", "approve", "sign"),
		APIGroups: some(r, "", "", "", "", "apps", "batch", "rbac.authorization.k8s.io", "certificates.k8s.io", "admissionregistration.k8s.io", "discovery.k8s.io",
			"networking.k8s.io", "argoproj.io", "authentication.k8s.io", "*"),
		Resources: some(r, "pods", "pods", "secrets", "secrets", "configmaps", "pods/exec", "pods/portforward", "pods/ephemeralcontainers", "pods/proxy", "pods/status", "serviceaccounts",
			"serviceaccounts/token", "nodes", "nodes/proxy", "nodes/status", "deployments", "jobs", "cronjobs", "rolebindings", "clusterrolebindings", "roles", "clusterroles",
			"certificatesigningrequests", "certificatesigningrequests/approval", "signers", "mutatingwebhookconfigurations", "persistentvolumes", "persistentvolumeclaims", "namespaces",
			"events", "endpointslices", "services", "users", "groups", "applications", "workflows", "*", "*", "*/exec", "*/token", "*/proxy", "*/scale", "bindings", "pods/eviction"),
	}
	if r.IntN(5) == 0 {
		p.ResourceNames = some(r, "coredns", "mine", "kubernetes.io/kube-apiserver-client", "shop", "*")
	}
	return p
}

func randomRules(r *rand.Rand) []rbacv1.PolicyRule {
	var list []rbacv1.PolicyRule
	for range 1 + r.IntN(4) {
		list = append(list, randomRule(r))
	}
	return list
}

// randomRights is RBAC of all kinds: roles that others share and that feed each other, managed ones, wildcards, stock objects
// that somebody changed, subjects that do not exist.
func randomRights(r *rand.Rand) []runtime.Object {
	objects := []runtime.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kube-system", Labels: one(r, map[string]string{"pod-security.kubernetes.io/enforce": "baseline"})}},
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}},
	}
	if r.IntN(2) == 0 {
		objects = append(objects, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "aws-auth", Namespace: "kube-system"}})
	}
	meta := func(name, namespace string) metav1.ObjectMeta {
		m := metav1.ObjectMeta{Name: name, Namespace: namespace}
		if r.IntN(6) == 0 {
			m.Annotations = map[string]string{"meta.helm.sh/release-name": "r"}
		}
		if r.IntN(6) == 0 {
			m.Labels = map[string]string{"feeds": "whole"}
		}
		return m
	}
	var cluster, namespaced []string
	for i := range 2 + r.IntN(2) {
		name := fmt.Sprintf("c%d", i)
		cluster = append(cluster, name)
		objects = append(objects, &rbacv1.ClusterRole{ObjectMeta: meta(name, ""), Rules: randomRules(r)})
	}
	if r.IntN(2) == 0 {
		cluster = append(cluster, "whole")
		w := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "whole"}, AggregationRule: &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"feeds": "whole"}}}}}
		if r.IntN(2) == 0 {
			for _, o := range objects {
				if c, ok := o.(*rbacv1.ClusterRole); ok && c.Labels != nil {
					w.Rules = append(w.Rules, c.Rules...)
				}
			}
		}
		objects = append(objects, w)
	}
	if r.IntN(4) == 0 {
		objects = append(objects, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "cluster-admin"}, Rules: []rbacv1.PolicyRule{permit("*", "*", "*"), {Verbs: []string{"*"}, NonResourceURLs: []string{"*"}}}})
		cluster = append(cluster, "cluster-admin")
	}
	for _, ns := range []string{"shop", "kube-system"} {
		for i := range 2 {
			name := fmt.Sprintf("r%d", i)
			namespaced = append(namespaced, name)
			objects = append(objects, &rbacv1.Role{ObjectMeta: meta(name, ns), Rules: randomRules(r)})
		}
	}
	subjects := func(namespace string) []rbacv1.Subject {
		pool := []rbacv1.Subject{user("ann"), user("bob"), groupOf("dev"), sa("web"), sa("web"), sa("gone"), groupOf("system:serviceaccounts"), groupOf("system:authenticated"),
			groupOf("system:unauthenticated"), groupOf("system:masters"), groupOf("system:serviceaccounts:shop"), {Kind: "Robot", Name: "r2"}, user("system:serviceaccount:shop:lost")}
		var list []rbacv1.Subject
		for range 1 + r.IntN(3) {
			list = append(list, pool[r.IntN(len(pool))])
		}
		return list
	}
	for i := range 3 + r.IntN(4) {
		m := meta(fmt.Sprintf("b%d", i), one(r, "", "shop", "kube-system"))
		ref := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: cluster[r.IntN(len(cluster))]}
		if m.Namespace == "" {
			objects = append(objects, &rbacv1.ClusterRoleBinding{ObjectMeta: m, RoleRef: ref, Subjects: subjects("")})
			continue
		}
		if r.IntN(2) == 0 {
			ref.Kind, ref.Name = "Role", append(namespaced, "none")[r.IntN(len(namespaced)+1)]
		}
		objects = append(objects, &rbacv1.RoleBinding{ObjectMeta: m, RoleRef: ref, Subjects: subjects(m.Namespace)})
	}
	return append(objects, tampered(r)...)
}

// tampered gives some stock objects, changed in one way or none.
func tampered(r *rand.Rand) []runtime.Object {
	table, _ := stock.For(37)
	var objects []runtime.Object
	for _, name := range []string{"system:node-proxier", "system:kube-dns", "view"} {
		role := table.ClusterRole(name).DeepCopy()
		switch r.IntN(6) {
		case 0:
			role.Rules = append(role.Rules, randomRule(r))
		case 1:
			role.Rules = role.Rules[:len(role.Rules)/2]
		case 2:
			if role.Labels == nil {
				role.Labels = map[string]string{}
			}
			role.Labels[aggregateTo+"admin"] = "true"
		case 3:
			// The controller has not been here yet.
			role.Rules = nil
			role.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"feeds": "whole"}}}}
		}
		objects = append(objects, role)
	}
	for _, name := range []string{"system:node-proxier", "system:kube-dns"} {
		b := table.ClusterRoleBinding(name).DeepCopy()
		switch r.IntN(5) {
		case 0:
			b.Subjects = append(b.Subjects, user("mallory"))
		case 1:
			b.Subjects = nil
		case 2:
			b.RoleRef.Name = "c0"
		}
		objects = append(objects, b)
	}
	return objects
}

func TestRandomRights(t *testing.T) {
	fixed, seeds := map[string]int{}, uint64(150)
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 3))
		c := holding(t, randomRights(r)...)
		for _, k := range model.Kinds() {
			c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
		}
		have := judged(t, c)
		ids := keysOf(have)
		r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		// One by itself, some, and all.
		for _, asked := range [][]string{ids[:min(1, len(ids))], ids[:len(ids)/3], ids} {
			checkRights(t, fmt.Sprintf("seed %d, %d findings", seed, len(asked)), c, have, asked, fixed)
			if t.Failed() {
				return
			}
		}
	}
	for id := range fixed {
		if fixed[id] == 0 {
			t.Errorf("no finding of %s was fixed", id)
		}
	}
	t.Logf("fixed: %v", fixed)
}

func checkRights(t *testing.T, name string, c *cluster.Cluster, have map[string]*model.Finding, ids []string, fixed map[string]int) {
	t.Helper()
	var asked []*model.Finding
	for _, id := range ids {
		asked = append(asked, have[id])
	}
	fix, err := ForServer(c, testServer, asked)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	next := carried(t, c, fix.Plan)
	after := judged(t, next)
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf(name+": "+format, args...)
	}
	for _, f := range asked {
		said := slices.ContainsFunc(fix.Documents, func(d Document) bool { return slices.Contains(d.Closes, f.ID) })
		noted := slices.ContainsFunc(fix.Notes, func(n Note) bool { return n.Finding == f.ID })
		switch {
		case said == noted:
			fail("%s: closed %v, noted %v", f.ID, said, noted)
		case said != (after[f.ID] == nil):
			fail("%s: said to be closed %v, holds %v", f.ID, said, after[f.ID] != nil)
		case !said && f.Rule.ID != "LP05" && (len(asked) == 1 || !together(f)):
			fail("%s is not closed: %+v", f.ID, fix.Notes)
		}
		if said {
			fixed[f.Rule.ID]++
		}
	}
	checkOpened(fail, c, next, have, after, asked, fix)
	checkLost(t, fail, c, next, asked)
	if t.Failed() {
		for _, r := range []string{"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"} {
			for _, o := range c.Sorted(model.KindByName(r).GroupKind()) {
				t.Logf("%s %s", o.Ref(), roleText(o))
			}
		}
		t.Logf("asked: %v\n%s", ids, text(fix))
	}
}

// together tells a finding to which several bindings may contribute. Of several bindings that make a way together one is at
// fault; another is, once that one gives less, so that a fix of many may have to be repeated.
func together(f *model.Finding) bool {
	return slices.Contains([]string{"LP08", "LP14", "LP15", "LP29", "LP30", "LP31"}, f.Rule.ID)
}

// roleText says all that a role or binding holds.
func roleText(r model.Record) string {
	words := func(rules []rbacv1.PolicyRule) string {
		var list []string
		for i := range rules {
			list = append(list, sentence(&rules[i]))
		}
		return strings.Join(list, "; ")
	}
	to := func(ref rbacv1.RoleRef, subjects []rbacv1.Subject, namespace string) string {
		list := []string{ref.Kind + " " + ref.Name + " to"}
		for i := range subjects {
			list = append(list, whom(subjects[i:i+1], namespace))
		}
		return strings.Join(list, " ")
	}
	switch o := r.(type) {
	case *record.Typed[*rbacv1.Role]:
		return words(o.Object.Rules)
	case *record.Typed[*rbacv1.ClusterRole]:
		return fmt.Sprintf("%v %v %s", o.GetLabels(), o.Object.AggregationRule, words(o.Object.Rules))
	case *record.Typed[*rbacv1.RoleBinding]:
		return to(o.Object.RoleRef, o.Object.Subjects, o.Namespace)
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		return to(o.Object.RoleRef, o.Object.Subjects, "")
	}
	return ""
}

// checkOpened holds that nothing begins that was not there: what is on a replacement was on what it replaces, but for what
// control of the cluster had hidden; a new role may have the wildcards of the old one.
func checkOpened(fail func(string, ...any), c, next *cluster.Cluster, have, after map[string]*model.Finding, asked []*model.Finding, fix *Fix) {
	hidden := slices.ContainsFunc(asked, func(f *model.Finding) bool { return f.Rule.ID == "LP01" })
	wild := slices.ContainsFunc(keysOf(have), func(id string) bool { return strings.HasPrefix(id, "LP05/") })
	for _, id := range keysOf(after) {
		f := after[id]
		if have[id] != nil || hidden {
			continue
		}
		fresh := c.Get(f.Object) == nil
		var old model.Ref
		for _, d := range fix.Documents {
			if d.Step.Ref == f.Object {
				old = d.Replaces
			}
		}
		switch {
		case fresh && f.Rule.ID == "LP05" && wild:
		case f.Rule.ID == "LP05" && f.Severity == model.Low:
			// Whoever grants everything is at fault by the binding; once that is gone, by the role.
		case fresh && have[model.FindingID(f.Rule.ID, old)] != nil && next.Get(old) == nil:
		case together(f) && (len(asked) > 1 || asked[0].Rule == f.Rule):
		default:
			fail("%s begins", id)
		}
	}
	touched := map[model.Ref]bool{}
	for _, s := range fix.Plan.Steps {
		touched[s.Ref] = true
	}
	if len(touched) == 0 && len(after) != len(have) {
		fail("findings ended by themselves")
	}
}

// checkLost holds that what is lost is what findings are about.
func checkLost(t *testing.T, fail func(string, ...any), c, next *cluster.Cluster, asked []*model.Finding) {
	t.Helper()
	science, err := newScience()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range asked {
		// These take away all that somebody is bound to, or what a wildcard or somebody else wrote.
		if slices.Contains([]string{"LP01", "LP02", "LP03", "LP04", "LP05", "LP24", "LP28"}, f.Rule.ID) {
			return
		}
	}
	s := newShadow(c, nil, "", nil)
	for _, f := range asked {
		b, _ := s.access.Binding(f.Object)
		table, _ := stock.For(37)
		r := &rights{now: s, stock: table}
		if state, _ := r.judge(&b); state != stock.NotStock {
			return
		}
		if !slices.ContainsFunc(b.Subjects, func(s rbacv1.Subject) bool { return s.Name != "system:serviceaccounts" }) {
			return
		}
	}
	var needs []*model.Need
	for _, f := range asked {
		for _, e := range science.by[f.Rule.ID] {
			for i := range e.Ways {
				for j := range e.Ways[i].Needs {
					needs = append(needs, &e.Ways[i].Needs[j])
				}
			}
		}
	}
	subjects := strangers(c)
	for _, l := range lost(granted(c, subjects), granted(next, subjects)) {
		meant := slices.ContainsFunc(needs, func(n *model.Need) bool {
			return slices.Contains(n.Verbs, l.Verb) && (n.Any() || n.Group == l.Group && slices.Contains(n.Resources, l.Resource))
		})
		// What a wildcard stands for where nobody knows cannot be written out.
		vague := l.Group == "*" || l.Verb == "*" || strings.HasPrefix(l.Resource, "*")
		if !meant && !vague {
			fail("%s lost %s %s.%s %s%s in %s", l.Subject, l.Verb, l.Resource, l.Group, l.Name, l.URL, l.Namespace)
		}
	}
}
