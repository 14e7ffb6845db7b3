package remedy

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// nothingFound is a set without findings.
type nothingFound struct{ model.FindingSet }

func (nothingFound) Get(string) *model.Finding { return nil }

// someFound is a set of findings.
type someFound struct {
	model.FindingSet
	list []*model.Finding
}

func (s someFound) Get(id string) *model.Finding {
	for _, f := range s.list {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func severed(t *testing.T, found model.FindingSet, edit string, at model.Ref, objs ...runtime.Object) (*Fix, error) {
	t.Helper()
	c, access := cluster.New(), rbac.New()
	for _, o := range objs {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			t.Fatal(err)
		}
		if d, changed := c.Apply(model.Put(r)); changed {
			access.Update(c, d)
		}
	}
	rules := []*model.Rule{{ID: "LP22", Fix: fixYAML}, escaping("PS01"), escaping("PS06")}
	return Sever(c, access, Options{}, rules, found, model.Cut{Object: at, Edit: edit})
}

func escaping(id string) *model.Rule {
	r := &model.Rule{ID: id, Theme: "pod-security", Fix: fixYAML}
	r.Frameworks.MITRE = []string{"T1611"}
	return r
}

func toldBy(f *Fix) string {
	var all []string
	for i := range f.Documents {
		d := &f.Documents[i]
		all = append(all, string(d.Step.Verb), d.Step.Ref.String(), d.Breakage, string(d.YAML))
		all = append(all, d.Evidence...)
	}
	return strings.Join(all, "\n")
}

func TestSever(t *testing.T) {
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "reader", Namespace: "shop"}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"secrets"}}}}
	binding := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "read", Namespace: "shop", UID: "u1"}, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "Role", Name: "reader"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: "shop", Name: "web"}}}
	open := good()
	open.Spec.AutomountServiceAccountToken = nil
	open.Spec.Containers[0].SecurityContext.Privileged = ptr(true)
	open.Spec.Volumes = []corev1.Volume{{Name: "root", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}}}
	open.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "root", MountPath: "/host"}}
	backend := func(name string) networkingv1.IngressBackend {
		return networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: name, Port: networkingv1.ServiceBackendPort{Number: 80}}}
	}
	ingress := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{IngressRuleValue: networkingv1.IngressRuleValue{
		HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{Path: "/", Backend: backend("web")}, {Path: "/pay", Backend: backend("pay")}}}}}}}}
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, ExternalIPs: []string{"203.0.113.9"}, Ports: []corev1.ServicePort{{Port: 80, NodePort: 30080}}}}
	bare := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: open.Spec}

	for _, tc := range []struct {
		name, edit string
		at         model.Ref
		objs       []runtime.Object
		found      model.FindingSet
		want       []string
		fails      string
	}{
		{"binding", model.CutBinding, ref("RoleBinding", "read"), []runtime.Object{role, binding}, nothingFound{}, []string{"delete\nshop/RoleBinding/read\noutage", "removes: ", "secrets", "sa:shop/web"}, ""},
		{"no binding", model.CutBinding, ref("RoleBinding", "other"), []runtime.Object{role, binding}, nothingFound{}, nil, "no longer there"},
		{"token", model.CutToken, ref("Deployment", "web"), []runtime.Object{owned("Deployment", open)}, nothingFound{}, []string{"patch\nshop/Deployment/web\noutage", "automountServiceAccountToken: false", "no longer speak to the API as sa:shop/own"}, ""},
		{"token of a bare pod", model.CutToken, ref("Pod", "web"), []runtime.Object{bare}, nothingFound{}, nil, "cannot be changed in place"},
		{"escapes", model.CutEscapes, ref("Deployment", "web"), []runtime.Object{owned("Deployment", open)},
			someFound{list: []*model.Finding{{ID: model.FindingID("PS01", ref("Deployment", "web")), Rule: escaping("PS01"), Object: ref("Deployment", "web"), Verdict: model.Yes}, {ID: model.FindingID("PS06", ref("Deployment", "web")), Rule: escaping("PS06"), Object: ref("Deployment", "web"), Verdict: model.Yes}}},
			[]string{"privileged: null", "$patch: delete"}, ""},
		{"escapes that no finding shows", model.CutEscapes, ref("Deployment", "web"), []runtime.Object{owned("Deployment", open)}, nothingFound{}, nil, "by hand"},
		{"Ingress with two backends", model.CutWay, ref("Ingress", "web"), []runtime.Object{ingress}, nothingFound{}, []string{"delete\nshop/Ingress/web\noutage", "the Services pay, web"}, ""},
		{"Service", model.CutWay, ref("Service", "web"), []runtime.Object{service}, nothingFound{}, []string{"type: ClusterIP", "externalIPs: null", "nodePort: null", "cut off"}, ""},
		{"level of a namespace", model.CutLevel, ref("Namespace", "shop"), []runtime.Object{namespaceShop(), owned("Deployment", open)}, nothingFound{},
			[]string{"pod-security.kubernetes.io/enforce: baseline", "outage", "none is made anew: shop/Deployment/web: "}, ""},
		{"what nobody can do", "take the rule out of the policy", ref("Service", "web"), []runtime.Object{service}, nothingFound{}, nil, "by hand"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fix, err := severed(t, tc.found, tc.edit, tc.at, tc.objs...)
			if tc.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fails) {
					t.Fatalf("want an error with %q, got %v", tc.fails, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			told := toldBy(fix)
			for _, w := range tc.want {
				if !strings.Contains(told, w) {
					t.Errorf("lacks %q:\n%s", w, told)
				}
			}
			if len(fix.Plan.Steps) != len(fix.Documents) || len(fix.Documents) == 0 || slices.ContainsFunc(fix.Documents, func(d Document) bool { return len(d.Evidence) == 0 }) {
				t.Errorf("plan %+v", fix.Plan)
			}
		})
	}
}
