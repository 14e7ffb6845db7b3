package secret

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// updatePod takes a pod. What of it is no concern here, such as that it became ready, is passed over.
func (a *Analyser) updatePod(c *cluster.Cluster, d cluster.Delta) {
	before, after := cluster.Cast[*record.Pod](d)
	if before != nil && after != nil && before.Template == after.Template && before.UID == after.UID && sameOwner(before.Owner, after.Owner) &&
		before.Finished() == after.Finished() && len(before.Ephemeral()) == len(after.Ephemeral()) && before.Labels.Get("component") == after.Labels.Get("component") &&
		mirror(before) == mirror(after) && before.Since() == after.Since() && slices.Equal(before.Exposed(), after.Exposed()) {
		return
	}
	for _, p := range [...]*record.Pod{before, after} {
		if p == nil {
			continue
		}
		// What workloads are found to expose is not said of the object above them again.
		if up := c.Controller(p); !up.IsZero() {
			if _, ok := a.exposing[up]; ok {
				a.dirty.objects[up] = struct{}{}
			}
		}
	}
	a.filePod(c, keyOf(d.Ref), after)
}

// filePod puts a pod where it belongs, and takes it from where it was.
func (a *Analyser) filePod(c *cluster.Cluster, key types.NamespacedName, p *record.Pod) {
	a.copies.touch(podRef(key))
	old := a.members[key]
	delete(a.members, key)
	serves := false
	if p != nil {
		m := &member{template: p.Template, sheet: a.take(p.Template), extra: a.ephemeral(p), finished: p.Finished()}
		if m.names() || m.extra != nil {
			m.owner = a.namer(c.TopOwner(p))
			a.show(m, 1)
		}
		a.members[key] = m
		serves = m.serves && !m.finished && controlPlane(p)
	}
	if old != nil {
		if old.owner != nil {
			a.show(old, -1)
		}
		a.let(old.template)
	}
	if _, served := a.serving[key]; served || serves {
		a.dirty.servers[podRef(key)] = struct{}{}
		delete(a.serving, key)
		if serves {
			a.serving[key] = struct{}{}
		}
	}
}

func (a *Analyser) show(m *member, by int) {
	a.dirty.namers[m.owner] = struct{}{}
	if m.names() {
		m.owner.show(m.sheet, m.finished, by)
	}
	if m.extra != nil {
		m.owner.show(m.extra, m.finished, by)
	}
}

func podRef(key types.NamespacedName) model.Ref {
	return model.Ref{Version: "v1", Kind: "Pod", Namespace: key.Namespace, Name: key.Name}
}

func mirror(p *record.Pod) bool { return p.Annotations.Has(corev1.MirrorPodAnnotationKey) }

func sameOwner(a, b *record.Owner) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// updateWorkload takes an owner of pods. Where it comes, goes, or is of another life, pods may answer to another owner.
func (a *Analyser) updateWorkload(c *cluster.Cluster, d cluster.Delta) {
	before, after := cluster.Cast[*record.Workload](d)
	a.fileWorkload(c, d.Ref)
	if n := a.namers[d.Ref]; n != nil && done(before) != done(after) {
		n.altered = true
	}
	if before == nil || after == nil || before.UID != after.UID || !sameOwner(before.Owner, after.Owner) {
		a.refile(c, d.Ref)
	}
}

// fileWorkload takes the template of an owner of pods, where it is a top owner.
func (a *Analyser) fileWorkload(c *cluster.Cluster, ref model.Ref) {
	a.copies.touch(ref)
	var template record.Template
	var now *sheet
	if w, ok := c.Get(ref).(*record.Workload); ok && !w.Template.IsZero() && c.TopOwner(w) == ref {
		template, now = w.Template, a.take(w.Template)
	}
	if old := a.owns[ref]; old.sheet != nil {
		a.let(old.template)
		delete(a.owns, ref)
	}
	n := a.namers[ref]
	if now != nil {
		a.owns[ref] = owned{template, now}
		if !now.names() {
			now = nil
		}
	}
	if n == nil && now == nil {
		return
	}
	n = a.namer(ref)
	n.own, n.altered = now, n.altered || n.own != now
}

// owned is the template of a top owner, with its sheet.
type owned struct {
	template record.Template
	*sheet
}

// refile puts all anew where they belong that are below an owner.
func (a *Analyser) refile(c *cluster.Cluster, of model.Ref) {
	for _, child := range c.Children(of) {
		switch t := child.(type) {
		case *record.Pod:
			a.filePod(c, keyOf(t.Ref()), t)
		case *record.Workload:
			a.fileWorkload(c, t.Ref())
			if cluster.Produces(of, t.Ref()) {
				a.refile(c, t.Ref())
			}
		}
	}
}
