package rollout

import (
	"maps"

	appsv1 "k8s.io/api/apps/v1"
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

// roll gives the children of an owner its new template, where its controller would.
func (p *player) roll(old, now *record.Workload) error {
	resumed := now.Kind.Kind == "Deployment" && old.Suspended && !now.Suspended
	if old.Template == now.Template && old.PodLabels == now.PodLabels && !resumed {
		p.loosened(old, now)
		return nil
	}
	ref := now.Ref()
	if now.Kind.Kind == "Job" || len(p.children(ref)) == 0 {
		return nil
	}
	switch kind := now.Kind.Kind; {
	case kind == "CronJob":
		p.assume("jobs that %s has started keep the template they have; the next run takes the new one", ref)
		return nil
	case kind == "Deployment" && now.Suspended:
		p.assume("%s is paused: its pods stay as they are until it is resumed", ref)
		return nil
	case kind == "ReplicaSet" || kind == "ReplicationController":
		p.assume("%s replaces no pod that runs: they stay as they are until somebody deletes them", ref)
		return nil
	case now.Strategy == record.OnDelete:
		p.assume("%s has updateStrategy OnDelete: its pods stay as they are until somebody deletes them", ref)
		return nil
	case now.Partition > 0:
		p.assume("pods of %s below ordinal %d stay as they are: its updateStrategy has a partition", ref, now.Partition)
	}
	return p.rollChildren(old, now)
}

// loosened tells what a change of the strategy alone leads to: which pods are older than the template is kept nowhere.
func (p *player) loosened(old, now *record.Workload) {
	for _, child := range p.children(now.Ref()) {
		if pod, ok := child.(*record.Pod); ok && !old.Replaces(pod.Name) && now.Replaces(pod.Name) {
			p.assume("%s now replaces pods that are older than its template: which are is not known, and all are shown as they are", now.Ref())
		}
	}
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
			next := c.DeepCopyObject().(*record.Workload)
			next.Template, next.PodLabels = now.Template, revised(c.PodLabels, now.PodLabels)
			// A ReplicaSet without a template is a revision of the past; one that has the wanted one is what is rolled out to.
			if c.Template.IsZero() || c.Template == next.Template && c.PodLabels == next.PodLabels {
				continue
			}
			p.put(next)
			if err := p.rollChildren(c, next); err != nil {
				return err
			}
		case *record.Pod:
			if c.Finished() || now.Partitioned(c.Name) {
				continue
			}
			if err := p.replace(c, old, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// revised gives the labels of the pods of a ReplicaSet: those of its Deployment, and the mark of its revision.
func revised(set, deployment record.Labels) record.Labels {
	hash := set.Get(appsv1.DefaultDeploymentUniqueLabelKey)
	if hash == "" {
		return deployment
	}
	m := deployment.Map()
	if m == nil {
		m = map[string]string{}
	}
	m[appsv1.DefaultDeploymentUniqueLabelKey] = hash
	return record.MakeLabels(m)
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
	if len(pod.Containers) > 0 {
		p.run(next)
	}
	next.Labels = swapLabels(pod.Labels, old.PodLabels, now.PodLabels)
	if why := p.refusal(next); why != "" && !p.restarts[key(pod.Ref())] && !p.atOnce(pod) {
		// The pod stays as it is, with its findings: an owner takes old pods away only as new ones come up. To show it as
		// absent would close its findings in a preview because nothing runs any more, which nobody wants for a fix.
		p.assume("Pod Security refuses the new pods of %s (enforced by Namespace %s: %s): its old pods are shown as they are, with their findings; as many of them as maxUnavailable allows may go all the same", p.top(pod), pod.Namespace, why)
		p.unseen(next)
		return nil
	}
	p.settle(next)
	return nil
}

// atOnce tells that the old pods of an owner go before the first new one comes.
func (p *player) atOnce(pod *record.Pod) bool {
	owner, ok := p.get(p.top(pod)).(*record.Workload)
	return ok && owner.Strategy == record.Recreate
}

// restart makes a deleted pod again from the template of its owner as it is now; below a partition from the one it had.
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
	if owner.Partitioned(pod.Name) {
		owner = old
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
