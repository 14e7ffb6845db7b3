package fixtest

import (
	"context"
	"fmt"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// rest waits until the controllers have nothing to do in a scope, and the engine has seen what they did.
func (s *stage) rest(t *testing.T, in scope) {
	t.Helper()
	why := ""
	if !eventually(func() bool { why = s.restless(t, in); return why == "" }) {
		t.Fatalf("it does not come to rest: %s", why)
	}
}

// restless says what moves; "" where nothing does.
func (s *stage) restless(t *testing.T, in scope) string {
	t.Helper()
	ctx, client := context.Background(), s.lab.Client(labtest.Admin)
	var o metav1.ListOptions
	deployments, err := client.AppsV1().Deployments("").List(ctx, o)
	if err != nil {
		return err.Error()
	}
	for i := range deployments.Items {
		d := &deployments.Items[i]
		if in.holds(model.Ref{Namespace: d.Namespace, Name: d.Name}) && !rolled(d) {
			return fmt.Sprintf("Deployment %s/%s: %+v", d.Namespace, d.Name, d.Status)
		}
	}
	sets, err := client.AppsV1().StatefulSets("").List(ctx, o)
	if err != nil {
		return err.Error()
	}
	for i := range sets.Items {
		d := &sets.Items[i]
		update := *d.Spec.Replicas
		if r := d.Spec.UpdateStrategy.RollingUpdate; r != nil && r.Partition != nil {
			update -= *r.Partition
		}
		if in.holds(model.Ref{Namespace: d.Namespace, Name: d.Name}) && (d.Status.ObservedGeneration != d.Generation || d.Status.UpdatedReplicas < update || d.Status.ReadyReplicas != *d.Spec.Replicas) {
			return fmt.Sprintf("StatefulSet %s/%s: %+v", d.Namespace, d.Name, d.Status)
		}
	}
	daemons, err := client.AppsV1().DaemonSets("").List(ctx, o)
	if err != nil {
		return err.Error()
	}
	for i := range daemons.Items {
		d := &daemons.Items[i]
		updates := d.Spec.UpdateStrategy.Type != appsv1.OnDeleteDaemonSetStrategyType
		if in.holds(model.Ref{Namespace: d.Namespace, Name: d.Name}) && (d.Status.ObservedGeneration != d.Generation || updates && d.Status.UpdatedNumberScheduled != d.Status.DesiredNumberScheduled || d.Status.NumberReady != d.Status.DesiredNumberScheduled) {
			return fmt.Sprintf("DaemonSet %s/%s: %+v", d.Namespace, d.Name, d.Status)
		}
	}
	pods, err := client.CoreV1().Pods("").List(ctx, o)
	if err != nil {
		return err.Error()
	}
	there := map[string]bool{}
	for i := range pods.Items {
		p := &pods.Items[i]
		if !in.holds(model.Ref{Namespace: p.Namespace}) {
			continue
		}
		if p.DeletionTimestamp != nil || p.Status.Phase == corev1.PodPending {
			return fmt.Sprintf("Pod %s/%s: %s", p.Namespace, p.Name, p.Status.Phase)
		}
		there[p.Namespace+"/"+p.Name] = true
	}
	return s.behind(ctx, in, there)
}

// rolled tells that a Deployment has rolled out, or cannot since no pod of it is admitted.
func rolled(d *appsv1.Deployment) bool {
	if d.Status.ObservedGeneration != d.Generation {
		return false
	}
	for _, c := range d.Status.Conditions {
		if c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue {
			return true
		}
	}
	want := *d.Spec.Replicas
	return d.Status.UpdatedReplicas == want && d.Status.Replicas == want && d.Status.AvailableReplicas == want
}

// behind says which pods the engine has and the server has not, or the other way round.
func (s *stage) behind(ctx context.Context, in scope, there map[string]bool) string {
	why := ""
	err := s.engine.Read(ctx, func(c *cluster.Cluster) {
		seen := 0
		for r := range c.All(model.KindByName("Pod").GroupKind()) {
			p := r.(*record.Pod)
			if !in.holds(model.Ref{Namespace: p.Namespace}) {
				continue
			}
			seen++
			if !there[p.Namespace+"/"+p.Name] || p.Deleted != 0 {
				why = "the engine still has the pod " + p.Namespace + "/" + p.Name
			}
		}
		if why == "" && seen != len(there) {
			why = fmt.Sprintf("the engine has %d pods of %d", seen, len(there))
		}
	})
	if err != nil {
		return err.Error()
	}
	return why
}
