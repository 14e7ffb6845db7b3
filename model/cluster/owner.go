package cluster

import (
	"iter"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// Controller names the controller of a record as its metadata does, whatever that is; the zero reference where there is
// none, or no record.
func (c *Cluster) Controller(r model.Record) model.Ref {
	if o := ownerOf(r); o != nil {
		return o.Ref(r.GetNamespace())
	}
	return model.Ref{}
}

func ownerOf(r model.Record) *record.Owner {
	switch t := r.(type) {
	case *record.Pod:
		return t.Owner
	case *record.Workload:
		return t.Owner
	}
	return nil
}

// Produces tells whether the controller of a built-in kind makes objects of another: what claims a controller that does
// not make its like has none.
func Produces(owner, child model.Ref) bool {
	switch child.Group + "/" + child.Kind {
	case "/Pod":
		switch owner.Group + "/" + owner.Kind {
		case "apps/ReplicaSet", "/ReplicationController", "apps/StatefulSet", "apps/DaemonSet", "batch/Job":
			return true
		}
	case "apps/ReplicaSet":
		return owner.Group == "apps" && owner.Kind == "Deployment"
	case "batch/Job":
		return owner.Group == "batch" && owner.Kind == "CronJob"
	}
	return false
}

// foreign tells a kind that is not Kubernetes' own, so that it may own pods. A definition's group has a dot in it, so a group
// without one is built in; "extensions" had ReplicaSets and DaemonSets once.
func foreign(ref model.Ref) bool {
	return model.BuiltIn(ref.GroupKind()) == nil && (ref.Group == "extensions" || strings.Contains(ref.Group, "."))
}

// folder gives what an object is folded into; false where it stands for itself.
func folder(get func(model.Ref) model.Record, r model.Record) (model.Ref, bool) {
	o := ownerOf(r)
	if o == nil {
		return model.Ref{}, false
	}
	up := o.Ref(r.GetNamespace())
	pod, isPod := r.(*record.Pod)
	if isPod && pod.StandIn {
		return up, true
	}
	if isPod && pod.Annotations.Has(corev1.MirrorPodAnnotationKey) {
		return model.Ref{}, false
	}
	if !Produces(up, r.Ref()) {
		return up, isPod && foreign(up)
	}
	above := get(up)
	if above == nil {
		// That a pod's controller exists is known from the pod, which is judged whoever that is. What has a template of its
		// own is only judged where it stands for itself.
		return up, isPod
	}
	return up, o.UID == "" || above.GetUID() == "" || o.UID == above.GetUID()
}

// TopOwner gives the object that answers for a pod or an owner of pods: the last one, climbing by controllers, that is
// known to hold the template.
//
// Anybody who may write an object may write any controller into it, so a claim alone hides nothing. An owner of pods is
// folded into its controller only where that was seen, makes such objects and has the UID that is claimed, where both are
// told. A pod goes with a controller that was not seen as well, or of a kind that is not known, since its own template is
// judged all the same; where it claims one that makes no pods, or another of the same name, it stands for itself. So does
// the mirror of a static pod, which nobody controls.
func (c *Cluster) TopOwner(r model.Record) model.Ref { return TopOwner(c.Get, r) }

// Strays tells of an owner of pods that is folded into another that it wants pods of another template than that one makes: an
// older revision on its way out does, and so does what somebody has written who wants it hidden. What has run to its end, or is
// scaled to none, wants no pods; what was never at a server may have any status.
func (c *Cluster) Strays(w *record.Workload) bool {
	if w.Template.IsZero() || w.UID != "" && (w.Replicas == 0 || w.Completed || w.Failed) {
		return false
	}
	ref := w.Ref()
	top := c.TopOwner(w)
	if top == ref {
		return false
	}
	above, ok := c.Get(top).(*record.Workload)
	return !ok || above.Template.Bare() != w.Template.Bare()
}

// TopOwner is Cluster.TopOwner where get gives the records.
func TopOwner(get func(model.Ref) model.Record, r model.Record) model.Ref {
	top := r.Ref()
	// No kind produces itself by way of others, so this ends.
	for r != nil {
		up, ok := folder(get, r)
		if !ok {
			return top
		}
		top, r = up, get(up)
	}
	return top
}

// Pods goes through the pods that are folded into an owner, by way of others too; through the pod itself where it is given
// one.
func (c *Cluster) Pods(owner model.Ref) iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		if p, ok := c.Get(owner).(*record.Pod); ok {
			yield(p)
			return
		}
		c.walk(owner, yield)
	}
}

func (c *Cluster) walk(owner model.Ref, yield func(*record.Pod) bool) bool {
	for _, child := range c.children[owner] {
		if _, ok := folder(c.Get, child); !ok {
			continue
		}
		switch t := child.(type) {
		case *record.Pod:
			if !yield(t) {
				return false
			}
		default:
			if !c.walk(child.Ref(), yield) {
				return false
			}
		}
	}
	return true
}
