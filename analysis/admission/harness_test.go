package admission

import (
	"sync"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

const testServer = "v1.37.2"

// clusterOf holds some objects, of which all kinds were seen.
func clusterOf(t testing.TB, objects ...runtime.Object) *cluster.Cluster {
	t.Helper()
	c := cluster.New()
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	for _, o := range objects {
		put(t, c, o)
	}
	return c
}

func put(t testing.TB, c *cluster.Cluster, o runtime.Object) {
	t.Helper()
	r, err := record.Make(o.DeepCopyObject())
	if err != nil {
		t.Fatal(err)
	}
	c.Apply(model.Put(r))
}

var readRules = sync.OnceValues(catalogue.Load)

func theRules(t testing.TB) catalogue.Set {
	t.Helper()
	set, err := readRules()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// found makes a finding of a rule on an object, given as namespace/Kind/name.
func found(t testing.TB, rule, object string) *model.Finding {
	t.Helper()
	ref, err := model.ParseRef(object)
	if err != nil {
		t.Fatal(err)
	}
	r := theRules(t)[rule]
	if r == nil {
		t.Fatalf("no rule %s", rule)
	}
	return &model.Finding{ID: model.FindingID(rule, ref), Rule: r, Severity: r.Severity, Object: ref, Verdict: model.Yes}
}

// guardOf makes a guard.
func guardOf(t testing.TB, c *cluster.Cluster, server string, findings ...*model.Finding) *Guard {
	t.Helper()
	g, err := Make(c, server, findings)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func meta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name}
}

// objectsFor gives objects that a finding of a rule is on, in a namespace.
func objectsFor(rule, ns string) []string {
	switch rule {
	case "LP01", "LP02", "LP03", "LP04", "LP06", "LP07", "LP08", "LP09", "LP10", "LP11", "LP12", "LP13", "LP14", "LP15", "LP16", "LP17", "LP18", "LP20", "LP24",
		"LP29", "LP30", "LP31", "LP32", "LP33", "LP34":
		return []string{ns + "/RoleBinding/b", "ClusterRoleBinding/b"}
	case "LP19":
		return []string{"kube-system/RoleBinding/b", "ClusterRoleBinding/b"}
	case "LP05":
		return []string{ns + "/Role/r", "ClusterRole/r"}
	case "LP21":
		return []string{ns + "/Deployment/web", ns + "/ServiceAccount/default"}
	case "LP23", "LP27", "SE04", "SE07", "SE08":
		return []string{ns + "/Secret/s"}
	case "SE03":
		return []string{ns + "/ConfigMap/c"}
	case "LP28":
		return []string{"ClusterRole/view", "ClusterRole/system:node", "ClusterRoleBinding/system:node-proxier", "kube-system/Role/system:controller:bootstrap-signer", "kube-system/RoleBinding/system:controller:bootstrap-signer"}
	case "PS26", "NW03", "NW15":
		return []string{"Namespace/" + ns}
	case "PS27":
		return []string{"default/Deployment/web"}
	case "PS28":
		return []string{ns + "/Deployment/web", ns + "/Pod/p"}
	case "NW04", "NW06", "NW16", "NW17", "NW18", "NW20":
		return []string{ns + "/NetworkPolicy/p"}
	case "NW08", "NW09":
		return []string{ns + "/Service/s"}
	case "NW11":
		return []string{ns + "/Ingress/i", ns + "/Gateway/g", ns + "/Route/r"}
	case "NW12":
		return []string{ns + "/Ingress/i", ns + "/Deployment/web"}
	case "NW07":
		return []string{"Namespace/kube-system"}
	case "VP03", "VP04", "VP05", "VP07", "VP09":
		return []string{"Node/n"}
	case "VP10":
		return []string{ns + "/PodDisruptionBudget/b"}
	case "NW21":
		return []string{"ClusterNetworkPolicy/p"}
	}
	return []string{ns + "/Deployment/web"}
}

// deploymentOf gives an owner of pods like one.
func deploymentOf(p *corev1.Pod) *appsv1.Deployment {
	labels := map[string]string{"app": "web"}
	return &appsv1.Deployment{ObjectMeta: meta(p.Namespace, "web"), Spec: appsv1.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: p.Spec}}}
}
