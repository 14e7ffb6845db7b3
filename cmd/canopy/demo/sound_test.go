package demo

import (
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// TestPlantedIsComplete reads every rule that one pod and its surroundings
// decide off the generated pods, and compares the answer with the list.
func TestPlantedIsComplete(t *testing.T) {
	w := grown(t)
	judged := []string{"PS01", "PS02", "PS03", "PS04", "PS06", "PS07", "PS08", "PS09", "PS10", "PS11", "PS13", "PS15", "PS16", "PS23", "PS24", "PS25", "PS27", "PS28", "PS29",
		"LP21", "LP22", "LP26", "IM01", "IM02", "IM04", "IM08", "SE01", "SE02", "NW01", "NW02", "VP11"}
	want := map[string][]string{}
	for _, f := range Planted() {
		if !slices.IsSorted(f.Rules) {
			t.Errorf("%s/%s/%s: rules are not sorted: %v", f.Namespace, f.Kind, f.Name, f.Rules)
		}
		for _, r := range f.Rules {
			if slices.Contains(judged, r) {
				k := id(f.Kind, f.Namespace, f.Name)
				want[k] = append(want[k], r)
			}
		}
	}
	got := map[string]map[string]bool{}
	for _, p := range w.pods {
		top := w.top(p)
		k := id(top.GetObjectKind().GroupVersionKind().Kind, top.GetNamespace(), top.GetName())
		if got[k] == nil {
			got[k] = map[string]bool{}
		}
		maps.Copy(got[k], w.judge(t, p))
	}
	for k, found := range got {
		if have := slices.Sorted(maps.Keys(found)); !slices.Equal(have, want[k]) {
			t.Errorf("%s breaks %q, the list has %q", k, have, want[k])
		}
		delete(want, k)
	}
	for k, r := range want {
		t.Errorf("%s stands in the list with %v and has no pod", k, r)
	}
}

func (w *world) judge(t *testing.T, p *corev1.Pod) map[string]bool {
	found := map[string]bool{}
	mark := func(rule string, broken bool) {
		if broken {
			found[rule] = true
		}
	}
	s := &p.Spec
	mark("PS02", s.HostPID)
	mark("PS03", s.HostIPC)
	mark("PS04", s.HostNetwork)
	mark("PS28", len(p.OwnerReferences) == 0)
	mark("PS29", len(s.EphemeralContainers) > 0)
	mark("PS27", p.Namespace == metav1.NamespaceDefault)
	for _, v := range s.Volumes {
		mark("PS06", v.HostPath != nil)
		mark("PS23", v.HostPath != nil)
		mark("PS07", v.HostPath != nil && strings.HasSuffix(v.HostPath.Path, ".sock"))
	}
	root := s.SecurityContext.RunAsUser != nil && *s.SecurityContext.RunAsUser == 0
	mark("PS11", root)
	mark("LP26", root && (s.HostUsers == nil || *s.HostUsers))
	for _, ctr := range containers(s) {
		w.judgeContainer(p, ctr, mark)
	}
	mark("PS25", slices.ContainsFunc(slices.Concat(s.InitContainers, s.Containers), func(ctr corev1.Container) bool {
		return ctr.Resources.Limits.Cpu().IsZero() || ctr.Resources.Limits.Memory().IsZero() || ctr.Resources.Limits.StorageEphemeral().IsZero() ||
			ctr.Resources.Requests.Cpu().IsZero() || ctr.Resources.Requests.Memory().IsZero()
	}))
	mark("LP21", s.ServiceAccountName == "default")
	mark("LP22", slices.ContainsFunc(s.Volumes, func(v corev1.Volume) bool { return strings.HasPrefix(v.Name, "kube-api-access-") }) && !w.granted(p))
	in, out := w.isolated(t, p)
	// No policy is about what is on the network of its node, and what has ended talks to nobody.
	subject := !s.HostNetwork && p.Status.Phase != corev1.PodSucceeded && p.Status.Phase != corev1.PodFailed
	mark("NW01", subject && !in)
	mark("NW02", subject && !out)
	mark("VP11", w.replicas(p) > 1 && !w.budgeted(t, p) && w.top(p).GetObjectKind().GroupVersionKind().Kind != "DaemonSet")
	return found
}

func (w *world) judgeContainer(p *corev1.Pod, ctr corev1.Container, mark func(string, bool)) {
	sc := ctr.SecurityContext
	if sc == nil {
		sc = &corev1.SecurityContext{}
	}
	is := func(b *bool) bool { return b != nil && *b }
	pod := p.Spec.SecurityContext
	nonRoot, seccomp := pod.RunAsNonRoot, pod.SeccompProfile
	if sc.RunAsNonRoot != nil {
		nonRoot = sc.RunAsNonRoot
	}
	if sc.SeccompProfile != nil {
		seccomp = sc.SeccompProfile
	}
	caps := sc.Capabilities
	if caps == nil {
		caps = &corev1.Capabilities{}
	}
	mark("PS01", is(sc.Privileged))
	mark("PS08", slices.ContainsFunc(ctr.Ports, func(p corev1.ContainerPort) bool { return p.HostPort > 0 }))
	mark("PS09", sc.AllowPrivilegeEscalation == nil || *sc.AllowPrivilegeEscalation)
	mark("PS10", !is(nonRoot))
	mark("PS11", sc.RunAsUser != nil && *sc.RunAsUser == 0)
	mark("PS13", slices.ContainsFunc(caps.Add, func(c corev1.Capability) bool { return c != "NET_BIND_SERVICE" }))
	mark("PS15", !slices.Contains(caps.Drop, "ALL"))
	mark("PS16", seccomp == nil)
	mark("PS24", !is(sc.ReadOnlyRootFilesystem))
	repository, tag, digest := image(ctr.Image)
	mark("IM01", tag == "latest" || tag == "" && digest == "")
	mark("IM02", digest == "")
	mark("IM04", digest == "" && ctr.ImagePullPolicy != corev1.PullAlways)
	mark("IM08", !w.scanned(repository, digestOf(ctr.Image)))
	for _, e := range ctr.Env {
		mark("SE01", strings.HasSuffix(e.Name, "_KEY") && e.Value != "")
		mark("SE02", e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil)
	}
	mark("SE02", slices.ContainsFunc(ctr.EnvFrom, func(e corev1.EnvFromSource) bool { return e.SecretRef != nil }))
}

// containers are all of a pod, ephemeral ones too.
func containers(s *corev1.PodSpec) []corev1.Container {
	all := slices.Concat(s.InitContainers, s.Containers)
	for _, e := range s.EphemeralContainers {
		all = append(all, corev1.Container(e.EphemeralContainerCommon))
	}
	return all
}

// granted says whether a binding names the account of p.
func (w *world) granted(p *corev1.Pod) bool {
	for _, o := range w.objects {
		var subjects []rbacv1.Subject
		switch b := o.(type) {
		case *rbacv1.RoleBinding:
			subjects = b.Subjects
		case *rbacv1.ClusterRoleBinding:
			subjects = b.Subjects
		}
		for _, s := range subjects {
			if s.Kind == rbacv1.ServiceAccountKind && s.Namespace == p.Namespace && s.Name == p.Spec.ServiceAccountName {
				return true
			}
			// ops/ops-exec gives something to every account there is.
			if _, ok := o.(*rbacv1.RoleBinding); ok && s.Kind == rbacv1.GroupKind && s.Name == "system:serviceaccounts" {
				return true
			}
		}
	}
	return false
}

func (w *world) isolated(t *testing.T, p *corev1.Pod) (in, out bool) {
	for _, o := range w.objects {
		np, ok := o.(*networkingv1.NetworkPolicy)
		if ok && np.Namespace == p.Namespace && selector(t, &np.Spec.PodSelector).Matches(labels.Set(p.Labels)) {
			in = in || slices.Contains(np.Spec.PolicyTypes, networkingv1.PolicyTypeIngress)
			out = out || slices.Contains(np.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	return in, out
}

func (w *world) replicas(p *corev1.Pod) int {
	n := 0
	for _, q := range w.pods {
		if len(p.OwnerReferences) > 0 && len(q.OwnerReferences) > 0 && q.OwnerReferences[0].UID == p.OwnerReferences[0].UID && p.OwnerReferences[0].Kind != "Node" {
			n++
		}
	}
	return n
}

func (w *world) budgeted(t *testing.T, p *corev1.Pod) bool {
	for _, o := range w.objects {
		if b, ok := o.(*policyv1.PodDisruptionBudget); ok && b.Namespace == p.Namespace && selector(t, b.Spec.Selector).Matches(labels.Set(p.Labels)) {
			return true
		}
	}
	return false
}

func selector(t *testing.T, s *metav1.LabelSelector) labels.Selector {
	t.Helper()
	out, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
