package privilege

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/catalogue"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// ledger takes findings as the engine does, and holds what analysers promise: what is put differs from what was there, and
// what is dropped was there.
type ledger struct {
	t        testing.TB
	findings map[string]*model.Finding
}

func (l *ledger) Put(f *model.Finding) {
	if f.ID != model.FindingID(f.Rule.ID, f.Object) {
		l.t.Errorf("%s is on %s", f.ID, f.Object)
	}
	if old := l.findings[f.ID]; old != nil && old.Equal(f) {
		l.t.Errorf("%s was put without a change", f.ID)
	}
	l.findings[f.ID] = f
}

func (l *ledger) Drop(id string) {
	if l.findings[id] == nil {
		l.t.Errorf("%s was dropped but not there", id)
	}
	delete(l.findings, id)
}

// court is a cluster with the analysers on it.
type court struct {
	t      testing.TB
	rules  catalogue.Set
	edges  []*model.Edge
	c      *cluster.Cluster
	access *rbac.Analyser
	a      *Analyser
	out    *ledger
	// climbed counts how often Flush told that who comes to hold the cluster may have changed.
	climbed int
}

func load(t testing.TB) (catalogue.Set, []*model.Edge) {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	edges, err := catalogue.Edges()
	if err != nil {
		t.Fatal(err)
	}
	return rules, edges
}

func newCourt(t testing.TB) *court {
	t.Helper()
	rules, edges := load(t)
	return courtOf(t, rules, edges)
}

// again gives an empty court of the same law.
func (b *court) again() *court { return courtOf(b.t, b.rules, b.edges) }

func courtOf(t testing.TB, rules catalogue.Set, edges []*model.Edge) *court {
	return &court{t: t, rules: rules, edges: edges, c: cluster.New(), access: rbac.New(), a: New(rules, edges), out: &ledger{t, map[string]*model.Finding{}}}
}

// complete covers every kind, on a server of this version.
func (b *court) complete(server string) *court {
	for _, k := range model.Kinds() {
		b.cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return b.serve(server)
}

func (b *court) cover(cov model.Coverage) {
	if b.c.Cover(cov) {
		b.a.Covered(cov.Kind, b.access)
	}
}

func (b *court) serve(server string) *court {
	b.a.Server(server, b.c, b.access)
	b.flush()
	return b
}

func (b *court) flush() {
	if b.a.Flush(b.c, b.access, b.out) {
		b.climbed++
	}
}

// take takes a change without judging it yet.
func (b *court) take(ch model.Change) {
	if d, ok := b.c.Apply(ch); ok {
		changed := b.access.Update(b.c, d)
		b.a.Update(d, b.access, &changed)
	}
}

func (b *court) put(objects ...runtime.Object) *court {
	b.t.Helper()
	for _, o := range objects {
		b.take(model.Put(recordOf(b.t, o)))
	}
	b.flush()
	return b
}

func (b *court) drop(objects ...runtime.Object) *court {
	b.t.Helper()
	for _, o := range objects {
		b.take(model.Drop(recordOf(b.t, o).Ref()))
	}
	b.flush()
	return b
}

func recordOf(t testing.TB, o runtime.Object) model.Record {
	t.Helper()
	r, err := record.Make(o.DeepCopyObject())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// find gives the finding of a rule on an object, by its short form; nil where there is none.
func (b *court) find(rule, object string) *model.Finding {
	for _, f := range b.out.findings {
		if f.Rule.ID == rule && f.Object.String() == object {
			return f
		}
	}
	return nil
}

// text writes all findings with their evidence.
func (b *court) text() string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(b.out.findings)) {
		s.WriteString(findingText(b.out.findings[id]))
	}
	return s.String()
}

func findingText(f *model.Finding) string {
	text := fmt.Sprintf("%s %s since=%d %s %q\n", f.ID, f.Severity, f.Since, f.Verdict, f.Reason)
	for _, e := range f.Proof.Evidence() {
		text += fmt.Sprintf("  %s %s = %q\n", e.Object, e.Path, e.Value)
	}
	return text
}

// short writes the findings in short: RULE object severity.
func (b *court) short() []string {
	var list []string
	for _, f := range b.out.findings {
		list = append(list, fmt.Sprint(f.Rule.ID, " ", f.Object, " ", f.Severity))
	}
	slices.Sort(list)
	return list
}

func wide(name string, rules ...rbacv1.PolicyRule) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules}
}

func local(namespace, name string, rules ...rbacv1.PolicyRule) *rbacv1.Role {
	return &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Rules: rules}
}

func bindWide(name, role string, subjects ...rbacv1.Subject) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: role}}
}

func bind(namespace, name, kind, role string, subjects ...rbacv1.Subject) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: kind, Name: role}}
}

func group(name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: "Group", APIGroup: model.GroupRBAC, Name: name}
}

func user(name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: "User", APIGroup: model.GroupRBAC, Name: name}
}

func sa(namespace, name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: "ServiceAccount", Namespace: namespace, Name: name}
}

func account(namespace, name string) *corev1.ServiceAccount {
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
}

func namespace(name, level string) *corev1.Namespace {
	m := metav1.ObjectMeta{Name: name}
	if level != "" {
		m.Labels = map[string]string{"pod-security.kubernetes.io/enforce": level}
	}
	return &corev1.Namespace{ObjectMeta: m}
}

// rule writes a rule: verbs and resources by comma, resources with their group as in "apps:deployments".
func rule(verbs, resources string, names ...string) rbacv1.PolicyRule {
	r := rbacv1.PolicyRule{Verbs: strings.Split(verbs, ","), ResourceNames: names}
	for _, one := range strings.Split(resources, ",") {
		group, resource, ok := strings.Cut(one, ":")
		if !ok {
			group, resource = "", one
		}
		if !slices.Contains(r.APIGroups, group) {
			r.APIGroups = append(r.APIGroups, group)
		}
		r.Resources = append(r.Resources, resource)
	}
	return r
}

// opens lists the edges that a binding opens, by id.
func (a *Analyser) opens(binding model.Ref) []*model.Edge {
	have := a.bindings[binding]
	if have == nil || have.reading == nil {
		return nil
	}
	list := make([]*model.Edge, 0, len(have.reading.open))
	for i := range have.reading.open {
		list = append(list, a.table.edges[have.reading.open[i].edge].Edge)
	}
	return list
}
