package rollout

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// most is how many new pods of one owner are shown: more would tell nothing new.
const most = 50

// start lets the controllers make the pods of a new owner.
func (p *player) start(w *record.Workload) error {
	switch w.Kind.Kind {
	case "CronJob":
		return nil
	case "Job":
		if w.Suspended {
			return nil
		}
		return p.births(w, []string{w.Name + "-" + tokenSuffix}, nil)
	case "DaemonSet":
		return p.startDaemons(w)
	}
	return p.grow(w, 0, w.Replicas)
}

// startDaemons makes a pod for each node whose labels fit.
func (p *player) startDaemons(w *record.Workload) error {
	var names, nodes []string
	selector := labels.SelectorFromSet(w.Template.Decode().Spec.NodeSelector)
	for _, r := range p.all(schema.GroupKind{Kind: "Node"}) {
		if selector.Matches(labels.Set(r.GetLabels())) {
			nodes = append(nodes, r.GetName())
			names = append(names, fmt.Sprintf("%s-%05d", w.Name, len(names)))
		}
	}
	p.assume("%s is shown with a pod on each node whose labels fit; taints and affinity are not played", w.Ref())
	return p.births(w, names, nodes)
}

// grow adds pods from index have on until there are want.
func (p *player) grow(w *record.Workload, have, want int32) error {
	if want-have > most {
		p.assume("%s is shown with %d of its %d new pods", w.Ref(), most, want-have)
		want = have + most
	}
	if want <= have {
		return nil
	}
	if w.Kind.Kind == "Deployment" {
		set := p.set(w, want)
		p.put(set)
		w = set
	}
	var names []string
	for i := 0; len(names) < int(want-have); i++ {
		name := fmt.Sprintf("%s-%05d", w.Name, i)
		if w.Kind.Kind == "StatefulSet" {
			name = fmt.Sprintf("%s-%d", w.Name, i)
		}
		if p.get(model.KindByName("Pod").Ref(w.Namespace, name)) == nil {
			names = append(names, name)
		}
	}
	return p.births(w, names, nil)
}

// set gives the ReplicaSet by which a Deployment has its pods: the one that is in use, or a new one.
func (p *player) set(w *record.Workload, replicas int32) *record.Workload {
	for _, child := range p.children(w.Ref()) {
		if s, ok := child.(*record.Workload); ok && !s.Template.IsZero() {
			next := s.DeepCopyObject().(*record.Workload)
			next.Replicas = replicas
			return next
		}
	}
	kind := model.KindByName("ReplicaSet")
	hash := fmt.Sprintf("%08x", uint32(w.Template.Hash()))
	mark := map[string]string{"pod-template-hash": hash}
	pods := w.PodLabels.Map()
	if pods == nil {
		pods = map[string]string{}
	}
	maps.Copy(pods, mark)
	s := &record.Workload{Replicas: replicas, Template: w.Template, PodLabels: record.MakeLabels(pods)}
	s.Meta = record.Meta{Kind: kind, Name: w.Name + "-" + hash, Namespace: w.Namespace, Labels: s.PodLabels,
		Owner: &record.Owner{APIVersion: w.Kind.GVK().GroupVersion().String(), Kind: w.Kind.Kind, Name: w.Name, UID: w.UID}}
	if w.Selector != nil {
		s.Selector = w.Selector.DeepCopy()
		if s.Selector.MatchLabels == nil {
			s.Selector.MatchLabels = map[string]string{}
		}
		maps.Copy(s.Selector.MatchLabels, mark)
	}
	return s
}

// births makes pods of an owner; nodes names the node of each, where it is given.
func (p *player) births(w *record.Workload, names, nodes []string) error {
	for i, name := range names {
		yes := true
		t := w.Template.Decode()
		pod := &corev1.Pod{Spec: t.Spec, ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: w.Namespace, Labels: w.PodLabels.Map(), Annotations: t.Annotations,
			OwnerReferences: []metav1.OwnerReference{{APIVersion: w.Kind.GVK().GroupVersion().String(), Kind: w.Kind.Kind,
				Name: w.Name, UID: w.UID, Controller: &yes}},
		}}
		if nodes != nil {
			pod.Spec.NodeName = nodes[i]
		}
		r, err := p.admitted(pod, w.Kind.Kind == "DaemonSet")
		if err != nil {
			return err
		}
		p.settle(r)
	}
	return nil
}

// admitted makes the record of a new pod as admission lets it through. It is shown as running: where it would is not known.
func (d *draft) admitted(pod *corev1.Pod, daemon bool) (*record.Pod, error) {
	a := admission{d.get, d.limits(pod.Namespace), pod.Namespace, tokenPrefix + tokenSuffix, daemon}
	t := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: pod.Annotations}, Spec: pod.Spec}
	a.admit(&t)
	pod.Spec, pod.Status.Phase = t.Spec, corev1.PodRunning
	r, err := maker().Make(pod)
	if err != nil {
		return nil, err
	}
	born := r.(*record.Pod)
	d.run(born)
	return born, nil
}

// createPod puts a pod that a step creates.
func (d *draft) createPod(pod *corev1.Pod) error {
	r, err := d.admitted(pod, false)
	if err != nil {
		return err
	}
	d.put(r)
	return nil
}

// admitNew judges a pod that a step created, by the namespace and the webhooks as the whole plan leaves them.
func (p *player) admitNew(pod *record.Pod) error {
	p.settle(pod)
	return nil
}

// scale plays a change of the number of replicas, and the suspension of a job.
func (p *player) scale(old, now *record.Workload) error {
	if now.Kind.Kind == "Job" && now.Suspended && !old.Suspended {
		p.shrink(now, 0)
		return nil
	}
	if old.Replicas == now.Replicas || now.Replicas < 0 {
		return nil
	}
	if now.Replicas > old.Replicas {
		return p.grow(now, old.Replicas, now.Replicas)
	}
	p.shrink(now, int(now.Replicas))
	return nil
}

// shrink drops the pods of an owner beyond a number, the last by name first.
func (p *player) shrink(w *record.Workload, want int) {
	var pods []*record.Pod
	for _, child := range p.children(w.Ref()) {
		switch c := child.(type) {
		case *record.Workload:
			if c.Template.IsZero() {
				continue
			}
			next := c.DeepCopyObject().(*record.Workload)
			next.Replicas = int32(want)
			next.Ready = min(next.Ready, next.Replicas)
			if want == 0 {
				// A ReplicaSet without pods keeps no template.
				next.Template = record.Template{}
			}
			p.put(next)
			for _, pod := range p.children(c.Ref()) {
				if r, ok := pod.(*record.Pod); ok {
					pods = append(pods, r)
				}
			}
		case *record.Pod:
			pods = append(pods, c)
		}
	}
	pods = slices.DeleteFunc(pods, (*record.Pod).Finished)
	// By length first, so that web-10 comes after web-9.
	slices.SortFunc(pods, func(a, b *record.Pod) int {
		return cmp.Or(cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	for _, pod := range pods[min(want, len(pods)):] {
		p.drop(pod.Ref())
	}
}
