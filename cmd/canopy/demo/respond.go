package demo

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// respond plays the controllers after a user has written: what belonged to what is gone goes, new namespaces get what every one
// has, roles that gather others are filled anew, and the owners that the user has touched get the pods that they ask for.
func (s *stage) respond() {
	s.collect()
	s.furnish()
	s.reread()
	s.regather()
	every(s, func(o object) {
		if ref := place(refOf(o)); s.users[ref] || s.disturbed[ref] {
			s.reconcile(o)
		}
	})
	clear(s.disturbed)
	s.follow()
}

// rolls tells the kinds that get new pods.
func rolls(o object) bool {
	switch o.(type) {
	case *appsv1.Deployment, *appsv1.ReplicaSet, *appsv1.StatefulSet, *appsv1.DaemonSet, *corev1.ReplicationController, *batchv1.Job:
		return true
	}
	return false
}

// reconcile gives an owner the pods that it asks for.
func (s *stage) reconcile(o object) {
	delete(s.stuck, place(refOf(o)))
	switch o := o.(type) {
	case *appsv1.Deployment:
		s.deploy(o)
	case *appsv1.ReplicaSet:
		if metav1.GetControllerOf(o) == nil {
			s.replicate(o, &o.Spec.Replicas, o.Spec.Template, func(n int32) {
				o.Status = appsv1.ReplicaSetStatus{Replicas: n, FullyLabeledReplicas: n, ReadyReplicas: n, AvailableReplicas: n, ObservedGeneration: o.Generation}
			})
		}
	case *corev1.ReplicationController:
		if o.Spec.Template != nil {
			s.replicate(o, &o.Spec.Replicas, *o.Spec.Template, func(n int32) {
				o.Status = corev1.ReplicationControllerStatus{Replicas: n, FullyLabeledReplicas: n, ReadyReplicas: n, AvailableReplicas: n, ObservedGeneration: o.Generation}
			})
		}
	case *appsv1.StatefulSet:
		s.line(o)
	case *appsv1.DaemonSet:
		s.spread(o)
	case *batchv1.Job:
		s.begin(o)
	}
}

// furnish gives new namespaces what the controllers put into every one.
func (s *stage) furnish() {
	every(s, func(ns *corev1.Namespace) {
		account := &corev1.ServiceAccount{TypeMeta: typeMeta(corev1.SchemeGroupVersion, "ServiceAccount"), ObjectMeta: metav1.ObjectMeta{Namespace: ns.Name, Name: "default"}}
		if s.all[refOf(account)] == nil {
			s.create(account, kcm)
		}
		bundle := rootBundle(ns.Name)
		if s.all[refOf(bundle)] == nil {
			s.create(bundle, kcm)
		}
	})
}

// reread notes what decides on new pods: the accounts that mount no token, and the LimitRanges.
func (s *stage) reread() {
	s.token = map[types.NamespacedName]bool{}
	every(s, func(sa *corev1.ServiceAccount) { s.trust(sa) })
	s.limits = map[string]*corev1.LimitRange{}
	every(s, func(l *corev1.LimitRange) { s.limits[l.Namespace] = l })
}

// regather fills the roles that gather others. Where they gather each other it ends all the same.
func (s *stage) regather() {
	var roles []*rbacv1.ClusterRole
	every(s, func(r *rbacv1.ClusterRole) { roles = append(roles, r) })
	for range len(roles) {
		changed := false
		for _, r := range roles {
			if r.AggregationRule == nil {
				continue
			}
			if rules, err := gathered(r, roles); err == nil && !equality.Semantic.DeepEqual(rules, r.Rules) {
				r.Rules, changed = rules, true
				s.wrote(r, kcm, metav1.ManagedFieldsOperationUpdate, "", "rules")
			}
		}
		if !changed {
			return
		}
	}
}
