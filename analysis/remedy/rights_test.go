package remedy

import (
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/cluster"
)

const testServer = "v1.37.2"

// world is a cluster of which all was seen, with what Kubernetes ships.
func world(t testing.TB, objects ...runtime.Object) *cluster.Cluster {
	t.Helper()
	table, _ := stock.For(37)
	c := holding(t, append(slices.Clone(table.Objects()), objects...)...)
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return c
}

// judged gives the findings on a cluster, by id.
func judged(t testing.TB, c *cluster.Cluster) map[string]*model.Finding {
	t.Helper()
	s, err := newScience()
	if err != nil {
		t.Fatal(err)
	}
	return newShadow(c, privilege.New(s.rules, s.edges), testServer, s.edges).held
}

// granted says what some subjects hold, wildcards written out.
func granted(c *cluster.Cluster, subjects []model.Subject) map[model.Subject]map[rbac.Permission]bool {
	s := newShadow(c, nil, "", nil)
	known := rbac.NewDiscovery(stock.Resources()).With(c)
	all := map[model.Subject]map[rbac.Permission]bool{}
	for _, who := range subjects {
		held := map[rbac.Permission]bool{}
		for _, p := range s.access.Hold([]model.Subject{who}, known)[who] {
			for _, one := range known.Expand(p) {
				held[one] = true
			}
		}
		all[who] = held
	}
	return all
}

// strangers lists the subjects of all bindings that are no controllers of Kubernetes.
func strangers(c *cluster.Cluster) []model.Subject {
	var list []model.Subject
	for who := range newShadow(c, nil, "", nil).access.Subjects() {
		if who.Namespace != "kube-system" {
			list = append(list, who)
		}
	}
	return list
}

// lost lists what is held before and not after.
func lost(before, after map[model.Subject]map[rbac.Permission]bool) []rbac.Loss {
	var list []rbac.Loss
	for who, held := range before {
		for p := range held {
			covered := after[who][p]
			for o := range after[who] {
				covered = covered || o.Covers(&p)
			}
			if !covered {
				list = append(list, rbac.Loss{Subject: who, Permission: p})
			}
		}
	}
	slices.SortFunc(list, func(a, b rbac.Loss) int {
		if n := a.Subject.Compare(b.Subject); n != 0 {
			return n
		}
		return a.Compare(&b.Permission)
	})
	return list
}

// carried gives a copy of a cluster after a plan.
func carried(t testing.TB, c *cluster.Cluster, plan model.Plan) *cluster.Cluster {
	t.Helper()
	changes, _, err := rollout.Expand(c, plan)
	if err != nil {
		t.Fatal(err)
	}
	next := cluster.New()
	for _, cov := range c.Coverage() {
		next.Cover(cov)
	}
	for _, gk := range c.Kinds() {
		for r := range c.All(gk) {
			next.Apply(model.Put(r))
		}
	}
	for _, ch := range changes {
		next.Apply(ch)
	}
	return next
}

func permit(verbs, group, resources string, names ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{Verbs: strings.Split(verbs, ","), APIGroups: []string{group}, Resources: strings.Split(resources, ","), ResourceNames: names}
}

func aRole(name string, rules ...rbacv1.PolicyRule) *rbacv1.Role {
	return &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"}, Rules: rules}
}

func aClusterRole(name string, rules ...rbacv1.PolicyRule) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules}
}

func user(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "User", Name: name}
}

func groupOf(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "Group", Name: name}
}

func sa(name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: "ServiceAccount", Namespace: "shop", Name: name}
}

func bind(name, kind, role string, subjects ...rbacv1.Subject) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"}, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: role}}
}

func bindAll(name, role string, subjects ...rbacv1.Subject) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}}
}

// ended checks that a fix of some findings ends them, and gives the cluster as it is then.
func ended(t *testing.T, c *cluster.Cluster, ids ...string) (*Fix, *cluster.Cluster) {
	t.Helper()
	fix, err := ForServer(c, testServer, findingsOf(t, c, ids...))
	if err != nil {
		t.Fatal(err)
	}
	next := carried(t, c, fix.Plan)
	after := judged(t, next)
	for _, id := range ids {
		said := slices.ContainsFunc(fix.Documents, func(d Document) bool { return slices.Contains(d.Closes, id) })
		if after[id] != nil || !said {
			t.Errorf("%s: said to be closed %v, holds %v\n%s", id, said, after[id] != nil, text(fix))
		}
	}
	for _, d := range fix.Documents {
		if d.Step.Verb != model.Delete && roundtrip(t, d.YAML) != roundtrip(t, d.Step.Body) {
			t.Errorf("YAML is not the body:\n%s\n%s", d.YAML, d.Step.Body)
		}
	}
	return fix, next
}

// findingsOf gives findings that hold.
func findingsOf(t testing.TB, c *cluster.Cluster, ids ...string) []*model.Finding {
	t.Helper()
	have := judged(t, c)
	var findings []*model.Finding
	for _, id := range ids {
		if have[id] == nil {
			t.Fatalf("%s does not hold: %v", id, keysOf(have))
		}
		findings = append(findings, have[id])
	}
	return findings
}

func keysOf[V any](m map[string]V) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

func says(losses []rbac.Loss) string {
	var words []string
	for _, l := range losses {
		s := l.Subject.String() + " " + l.Verb + " " + l.Resource
		if l.Group != "" {
			s += "." + l.Group
		}
		if l.Name != "" {
			s += " " + l.Name
		}
		words = append(words, s+l.URL)
	}
	return strings.Join(words, "; ")
}

func verbs(fix *Fix) string {
	var words []string
	for _, d := range fix.Documents {
		s := string(d.Step.Verb) + " " + d.Step.Ref.Kind + " " + d.Step.Ref.Name
		if d.Step.PatchType == types.MergePatchType {
			s += " (merge)"
		}
		words = append(words, s)
	}
	return strings.Join(words, "; ")
}

func TestWhatIsTakenFromABinding(t *testing.T) {
	reader := permit("get,list,watch", "", "pods,secrets")
	for name, tc := range map[string]struct {
		objects []runtime.Object
		ids     []string
		steps   string
		lost    string
		breaks  string
	}{
		"a role of its own is changed in place": {
			[]runtime.Object{aRole("r", permit("get", "", "configmaps"), reader, permit("get", "", "services")), bind("b", "Role", "r", user("ann"))},
			[]string{"LP06/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"patch Role r", "user:ann get secrets; user:ann list secrets; user:ann watch secrets", "needs-evidence",
		},
		"one that others hold is replaced, in the place of the binding": {
			[]runtime.Object{aClusterRole("r", reader), bind("b", "ClusterRole", "r", user("ann")), bindAll("all", "r", user("bob"))},
			[]string{"LP06/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"create Role r-without-lp06; create RoleBinding b-without-lp06; delete RoleBinding b", "user:ann get secrets; user:ann list secrets; user:ann watch secrets", "needs-evidence",
		},
		"unless all that hold it lose the same": {
			[]runtime.Object{aClusterRole("r", reader), bind("b", "ClusterRole", "r", user("ann")), bindAll("all", "r", user("bob"))},
			[]string{"LP06/rbac.authorization.k8s.io/RoleBinding/shop/b", "LP06/rbac.authorization.k8s.io/ClusterRoleBinding//all"},
			"patch ClusterRole r", "user:ann get secrets; user:ann list secrets; user:ann watch secrets; user:bob get secrets; user:bob list secrets; user:bob watch secrets", "needs-evidence",
		},
		"a binding of which nothing is left goes": {
			[]runtime.Object{aClusterRole("r", permit("get", "", "secrets")), bindAll("b", "r", user("ann"))},
			[]string{"LP06/rbac.authorization.k8s.io/ClusterRoleBinding//b"},
			"delete ClusterRoleBinding b", "user:ann get secrets", "needs-evidence",
		},
		"control of the cluster goes as a whole": {
			[]runtime.Object{bindAll("b", "cluster-admin", user("ann"))},
			[]string{"LP01/rbac.authorization.k8s.io/ClusterRoleBinding//b"},
			"delete ClusterRoleBinding b", "*", "outage",
		},
		"and leaves what else was written": {
			[]runtime.Object{aClusterRole("r", permit("*", "*", "*"), permit("get", "", "pods")), bindAll("b", "r", user("ann"))},
			[]string{"LP01/rbac.authorization.k8s.io/ClusterRoleBinding//b"},
			"patch ClusterRole r", "*", "outage",
		},
		"masters are taken out": {
			[]runtime.Object{aRole("r", permit("get", "", "pods")), bind("b", "Role", "r", user("ann"), groupOf("system:masters"))},
			[]string{"LP02/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"patch RoleBinding b", "", "needs-evidence",
		},
		"so is who has no credentials, and everybody": {
			[]runtime.Object{aRole("r", permit("get", "", "pods")), bind("b", "Role", "r", groupOf("system:unauthenticated"), user("system:anonymous"), groupOf("system:authenticated"))},
			[]string{"LP03/rbac.authorization.k8s.io/RoleBinding/shop/b", "LP04/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"delete RoleBinding b", "*", "needs-evidence",
		},
		"some of them stay": {
			[]runtime.Object{aRole("r", permit("get", "", "pods")), bind("b", "Role", "r", groupOf("system:unauthenticated"), user("system:anonymous"), groupOf("system:authenticated"))},
			[]string{"LP03/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"patch RoleBinding b", "group:system:unauthenticated get pods; user:system:anonymous get pods", "needs-evidence",
		},
		"an account that does not exist is taken out": {
			[]runtime.Object{aRole("r", permit("get", "", "pods")), bind("b", "Role", "r", user("ann"), sa("gone"))},
			[]string{"LP24/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"patch RoleBinding b", "sa:shop/gone get pods", "likely-safe",
		},
		"a binding to no role goes": {
			[]runtime.Object{bind("b", "Role", "none", user("ann"))},
			[]string{"LP24/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"delete RoleBinding b", "", "likely-safe",
		},
		"subjects and rights at once": {
			[]runtime.Object{aRole("r", permit("get", "", "pods"), permit("create", "", "pods/exec")), bind("b", "Role", "r", user("ann"), sa("gone"))},
			[]string{"LP09/rbac.authorization.k8s.io/RoleBinding/shop/b", "LP24/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"patch Role r; patch RoleBinding b", "sa:shop/gone get pods; sa:shop/gone create pods/exec; user:ann create pods/exec", "needs-evidence",
		},
		"what every account holds is given to one": {
			[]runtime.Object{aRole("r", permit("get", "", "pods"), permit("create", "", "pods/exec")), bind("b", "Role", "r", groupOf("system:serviceaccounts"))},
			[]string{"LP09/rbac.authorization.k8s.io/RoleBinding/shop/b"},
			"delete RoleBinding b", "group:system:serviceaccounts get pods; group:system:serviceaccounts create pods/exec", "needs-evidence",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := world(t, tc.objects...)
			fix, next := ended(t, c, tc.ids...)
			if got := verbs(fix); got != tc.steps {
				t.Errorf("steps: %s, want %s", got, tc.steps)
			}
			if got := says(lost(granted(c, strangers(c)), granted(next, strangers(c)))); got != tc.lost && tc.lost != "*" {
				t.Errorf("lost: %s\nwant: %s", got, tc.lost)
			}
			worst := harmless
			for _, d := range fix.Documents {
				worst = max(worst, parseBreakage(d.Breakage))
			}
			if worst.String() != tc.breaks {
				t.Errorf("breakage %s, want %s", worst, tc.breaks)
			}
			if len(fix.Notes) > 0 {
				t.Errorf("notes: %+v", fix.Notes)
			}
			if testing.Verbose() {
				t.Log(text(fix))
			}
		})
	}
}
