package remedy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/cluster"
)

// TestLabRights carries the fixes of findings on RBAC out on a real API server, with the very commands that the documents
// name and in their order, under its checks of escalation. It compares all of RBAC with what the rollout foretold, the
// aggregated roles that a controller writes among it, and asks the server who may do what. It needs kubectl, which make test
// builds.
func TestLabRights(t *testing.T) {
	control := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager"))
	t.Setenv("KUBECONFIG", control.Kubeconfig(labtest.Admin))
	l := lab{t, t.TempDir()}
	l.write("all.yaml", rightsDocs(t))
	l.kubectl("kubectl create -f all.yaml")
	l.until(func() bool { return len(l.rulesOf("view")) > 0 && len(l.rulesOf("gathers")) > 0 })
	l.tamper()
	l.until(func() bool {
		return slices.ContainsFunc(l.rulesOf("view"), func(p rbacv1.PolicyRule) bool { return slices.Contains(p.Resources, "secrets") })
	})

	// The authorizer hears of changes a moment later.
	wrong := func(want func(question) bool) (list []question) {
		l.until(func() bool {
			list = slices.DeleteFunc(questions(), func(q question) bool { return allowed(t, control, q) == want(q) })
			return len(list) == 0
		})
		return list
	}
	if list := wrong(func(question) bool { return true }); len(list) > 0 {
		t.Errorf("not allowed before: %v", list)
	}
	c := l.readRights()
	have := judged(t, c)
	var findings []*model.Finding
	var ids []string
	for _, id := range keysOf(have) {
		name := have[id].Object.Name
		if strings.HasPrefix(name, "t-") || name == "gathers" || have[id].Rule.ID == "LP28" {
			findings, ids = append(findings, have[id]), append(ids, id)
		}
	}
	for _, rule := range []string{"LP01", "LP02", "LP04", "LP05", "LP06", "LP08", "LP09", "LP24", "LP28"} {
		if !slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, rule+"/") }) {
			t.Errorf("no finding of %s: %v", rule, ids)
		}
	}
	fix, err := ForServer(c, testServer, findings)
	if err != nil || len(fix.Notes) > 0 {
		t.Fatal(err, fix.Notes)
	}
	foretold := carried(t, c, fix.Plan)
	for _, d := range fix.Documents {
		l.write(d.File, [][]byte{d.YAML})
		if out := l.kubectl(d.Command); strings.Contains(out, "Warning") || !strings.Contains(out, "patched") && !strings.Contains(out, "created") && !strings.Contains(out, "deleted") {
			t.Errorf("%s: %s", d.Command, out)
		}
	}
	var diff string
	l.until(func() bool { diff = rightsDiff(foretold, l.readRights()); return diff == "" })
	if diff != "" {
		t.Errorf("not as foretold:\n%s", diff)
	}
	after := judged(t, l.readRights())
	for _, id := range ids {
		if after[id] != nil {
			t.Errorf("%s goes on", id)
		}
	}
	if list := wrong(func(q question) bool { return q.stays }); len(list) > 0 {
		t.Errorf("answered otherwise than foretold: %v", list)
	}
	if t.Failed() {
		t.Log(text(fix))
	}
}

// question is one that the server is asked before, when it says yes, and after.
type question struct {
	user                                        string
	groups                                      []string
	verb, group, resource, sub, namespace, name string
	stays                                       bool
}

func questions() []question {
	accounts := []string{"system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"}
	const web, gone = "system:serviceaccount:shop:web", "system:serviceaccount:shop:gone"
	dev := []string{"dev", "system:authenticated"}
	return []question{
		{"ann", nil, "get", "", "secrets", "", "shop", "x", false},
		{"ann", nil, "get", "", "pods", "", "shop", "x", true},
		{"bob", nil, "list", "", "secrets", "", "", "", true},
		{web, accounts, "list", "", "secrets", "", "shop", "", false},
		{web, accounts, "list", "", "configmaps", "", "shop", "", true},
		{web, accounts, "get", "", "secrets", "", "shop", "mine", false},
		{"operator", nil, "create", "", "nodes", "", "", "", false},
		{"eve", dev, "create", "", "pods", "exec", "shop", "x", false},
		{"eve", dev, "get", "", "pods", "log", "shop", "x", true},
		{"eve", dev, "impersonate", "", "serviceaccounts", "", "shop", "web", false},
		{gone, accounts, "create", "", "configmaps", "", "shop", "", false},
		{"carl", nil, "create", "", "configmaps", "", "shop", "", true},
		{"zoe", []string{"system:authenticated"}, "delete", "", "configmaps", "", "shop", "x", false},
		{"mallory", nil, "list", "", "nodes", "", "", "", false},
		{"system:kube-proxy", nil, "list", "", "configmaps", "", "shop", "", false},
		{"system:kube-proxy", nil, "list", "", "nodes", "", "", "", true},
		{"dora", nil, "escalate", "rbac.authorization.k8s.io", "roles", "", "shop", "x", false},
		{"dora", nil, "update", "rbac.authorization.k8s.io", "roles", "", "shop", "x", true},
		{"viewer", nil, "list", "", "secrets", "", "shop", "", false},
		{"viewer", nil, "list", "", "pods", "", "shop", "", true},
		{"whole", nil, "deletecollection", "batch", "jobs", "", "shop", "", true},
		{"whole", nil, "twist", "batch", "jobs", "", "shop", "", false},
	}
}

// rightsDocs is RBAC with findings of many rules, and what has to stay.
func rightsDocs(t *testing.T) [][]byte {
	part := aClusterRole("t-part", permit("*", "batch", "jobs"))
	part.Labels = map[string]string{"gathers": "yes"}
	var docs [][]byte
	for _, o := range []runtime.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}},
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}},
		// Changed in place.
		aRole("t-own", permit("get", "", "configmaps"), permit("get,list", "", "pods,secrets")), bind("t-own", "Role", "t-own", user("ann")),
		// Replaced, since bob keeps it, named and with a wildcard.
		aClusterRole("t-shared", permit("*", "", "configmaps,secrets"), permit("get", "", "secrets", "mine")),
		bind("t-shared", "ClusterRole", "t-shared", sa("web")), bindAll("keeps", "t-shared", user("bob")),
		// A stock role in a namespace.
		bind("t-edit", "ClusterRole", "edit", groupOf("dev")),
		bindAll("t-operator", "cluster-admin", user("operator")),
		// Subjects that go.
		aRole("t-writer", permit("create,delete", "", "configmaps")), bind("t-writer", "Role", "t-writer", sa("gone"), user("carl"), groupOf("system:authenticated"), groupOf("system:masters")),
		bind("t-nothing", "Role", "none", user("carl")),
		aRole("t-roles", permit("get,update,escalate", "rbac.authorization.k8s.io", "roles")), bind("t-roles", "Role", "t-roles", user("dora")),
		// Wildcards of a role that another gathers.
		part, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "gathers"}, AggregationRule: &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"gathers": "yes"}}}}},
		bind("whole", "ClusterRole", "gathers", user("whole")),
		// A part that somebody has view gather.
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "evil", Labels: map[string]string{"evil": "yes"}}, Rules: []rbacv1.PolicyRule{permit("list", "", "secrets")}},
		bind("viewer", "ClusterRole", "view", user("viewer")),
	} {
		o.GetObjectKind().SetGroupVersionKind(recordOf(t, o.DeepCopyObject()).GetObjectKind().GroupVersionKind())
		text, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, []byte("---\n"), text)
	}
	return docs
}

// tamper changes stock objects in each way.
func (l lab) tamper() {
	for _, line := range []string{
		`kubectl patch clusterrole system:node-proxier --type json -p '[{"op":"add","path":"/rules/-","value":{"verbs":["list"],"apiGroups":[""],"resources":["configmaps"]}}]'`,
		`kubectl patch clusterrolebinding system:node-proxier --type json -p '[{"op":"add","path":"/subjects/-","value":{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"mallory"}}]'`,
		`kubectl patch clusterrole view --type json -p '[{"op":"add","path":"/aggregationRule/clusterRoleSelectors/-","value":{"matchLabels":{"evil":"yes"}}}]'`,
		`kubectl delete clusterrolebinding system:volume-scheduler && kubectl create clusterrolebinding system:volume-scheduler --clusterrole=cluster-admin --user=system:kube-scheduler`,
	} {
		l.kubectl(line)
	}
}

func (l lab) rulesOf(role string) []rbacv1.PolicyRule {
	l.Helper()
	var r rbacv1.ClusterRole
	if err := json.Unmarshal([]byte(l.kubectl("kubectl get clusterrole "+role+" -o json")), &r); err != nil {
		l.Fatal(err)
	}
	return r.Rules
}

// readRights takes in what decides who may do what.
func (l lab) readRights() *cluster.Cluster {
	l.Helper()
	var list struct{ Items []json.RawMessage }
	if err := json.Unmarshal([]byte(l.kubectl("kubectl get clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,namespaces -A -o json")), &list); err != nil {
		l.Fatal(err)
	}
	var objects []runtime.Object
	for _, data := range list.Items {
		var meta metav1.TypeMeta
		if err := json.Unmarshal(data, &meta); err != nil {
			l.Fatal(err)
		}
		obj := map[string]runtime.Object{"ClusterRole": &rbacv1.ClusterRole{}, "ClusterRoleBinding": &rbacv1.ClusterRoleBinding{}, "Role": &rbacv1.Role{},
			"RoleBinding": &rbacv1.RoleBinding{}, "ServiceAccount": &corev1.ServiceAccount{}, "Namespace": &corev1.Namespace{}}[meta.Kind]
		if err := json.Unmarshal(data, obj); err != nil {
			l.Fatal(err)
		}
		objects = append(objects, obj)
	}
	c := holding(l.T, objects...)
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return c
}

// rightsDiff compares all roles and bindings of two clusters; "" where they grant the same.
func rightsDiff(want, got *cluster.Cluster) string {
	flat := func(c *cluster.Cluster) map[string]string {
		all := map[string]string{}
		for _, kind := range []string{"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"} {
			for _, r := range c.Sorted(model.KindByName(kind).GroupKind()) {
				all[r.Ref().String()] = roleText(r)
			}
		}
		return all
	}
	return cmp.Diff(flat(want), flat(got))
}

// allowed asks the server.
func allowed(t *testing.T, control *labtest.Lab, q question) bool {
	t.Helper()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: q.user, Groups: q.groups,
		ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: q.verb, Group: q.group, Resource: q.resource, Subresource: q.sub, Namespace: q.namespace, Name: q.name}}}
	answer, err := control.Client(labtest.Admin).AuthorizationV1().SubjectAccessReviews().Create(t.Context(), review, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return answer.Status.Allowed
}
