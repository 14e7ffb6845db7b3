package admission

import (
	"context"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"

	"canopy/analysis/remedy"
	"canopy/k8s/labtest"
	"canopy/model"
)

// shown is the evidence of a finding.
type shown []model.Evidence

func (p shown) Evidence() []model.Evidence { return p }

// read gives all objects of some kinds, as their types.
func (s *server) read(kinds ...string) []runtime.Object {
	s.Helper()
	var all []runtime.Object
	for _, kind := range kinds {
		k := model.KindByName(kind)
		list, err := s.of(k.GVK(), "").List(context.Background(), metav1.ListOptions{})
		if err != nil {
			s.Fatal(err)
		}
		for i := range list.Items {
			o, err := scheme.Scheme.New(k.GVK())
			if err != nil {
				s.Fatal(err)
			}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(list.Items[i].Object, o); err != nil {
				s.Fatal(err)
			}
			all = append(all, o)
		}
	}
	return all
}

// TestLabFixes carries out fixes while the guards of their findings refuse: none of what a fix writes is refused.
func TestLabFixes(t *testing.T) {
	s := newServer(t)
	s.namespace("shop")
	s.make(&corev1.ServiceAccount{ObjectMeta: meta("shop", "web")})
	s.until("the aggregated roles", func() bool {
		return slices.ContainsFunc(s.read("ClusterRole"), func(o runtime.Object) bool {
			r := o.(*rbacv1.ClusterRole)
			return r.Name == "admin" && len(r.Rules) > 0
		})
	})
	for _, o := range []any{
		aRole("shop", "t-own", permit("get", "", "configmaps"), permit("get,list,delete", "", "pods,secrets")), bind("shop", "t-own", "Role", "t-own", user("ann")),
		aClusterRole("t-shared", permit("*", "", "configmaps,secrets"), permit("get", "", "secrets", "mine")),
		bind("shop", "t-shared", "ClusterRole", "t-shared", account("shop", "web")), bindAll("t-keeps", "t-shared", user("bob")),
		bind("shop", "t-edit", "ClusterRole", "edit", group("dev")), bindAll("t-operator", "cluster-admin", user("operator")),
		aRole("shop", "t-writer", permit("create,delete", "", "configmaps")), bind("shop", "t-writer", "Role", "t-writer", user("carl"), group("system:authenticated"), group("system:masters")),
		aRole("shop", "t-roles", permit("get,update,escalate", model.GroupRBAC, "roles")), bind("shop", "t-roles", "Role", "t-roles", user("dora")),
		aService("shop", "open", func(x *corev1.Service) { x.Spec.Type = "NodePort" }), aService("shop", "taken", func(x *corev1.Service) { x.Spec.ExternalIPs = []string{"1.2.3.4"} }),
		anIngress("shop", "snippet", func(in *networkingv1.Ingress) {
			in.Annotations = map[string]string{"nginx.ingress.kubernetes.io/server-snippet": "x"}
		}, "a.org"),
	} {
		s.make(o)
	}
	for _, name := range []string{"system:node-proxier", "system:basic-user"} {
		if _, err := s.of(model.KindByName("ClusterRole").GVK(), "").Patch(t.Context(), name, types.JSONPatchType,
			[]byte(`[{"op":"add","path":"/rules/-","value":{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}}]`), metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	objects := s.read("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ServiceAccount", "Namespace", "Service", "Ingress")
	judged, c := rightsOf(t, objects...)
	var findings []*model.Finding
	for _, f := range judged {
		if strings.HasPrefix(f.Object.Name, "t-") || f.Rule.ID == "LP28" {
			findings = append(findings, f)
		}
	}
	for _, f := range []struct{ rule, object, path, value string }{
		{"NW08", "shop/Service/open", "spec.type", "NodePort"}, {"NW09", "shop/Service/taken", "spec.externalIPs[0]", "1.2.3.4"},
		{"NW12", "shop/Ingress/snippet", "metadata.annotations[nginx.ingress.kubernetes.io/server-snippet]", ""}, {"PS26", "Namespace/shop", "metadata.labels[pod-security.kubernetes.io/enforce]", ""},
	} {
		one := found(t, f.rule, f.object)
		one.Proof = shown{{Object: one.Object, Path: f.path, Value: f.value}}
		findings = append(findings, one)
	}
	rules := map[string]bool{}
	for _, f := range findings {
		rules[f.Rule.ID] = true
	}
	for _, rule := range strings.Fields("LP01 LP02 LP04 LP05 LP06 LP07 LP08 LP17 LP28 NW08 NW09 NW12 PS26") {
		if !rules[rule] {
			t.Errorf("no finding of %s", rule)
		}
	}
	fix, err := remedy.ForServer(c, testServer, findings)
	if err != nil {
		t.Fatal(err)
	}
	g := guardOf(t, c, testServer, findings...)
	s.guard(g, true)
	refused := 0
	for _, o := range []any{bindAll("x", "cluster-admin", user("u")), bind("shop", "x", "ClusterRole", "edit", user("u")), aService("shop", "x", func(x *corev1.Service) { x.Spec.Type = "NodePort" }),
		aRole("shop", "x", permit("get", "", "secrets")), bind("shop", "x", "ClusterRole", "view", group("system:masters")), &corev1.Namespace{ObjectMeta: meta("", "shop")}} {
		s.until("the refusals", func() bool {
			_, err = s.create(o, true)
			return err != nil && !apierrors.IsAlreadyExists(err) && s.refusal(err) != ""
		})
		refused++
	}
	for _, d := range fix.Documents {
		ref := d.Step.Ref
		if d.Step.Verb == model.Delete {
			if err := s.of(model.KindOf(ref.GroupKind()).GVK(), ref.Namespace).Delete(t.Context(), ref.Name, metav1.DeleteOptions{}); err != nil {
				t.Error(err)
			}
			continue
		}
		s.apply(Document{Step: d.Step, YAML: d.YAML})
	}
	if refused < 6 || len(fix.Documents) < 10 {
		t.Errorf("%d refused, %d documents", refused, len(fix.Documents))
	}
}

// TestLabSystem holds that guards of the whole of RBAC let the control plane do its work: gather rules, make its own roles
// at the start of the API server; and that a node may tell of its static pods.
func TestLabSystem(t *testing.T) {
	lab := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager"))
	s := serverAs(t, lab.Config(labtest.Admin))
	s.namespace("shop")
	var findings []*model.Finding
	for _, rule := range append(rightRules(), "LP05", "LP02", "LP03", "LP04", "LP28") {
		for _, o := range objectsFor(rule, "shop") {
			findings = append(findings, found(t, rule, o))
		}
	}
	g := guardOf(t, clusterOf(t), testServer, findings...)
	s.guard(g, true)
	s.until("the refusal", func() bool { _, err := s.create(bindAll("x", "cluster-admin", user("u")), true); return err != nil })
	part := aClusterRole("part", permit("get", "example.org", "things"))
	part.Labels = map[string]string{"rbac.authorization.k8s.io/aggregate-to-edit": "true"}
	s.make(part)
	gathered := func(resource string) bool {
		u, err := s.of(model.KindByName("ClusterRole").GVK(), "").Get(context.Background(), "edit", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		text, _ := u.MarshalJSON()
		return strings.Contains(string(text), resource)
	}
	s.until("the rule to be gathered", func() bool { return gathered("things") })
	api := s.of(model.KindByName("ClusterRoleBinding").GVK(), "")
	for _, name := range []string{"cluster-admin", "system:node-proxier", "system:kube-controller-manager"} {
		if err := api.Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	lab.StopAPIServer()
	lab.StartAPIServer()
	s = serverAs(t, lab.Config(labtest.Admin))
	api = s.of(model.KindByName("ClusterRoleBinding").GVK(), "")
	s.until("the bindings of Kubernetes to be made again", func() bool {
		for _, name := range []string{"cluster-admin", "system:node-proxier", "system:kube-controller-manager"} {
			if _, err := api.Get(context.Background(), name, metav1.GetOptions{}); err != nil {
				return false
			}
		}
		return true
	})
	s.until("the refusal again", func() bool { _, err := s.create(bindAll("x", "cluster-admin", user("u")), true); return err != nil })
	s.staticPod(lab)
}

// staticPod has a node tell of a static pod, and somebody else pretend to.
func (s *server) staticPod(lab *labtest.Lab) {
	s.Helper()
	s.guard(guardOf(s, clusterOf(s), testServer, found(s, "PS02", "shop/Deployment/x")), true)
	mirror := func() *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: meta("shop", "static-n1"), Spec: corev1.PodSpec{NodeName: "n1", HostPID: true, Containers: []corev1.Container{{Name: "app", Image: "app"}}}}
		p.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
		return p
	}
	s.make(&corev1.Node{ObjectMeta: meta("", "n1")})
	s.until("the refusal of one who pretends", func() bool { _, err := s.create(mirror(), true); return err != nil && s.refusal(err) != "" })
	config := lab.Config(labtest.Admin)
	config.Impersonate.UserName, config.Impersonate.Groups = "system:node:n1", []string{"system:nodes", "system:authenticated"}
	node := serverAs(s.TB, config)
	p := mirror()
	p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: "n1", UID: s.uid("Node", "n1"), Controller: new(true)}}
	if _, err := node.create(p, true); err != nil {
		s.Errorf("a node may not tell of its static pod: %v", err)
	}
}

func (s *server) uid(kind, name string) types.UID {
	s.Helper()
	u, err := s.of(model.KindByName(kind).GVK(), "").Get(context.Background(), name, metav1.GetOptions{})
	if err != nil {
		s.Fatal(err)
	}
	return u.GetUID()
}
