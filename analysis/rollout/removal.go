package rollout

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// delete takes an object away, with what it controls; a namespace with all that is in it. A pod that has a controller
// comes back new.
func (d *draft) delete(ref model.Ref) error {
	r := d.get(ref)
	if r == nil {
		return model.ErrNotFound
	}
	if p, ok := r.(*record.Pod); ok && p.Owner != nil {
		if p.Annotations.Has(corev1.MirrorPodAnnotationKey) {
			d.assume("%s is the mirror of a static pod: the kubelet makes it again as long as its file is on the node", ref)
			return nil
		}
		if d.remakes(p) {
			d.restarts[key(ref)] = true
			d.touch(key(ref), p)
			return nil
		}
	}
	if w, ok := r.(*record.Workload); ok && d.remakesSet(w) {
		for _, child := range d.children(ref) {
			if p, ok := child.(*record.Pod); ok {
				d.restarts[key(p.Ref())] = true
				d.touch(key(p.Ref()), p)
			}
		}
		d.assume("%s makes %s again", d.base.Controller(r), ref)
		return nil
	}
	if ref.Group == "" && ref.Kind == "Namespace" {
		d.empty(ref.Name)
	}
	if ref.Group == "" && ref.Kind == "Node" {
		d.assume("the pods of %s are shown where they were; their controllers would make them again on other nodes", ref)
	}
	d.dropTree(ref, 16)
	return nil
}

// remakes tells whether the controller of a pod makes a new one when it is deleted.
func (d *draft) remakes(p *record.Pod) bool {
	w, ok := d.get(d.base.Controller(p)).(*record.Workload)
	return ok && !p.Finished() && !w.Template.IsZero()
}

// remakesSet tells whether a ReplicaSet belongs to a Deployment that makes it again.
func (d *draft) remakesSet(w *record.Workload) bool {
	owner, ok := d.get(d.base.Controller(w)).(*record.Workload)
	return ok && owner.Kind.Kind == "Deployment" && !w.Template.IsZero()
}

// dropTree drops an object and what it controls. Controllers cannot loop in a real cluster; in a hostile capture they can.
func (d *draft) dropTree(ref model.Ref, depth int) {
	children := d.children(ref)
	d.drop(ref)
	if depth == 0 {
		return
	}
	for _, child := range children {
		d.dropTree(child.Ref(), depth-1)
	}
}

// empty drops all that is in a namespace.
func (d *draft) empty(namespace string) {
	for _, gk := range d.base.Kinds() {
		var inside []model.Record
		for r := range d.base.All(gk) {
			if r.GetNamespace() == namespace && d.get(r.Ref()) != nil {
				inside = append(inside, r)
			}
		}
		sortRecords(inside)
		for _, r := range inside {
			d.drop(r.Ref())
		}
	}
	for ref, r := range d.now {
		if r != nil && ref.Namespace == namespace {
			d.now[ref] = nil
		}
	}
}
