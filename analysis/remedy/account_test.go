package remedy

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

func TestLimitsComeFromDataAlone(t *testing.T) {
	tpl := good()
	for _, list := range [][]corev1.Container{tpl.Spec.InitContainers, tpl.Spec.Containers} {
		for i := range list {
			list[i].Resources = corev1.ResourceRequirements{}
		}
	}
	c := holding(t, owned("Deployment", tpl))
	fix := fixOne(t, c, finding("PS25", ref("Deployment", "web")))
	if len(fix.Documents) != 0 || len(fix.Notes) != 1 || !strings.Contains(text(fix), "kubectl top pod --containers") {
		t.Errorf("%+v", fix)
	}
	all := corev1.ResourceList{"cpu": resource.MustParse("1"), "memory": resource.MustParse("256Mi"), "ephemeral-storage": resource.MustParse("1Gi")}
	limits := &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "l", Namespace: "shop"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: corev1.LimitTypeContainer, Default: all}}}}
	c = holding(t, owned("Deployment", tpl), limits)
	fix = fixOne(t, c, finding("PS25", ref("Deployment", "web")))
	if len(fix.Documents) != 1 || len(fix.Notes) != 0 || fix.Documents[0].Breakage != "none" || !strings.Contains(string(fix.Documents[0].YAML), "memory: 256Mi") {
		t.Errorf("%s", text(fix))
	}
}

func TestAccountsDoNotCollide(t *testing.T) {
	tpl := good()
	tpl.Spec.ServiceAccountName = ""
	sts := owned("StatefulSet", tpl)
	dep := owned("Deployment", tpl)
	other := good()
	other.Spec.ServiceAccountName = "web"
	ds := owned("DaemonSet", other).(*appsv1.DaemonSet)
	ds.Name = "other"
	def := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: "shop"}, ImagePullSecrets: []corev1.LocalObjectReference{{Name: "reg"}}}
	c := holding(t, sts, dep, ds, def, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}})
	fix := fixOne(t, c, finding("LP21", ref("StatefulSet", "web")), finding("LP21", ref("Deployment", "web")))
	if len(fix.Documents) != 4 {
		t.Fatalf("%s", text(fix))
	}
	if a, b := fix.Documents[0].Step.Ref.Name, fix.Documents[1].Step.Ref.Name; a != "web-2" || b != "web-3" {
		t.Errorf("accounts %s, %s", a, b)
	}
	if !strings.Contains(string(fix.Documents[0].YAML), "imagePullSecrets:\n- name: reg") || strings.Contains(string(fix.Documents[2].YAML), "serviceAccount:") {
		t.Errorf("%s", text(fix))
	}
}

func TestNamespaceStages(t *testing.T) {
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}, Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v1.35.2"}}}
	f := finding("PS26", ref("Namespace", "shop"))
	fix := fixOne(t, holding(t, ns, node, owned("Deployment", good())), f)
	if len(fix.Documents) != 2 || len(fix.Documents[0].Closes) != 0 || len(fix.Documents[1].Closes) != 1 {
		t.Fatal(text(fix))
	}
	first, second := string(fix.Documents[0].YAML), string(fix.Documents[1].YAML)
	if strings.Contains(first, "enforce") || !strings.Contains(first, "warn: restricted") || !strings.Contains(second, "enforce: restricted") || !strings.Contains(second, "enforce-version: v1.35") {
		t.Error(text(fix))
	}
	// The server's own version goes before that of a kubelet, which may be older.
	newer, err := ForServer(holding(t, ns, node, owned("Deployment", good())), "v1.36.1-gke.100", []*model.Finding{f})
	if err != nil || !strings.Contains(string(newer.Documents[1].YAML), "enforce-version: v1.36") {
		t.Error(text(newer), err)
	}
	// What breaks the strictest level is told, and the next one is enforced.
	root := good()
	offences()["PS10"](&root)
	fix = fixOne(t, holding(t, ns, node, owned("Deployment", root)), f)
	if len(fix.Documents) != 2 || !strings.Contains(string(fix.Documents[1].YAML), "enforce: baseline") || !strings.Contains(strings.Join(fix.Documents[0].Evidence, "\n"), "they will name shop/Deployment/web: runAsNonRoot") {
		t.Error(text(fix))
	}
	bad := good()
	offences()["PS01"](&bad)
	fix = fixOne(t, holding(t, ns, node, owned("Deployment", bad)), f)
	if y := string(fix.Documents[0].YAML); strings.Contains(y, "enforce") || len(fix.Documents[0].Closes) != 0 || len(fix.Notes) != 1 {
		t.Error(text(fix))
	}
	if !strings.Contains(fix.Notes[0].Steps[0], "shop/Deployment/web: privileged") {
		t.Errorf("%v", fix.Notes)
	}
	ns.Labels = map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
	fix = fixOne(t, holding(t, ns, node), f)
	if y := string(fix.Documents[1].YAML); strings.Contains(y, "enforce: ") || !strings.Contains(y, "enforce-version: v1.35") || len(fix.Documents[1].Closes) != 1 {
		t.Error(text(fix))
	}
}
