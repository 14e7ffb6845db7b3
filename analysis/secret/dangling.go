package secret

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// judgeNamer tells of Secrets that an object needs and that are not there.
func (r *round) judgeNamer(n *namer) {
	var lines []model.Evidence
	severity, pods, doubtful := model.Low, 0, ""
	missing := func(u *use) bool {
		if !u.needs() {
			return false
		}
		key := n.key(u)
		known, reason := told(r.c, key.Namespace)
		if !known || r.c.Get(secretRef(key)) != nil {
			return false
		}
		doubtful = cmp.Or(doubtful, reason)
		return true
	}
	note := func(object model.Ref, prefix string, uses []use) (some bool) {
		for i := range uses {
			if u := &uses[i]; missing(u) {
				some = true
				lines = append(lines, model.Evidence{Object: object, Path: prefix + u.path, Value: secretName(n, n.key(u))})
			}
		}
		return some
	}
	note(n.ref, "", n.object)
	if w, ok := r.c.Get(n.ref).(*record.Workload); ok && n.own != nil && !w.Failed && !w.Completed {
		if note(n.ref, n.prefix(), n.own.uses) && w.Replicas != 0 && !w.Suspended {
			severity = model.Medium
		}
	}
	for i := range n.shown {
		p := &n.shown[i]
		if p.pods == 0 || !slices.ContainsFunc(p.uses, func(u use) bool { return missing(&u) }) {
			continue
		}
		severity, pods = model.Medium, pods+p.pods
		if !r.covers(n, p) {
			note(r.example(n, p.sheet), "spec.", p.uses)
		}
	}
	f := doubt(r.finding("SE07", severity, n.ref, order(lines)), model.Unknown, doubtful)
	if f != nil {
		f.Pods = pods
	}
	r.stand(n.ref, asNamer, f)
}

// covers tells that the owner's own template names all that this one of its pods does, so that the pods add no evidence.
func (r *round) covers(n *namer, p *presence) bool {
	if n.own == nil {
		return false
	}
	for i := range p.uses {
		u := &p.uses[i]
		if u.needs() && !slices.ContainsFunc(n.own.uses, func(o use) bool { return o.needs() && o.secret == u.secret }) {
			return false
		}
	}
	return true
}

// example names the first living pod of an owner that has a template.
func (r *round) example(n *namer, s *sheet) model.Ref {
	var best model.Ref
	for p := range r.c.Pods(n.ref) {
		ref := p.Ref()
		if m := r.members[keyOf(ref)]; m != nil && !m.finished && (m.sheet == s || m.extra == s) && (best.IsZero() || ref.Compare(best) < 0) {
			best = ref
		}
	}
	return cmp.Or(best, n.ref)
}

// secretName writes the Secret that an object names, with the namespace where it is another.
func secretName(n *namer, key types.NamespacedName) string {
	if key.Namespace == n.ref.Namespace {
		return brief(key.Name)
	}
	return brief(key.Namespace + "/" + key.Name)
}
