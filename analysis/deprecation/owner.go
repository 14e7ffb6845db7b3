package deprecation

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// member is a pod that has not ended, and runs what is given up or will be.
type member struct {
	key   types.NamespacedName
	sheet *sheet
	// owner is its top owner, as of the last flush.
	owner model.Ref
}

func keyOf(ref model.Ref) types.NamespacedName {
	return types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
}

func podRef(key types.NamespacedName) model.Ref {
	return model.Ref{Version: "v1", Kind: "Pod", Namespace: key.Namespace, Name: key.Name}
}

// updatePod takes a pod. What of it is no concern here, such as that it became ready, is passed over.
func (a *Analyser) updatePod(ref model.Ref, before, after *record.Pod) {
	if before != nil && after != nil && before.Template == after.Template && before.UID == after.UID && before.Finished() == after.Finished() &&
		before.StandIn == after.StandIn && mirror(before) == mirror(after) && sameOwner(before.Owner, after.Owner) {
		return
	}
	key := keyOf(ref)
	var now *sheet
	// The new template comes before the old one goes, so that what both are stays.
	if after != nil && !after.StandIn {
		now = a.acquire(after.Template)
	}
	if before != nil && !before.StandIn {
		a.release(before.Template)
	}
	m := a.members[key]
	if now == nil || len(now.hits) == 0 || after.Finished() {
		if m == nil {
			return
		}
		delete(a.members, key)
		a.detach(m)
		return
	}
	if m == nil {
		m = &member{key: key}
		a.members[key] = m
	}
	m.sheet = now
	a.dirty.pods[key] = struct{}{}
	if m.owner != (model.Ref{}) {
		a.dirty.owners[m.owner] = struct{}{}
	}
}

// detach takes a pod from its owner.
func (a *Analyser) detach(m *member) {
	if m.owner == (model.Ref{}) {
		return
	}
	a.dirty.owners[m.owner] = struct{}{}
	if delete(a.owners[m.owner], m); len(a.owners[m.owner]) == 0 {
		delete(a.owners, m.owner)
	}
	m.owner = model.Ref{}
}

func mirror(p *record.Pod) bool { return p.Annotations.Has(corev1.MirrorPodAnnotationKey) }

func sameOwner(a, b *record.Owner) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// updateWorkload takes an owner of pods. Where it comes, goes, or is of another life, what stands below it may answer to another.
func (a *Analyser) updateWorkload(c *cluster.Cluster, ref model.Ref, before, after *record.Workload) {
	hits := false
	if after != nil {
		hits = len(a.acquire(after.Template).hits) > 0
	}
	if before != nil {
		if s := a.sheets[before.Template.Bare()]; s != nil {
			hits = hits || len(s.hits) > 0
		}
		a.release(before.Template)
	}
	if hits {
		a.dirty.owners[ref] = struct{}{}
	}
	if before == nil || after == nil || before.UID != after.UID || !sameOwner(before.Owner, after.Owner) {
		a.touchBelow(c, ref, 0)
	}
}

// climb is how far one looks down: no kind produces itself, but who writes an object may claim so.
const climb = 8

// touchBelow has all looked at anew that stands below an owner and runs what is given up.
func (a *Analyser) touchBelow(c *cluster.Cluster, ref model.Ref, depth int) {
	if a.hot == 0 || depth == climb {
		return
	}
	for _, child := range c.Children(ref) {
		switch t := child.(type) {
		case *record.Pod:
			if key := keyOf(t.Ref()); a.members[key] != nil {
				a.dirty.pods[key] = struct{}{}
			}
		case *record.Workload:
			if s := a.sheets[t.Template.Bare()]; s != nil && len(s.hits) > 0 {
				a.dirty.owners[t.Ref()] = struct{}{}
			}
			a.touchBelow(c, t.Ref(), depth+1)
		}
	}
}

// house puts a pod below its top owner.
func (r *round) house(at types.NamespacedName) {
	m := r.members[at]
	pod, _ := r.c.Get(podRef(at)).(*record.Pod)
	if m == nil || pod == nil {
		return
	}
	if owner := r.c.TopOwner(pod); owner != m.owner {
		r.detach(m)
		m.owner = owner
		if r.owners[owner] == nil {
			r.owners[owner] = map[*member]struct{}{}
		}
		r.owners[owner][m] = struct{}{}
	}
	r.dirty.owners[m.owner] = struct{}{}
}

// judgeOwner brings the finding on a top owner up to date.
func (r *round) judgeOwner(ref model.Ref) {
	object := r.c.Get(ref)
	own := r.own(ref, object)
	lines, unless, next := r.linesOf(ref, own)
	r.wait(ref, next)
	var now []*model.Finding
	if len(lines) > 0 {
		if rule := r.rules["VP08"]; rule != nil {
			f := analysis.NewFinding(rule, rule.Severity, ref, object, &proof{lines})
			if unless != "" {
				f.Verdict, f.Reason = model.Depends, unless
			}
			for m := range r.owners[ref] {
				for i := range m.sheet.hits {
					if up, _ := m.sheet.hits[i].given(r.now); up {
						f.Pods++
						break
					}
				}
			}
			now = append(now, f)
		}
	}
	r.addOns.Set(ref, now, r.out)
}

// own is what an owner of pods says itself, where it stands for itself and has not come to its end.
func (r *round) own(ref model.Ref, object model.Record) []hit {
	w, _ := object.(*record.Workload)
	if w == nil || w.Completed || w.Failed || r.c.TopOwner(w) != ref {
		return nil
	}
	if s := r.sheets[w.Template.Bare()]; s != nil {
		return s.hits
	}
	return nil
}
