package remedy

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

func TestWhatIsNotKnownIsNotAssured(t *testing.T) {
	tpl := good()
	tpl.Spec.AutomountServiceAccountToken = nil
	c := holding(t, owned("Deployment", tpl), namespaceShop(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "own", Namespace: "shop"}})
	for _, object := range []model.Ref{ref("Deployment", "web"), ref("ServiceAccount", "own"), ref("Namespace", "shop")} {
		f := finding("LP22", object)
		if object.Kind == "Namespace" {
			f = finding("PS26", object)
		}
		for _, verdict := range []model.Verdict{model.Unknown, model.Depends} {
			f.Verdict, f.Reason = verdict, "RoleBindings were not seen"
			fix := fixOne(t, c, f)
			all := text(fix)
			if strings.Contains(all, "nothing beyond discovery") || !strings.Contains(all, "RoleBindings were not seen") {
				t.Errorf("%s %s: %s", object, verdict, all)
			}
			for _, d := range fix.Documents {
				if parseBreakage(d.Breakage) < needsEvidence {
					t.Errorf("%s %s: breakage %s", object, verdict, d.Breakage)
				}
			}
		}
	}
	if all := text(fixOne(t, c, finding("LP22", ref("Deployment", "web")))); !strings.Contains(all, "nothing beyond discovery") {
		t.Error(all)
	}
}

// TestHostileObjectsKeepNoOthersFromTheirFix holds that what stands in one object neither stops the rest nor is changed.
func TestHostileObjectsKeepNoOthersFromTheirFix(t *testing.T) {
	for _, bad := range []string{"\x7f", "\u009b31m", "\ufffe", "\uffff", "\u202egpj", "\u200b", "a\nb", "\x00", "\U000e0041"} {
		for place, put := range map[string]func(*appsv1.Deployment){
			"mountPath": func(d *appsv1.Deployment) { d.Spec.Template.Spec.Containers[0].VolumeMounts[0].MountPath = "/" + bad },
			"volume": func(d *appsv1.Deployment) {
				d.Spec.Template.Spec.Volumes[0].Name = "v" + bad
				d.Spec.Template.Spec.Containers[0].VolumeMounts[0].Name = "v" + bad
			},
			"container": func(d *appsv1.Deployment) { d.Spec.Template.Spec.Containers[0].Name = "c" + bad },
			"namespace": func(d *appsv1.Deployment) { d.Namespace = "n" + bad },
			"name":      func(d *appsv1.Deployment) { d.Name = "web" + bad },
		} {
			tpl := good()
			tpl.Spec.Volumes = []corev1.Volume{{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/x"}}}}
			tpl.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "host", MountPath: "/host"}}
			tpl.Spec.Containers[0].SecurityContext.ReadOnlyRootFilesystem = nil
			evil := owned("Deployment", *tpl.DeepCopy()).(*appsv1.Deployment)
			evil.Name = "evil"
			put(evil)
			object := model.KindByName("Deployment").Ref(evil.Namespace, evil.Name)
			fix := fixOne(t, holding(t, owned("Deployment", tpl), evil),
				finding("PS06", object), finding("PS24", object), finding("PS06", ref("Deployment", "web")), finding("PS24", ref("Deployment", "web")))
			found := false
			for _, d := range fix.Documents {
				found = found || d.Step.Ref == ref("Deployment", "web")
				if badRef(d.Step.Ref) != "" {
					t.Errorf("%s %q: a document for a name that cannot be: %s", place, bad, d.Command)
				}
				var got, want any
				if err := yaml.Unmarshal(d.YAML, &got); err != nil {
					t.Errorf("%s %q: %v\n%s", place, bad, err, d.YAML)
				} else if err := json.Unmarshal(d.Step.Body, &want); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%s %q: read back as %v, want %v (%v)", place, bad, got, want, err)
				}
			}
			if !found {
				t.Errorf("%s %q: the other is not fixed: %s", place, bad, text(fix))
			}
			if n := len(fix.Documents) + len(fix.Notes); n < 2 {
				t.Errorf("%s %q: the object is lost", place, bad)
			}
		}
	}
}

func TestNamesThatCannotBeGetNoCommand(t *testing.T) {
	tpl := good()
	offences()["PS01"](&tpl)
	for _, name := range []string{"a/b", "a%2f", ".", "..", "-f", "--all", "web\u200b", "a b", "a;b", "$(id)", "é", "~", "", strings.Repeat("a", 254)} {
		d := owned("Deployment", tpl).(*appsv1.Deployment)
		d.Name = name
		fix := fixOne(t, holding(t, d), finding("PS01", ref("Deployment", name)), finding("PS27", ref("Deployment", name)))
		all := text(fix)
		if len(fix.Documents) != 0 || len(fix.Notes) != 2 || strings.Contains(all, "kubectl edit") || strings.Contains(all, "kubectl get") || !strings.Contains(all, "no command is given") {
			t.Errorf("%q: %s", name, all)
		}
	}
	for _, name := range []string{"web", "system:node", "a.b-c_d", "1e3"} {
		if why := badName(name); why != "" {
			t.Errorf("%q: %s", name, why)
		}
	}
	if got := clean("web\u200b\x1b[2J\u202e\nx"); got != "web??[2J? x" {
		t.Errorf("%q", got)
	}
}

func TestPodOfANodeStandsForItself(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "shop", OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: "n1", Controller: ptr(true)}}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", SecurityContext: &corev1.SecurityContext{Privileged: ptr(true)}}}}}
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}}
	all := text(fixOne(t, holding(t, pod, node), finding("PS01", ref("Pod", "p")), finding("PS28", ref("Pod", "p")), finding("PS01", model.KindByName("Node").Ref("", "n1"))))
	if strings.Contains(all, "edit node") || !strings.Contains(all, "kubectl delete pod p --namespace shop") {
		t.Error(all)
	}
}

func TestOutagesComeLastAndPartsOfTheClusterAreSpared(t *testing.T) {
	tpl := good()
	tpl.Spec.HostNetwork = true
	tpl.Spec.SecurityContext.SeccompProfile = nil
	web := owned("Deployment", tpl)
	mild := owned("Deployment", tpl).(*appsv1.Deployment)
	mild.Name = "zzz"
	proxy := owned("DaemonSet", tpl).(*appsv1.DaemonSet)
	proxy.Name, proxy.Namespace = "kube-proxy", "kube-system"
	calico := owned("DaemonSet", tpl).(*appsv1.DaemonSet)
	calico.Name, calico.Namespace = "calico-node", "calico-system"
	tpl.Spec.HostNetwork = false
	dns := owned("DaemonSet", tpl).(*appsv1.DaemonSet)
	dns.Name, dns.Namespace = "dns", "kube-system"
	var findings []*model.Finding
	for _, d := range []*appsv1.DaemonSet{proxy, calico, dns} {
		object := model.KindByName("DaemonSet").Ref(d.Namespace, d.Name)
		findings = append(findings, finding("PS16", object))
		if d != dns {
			findings = append(findings, finding("PS04", object))
		}
	}
	fix := fixOne(t, holding(t, web, mild, proxy, calico, dns), append(findings, finding("PS04", ref("Deployment", "web")), finding("PS16", ref("Deployment", "zzz")))...)
	if len(fix.Documents) != 3 || fix.Documents[2].Step.Ref != ref("Deployment", "web") || fix.Documents[2].Breakage != "outage" || len(fix.Notes) != 4 {
		t.Fatalf("%s", text(fix))
	}
	for i, d := range fix.Documents {
		if i < 2 && (d.Breakage == "outage" || strings.Contains(string(d.YAML), "hostNetwork")) {
			t.Errorf("%s", d.YAML)
		}
	}
	all := text(fix)
	if !strings.HasPrefix(all, "# 3 documents; 1 may cause an outage, 1 need evidence: read their comments\n") || strings.Count(all, "by hand: PS04/apps/DaemonSet/") != 2 {
		t.Error(all)
	}
}

func TestMeasuringIsToldOnce(t *testing.T) {
	var findings []*model.Finding
	c := holding(t)
	for i := range 5 {
		tpl := good()
		for j := range tpl.Spec.Containers {
			tpl.Spec.Containers[j].Resources = corev1.ResourceRequirements{}
		}
		d := owned("Deployment", tpl).(*appsv1.Deployment)
		d.Name = fmt.Sprint("web", i)
		for _, r := range holding(t, d).Sorted(model.KindByName("Deployment").GroupKind()) {
			c.Apply(model.Put(r))
		}
		findings = append(findings, finding("PS25", ref("Deployment", d.Name)))
	}
	fix := fixOne(t, c, findings...)
	all := text(fix)
	if strings.Count(all, "VerticalPodAutoscaler") != 1 || len(fix.Notes) != 5 || len(fix.Notes[0].Steps) != 1 || !strings.HasPrefix(fix.Notes[0].Steps[0], "app, side: ") {
		t.Error(all)
	}
}

func TestWarningsDoNotClose(t *testing.T) {
	tpl := good()
	tpl.Spec.HostPID = true
	all := text(fixOne(t, holding(t, namespaceShop(), owned("Deployment", tpl)), finding("PS26", ref("Namespace", "shop"))))
	if !strings.Contains(all, "# for PS26 Title of PS26 (does not close it: warns only)\n") {
		t.Error(all)
	}
	if all = text(fixOne(t, holding(t, namespaceShop()), finding("PS26", ref("Namespace", "shop")))); strings.Contains(all, "does not close") {
		t.Error(all)
	}
}
