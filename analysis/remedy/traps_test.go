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
	"canopy/model/record"
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

// What no fix of today writes, the patch has to write all the same: a value that becomes a reference, and a volume that becomes
// another. Their old siblings would stay, and the API refuse both.
func TestTrapLiteralBecomesReference(t *testing.T) {
	before, after := good(), good()
	after.Spec.Containers[0].Env[0] = corev1.EnvVar{Name: "GREETING", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: "password"}}}
	d := patchTo(t, before, after)
	y := string(d.YAML)
	if d.Step.PatchType != types.StrategicMergePatchType || !strings.Contains(y, "value: null") || strings.Contains(y, "hunter2") || !strings.Contains(y, "name: GREETING") {
		t.Error(y)
	}
}

func TestTrapHostPathBecomesEmptyDir(t *testing.T) {
	before, after := good(), good()
	offences()["PS06"](&before)
	offences()["PS06"](&after)
	after.Spec.Volumes[0].VolumeSource = corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
	d := patchTo(t, before, after)
	if y := string(d.YAML); d.Step.PatchType != types.StrategicMergePatchType || !strings.Contains(y, "hostPath: null") || !strings.Contains(y, "emptyDir: {}") {
		t.Error(y)
	}
}

// Lists that are replaced as a whole hold all that is to stay.
func TestTrapAtomicListsOfAllKinds(t *testing.T) {
	before := good()
	before.Spec.Tolerations = []corev1.Toleration{{Key: "a", Operator: "Exists"}, {Key: "b", Operator: "Exists"}}
	before.Spec.Containers[0].Command, before.Spec.Containers[0].Args = []string{"a", "b"}, []string{"c"}
	before.Spec.SecurityContext.SupplementalGroups = []int64{1, 2}
	after := *before.DeepCopy()
	after.Spec.Tolerations = after.Spec.Tolerations[1:]
	after.Spec.Containers[0].Command = []string{"a"}
	after.Spec.SecurityContext.SupplementalGroups = []int64{2}
	after.Spec.Containers[0].EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}}}}
	y := string(patchTo(t, before, after).YAML)
	if strings.Contains(y, "key: a") || !strings.Contains(y, "key: b") || strings.Contains(y, "args:") || !strings.Contains(y, "- 2\n") {
		t.Error(y)
	}
}

// patchTo gives the patch from one template to another, which was applied when it was made.
func patchTo(t *testing.T, before, after corev1.PodTemplateSpec) Document {
	t.Helper()
	c := holding(t, owned("Deployment", before))
	w := c.Get(ref("Deployment", "web")).(*record.Workload)
	after.Labels = nil // records keep them apart
	d, changed, err := templatePatch(w, w.Template.Decode(), &after)
	if err != nil || !changed {
		t.Fatal(changed, err)
	}
	return d
}

// What the API lets nobody change gets another way, or words.
func TestImmutable(t *testing.T) {
	tpl := good()
	offences()["PS01"](&tpl)
	mirror := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "etcd-n1", Namespace: "shop", Annotations: map[string]string{corev1.MirrorPodAnnotationKey: "x"}}, Spec: tpl.Spec}
	naked := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "naked", Namespace: "shop"}, Spec: tpl.Spec}
	c := holding(t, owned("Job", tpl), mirror, naked, owned("StatefulSet", tpl))
	for _, object := range []model.Ref{ref("Job", "web"), ref("Pod", "etcd-n1"), ref("Pod", "naked")} {
		fix := fixOne(t, c, finding("PS01", object))
		if len(fix.Documents) != 0 || len(fix.Notes) != 1 || len(fix.Notes[0].Steps) < 2 {
			t.Errorf("%s: %s", object, text(fix))
		}
	}
	// No patch touches what a StatefulSet or a Deployment may not change.
	body := string(fixOne(t, c, finding("PS01", ref("StatefulSet", "web"))).Documents[0].Step.Body)
	for _, field := range []string{"selector", "volumeClaimTemplates", "serviceName", "podManagementPolicy"} {
		if strings.Contains(body, field) {
			t.Error(body)
		}
	}
	// The role of a binding cannot be changed: what takes its place is there before it goes.
	fix, _ := ended(t, world(t, bindAll("b", "cluster-admin", user("ann")), aClusterRole("r", permit("get", "", "secrets,pods")), bindAll("one", "r", user("ann")), bindAll("two", "r", user("bob"))),
		"LP06/rbac.authorization.k8s.io/ClusterRoleBinding//one")
	var verbs []string
	for _, s := range fix.Plan.Steps {
		if verbs = append(verbs, string(s.Verb)+" "+s.Ref.Kind); s.Verb == model.Patch {
			t.Errorf("%s", s.Body)
		}
	}
	if strings.Join(verbs, ", ") != "create ClusterRole, create ClusterRoleBinding, delete ClusterRoleBinding" {
		t.Error(verbs)
	}
}
