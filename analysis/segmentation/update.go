package segmentation

import (
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Update notes a delta, which c already holds. What follows is worked out by Flush.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta) {
	switch d.Ref.Group {
	case "":
		a.updateCore(c, d)
	case policy.Group:
		a.updateOrdered(d)
	case model.GroupNetwork:
		switch d.Ref.Kind {
		case "NetworkPolicy":
			a.updatePolicy(d)
		case "Ingress":
			a.updateIngress(d)
		case "IngressClass":
			a.touchIngresses(c, nil)
		}
	case discoveryv1.GroupName:
		if d.Ref.Kind == "EndpointSlice" {
			a.rewire(d.Ref.Namespace)
		}
	case model.GroupGateway, model.GroupRoute:
		if d.Ref.Kind == "Gateway" || d.Ref.Kind == "Route" {
			a.dirty.objects[d.Ref] = struct{}{}
		}
	default:
		before, after := cluster.Cast[*record.Workload](d)
		if before != nil || after != nil {
			a.updateWorkload(c, d)
		}
	}
}

func (a *Analyser) updateCore(c *cluster.Cluster, d cluster.Delta) {
	switch d.Ref.Kind {
	case "Pod":
		a.updatePod(c, d)
	case "ReplicationController":
		a.updateWorkload(c, d)
	case "Namespace":
		a.updateNamespace(c, d)
	case "Node":
		a.updateNode(d)
	case "Service":
		a.dirty.objects[d.Ref] = struct{}{}
		a.rewire(d.Ref.Namespace)
		delete(a.taking, d.Ref)
		if _, after := cluster.Cast[*record.Typed[*corev1.Service]](d); after != nil && len(after.Object.Spec.ExternalIPs) > 0 {
			a.taking[d.Ref] = struct{}{}
		}
	case "ResourceQuota":
		a.count(d, &a.place(d.Ref.Namespace).quotas)
	case "LimitRange":
		a.count(d, &a.place(d.Ref.Namespace).limits)
	}
}

// updatePod takes a pod. What of it is no concern here, such as that it became ready, is passed over.
func (a *Analyser) updatePod(c *cluster.Cluster, d cluster.Delta) {
	before, after := cluster.Cast[*record.Pod](d)
	if before != nil && after != nil && before.Labels == after.Labels && before.Template == after.Template && before.Node() == after.Node() && before.Finished() == after.Finished() &&
		before.Name == after.Name && before.UID == after.UID && sameOwner(before.Owner, after.Owner) &&
		before.Annotations.Has(corev1.MirrorPodAnnotationKey) == after.Annotations.Has(corev1.MirrorPodAnnotationKey) && len(before.IPs) == len(after.IPs) {
		return
	}
	if before != nil {
		a.dirty.owners[c.TopOwner(before)] = struct{}{}
	}
	if after != nil {
		a.dirty.owners[c.TopOwner(after)] = struct{}{}
	}
}

func sameOwner(a, b *record.Owner) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// updateWorkload takes an owner of pods. Where it comes, goes, or is of another life, pods may answer to another owner.
func (a *Analyser) updateWorkload(c *cluster.Cluster, d cluster.Delta) {
	before, after := cluster.Cast[*record.Workload](d)
	if before != nil && after != nil && before.UID == after.UID && sameOwner(before.Owner, after.Owner) {
		if before.PodLabels != after.PodLabels || before.Template != after.Template || before.Created != after.Created || before.Changed != after.Changed {
			a.dirty.owners[d.Ref] = struct{}{}
		}
		return
	}
	a.dirty.owners[d.Ref] = struct{}{}
	if before != nil {
		a.dirty.owners[cluster.TopOwner(func(ref model.Ref) model.Record {
			if ref == d.Ref {
				return d.Old
			}
			return c.Get(ref)
		}, before)] = struct{}{}
	}
	if after != nil {
		a.dirty.owners[c.TopOwner(after)] = struct{}{}
	}
	a.touchChildren(c, d.Ref)
}

// touchChildren has all judged anew that pods below an owner may answer to.
func (a *Analyser) touchChildren(c *cluster.Cluster, of model.Ref) {
	for _, child := range c.Children(of) {
		a.dirty.owners[child.Ref()] = struct{}{}
		a.dirty.owners[c.TopOwner(child)] = struct{}{}
		if _, ok := child.(*record.Workload); ok && cluster.Produces(of, child.Ref()) {
			a.touchChildren(c, child.Ref())
		}
	}
}

// count keeps how many objects of a kind a namespace has.
func (a *Analyser) count(d cluster.Delta, n *int) {
	before := *n
	if d.Old == nil && d.New != nil {
		*n++
	}
	if d.Old != nil && d.New == nil {
		*n--
	}
	if (before == 0) != (*n == 0) {
		a.dirty.places[d.Ref.Namespace] = struct{}{}
	}
}

func (a *Analyser) updateIngress(d cluster.Delta) {
	before, after := cluster.Cast[*record.Typed[*networkingv1.Ingress]](d)
	a.dirty.objects[d.Ref] = struct{}{}
	for _, ref := range a.hosts.replace(d.Ref, before, after) {
		a.dirty.objects[ref] = struct{}{}
	}
}

// touchIngresses has Ingresses judged anew that meet a condition; all where it is nil.
func (a *Analyser) touchIngresses(c *cluster.Cluster, meets func(*record.Typed[*networkingv1.Ingress]) bool) {
	for rec := range c.All(ingresses) {
		if in, ok := rec.(*record.Typed[*networkingv1.Ingress]); ok && (meets == nil || meets(in)) {
			a.dirty.objects[in.Ref()] = struct{}{}
		}
	}
}
