package remedy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
)

// one picks a value, or nothing.
func one[T any](r *rand.Rand, values ...T) (v T) {
	if i := r.IntN(len(values) + 1); i < len(values) {
		return values[i]
	}
	return v
}

func randomContext(r *rand.Rand) *corev1.SecurityContext {
	if r.IntN(4) == 0 {
		return nil
	}
	s := &corev1.SecurityContext{
		Privileged: one(r, ptr(true), ptr(false)), RunAsNonRoot: one(r, ptr(true), ptr(false)),
		RunAsUser: one(r, ptr(int64(0)), ptr(int64(4000000000))), RunAsGroup: one(r, ptr(int64(0)), ptr(int64(5))),
		ReadOnlyRootFilesystem: one(r, ptr(true), ptr(false)), AllowPrivilegeEscalation: one(r, ptr(true)),
		ProcMount:       one(r, ptr(corev1.UnmaskedProcMount), ptr(corev1.DefaultProcMount)),
		SeccompProfile:  one(r, &corev1.SeccompProfile{Type: "Unconfined"}, &corev1.SeccompProfile{Type: "Localhost", LocalhostProfile: ptr("p")}),
		AppArmorProfile: one(r, &corev1.AppArmorProfile{Type: "Unconfined"}, &corev1.AppArmorProfile{Type: "RuntimeDefault"}),
		SELinuxOptions:  one(r, &corev1.SELinuxOptions{Type: "spc_t", Level: "s0"}, &corev1.SELinuxOptions{User: "u"}, &corev1.SELinuxOptions{Type: "container_t"}),
	}
	if r.IntN(2) == 0 {
		s.Capabilities = &corev1.Capabilities{Add: one(r, []corev1.Capability{"ALL"}, []corev1.Capability{"CHOWN", "NET_ADMIN"}, []corev1.Capability{"CAP_SYS_ADMIN"}, []corev1.Capability{"NET_BIND_SERVICE"}),
			Drop: one(r, []corev1.Capability{"ALL"}, []corev1.Capability{"NET_RAW"})}
	}
	return s
}

func randomTemplate(r *rand.Rand) corev1.PodTemplateSpec {
	t := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}}}
	s := &t.Spec
	s.HostPID, s.HostIPC, s.HostNetwork = r.IntN(3) == 0, r.IntN(3) == 0, r.IntN(3) == 0
	s.ShareProcessNamespace = one(r, ptr(true), ptr(false))
	s.ServiceAccountName = one(r, "default", "own")
	s.DeprecatedServiceAccount = one(r, s.ServiceAccountName)
	s.AutomountServiceAccountToken = one(r, ptr(true), ptr(false))
	s.NodeSelector = one(r, map[string]string{"a": "b"})
	s.Tolerations = one(r, []corev1.Toleration{{Operator: "Exists"}})
	if r.IntN(2) == 0 {
		s.SecurityContext = &corev1.PodSecurityContext{
			RunAsNonRoot: one(r, ptr(true), ptr(false)), RunAsUser: one(r, ptr(int64(0)), ptr(int64(7))), FSGroup: one(r, ptr(int64(0)), ptr(int64(2000))),
			SupplementalGroups: one(r, []int64{0}, []int64{3, 0}, []int64{4}),
			SeccompProfile:     one(r, &corev1.SeccompProfile{Type: "Unconfined"}, &corev1.SeccompProfile{Type: "RuntimeDefault"}),
			AppArmorProfile:    one(r, &corev1.AppArmorProfile{Type: "Unconfined"}),
			Sysctls:            one(r, []corev1.Sysctl{{Name: "kernel.msgmax", Value: "1"}}, []corev1.Sysctl{{Name: "net.ipv4.tcp_syncookies", Value: "1"}, {Name: "vm.x", Value: "2"}}),
			SELinuxOptions:     one(r, &corev1.SELinuxOptions{Role: "r"}),
		}
	}
	for i := range r.IntN(3) {
		v := corev1.Volume{Name: fmt.Sprintf("v%d", i)}
		switch r.IntN(3) {
		case 0:
			v.HostPath = &corev1.HostPathVolumeSource{Path: one(r, "/etc", "/run/docker.sock", "/opt", "/root/.aws")}
		case 1:
			v.EmptyDir = &corev1.EmptyDirVolumeSource{}
		default:
			v.Secret = &corev1.SecretVolumeSource{SecretName: "s"}
		}
		s.Volumes = append(s.Volumes, v)
	}
	s.HostAliases = one(r, []corev1.HostAlias{{IP: "1.1.1.1"}, {IP: "1.1.1.1", Hostnames: []string{"x"}}}, []corev1.HostAlias{{IP: "1.1.1.1"}})
	for i := range 1 + r.IntN(3) {
		s.Containers = append(s.Containers, randomContainer(r, fmt.Sprintf("c%d", i), s))
	}
	for i := range r.IntN(2) {
		s.InitContainers = append(s.InitContainers, randomContainer(r, fmt.Sprintf("i%d", i), s))
	}
	if r.IntN(3) == 0 {
		t.Annotations = map[string]string{"container.apparmor.security.beta.kubernetes.io/c0": one(r, "unconfined", "runtime/default")}
	}
	return t
}

func randomContainer(r *rand.Rand, name string, s *corev1.PodSpec) corev1.Container {
	image := []string{"registry.example/app:1", "registry.example/app:1@sha256:" + sum, "app:1@sha256:" + sum, "k8s.gcr.io/registry.example/app@sha256:" + sum, "registry.example/app:latest", ""}[r.IntN(6)]
	c := corev1.Container{Name: name, Image: image, ImagePullPolicy: one(r, corev1.PullAlways, corev1.PullIfNotPresent), Env: []corev1.EnvVar{{Name: "P", Value: "hunter2"}, {Name: "P", Value: "again"}}, SecurityContext: randomContext(r)}
	for i := range r.IntN(4) {
		v := corev1.EnvVar{Name: fmt.Sprintf("SE0%d_KEY", i), Value: one(r, stripeKey, stripeKey+"b")}
		if v.Value == "" {
			v.ValueFrom = &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Key: "k"}}
		}
		c.Env = append(c.Env, v)
	}
	for i, v := range s.Volumes {
		if r.IntN(2) == 0 {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: v.Name, MountPath: one(r, "/tmp") + fmt.Sprintf("/m%d", i), ReadOnly: r.IntN(2) == 0})
		}
	}
	if r.IntN(4) == 0 && len(s.Volumes) > 0 {
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: s.Volumes[0].Name, MountPath: "/tmp"})
	}
	for _, p := range one(r, []int32{53, 53}, []int32{80}, []int32{8080, 80}) {
		port := corev1.ContainerPort{ContainerPort: p, Protocol: corev1.ProtocolTCP}
		if len(c.Ports) > 0 {
			port.Protocol = corev1.ProtocolUDP
		}
		if s.HostNetwork || r.IntN(2) == 0 {
			port.HostPort = p
		}
		c.Ports = append(c.Ports, port)
	}
	if r.IntN(3) == 0 {
		c.ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Host: one(r, "h"), Port: intstr.FromInt32(1)}}}
	}
	if r.IntN(2) == 0 {
		c.Resources.Requests = corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("1500M"), "ephemeral-storage": resource.MustParse("1Gi")}
	}
	return c
}

func TestRandomTemplates(t *testing.T) {
	patches := map[types.PatchType]int{}
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 1))
		tpl := randomTemplate(r)
		kind := []string{"Deployment", "StatefulSet", "DaemonSet", "CronJob"}[r.IntN(4)]
		owner := ref(kind, "web")
		before := counts(&tpl)
		var findings []*model.Finding
		for rule := range before {
			if r.IntN(8) > 0 {
				findings = append(findings, finding(rule, owner))
			}
		}
		if usesDefault(&tpl.Spec) {
			findings = append(findings, finding("LP21", owner))
		}
		if !isOff(tpl.Spec.AutomountServiceAccountToken) {
			findings = append(findings, finding("LP22", owner))
		}
		c := holding(t, owned(kind, tpl), witness())
		fix, err := For(c, findings)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		now := apply(t, c, fix.Plan, owner)
		after := counts(now)
		for rule, n := range after {
			// A pod that shares no namespace of the node any more could have a user namespace.
			left := rule == "LP26" && (tpl.Spec.HostPID || tpl.Spec.HostIPC || tpl.Spec.HostNetwork)
			// What comes from a Secret is a variable still.
			left = left || rule == "SE02" && before["SE01"] > 0
			if n > before[rule] && !left {
				t.Errorf("seed %d: %s came up", seed, rule)
			}
		}
		var closed []string
		for _, d := range fix.Documents {
			closed = append(closed, d.Closes...)
			if d.Step.PatchType != "" {
				patches[d.Step.PatchType]++
			}
		}
		for _, f := range findings {
			noted := slices.ContainsFunc(fix.Notes, func(n Note) bool { return n.Finding == f.ID })
			done := slices.Contains(closed, f.ID)
			if done && after[f.Rule.ID] > 0 || done && noted {
				t.Errorf("seed %d: %s said to be closed", seed, f.ID)
			}
			if !done && !noted {
				t.Errorf("seed %d: %s forgotten", seed, f.ID)
			}
			if !done && !slices.Contains([]string{"PS25", "PS09", "PS08"}, f.Rule.ID) {
				t.Errorf("seed %d: %s not closed: %v", seed, f.ID, fix.Notes)
			}
		}
		untouched(t, &tpl, now)
		valid(t, seed, &tpl, now)
		if n := len(fix.Plan.Steps); n > 0 && fix.Plan.Steps[n-1].PatchType == types.StrategicMergePatchType {
			again := apply(t, c, model.Plan{Steps: fix.Plan.Steps[n-1:]}, owner)
			if !equality.Semantic.DeepEqual(again, now) {
				t.Errorf("seed %d: applied twice it gives something else", seed)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, text(fix))
		}
	}
	if patches[types.JSONPatchType] == 0 || patches[types.StrategicMergePatchType] == 0 {
		t.Errorf("patches: %v", patches)
	}
}

// valid checks what an API server would refuse, where the old template was well formed.
func valid(t *testing.T, seed uint64, old, now *corev1.PodTemplateSpec) {
	t.Helper()
	volumes := map[string]bool{}
	for _, v := range now.Spec.Volumes {
		if volumes[v.Name] {
			t.Errorf("seed %d: volume %s twice", seed, v.Name)
		}
		volumes[v.Name] = true
	}
	for _, list := range [][]corev1.Container{now.Spec.InitContainers, now.Spec.Containers} {
		for _, c := range list {
			paths := map[string]bool{}
			for _, m := range c.VolumeMounts {
				if !volumes[m.Name] || paths[m.MountPath] {
					t.Errorf("seed %d: mount %s of %s", seed, m.MountPath, m.Name)
				}
				paths[m.MountPath] = true
			}
			if s := c.SecurityContext; s != nil && isOff(s.AllowPrivilegeEscalation) &&
				(isTrue(s.Privileged) || s.Capabilities != nil && slices.Contains(s.Capabilities.Add, "CAP_SYS_ADMIN")) {
				t.Errorf("seed %d: %s may not escalate and is privileged", seed, c.Name)
			}
			for name, q := range c.Resources.Requests {
				if l, ok := c.Resources.Limits[name]; ok && q.Cmp(l) > 0 {
					t.Errorf("seed %d: request over limit", seed)
				}
			}
		}
	}
}
