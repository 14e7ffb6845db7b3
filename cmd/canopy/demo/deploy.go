package demo

import (
	"fmt"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// deploy rolls a Deployment out at once: pods of its template come, all others go. Where admission refuses the new ones the old stay,
// but for the strategy Recreate.
func (s *stage) deploy(d *appsv1.Deployment) {
	set(&d.Spec.Replicas, 1)
	s.condition(d)
	if d.Spec.Paused {
		d.Status.ObservedGeneration = d.Generation
		s.reported(d, kcm)
		return
	}
	current := s.current(d)
	why := s.tryPod(current, current.Spec.Template)
	want := int(*d.Spec.Replicas)
	var fresh, stale []*corev1.Pod
	for _, p := range s.podsOf(d) {
		if metav1.IsControlledBy(p, current) && p.DeletionTimestamp == nil {
			fresh = append(fresh, p)
		} else {
			stale = append(stale, p)
		}
	}
	for why == "" && len(fresh) < want {
		p := s.sprout(current)
		s.ready(p)
		fresh = append(fresh, p)
	}
	if why == "" || want == 0 || d.Spec.Strategy.Type == appsv1.RecreateDeploymentStrategyType {
		s.retire(stale)
	}
	s.retire(fresh[min(len(fresh), want):])
	s.countSets(d)
	if why != "" && *current.Spec.Replicas < int32(want) {
		current.Spec.Replicas = new(int32(want))
		s.stuck[place(refOf(d))] = fmt.Sprintf("The rollout does not end: %d of %d new pods. Pods of ReplicaSet %s are refused: %s", len(fresh), want, current.Name, why)
	}
	s.reportProgress(d, current)
	s.conclude(d, current, why)
}

// current is the ReplicaSet of the template that a Deployment has now. One of the past is taken again, as a controller does.
func (s *stage) current(d *appsv1.Deployment) *appsv1.ReplicaSet {
	wanted := replicaSet(d)
	rs, ok := s.all[refOf(wanted)].(*appsv1.ReplicaSet)
	if ok && metav1.IsControlledBy(rs, d) && d.Annotations[revision] != "" && rs.Annotations[revision] == d.Annotations[revision] {
		return rs
	}
	number, err := strconv.Atoi(d.Annotations[revision])
	if err != nil {
		number = 0 // it has none yet, or the user wrote something else
	}
	if !ok || !metav1.IsControlledBy(rs, d) {
		rs = wanted
		rs.Spec.Replicas = new(int32(0))
		s.create(rs, kcm)
	}
	metav1.SetMetaDataAnnotation(&d.ObjectMeta, revision, strconv.Itoa(number+1))
	metav1.SetMetaDataAnnotation(&rs.ObjectMeta, revision, strconv.Itoa(number+1))
	s.hand(rs)
	return rs
}

// condition gives a Deployment that is new the conditions that every one has.
func (s *stage) condition(d *appsv1.Deployment) {
	for len(d.Status.Conditions) < 2 {
		t := [...]appsv1.DeploymentConditionType{appsv1.DeploymentAvailable, appsv1.DeploymentProgressing}[len(d.Status.Conditions)]
		d.Status.Conditions = append(d.Status.Conditions, appsv1.DeploymentCondition{Type: t, Status: corev1.ConditionTrue, LastUpdateTime: s.time(), LastTransitionTime: s.time()})
	}
}

// conclude writes the conditions of a Deployment once its pods are those that it gets.
func (s *stage) conclude(d *appsv1.Deployment, current *appsv1.ReplicaSet, why string) {
	st := &d.Status
	st.UnavailableReplicas = max(st.UnavailableReplicas, *d.Spec.Replicas-st.AvailableReplicas)
	st.Conditions = slices.DeleteFunc(st.Conditions, func(c appsv1.DeploymentCondition) bool { return c.Type == appsv1.DeploymentReplicaFailure })
	available := &st.Conditions[0]
	available.Reason, available.Message, available.Status = "MinimumReplicasAvailable", "Deployment has minimum availability.", corev1.ConditionTrue
	if st.UnavailableReplicas > 0 {
		available.Reason, available.Message, available.Status = "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", corev1.ConditionFalse
	}
	if why != "" {
		message := fmt.Sprintf("pods %q is forbidden: %s", current.Name+"-"+suffix(current.UID, 0), why)
		st.Conditions = append(st.Conditions, appsv1.DeploymentCondition{Type: appsv1.DeploymentReplicaFailure, Status: corev1.ConditionTrue, Reason: "FailedCreate", Message: message,
			LastUpdateTime: s.time(), LastTransitionTime: s.time()})
	}
	s.reported(d, kcm)
}

// tryPod says why admission refuses the pods of a template; "" where it does not.
func (s *stage) tryPod(owner object, template corev1.PodTemplateSpec) string {
	p := seed(owner, template, "")
	s.admit(p)
	return s.refusal(p)
}

// ready lets a pod run that has a node.
func (s *stage) ready(p *corev1.Pod) {
	if p.Spec.NodeName != "" {
		run(p, s.time())
		s.reported(p, "kubelet")
	}
}

// retire takes pods away.
func (s *stage) retire(pods []*corev1.Pod) {
	for _, p := range pods {
		if s.isFirst(p) {
			s.remember(p)
		}
		s.leave(p)
	}
}
