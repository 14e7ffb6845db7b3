package attack

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// fold is the pods of one owner: their shapes, each once, and the nodes that they run on by shape.
type fold struct {
	owner  model.Ref
	shapes []*shape
	nodes  []map[string]struct{}
	// mirror tells static pods, which have no account. planned tells that there are no pods now, and what the template says of those to come.
	mirror, planned bool
	// nowhere tells that on which nodes they run is not known: they are of files that were never at a server.
	nowhere bool
}

// fold gathers the pods of an owner. The templates that it holds on to are those of the sketch.
func (a *Analyser) fold(w *World, ref model.Ref, s *sketch) *fold {
	c := w.Cluster
	f := &fold{owner: ref}
	r := c.Get(ref)
	if r != nil && c.TopOwner(r) != ref {
		return f
	}
	index := map[record.Template]int{}
	for p := range c.Pods(ref) {
		if p.Finished() {
			continue
		}
		f.mirror = f.mirror || mirror(p)
		i, ok := index[p.Template]
		if !ok || len(p.Ephemeral()) > 0 {
			i = len(f.shapes)
			if len(p.Ephemeral()) > 0 {
				// What runs for a while is the pod's own.
				f.shapes = append(f.shapes, readShape(&corev1.PodTemplateSpec{ObjectMeta: p.Template.Decode().ObjectMeta, Spec: *p.Spec()}, a.shapes.conditions))
			} else {
				index[p.Template] = i
				f.shapes = append(f.shapes, a.shapes.acquire(p.Template))
				s.templates = append(s.templates, p.Template)
			}
			f.nodes = append(f.nodes, map[string]struct{}{})
		}
		if node := p.Node(); node != "" {
			f.nodes[i][node] = struct{}{}
		} else if p.UID == "" {
			f.nowhere = true
		}
	}
	if t, ok := r.(*record.Workload); ok && len(f.shapes) == 0 && wants(t) {
		f.planned, f.nowhere = true, t.UID == "" && !daemon(t)
		f.shapes, f.nodes = append(f.shapes, a.shapes.acquire(t.Template)), append(f.nodes, nil)
		s.templates = append(s.templates, t.Template)
		if daemon(t) {
			f.nodes[0] = map[string]struct{}{}
			for _, node := range placed(c, &t.Template.Decode().Spec) {
				f.nodes[0][node] = struct{}{}
			}
			s.wants = append(s.wants, want{machine, everywhere})
		}
	}
	return f
}

// nowhere is what those look up of which it is not known on which nodes they run: to count them.
const nowhere = "*"

// wants tells whether an owner is to have pods: it has none now, or none yet.
func wants(w *record.Workload) bool {
	if w.Replicas == 0 || w.Template.IsZero() || w.Failed || w.Completed {
		return false
	}
	// A DaemonSet of a server may have no nodes.
	return w.Replicas > 0 || w.Kind.Kind == "CronJob" && !w.Suspended || w.UID == ""
}

// sketchWorkload draws the pods of an owner: what they hold, and where they lead out to.
func (a *Analyser) sketchWorkload(w *World, ref model.Ref) *sketch {
	s := &sketch{}
	f := a.fold(w, ref, s)
	if len(f.shapes) == 0 {
		return s
	}
	d := &workloadSketch{sketch: s, a: a, w: w, fold: f, me: key{kind: workload, ref: ref}, in: key{kind: inside, ref: ref}}
	s.spaces = append(s.spaces, ref.Namespace)
	running, why := Proven, ""
	if f.planned {
		running, why = ByAdmission, "no pod of it runs now"
		s.add(a.perhaps(all(pods, ref.Namespace), d.me, ByAdmission, why))
	} else {
		s.link(all(pods, ref.Namespace), d.me)
	}
	s.link(d.me, d.in)
	s.link(d.me, all(space, ref.Namespace))
	for i, shape := range f.shapes {
		for node := range f.nodes[i] {
			d.add(a.step(heldOf(node), d.in, "K-01", running, why))
		}
		d.token(shape)
		for _, u := range shape.secrets {
			d.secret(u.name)
		}
		d.escape(shape, f.nodes[i])
		for node := range f.nodes[i] {
			d.enter(shape, node, running, why)
		}
		if shape.hostNetwork {
			d.metadata(f.nodes[i])
		}
	}
	d.lines = distinct(d.lines)
	if f.nowhere {
		s.wants = append(s.wants, want{pods, nowhere})
	}
	if !controlPlanePart(ref, f) {
		s.sources = append(s.sources, d.me)
	}
	return s
}

// distinct drops lines that are there twice: several templates say the same.
func distinct(lines []line) []line {
	seen := make(map[line]struct{}, len(lines))
	return slices.DeleteFunc(lines, func(l line) bool {
		_, ok := seen[l]
		seen[l] = struct{}{}
		return ok
	})
}

// workloadSketch is the sketch of one workload.
type workloadSketch struct {
	*sketch
	a *Analyser
	w *World
	*fold
	me, in key
}

// token draws that the pods hold the token of their account. That of a template alone is as admission will have it.
func (d *workloadSketch) token(s *shape) {
	ns := d.owner.Namespace
	if d.mirror {
		return
	}
	d.wants = append(d.wants, want{identity, ns + "/" + s.account})
	sure, reason := Proven, ""
	switch {
	case !s.holdsToken(d.w.Cluster, ns):
		if s.foreign == "" {
			return
		}
		sure, reason = MissingData, "whether the API server takes tokens for the audience "+s.foreign+" is a flag of it, which is not read"
	case d.planned || !s.mounted && !s.projects:
		sure, reason = ByAdmission, "no pod that runs shows the volume of the token; admission adds it when a pod is made"
	}
	t := key{kind: token, ref: d.owner, extra: s.account}
	d.link(d.in, t)
	d.add(d.a.step(t, identityOf(model.Subject{Kind: model.AccountSubject, Namespace: ns, Name: s.account}), "I-01", sure, reason))
}

// holdsToken tells whether pods of a shape get a token of their account.
func (s *shape) holdsToken(c *cluster.Cluster, namespace string) bool {
	if s.projects {
		return true
	}
	switch s.automount {
	case "false":
		return false
	case "true":
		return true
	}
	sa, _ := cluster.Find[*record.Typed[*corev1.ServiceAccount]](c, "ServiceAccount", namespace, s.account)
	return mounts(sa)
}

// secret draws that the pods are given a Secret, where it is there or may be.
func (d *workloadSketch) secret(name string) {
	d.wants = append(d.wants, want{secrets, name})
	ref := model.KindByName("Secret").Ref(d.owner.Namespace, name)
	if d.w.Cluster.Get(ref) == nil && d.w.Cluster.Seen(ref.GroupKind(), ref.Namespace).State == model.Complete {
		return
	}
	sure, reason := Proven, ""
	if d.planned {
		sure, reason = ByAdmission, "no pod runs that was given it"
	}
	d.add(d.a.step(d.in, key{kind: secret, ref: ref}, "I-07", sure, reason))
}

// controlPlanePart tells the workloads at which no path begins: the parts of the control plane, the network plug-in and what every
// cluster runs, in kube-system.
func controlPlanePart(ref model.Ref, f *fold) bool {
	return f.mirror && ref.Namespace == "kube-system" || partOfControlPlane(ref)
}

// partOfControlPlane tells them by their names.
func partOfControlPlane(ref model.Ref) bool {
	if ref.Namespace != "kube-system" {
		return false
	}
	for _, name := range [...]string{
		"kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", "cloud-controller-manager", "kube-proxy", "coredns", "kube-dns", "metrics-server",
		"calico-node", "calico-kube-controllers", "calico-typha", "canal", "cilium", "cilium-operator", "cilium-envoy", "kube-flannel-ds", "kube-flannel", "weave-net", "aws-node",
		"azure-cni", "kindnet", "antrea-agent", "antrea-controller", "kube-router", "kube-ovn-cni", "ovs-ovn", "kube-multus-ds",
	} {
		if rest, ok := strings.CutPrefix(ref.Name, name); ok && (rest == "" || rest[0] == '-' && ref.Kind == "Pod") {
			return true
		}
	}
	return false
}
