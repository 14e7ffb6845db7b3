package remedy

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/record"
)

// naked fixes findings on a pod that nothing controls. It cannot be changed in place; where its nakedness is itself a
// finding a Deployment takes its place, with all other fixes in it, and then the pod goes.
func (p *planner) naked(pod *record.Pod, findings []*model.Finding) error {
	adopt := slices.ContainsFunc(findings, func(f *model.Finding) bool { return f.Rule.ID == "PS28" })
	t, why := adoptable(pod)
	if !adopt || why != "" {
		p.remake(pod, findings, why)
		return nil
	}
	e := p.editorFor(pod.Namespace, t, findings)
	e.rules["LP21"] = false
	e.run()
	owner := model.KindByName("Deployment").Ref(pod.Namespace, pod.Name)
	for i := 2; p.c.Get(owner) != nil; i++ {
		owner.Name = pod.Name + "-" + strconv.Itoa(i)
	}
	obj := &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Name: owner.Name, Namespace: pod.Namespace, Labels: e.t.Labels},
		Spec: appsv1.DeploymentSpec{Replicas: ptr(int32(1)), Selector: &metav1.LabelSelector{MatchLabels: e.t.Labels}, Template: *e.t,
			// Two pods at once may not share what the one had for itself.
			Strategy: appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType}},
	}
	d, err := p.segments.create(owner, obj)
	if err != nil {
		return err
	}
	e.harm(needsEvidence, "two pods run side by side until the naked one is deleted: look out for volumes and leases that only one may hold")
	e.doubt(findings)
	gone, err := deleted(pod.Ref())
	if err != nil {
		return err
	}
	class := e.class
	now := byRule(e.t)
	for _, f := range findings {
		d.rules, d.about = append(d.rules, f.Rule), append(d.about, f.ID)
		gone.rules, gone.about = append(gone.rules, f.Rule), append(gone.about, f.ID)
		class = max(class, parseBreakage(f.Rule.Breakage))
		switch {
		case f.Rule.ID == "LP21":
			p.note(f, "a Deployment takes the pod's place, and shows it too: fix LP21 on that", "canopy fix --rule LP21 --all -n "+quote(pod.Namespace)+", once the pods of the Deployment run")
		case len(now[f.Rule.ID]) > 0:
			p.note(f, "the Deployment that takes the pod's place shows it still in part", e.left[f.Rule.ID]...)
		default:
			gone.Closes = append(gone.Closes, f.ID)
		}
	}
	d.Evidence, d.Breakage, d.Replaces = e.evidence, class.String(), pod.Ref()
	d.keep(&pod.Meta)
	gone.Breakage, gone.Evidence = outage.String(), []string{"wait first until the pod of the Deployment is ready (kubectl rollout status " + target(owner) + "): nobody answers otherwise until it is",
		"nothing brings the same pod back, nor what it holds in its own file system"}
	for _, debug := range pod.Ephemeral() {
		gone.Evidence = append(gone.Evidence, "ephemeral container "+debug.Name+" goes with it, and no undo brings it back: keep what its session left behind, if an incident is looked into (kubectl logs, kubectl cp)")
	}
	gone.keep(&pod.Meta)
	p.patches, p.removals = append(p.patches, d), append(p.removals, gone)
	return nil
}

// remake notes what to do about a pod that has to be made again by hand.
func (p *planner) remake(pod *record.Pod, findings []*model.Finding, why string) {
	file := quote(pod.Name + ".yaml")
	t := pod.Template.Decode()
	for _, f := range findings {
		reason := "a pod cannot be changed in place"
		steps := []string{"kubectl get " + target(pod.Ref()) + " -o yaml > " + file,
			"in " + file + " take out metadata.uid, resourceVersion and creationTimestamp, spec.nodeName, the volume kube-api-access-… with its mounts, and status"}
		if f.Rule.ID == "PS28" {
			reason = "a document would not be whole: " + why
			steps = append(steps, "wrap the spec into the template of a Deployment (apps/v1), or a Job where it runs to an end")
		}
		for _, c := range p.changes(pod.Namespace, t, f, findings) {
			steps = append(steps, "in "+file+": "+c)
		}
		p.note(f, reason, append(steps, "kubectl delete "+target(pod.Ref()), "kubectl create -f "+file)...)
	}
}

// adoptable gives the template by which a Deployment would run a pod: its spec less what admission, the scheduler and the
// StatefulSet that it may stem from have added. It says why not where a Deployment could not run it, or where the document
// would have to hold what may be a secret.
func adoptable(pod *record.Pod) (*corev1.PodTemplateSpec, string) {
	spec := pod.Spec()
	switch {
	case spec.RestartPolicy != "" && spec.RestartPolicy != corev1.RestartPolicyAlways:
		return nil, "it runs to an end, which a Deployment would not let it"
	case pod.Owner != nil:
		return nil, "it names a controller"
	case pod.Finished():
		return nil, "it has finished"
	}
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			if holdsValues(&list[i]) {
				return nil, "container " + list[i].Name + " holds literal values in env, command, args, a probe or a hook that may be secrets, which are not written out"
			}
		}
	}
	if slices.ContainsFunc(spec.Volumes, speakingVolume) {
		return nil, "a volume holds options that may be secrets, which are not written out"
	}
	spec.NodeName, spec.Hostname, spec.EphemeralContainers = "", "", nil
	spec.DeprecatedServiceAccount, spec.Priority, spec.PreemptionPolicy = "", nil, nil
	spec.Tolerations = slices.DeleteFunc(spec.Tolerations, func(t corev1.Toleration) bool {
		return (t.Key == corev1.TaintNodeNotReady || t.Key == corev1.TaintNodeUnreachable) && t.TolerationSeconds != nil && *t.TolerationSeconds == 300
	})
	token := func(name string) bool { return strings.HasPrefix(name, "kube-api-access-") }
	spec.Volumes = slices.DeleteFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Projected != nil && token(v.Name) })
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			list[i].VolumeMounts = slices.DeleteFunc(list[i].VolumeMounts, func(m corev1.VolumeMount) bool { return token(m.Name) })
		}
	}
	labels := pod.GetLabels()
	maps.DeleteFunc(labels, func(key, _ string) bool { return stamped(key) })
	if len(labels) == 0 {
		labels = map[string]string{"app": pod.Name}
	}
	return &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: pod.Template.Decode().Annotations}, Spec: *spec}, ""
}

// stamped tells a label of pods that the API server writes when a pod gets its node (PodTopologyLabels), or that the controller
// did which had the pod before. Another pod gets other values, so that no selector may ask for them.
func stamped(key string) bool {
	domain, _, _ := strings.Cut(key, "/")
	switch domain {
	case "topology.kubernetes.io", "statefulset.kubernetes.io", "apps.kubernetes.io", "batch.kubernetes.io",
		appsv1.DefaultDeploymentUniqueLabelKey, appsv1.ControllerRevisionHashLabelKey, "pod-template-generation", "controller-uid", "job-name":
		return true
	}
	return false
}

// holdsValues tells whether a container carries literal text that may be a secret: values of env, command lines, and what
// probes and hooks say. Nothing of it is ever written out, so that it does not matter what it looks like.
func holdsValues(c *corev1.Container) bool {
	if len(c.Command)+len(c.Args) > 0 || slices.ContainsFunc(c.Env, func(v corev1.EnvVar) bool { return v.Value != "" }) {
		return true
	}
	for _, probe := range []*corev1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
		if probe != nil && speaks(probe.Exec, probe.HTTPGet, probe.TCPSocket, probe.GRPC) {
			return true
		}
	}
	if c.Lifecycle == nil {
		return false
	}
	for _, h := range []*corev1.LifecycleHandler{c.Lifecycle.PostStart, c.Lifecycle.PreStop} {
		if h != nil && speaks(h.Exec, h.HTTPGet, h.TCPSocket, nil) {
			return true
		}
	}
	return false
}

// speaks tells whether a probe or a hook holds any text.
func speaks(exec *corev1.ExecAction, http *corev1.HTTPGetAction, tcp *corev1.TCPSocketAction, grpc *corev1.GRPCAction) bool {
	return exec != nil || tcp != nil && (tcp.Host != "" || tcp.Port.StrVal != "") || grpc != nil && grpc.Service != nil && *grpc.Service != "" ||
		http != nil && (http.Host != "" || http.Path != "" || len(http.HTTPHeaders) > 0 || http.Port.StrVal != "")
}

// speakingVolume tells a volume whose source has fields for any text, passwords among them: URLs, options, attributes.
func speakingVolume(v corev1.Volume) bool {
	return v.GitRepo != nil || v.FlexVolume != nil || v.CSI != nil && len(v.CSI.VolumeAttributes) > 0
}
