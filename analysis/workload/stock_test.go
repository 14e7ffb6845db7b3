package workload

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// stockRBAC reads the RBAC objects that the API server of Kubernetes v1.37 creates at its start, which the demo is made of.
func stockRBAC(t *testing.T) []runtime.Object {
	t.Helper()
	files, err := filepath.Glob("../../cmd/canopy/demo/jungle/1?-stock-*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var list []runtime.Object
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range bytes.Split(data, []byte("\n---\n")) {
			var head metav1.TypeMeta
			if err := yaml.Unmarshal(doc, &head); err != nil {
				t.Fatal(err)
			}
			obj, ok := map[string]runtime.Object{"ClusterRole": &rbacv1.ClusterRole{}, "ClusterRoleBinding": &rbacv1.ClusterRoleBinding{}, "Role": &rbacv1.Role{}, "RoleBinding": &rbacv1.RoleBinding{}}[head.Kind]
			if !ok {
				t.Fatalf("%s: a document of kind %q", file, head.Kind)
			}
			if err := yaml.UnmarshalStrict(doc, obj); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			list = append(list, obj)
		}
	}
	if len(list) < 100 {
		t.Fatalf("only %d stock objects", len(list))
	}
	return list
}

// TestStockClusterGrantsNothing holds that what every account may do on a stock cluster, discovery, itself and trust
// bundles, does not count as holding something: a token for an account without bindings of its own is mounted in vain.
func TestStockClusterGrantsNothing(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).complete().put(stockRBAC(t)...)
	d := deployment(nil)
	d.Spec.Template.Spec.AutomountServiceAccountToken = nil
	b.put(d, serviceAccount("shop", "web", nil), serviceAccount("shop", "default", nil))
	if f := b.find("LP22", "shop/Deployment/web"); f == nil || f.Verdict != model.Yes {
		t.Errorf("an account without bindings: %v\n%s", b.access.Holds(b.c, "shop", "web"), b.text())
	}
	if f := b.find("LP21", "shop/ServiceAccount/default"); f != nil {
		t.Errorf("the default account holds %v", f.Proof.Evidence())
	}
	b.put(grantTo(rbacv1.Subject{Kind: "ServiceAccount", Name: "web"})...)
	if f := b.find("LP22", "shop/Deployment/web"); f != nil {
		t.Errorf("an account with a binding:\n%s", b.text())
	}
	if h := b.access.Holds(b.c, "kube-system", "namespace-controller"); h.Verdict != model.Yes {
		t.Errorf("a stock controller: %v", h)
	}
}
