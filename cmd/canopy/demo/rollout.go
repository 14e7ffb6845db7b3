package demo

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// nextWeb is what shop/web is rolled out to. No scanner has seen it.
const nextWeb = "registry.jungle.example/shop/web:1.5"

// web is the Deployment that is rolled out.
func (s *stage) web() *appsv1.Deployment {
	return edit[*appsv1.Deployment](s, "Deployment", "shop", "web")
}

// upgrade begins the rollout of the next image.
func (s *stage) upgrade() {
	d := s.web()
	d.Spec.Template.Spec.Containers[0].Image = nextWeb
	s.roll(d)
}

// downgrade begins the rollout of the image that the loop began with.
func (s *stage) downgrade() {
	d := s.web()
	first := s.first[refOf(d)].(*appsv1.Deployment)
	d.Spec.Template = *first.Spec.Template.DeepCopy()
	s.roll(d)
	d.ManagedFields[0] = first.ManagedFields[0]
}

// roll lets the Deployment controller take up a new template.
func (s *stage) roll(d *appsv1.Deployment) {
	d.Generation++
	s.wrote(d, d.ManagedFields[0].Manager, d.ManagedFields[0].Operation, "", "spec")
	ref := replicaSet(d)
	rs, ok := s.all[refOf(ref)].(*appsv1.ReplicaSet)
	if !ok {
		rs = ref
		rs.Spec.Replicas = new(int32(0))
		s.create(rs, kcm)
	}
	number, err := strconv.Atoi(d.Annotations[revision])
	if err != nil {
		panic(err) // the generator wrote it
	}
	metav1.SetMetaDataAnnotation(&d.ObjectMeta, revision, strconv.Itoa(number+1))
	metav1.SetMetaDataAnnotation(&rs.ObjectMeta, revision, strconv.Itoa(number+1))
	s.advance()
}

// advance takes a rolling update one pod further: those that were leaving are gone, those that were starting are ready,
// an old one leaves once there is one ready pod more than wanted, and a new one starts where there is room. With three
// replicas the defaults of 25 % mean one pod more and none less.
func (s *stage) advance() {
	d := s.web()
	rs := find[*appsv1.ReplicaSet](s, "ReplicaSet", d.Namespace, replicaSet(d).Name)
	want := int(*d.Spec.Replicas)
	var fresh, stale []*corev1.Pod
	serving := 0
	for _, p := range s.podsOf(d) {
		if p.DeletionTimestamp != nil {
			s.leave(p)
			continue
		}
		if p.Status.Phase == corev1.PodPending {
			run(p, s.time())
			s.reported(p, "kubelet")
		}
		if serving++; metav1.IsControlledBy(p, rs) {
			fresh = append(fresh, p)
		} else {
			stale = append(stale, p)
		}
	}
	if len(stale) > 0 && serving > want {
		s.terminate(stale[0])
		serving--
	}
	if len(fresh) < want && serving <= want {
		s.sprout(rs)
	}
	s.countSets(d)
	s.reportProgress(d, rs)
	if len(fresh) == want && len(s.podsOf(d)) == want && s.isFirst(rs) {
		s.forget(d, rs)
	}
}

// isFirst says whether o is of the start.
func (s *stage) isFirst(o object) bool { return slices.Contains(s.objects, o) }

// forget removes the ReplicaSets that the play made, so that the next loop begins as this one did.
func (s *stage) forget(d *appsv1.Deployment, but *appsv1.ReplicaSet) {
	for _, rs := range s.setsOf(d) {
		if rs != but && !s.isFirst(rs) {
			s.remove(rs)
		}
	}
}

// setsOf lists the ReplicaSets of a Deployment, in the order of their names.
func (s *stage) setsOf(d *appsv1.Deployment) []*appsv1.ReplicaSet {
	var out []*appsv1.ReplicaSet
	for _, o := range s.all {
		if rs, ok := o.(*appsv1.ReplicaSet); ok && metav1.IsControlledBy(rs, d) {
			out = append(out, rs)
		}
	}
	slices.SortFunc(out, func(a, b *appsv1.ReplicaSet) int { return refOf(a).Compare(refOf(b)) })
	return out
}

// podsOf lists the pods of a Deployment, the oldest first.
func (s *stage) podsOf(d *appsv1.Deployment) []*corev1.Pod {
	sets := map[types.UID]bool{}
	for _, rs := range s.setsOf(d) {
		sets[rs.UID] = true
	}
	var out []*corev1.Pod
	for _, p := range s.pods {
		if len(p.OwnerReferences) > 0 && sets[p.OwnerReferences[0].UID] {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b *corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	return out
}

// terminate asks a pod to end within its grace period.
func (s *stage) terminate(p *corev1.Pod) {
	if s.isFirst(p) {
		s.remember(p)
	}
	p.DeletionGracePeriodSeconds = p.Spec.TerminationGracePeriodSeconds
	p.DeletionTimestamp = new(metav1.NewTime(s.now.Add(time.Duration(*p.DeletionGracePeriodSeconds) * time.Second)))
	s.hand(p)
}

// sprout starts a pod of a ReplicaSet, unless admission refuses it. One that was there at the start comes back with its name, node
// and address.
func (s *stage) sprout(rs *appsv1.ReplicaSet) *corev1.Pod {
	for i := 0; ; i++ {
		p := seed(rs, rs.Spec.Template, podName(rs, i))
		if s.all[refOf(p)] != nil {
			continue
		}
		s.identify(p)
		s.admit(p)
		if s.refusal(p) == "" {
			s.settlePod(p, kcm)
		}
		return p
	}
}

// start admits a pod that has its place.
func (s *stage) start(p *corev1.Pod, manager string) {
	pending(p, s.time())
	s.wrote(p, manager, metav1.ManagedFieldsOperationUpdate, "", "spec")
	s.reported(p, "kubelet")
	s.pods = append(s.pods, p)
	s.all[refOf(p)] = p
}

// countSets sizes the ReplicaSets of a Deployment to their pods.
func (s *stage) countSets(d *appsv1.Deployment) {
	for _, rs := range s.setsOf(d) {
		var there, able int32
		for _, p := range s.podsOf(d) {
			if metav1.IsControlledBy(p, rs) && p.DeletionTimestamp == nil {
				there++
				if ready(p) {
					able++
				}
			}
		}
		if *rs.Spec.Replicas != there {
			rs.Spec.Replicas = new(there)
			rs.Generation++
		}
		rs.Status = appsv1.ReplicaSetStatus{Replicas: there, FullyLabeledReplicas: there, ReadyReplicas: able, AvailableReplicas: able, ObservedGeneration: rs.Generation}
		s.reported(rs, kcm)
	}
}

// reportProgress writes the status of a Deployment that is rolled out.
func (s *stage) reportProgress(d *appsv1.Deployment, current *appsv1.ReplicaSet) {
	st := &d.Status
	*st = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, UpdatedReplicas: current.Status.Replicas, Conditions: slices.Clone(st.Conditions)}
	for _, rs := range s.setsOf(d) {
		st.Replicas += rs.Status.Replicas
		st.ReadyReplicas += rs.Status.ReadyReplicas
		st.AvailableReplicas += rs.Status.AvailableReplicas
	}
	st.UnavailableReplicas = max(st.Replicas-st.AvailableReplicas, 0)
	progress := &st.Conditions[1]
	progress.Reason, progress.Message = "ReplicaSetUpdated", fmt.Sprintf("ReplicaSet %q is progressing.", current.Name)
	if st.UpdatedReplicas == *d.Spec.Replicas && st.Replicas == st.UpdatedReplicas && st.UnavailableReplicas == 0 {
		progress.Reason, progress.Message = "NewReplicaSetAvailable", fmt.Sprintf("ReplicaSet %q has successfully progressed.", current.Name)
	}
	progress.LastUpdateTime = s.time()
	s.reported(d, kcm)
}
