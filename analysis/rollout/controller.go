package rollout

import (
	"maps"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// player lets admission and the controllers act on a draft.
type player struct {
	*draft
	// seen and refusals remember what was worked out for a template: the pods of an owner share one.
	seen     map[readmission]record.Template
	refusals map[posture]string
}

// play lets the controllers act on one object that a step touched.
func (p *player) play(ref model.Ref) error {
	old, now := p.base.Get(ref), p.get(ref)
	switch n := now.(type) {
	case *record.Workload:
		o, ok := old.(*record.Workload)
		if !ok {
			return p.start(n)
		}
		if err := p.roll(o, n); err != nil {
			return err
		}
		return p.scale(o, n)
	case *record.Pod:
		if p.restarts[ref] {
			return p.restart(n)
		}
		if old == nil {
			return p.admitNew(n)
		}
	case *record.Typed[*corev1.ServiceAccount]:
		if old != nil && !old.Same(now) {
			p.assume("pods that run keep the token and the pull secrets that %s gave them until they are made again", ref)
		}
	case *record.Typed[*corev1.Namespace]:
		if o, ok := old.(*record.Typed[*corev1.Namespace]); ok && o.Labels != n.Labels {
			p.assume("pods that run in %s are not evicted by its Pod Security labels; only new ones are refused", n.Name)
		}
	}
	return nil
}

// roll gives the children of an owner its new template.
func (p *player) roll(old, now *record.Workload) error {
	if old.Template == now.Template && old.PodLabels == now.PodLabels {
		return nil
	}
	ref := now.Ref()
	switch now.Kind.Kind {
	case "CronJob":
		if len(p.children(ref)) > 0 {
			p.assume("jobs that %s has started keep the template they have; the next run takes the new one", ref)
		}
		return nil
	case "Job":
		return nil
	case "Deployment":
		if now.Suspended {
			p.assume("%s is paused: its pods stay as they are until it is resumed", ref)
			return nil
		}
	case "DaemonSet", "StatefulSet":
		p.assume("%s is taken to update its pods by itself; with updateStrategy OnDelete they stay until deleted", ref)
	case "ReplicaSet", "ReplicationController":
		if now.Owner == nil {
			p.assume("%s does not replace pods that run: they are shown as after their deletion", ref)
		}
	}
	return p.rollChildren(old, now)
}

func (p *player) rollChildren(old, now *record.Workload) error {
	for _, child := range p.children(now.Ref()) {
		// One that only claims the owner is none of its own. Since no kind makes its own like, owners that claim each other
		// do not go round here.
		if !cluster.Produces(now.Ref(), child.Ref()) || p.top(child) != p.top(now) {
			continue
		}
		switch c := child.(type) {
		case *record.Workload:
			// A ReplicaSet without a template is a revision of the past.
			if c.Template.IsZero() {
				continue
			}
			next := c.DeepCopyObject().(*record.Workload)
			next.Template = now.Template
			next.PodLabels = swapLabels(c.PodLabels, old.PodLabels, now.PodLabels)
			p.put(next)
			if err := p.rollChildren(c, next); err != nil {
				return err
			}
		case *record.Pod:
			if c.Finished() {
				continue
			}
			if err := p.replace(c, old, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// replace makes a pod again from its owner's new template. It keeps its name and address: those of its successor are
// not known, and a preview is easier to read without strangers.
func (p *player) replace(pod *record.Pod, old, now *record.Workload) error {
	t, err := p.readmit(pod, old, now)
	if err != nil {
		return err
	}
	next, err := named(pod, t)
	if err != nil {
		return err
	}
	next.Labels = swapLabels(pod.Labels, old.PodLabels, now.PodLabels)
	if why := p.refusal(next); why != "" && !p.restarts[key(pod.Ref())] {
		// The pod stays as it is, with its findings: an owner takes old pods away only as new ones come up. To show it as
		// absent would close its findings in a preview because nothing runs any more, which nobody wants for a fix.
		p.assume("Pod Security refuses the new pods of %s (enforced by Namespace %s: %s): its old pods are shown as they are, with their findings; strategy Recreate would leave none, and a DaemonSet or StatefulSet would lose some", p.top(pod), pod.Namespace, why)
		p.unseen(next)
		return nil
	}
	p.settle(next)
	return nil
}

// restart makes a deleted pod again from the template of its owner as it is now.
func (p *player) restart(pod *record.Pod) error {
	owner, ok := p.get(p.base.Controller(pod)).(*record.Workload)
	if !ok {
		p.drop(pod.Ref())
		return nil
	}
	old := owner
	if o, ok := p.base.Get(owner.Ref()).(*record.Workload); ok {
		old = o
	}
	return p.replace(pod, old, owner)
}

// settle puts a new pod where it belongs, unless Pod Security refuses it: where none was before, or the old one was
// deleted, there is none then.
func (p *player) settle(pod *record.Pod) {
	owner := p.top(pod)
	if why := p.refusal(pod); why != "" {
		p.assume("Pod Security refuses the new pods of %s (enforced by Namespace %s: %s): they are shown as absent, and what was found on them ends only because nothing runs", owner, pod.Namespace, why)
		p.unseen(pod)
		p.drop(pod.Ref())
		return
	}
	p.unseen(pod)
	p.depend(pod, owner)
	p.put(pod)
}

// swapLabels replaces what a pod has from its owner's old labels by the new ones; what controllers added stays.
func swapLabels(pod, old, now record.Labels) record.Labels {
	if old == now {
		return pod
	}
	m := pod.Map()
	if m == nil {
		m = map[string]string{}
	}
	for k, v := range old.All() {
		if m[k] == v {
			delete(m, k)
		}
	}
	maps.Copy(m, now.Map())
	return record.MakeLabels(m)
}
