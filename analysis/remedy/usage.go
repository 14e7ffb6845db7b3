package remedy

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// usage is what the pods of a namespace request, those that run and those that their owners want.
type usage struct {
	// pods counts them; surge those that owners have beside while they replace others.
	pods, surge int64
	// sum is what all request, sumSurge what those beside do, largest what one pod does at most.
	sum, sumSurge, largest corev1.ResourceList
	// least is the smallest request of a container; bare and bareSurge count the containers that request nothing, by resource.
	least           corev1.ResourceList
	bare, bareSurge map[corev1.ResourceName]int64
	// unknown says of which owners nobody can tell how many pods they come to, and why.
	unknown []string
	// ports counts Services with ports on nodes, balancers those with a load balancer.
	ports, balancers int64
}

func (s *segments) usage(namespace string) *usage {
	u := &usage{sum: corev1.ResourceList{}, sumSurge: corev1.ResourceList{}, largest: corev1.ResourceList{}, least: corev1.ResourceList{},
		bare: map[corev1.ResourceName]int64{}, bareSurge: map[corev1.ResourceName]int64{}}
	running, most := map[model.Ref]int64{}, map[model.Ref]int64{}
	for _, r := range s.p.within(namespace) {
		p, ok := r.(*record.Pod)
		if !ok {
			continue
		}
		// A CronJob is judged by the runs that were seen, those that have ended too.
		most[s.p.c.Controller(p)]++
		if !p.Finished() {
			u.count(&p.Template.Decode().Spec, 1, 0)
			running[s.owner(p)]++
		}
	}
	anything := u.pods > 0
	for _, r := range s.p.within(namespace) {
		w, ok := r.(*record.Workload)
		if !ok || s.owner(w) != w.Ref() {
			continue
		}
		anything = true
		want, surge, why := s.wanted(w, running[w.Ref()], most)
		if why != "" {
			u.unknown = append(u.unknown, w.Kind.Kind+" "+w.Name+" "+why)
			continue
		}
		if !w.Template.IsZero() {
			u.count(&w.Template.Decode().Spec, max(0, want-running[w.Ref()]), surge)
		}
	}
	if !anything {
		u.unknown = append(u.unknown, "no pod and no owner of pods was seen in it")
	}
	for _, kind := range []string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob"} {
		if s.p.c.Seen(model.KindByName(kind).GroupKind(), namespace).State == model.Denied {
			u.unknown = append(u.unknown, "no "+kind+" could be read")
		}
	}
	s.countServices(u, namespace)
	return u
}

func (s *segments) countServices(u *usage, namespace string) {
	for r := range s.p.c.All(schema.GroupKind{Kind: "Service"}) {
		svc, ok := r.(*record.Typed[*corev1.Service])
		if !ok || svc.Namespace != namespace {
			continue
		}
		for i := range svc.Object.Spec.Ports {
			if svc.Object.Spec.Ports[i].NodePort > 0 {
				u.ports++
			}
		}
		if svc.Object.Spec.Type == corev1.ServiceTypeLoadBalancer {
			u.balancers++
		}
	}
}

// owner gives the topmost workload that answers for an object, or the object itself. Owners of other kinds say nothing of how many
// pods they want.
func (s *segments) owner(r model.Record) model.Ref {
	for range 16 {
		w, ok := s.p.c.Get(s.p.c.Controller(r)).(*record.Workload)
		if !ok || w.Ref() == r.Ref() {
			break
		}
		r = w
	}
	return r.Ref()
}

// wanted gives how many pods an owner comes to, and how many more while it replaces them; or why nobody can tell.
func (s *segments) wanted(w *record.Workload, running int64, most map[model.Ref]int64) (want, surge int64, why string) {
	want = max(running, int64(w.Replicas), int64(w.Ready))
	switch w.Kind.Kind {
	case "DaemonSet":
		if want = max(want, int64(s.p.c.Len(schema.GroupKind{Kind: "Node"}))); want == 0 {
			return 0, 0, "has no pods, and no nodes were seen"
		}
		if w.Surge {
			surge = want
		}
		return want, surge, ""
	case "Job":
		if want == 0 && (w.Suspended || most[w.Ref()] == 0) {
			return 0, 0, "has no pods, and how many it starts is not known"
		}
		return want, 0, ""
	case "CronJob":
		var run int64
		for _, child := range s.p.c.Children(w.Ref()) {
			if job, ok := child.(*record.Workload); ok {
				run = max(run, most[job.Ref()], int64(job.Ready))
				want = max(want, int64(job.Ready))
			}
		}
		if run == 0 {
			return 0, 0, "has no runs, and how many pods one starts is not known"
		}
		// The next run may begin before the last one ends.
		return max(want, run), run, ""
	}
	if want == 0 {
		return 0, 0, "is scaled to zero, and to how many pods it comes back is not known"
	}
	if w.Kind.Kind == "Deployment" && w.Surge {
		// A quarter is what maxSurge says where nobody sets it.
		surge = (want + 3) / 4
	}
	return want, surge, ""
}

// count adds pods of a kind, and those beside. Init containers run before the others, and sidecars among them beside.
func (u *usage) count(spec *corev1.PodSpec, pods, surge int64) {
	if pods+surge == 0 {
		return
	}
	u.pods, u.surge = u.pods+pods, u.surge+surge
	for _, name := range sized() {
		var sum, first resource.Quantity
		look := func(c *corev1.Container) resource.Quantity {
			q, ok := c.Resources.Requests[name]
			if !ok {
				q, ok = c.Resources.Limits[name]
			}
			if !ok {
				u.bare[name] += pods
				u.bareSurge[name] += surge
				return q
			}
			if least, known := u.least[name]; !q.IsZero() && (!known || q.Cmp(least) < 0) {
				u.least[name] = q.DeepCopy()
			}
			return q
		}
		for i := range spec.Containers {
			sum.Add(look(&spec.Containers[i]))
		}
		for i := range spec.InitContainers {
			c := &spec.InitContainers[i]
			q := look(c)
			if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
				sum.Add(q)
			} else if q.Cmp(first) > 0 {
				first = q
			}
		}
		if first.Cmp(sum) > 0 {
			sum = first
		}
		if most := u.largest[name]; sum.Cmp(most) > 0 {
			u.largest[name] = sum.DeepCopy()
		}
		add(u.sum, name, times(sum, pods))
		add(u.sumSurge, name, times(sum, surge))
	}
}

func add(to corev1.ResourceList, name corev1.ResourceName, q resource.Quantity) {
	all := to[name].DeepCopy()
	all.Add(q)
	to[name] = all
}

func times(q resource.Quantity, n int64) resource.Quantity {
	all := q.DeepCopy()
	all.Mul(n)
	return all
}
