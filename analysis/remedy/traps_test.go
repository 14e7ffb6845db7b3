package remedy

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

func TestTrapItemsAreNamed(t *testing.T) {
	tpl := good()
	offences()["PS01"](&tpl)
	fix := fixOne(t, holding(t, owned("Deployment", tpl)), finding("PS01", ref("Deployment", "web")))
	if y := string(fix.Documents[0].YAML); !strings.Contains(y, "name: app") || strings.Contains(y, "name: side") {
		t.Error(y)
	}
}

func TestTrapAtomicListsStandWhole(t *testing.T) {
	tpl := good()
	offences()["PS13"](&tpl)
	offences()["PS20"](&tpl)
	fix := fixOne(t, holding(t, owned("Deployment", tpl)), finding("PS13", ref("Deployment", "web")), finding("PS20", ref("Deployment", "web")))
	y := string(fix.Documents[0].YAML)
	if !strings.Contains(y, "add:\n            - CHOWN\n") || !strings.Contains(y, "net.ipv4.tcp_syncookies") {
		t.Error(y)
	}
}

func TestTrapDropAllNullsAdd(t *testing.T) {
	tpl := good()
	tpl.Spec.Containers[0].SecurityContext.Capabilities = nil
	fix := fixOne(t, holding(t, owned("Deployment", tpl)), finding("PS15", ref("Deployment", "web")))
	if y := string(fix.Documents[0].YAML); !strings.Contains(y, "add: null\n            drop:\n            - ALL") {
		t.Error(y)
	}
	tpl.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 443}}
	fix = fixOne(t, holding(t, owned("Deployment", tpl)), finding("PS15", ref("Deployment", "web")))
	if y := string(fix.Documents[0].YAML); !strings.Contains(y, "add:\n            - NET_BIND_SERVICE") {
		t.Error(y)
	}
}

func TestTrapHostPathTakesItsMountsAlong(t *testing.T) {
	tpl := good()
	offences()["PS06"](&tpl)
	fix := fixOne(t, holding(t, owned("Deployment", tpl)), finding("PS06", ref("Deployment", "web")))
	y := string(fix.Documents[0].YAML)
	if strings.Count(y, "$patch: delete") != 3 || fix.Documents[0].Breakage != "outage" {
		t.Error(fix.Documents[0].Breakage, y)
	}
}

func TestTrapPortsWithOneNumber(t *testing.T) {
	tpl := good()
	tpl.Spec.Containers[1].Ports = []corev1.ContainerPort{
		{ContainerPort: 53, Protocol: "TCP", Name: "tcp"}, {ContainerPort: 53, Protocol: "UDP", Name: "udp", HostPort: 53}, {ContainerPort: 80, Protocol: "TCP"}}
	tpl.Spec.HostPID = true
	c := holding(t, owned("Deployment", tpl))
	fix := fixOne(t, c, finding("PS08", ref("Deployment", "web")), finding("PS02", ref("Deployment", "web")))
	d := fix.Documents[0]
	if d.Step.PatchType != types.JSONPatchType || !strings.Contains(d.Command, "--type json") {
		t.Fatalf("%s\n%s", d.Command, d.YAML)
	}
	for _, want := range []string{`{"op":"test","path":"/spec/template/spec/containers/1/name","value":"side"}`,
		`{"op":"test","path":"/spec/template/spec/containers/1/ports/1/containerPort","value":53}`,
		`{"op":"remove","path":"/spec/template/spec/containers/1/ports/1/hostPort"}`, `{"op":"remove","path":"/spec/template/spec/hostPID"}`} {
		if !strings.Contains(string(d.Step.Body), want) {
			t.Errorf("no %s in %s", want, d.Step.Body)
		}
	}
	now := apply(t, c, fix.Plan, ref("Deployment", "web"))
	if p := now.Spec.Containers[1].Ports; p[0].Name != "tcp" || p[1].Name != "udp" || p[1].HostPort != 0 || len(p) != 3 {
		t.Errorf("ports: %v", p)
	}
}

func TestTrapOneContainerMayNameAVolumeFirst(t *testing.T) {
	tpl := good()
	offences()["PS06"](&tpl)
	offences()["PS24"](&tpl)
	fix := fixOne(t, holding(t, owned("Deployment", tpl)), finding("PS06", ref("Deployment", "web")), finding("PS24", ref("Deployment", "web")))
	if fix.Documents[0].Step.PatchType != types.StrategicMergePatchType {
		t.Error("the order of volumes made it a JSON patch")
	}
}

func TestTrapUntouchedListsMayRepeatKeys(t *testing.T) {
	tpl := good()
	tpl.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 53, Protocol: "TCP"}, {ContainerPort: 53, Protocol: "UDP"}}
	tpl.Spec.HostPID = true
	c := holding(t, owned("Deployment", tpl))
	fix := fixOne(t, c, finding("PS02", ref("Deployment", "web")))
	if fix.Documents[0].Step.PatchType != types.StrategicMergePatchType {
		t.Error("a JSON patch without need")
	}
	if p := apply(t, c, fix.Plan, ref("Deployment", "web")).Spec.Containers[0].Ports; len(p) != 2 {
		t.Errorf("ports: %v", p)
	}
}

func TestTrapSiblingsAreNulled(t *testing.T) {
	tpl := good()
	tpl.Spec.SecurityContext.SeccompProfile = &corev1.SeccompProfile{Type: "Weird", LocalhostProfile: ptr("x")}
	c := holding(t, owned("Deployment", tpl))
	fix := fixOne(t, c, finding("PS16", ref("Deployment", "web")))
	if y := string(fix.Documents[0].YAML); !strings.Contains(y, "localhostProfile: null") {
		t.Error(y)
	}
}

func TestTrapNoMergePatchOnLists(t *testing.T) {
	tpl := good()
	for _, offend := range []string{"PS01", "PS24"} {
		offences()[offend](&tpl)
	}
	fix := fixOne(t, holding(t, owned("Deployment", tpl)), finding("PS01", ref("Deployment", "web")), finding("PS24", ref("Deployment", "web")))
	for _, s := range fix.Plan.Steps {
		if s.Verb == model.Patch && s.PatchType == types.MergePatchType {
			t.Error("a merge patch would erase the sidecar")
		}
	}
}

func TestTrapNoStrategicPatchOnCustomKinds(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "shop", OwnerReferences: []metav1.OwnerReference{{APIVersion: "argoproj.io/v1alpha1", Kind: "Rollout", Name: "web", Controller: ptr(true)}}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", SecurityContext: &corev1.SecurityContext{Privileged: ptr(true)}}}}}
	top := model.Ref{Group: "argoproj.io", Version: "v1alpha1", Kind: "Rollout", Namespace: "shop", Name: "web"}
	fix := fixOne(t, holding(t, pod), finding("PS01", top))
	if len(fix.Documents) != 0 || len(fix.Notes) != 1 || !strings.Contains(strings.Join(fix.Notes[0].Steps, "\n"), "remove spec.containers[app].securityContext.privileged") {
		t.Errorf("%+v", fix)
	}
}

func TestTrapQuoting(t *testing.T) {
	for _, name := range []string{"n", "y", "on", "1e3", "12:30:00", "0x10", "null", "1_000"} {
		tpl := good()
		tpl.Spec.Containers[0].Name = name
		tpl.Spec.HostPID = true
		offences()["PS01"](&tpl)
		o := owned("Deployment", tpl).(*appsv1.Deployment)
		o.Name, o.Namespace = name, name
		fix := fixOne(t, holding(t, o), finding("PS01", model.KindByName("Deployment").Ref(name, name)))
		for _, doc := range strings.Split(text(fix), "---\n") {
			var m struct {
				Metadata struct{ Name, Namespace any }
				Spec     struct {
					Template struct {
						Spec struct{ Containers []struct{ Name any } }
					}
				}
			}
			if err := yaml.Unmarshal([]byte(doc), &m); err != nil {
				t.Fatal(err)
			}
			if m.Metadata.Name != name || m.Metadata.Namespace != name || m.Spec.Template.Spec.Containers[0].Name != name {
				t.Errorf("%s: %+v", name, m)
			}
		}
	}
}
