package workload

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// pod files a pod that is new, changed or gone.
func (a *Analyser) pod(c *cluster.Cluster, ref model.Ref, after *record.Pod) {
	key := types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
	m := a.members[key]
	if after == nil {
		if m != nil {
			a.remove(m)
			delete(a.members, key)
		}
		a.head(ref, nil, record.Template{}, false)
	} else {
		if m == nil {
			m = &member{}
			a.members[key] = m
		}
		a.file(c, m, after)
	}
}

// workload takes an owner of pods that is new, changed or gone.
func (a *Analyser) workload(c *cluster.Cluster, ref model.Ref, before, after *record.Workload) {
	a.stand(c, ref, after)
	switch {
	case before == nil || after == nil || before.UID != after.UID || !sameOwner(before.Owner, after.Owner):
		a.regroup(c, ref)
	case before.Template != after.Template:
		a.restand(c, ref)
	}
}

// stand makes an owner of pods the head of its group where it stands for itself, and takes it away where it is folded into
// another, or gone. What is folded into another is still judged where it says something of its own.
func (a *Analyser) stand(c *cluster.Cluster, ref model.Ref, w *record.Workload) {
	if w != nil && c.TopOwner(w) == ref {
		a.head(ref, &w.Meta, w.Template, false)
	} else {
		a.head(ref, nil, record.Template{}, false)
	}
	a.under(c, ref, w)
}

func sameOwner(a, b *record.Owner) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// mirror tells that the pod stands for one that a kubelet runs from a file.
func mirror(p *record.Pod) bool { return p.Annotations.Has(corev1.MirrorPodAnnotationKey) }

// head makes a record the head of its group, or takes it away where meta is nil.
func (a *Analyser) head(ref model.Ref, meta *record.Meta, t record.Template, mirror bool) {
	g := a.groups[ref]
	if g == nil {
		if meta == nil {
			return
		}
		g = a.group(ref)
	}
	naked := meta != nil && ref.Group == "" && ref.Kind == "Pod" && !mirror
	changed := g.template != t || g.mirror != mirror || g.naked != naked || (meta == nil) != (g.meta == nil) ||
		(meta != nil && (g.meta.Since() != meta.Since() || g.meta.Labels != meta.Labels || !slices.Equal(g.meta.Exposed(), meta.Exposed())))
	g.meta, g.naked, g.leaks = meta, naked, nil
	if meta != nil {
		g.leaks = leaksOf(meta)
	}
	if g.template != t || g.mirror != mirror {
		old, oldTemplate := g.own, g.template
		g.own, g.template, g.mirror = nil, t, mirror
		if !t.IsZero() {
			g.own = a.judgements.acquire(t)
			a.use(g, g.own)
		}
		if old != nil {
			a.unuse(g, old)
			a.judgements.release(oldTemplate)
		}
	}
	if changed {
		a.touch(g)
	}
}

func (a *Analyser) group(ref model.Ref) *group {
	key := keyOf(ref)
	g := a.groups[key]
	if g == nil {
		g = &group{owner: ref}
		a.groups[key] = g
		if a.places[ref.Namespace] == nil {
			a.places[ref.Namespace] = map[*group]struct{}{}
		}
		a.places[ref.Namespace][g] = struct{}{}
	}
	return g
}

// file puts a pod where it belongs, and makes it the head of its group where it is its own owner.
func (a *Analyser) file(c *cluster.Cluster, m *member, p *record.Pod) {
	top := c.TopOwner(p)
	a.move(m, p, top)
	if ref := p.Ref(); top == ref {
		a.head(ref, &p.Meta, p.Template, mirror(p))
	} else {
		a.head(ref, nil, record.Template{}, false)
	}
}

// move puts a pod into a group and its bucket, out of those in which it stood.
func (a *Analyser) move(m *member, p *record.Pod, top model.Ref) {
	old := m.pod
	if old != nil && keyOf(m.group.owner) == keyOf(top) && old.Template == p.Template && old.Finished() == p.Finished() && mirror(old) == mirror(p) &&
		slices.Equal(old.Exposed(), p.Exposed()) {
		m.pod = p
		if old == p {
			return
		}
		if old.Labels != p.Labels {
			// Services pick pods by their labels.
			a.dirtyTaken[m.group] = struct{}{}
		}
		if !sameEphemeral(old, p) || old.Since() != p.Since() {
			a.debug(m)
			a.touch(m.group)
		}
		if !sameOwner(old.Owner, p.Owner) {
			a.touch(m.group)
		}
		return
	}
	var j *judgement
	if !p.Finished() {
		// Before the old place lets the template go, which is most often the same.
		j = a.judgements.acquire(p.Template)
	}
	a.remove(m)
	m.pod = p
	g := a.group(top)
	m.group = g
	g.members++
	if j != nil {
		m.bucket = g.bucket(j, leaksOf(&p.Meta))
		if len(m.bucket.pods) == 0 {
			a.use(g, j)
			a.run(g, j, p, 1)
		}
		m.bucket.add(m)
		a.debug(m)
	}
	a.touch(g)
}

// remove takes a pod out of its group.
func (a *Analyser) remove(m *member) {
	g := m.group
	if g == nil {
		return
	}
	if b := m.bucket; b != nil {
		b.remove(m)
		if len(b.pods) == 0 {
			g.drop(b)
			a.run(g, b.judgement, m.pod, -1)
			a.unuse(g, b.judgement)
		}
		a.judgements.release(m.pod.Template)
	}
	if m.session != nil {
		g.debugged = slices.DeleteFunc(g.debugged, func(o *member) bool { return o == m })
	}
	m.group, m.bucket, m.session = nil, nil, nil
	a.alarms.set(m)
	g.members--
	a.touch(g)
}

// debug judges the ephemeral containers of a running pod.
func (a *Analyser) debug(m *member) {
	had := m.session != nil
	m.session = nil
	if len(m.pod.Ephemeral()) > 0 {
		m.session = newSession(m.pod, a.clockNow(), a.judgements.allow)
	}
	switch {
	case m.session != nil && !had:
		m.group.debugged = append(m.group.debugged, m)
	case m.session == nil && had:
		m.group.debugged = slices.DeleteFunc(m.group.debugged, func(o *member) bool { return o == m })
	}
	a.alarms.set(m)
}

// regroup files anew what is below an owner: what stands above it has changed. Pods are two steps below at most.
func (a *Analyser) regroup(c *cluster.Cluster, owner model.Ref) {
	for _, child := range c.Children(owner) {
		if !cluster.Produces(owner, child.Ref()) {
			continue
		}
		switch t := child.(type) {
		case *record.Pod:
			if m := a.members[types.NamespacedName{Namespace: t.Namespace, Name: t.Name}]; m != nil {
				a.file(c, m, t)
			}
		case *record.Workload:
			a.stand(c, t.Ref(), t)
			a.regroup(c, t.Ref())
		}
	}
}
