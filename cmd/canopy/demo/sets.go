package demo

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

func podRef(namespace, name string) model.Ref { return model.KindByName("Pod").Ref(namespace, name) }

// podsBy lists the pods that an owner controls itself, by name.
func (s *stage) podsBy(o object) []*corev1.Pod {
	list := slices.DeleteFunc(slices.Clone(s.pods), func(p *corev1.Pod) bool { return !metav1.IsControlledBy(p, o) })
	slices.SortFunc(list, func(a, b *corev1.Pod) int { return refOf(a).Compare(refOf(b)) })
	return list
}

// refusedBy notes that an owner does not get its pods.
func (s *stage) refusedBy(o object, why string) {
	s.stuck[place(refOf(o))] = fmt.Sprintf("The rollout does not end: pods of %s are refused: %s", refOf(o), why)
}

// replicate gives an owner without a Deployment its pods. A real controller leaves pods that run as they are; here those of another
// template make way, so that what was changed can be seen.
func (s *stage) replicate(o object, replicas **int32, template corev1.PodTemplateSpec, report func(int32)) {
	set(replicas, 1)
	hash := templateHash(template)
	old := s.podsBy(o)
	why := s.tryPod(o, template)
	if why != "" {
		s.refusedBy(o, why)
	} else if stale := slices.DeleteFunc(slices.Clone(old), func(p *corev1.Pod) bool { return s.made[p.UID] == hash }); len(stale) > 0 {
		s.retire(stale)
	}
	old = s.podsBy(o)
	for i := 0; why == "" && len(old) < int(**replicas); i++ {
		p := seed(o, template, o.GetName()+"-"+suffix(o.GetUID(), hash, i))
		if s.all[refOf(p)] == nil {
			s.identify(p)
			s.admit(p)
			s.up(p, kcm)
			s.made[p.UID] = hash
			old = append(old, p)
		}
	}
	s.retire(old[min(len(old), int(**replicas)):])
	report(min(int32(len(old)), **replicas))
	s.reported(o, kcm)
}

// revision notes the template of a StatefulSet or DaemonSet, where it is new, and gives its mark.
func (s *stage) revision(o object, template corev1.PodTemplateSpec) string {
	r, hash := controllerRevision(o, template)
	if s.all[refOf(r)] != nil {
		return hash
	}
	every(s, func(old *appsv1.ControllerRevision) {
		if metav1.IsControlledBy(old, o) {
			r.Revision = max(r.Revision, old.Revision+1)
		}
	})
	s.create(r, kcm)
	return hash
}

// line gives a StatefulSet its pods, the last first. Where admission refuses the new ones, the last of the old is lost.
func (s *stage) line(o *appsv1.StatefulSet) {
	set(&o.Spec.Replicas, 1)
	hash := s.revision(o, o.Spec.Template)
	n := int(*o.Spec.Replicas)
	lasting := o.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType
	updated := int32(0)
	for i := n - 1; i >= 0; i-- {
		template, name, claims := seat(o, hash, i)
		old, _ := s.all[podRef(o.Namespace, name)].(*corev1.Pod)
		if old != nil && (lasting || old.Labels[revisionHash] == hash) {
			updated++
			continue
		}
		why := s.tryPod(o, template)
		if why != "" && s.stuck[place(refOf(o))] != "" {
			continue
		}
		s.renew(old, func() *corev1.Pod {
			if why != "" {
				s.refusedBy(o, why)
				return nil
			}
			for _, c := range claims {
				if s.all[refOf(c)] == nil {
					s.create(c, kcm)
					s.create(bindClaim(c), "csi-provisioner")
				}
			}
			updated++
			return seed(o, template, name)
		})
	}
	for _, p := range s.podsBy(o) {
		if i := ordinal(p.Name); i >= n {
			s.retire([]*corev1.Pod{p})
		}
	}
	there := int32(len(s.podsBy(o)))
	st := &o.Status
	was := st.CurrentRevision
	*st = appsv1.StatefulSetStatus{Replicas: there, ReadyReplicas: there, AvailableReplicas: there, CurrentReplicas: there, UpdatedReplicas: updated,
		CurrentRevision: o.Name + "-" + hash, UpdateRevision: o.Name + "-" + hash, ObservedGeneration: o.Generation}
	if updated < int32(n) && was != "" {
		st.CurrentRevision, st.CurrentReplicas = was, there-updated
	}
	s.reported(o, kcm)
}

// spread gives a DaemonSet a pod on each node that takes it. Where admission refuses the new ones, the first of the old is lost.
func (s *stage) spread(d *appsv1.DaemonSet) {
	hash := s.revision(d, d.Spec.Template)
	lasting := d.Spec.UpdateStrategy.Type == appsv1.OnDeleteDaemonSetStrategyType
	var want, updated int32
	kept := map[*corev1.Pod]bool{}
	for _, m := range s.nodes {
		template, ok := daemon(d, hash, m)
		if !ok {
			continue
		}
		want++
		var old *corev1.Pod
		for _, p := range s.podsBy(d) {
			if p.Spec.NodeName == m.node.Name {
				old = p
			}
		}
		if old != nil && (lasting || old.Labels[revisionHash] == hash) {
			kept[old] = true
			updated++
			continue
		}
		why := s.tryPod(d, template)
		if why != "" && s.stuck[place(refOf(d))] != "" {
			kept[old] = true
			continue
		}
		if p := s.renew(old, func() *corev1.Pod {
			if why != "" {
				s.refusedBy(d, why)
				return nil
			}
			return seed(d, template, s.free(d, m))
		}); p != nil {
			kept[p] = true
			updated++
		}
	}
	s.retire(slices.DeleteFunc(s.podsBy(d), func(p *corev1.Pod) bool { return kept[p] }))
	there := int32(len(s.podsBy(d)))
	d.Status = appsv1.DaemonSetStatus{DesiredNumberScheduled: want, CurrentNumberScheduled: there, NumberReady: there, NumberAvailable: there,
		UpdatedNumberScheduled: updated, NumberUnavailable: want - there, ObservedGeneration: d.Generation}
	s.reported(d, kcm)
}

// free gives the pod of a DaemonSet on a node a name that no other has: the one that it had at first, where it is free.
func (s *stage) free(d *appsv1.DaemonSet, m *machine) string {
	name := d.Name + "-" + suffix(d.UID, m.node.Name)
	for i := 1; s.all[podRef(d.Namespace, name)] != nil; i++ {
		name = d.Name + "-" + suffix(d.UID, m.node.Name, i)
	}
	return name
}

// renew takes a pod away, if there is one, and puts another in its place, which may be none.
func (s *stage) renew(old *corev1.Pod, next func() *corev1.Pod) *corev1.Pod {
	if old != nil {
		s.retire([]*corev1.Pod{old})
	}
	p := next()
	if p == nil {
		return nil
	}
	s.identify(p)
	s.admit(p)
	s.up(p, kcm)
	return p
}

// begin starts the pod of a Job that has none. What has run to its end is not run again.
func (s *stage) begin(j *batchv1.Job) {
	if len(s.podsBy(j)) > 0 || len(j.Status.Conditions) > 0 || j.Spec.Suspend != nil && *j.Spec.Suspend {
		return
	}
	specifyJob(j)
	if why := s.tryPod(j, j.Spec.Template); why != "" {
		s.refusedBy(j, why)
		return
	}
	s.renew(nil, func() *corev1.Pod { return seed(j, j.Spec.Template, j.Name+"-"+suffix(j.UID)) })
	now := s.time()
	j.Status = batchv1.JobStatus{Active: 1, Ready: new(int32(1)), StartTime: &now}
	s.reported(j, kcm)
}
