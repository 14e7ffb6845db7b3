package engine

import (
	"fmt"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// handClock is a clock that tests move.
type handClock struct{ now time.Time }

func (c *handClock) Now() time.Time                         { return c.now }
func (c *handClock) After(d time.Duration) <-chan time.Time { return model.FixedClock(c.now).After(d) }
func (c *handClock) pass(seconds int)                       { c.now = c.now.Add(time.Duration(seconds) * time.Second) }

// scene plays what happens to a cluster.
type scene struct {
	t      testing.TB
	clock  *handClock
	engine *Engine
}

func newScene(t testing.TB) *scene {
	t.Helper()
	clock := &handClock{testNow}
	s := &scene{t, clock, New(Options{Clock: clock, Rules: rules(t)})}
	s.cover(model.Loading)
	return s
}

// cover tells how well kinds are seen, all of them where none is named.
func (s *scene) cover(state model.CoverState, kinds ...string) {
	for _, c := range complete() {
		c.State = state
		for _, k := range kinds {
			if c.Kind.Kind == k {
				s.engine.cover(c)
			}
		}
		if len(kinds) == 0 {
			s.engine.cover(c)
		}
	}
	s.engine.flush()
}

func (s *scene) settle()  { s.cover(model.Complete); s.publish() }
func (s *scene) publish() { s.engine.publish() }

func (s *scene) put(objects ...apiruntime.Object) {
	for _, o := range objects {
		s.engine.apply(model.Put(made(s.t, o.DeepCopyObject())))
	}
}

func (s *scene) drop(objects ...apiruntime.Object) {
	for _, o := range objects {
		s.engine.apply(model.Drop(made(s.t, o.DeepCopyObject()).Ref()))
	}
}

// edits lists the edits of the newest report, the newest first.
func (s *scene) edits() []string {
	var list []string
	for _, e := range s.engine.Report().Edits {
		line := fmt.Sprint(e.Verb, " ", e.Object)
		if e.Detail != "" {
			line += ": " + e.Detail
		}
		if e.OpenedCount > 0 {
			line += " +"
		}
		if e.ClosedCount > 0 {
			line += " -"
		}
		list = append(list, line)
	}
	return list
}

func isControlledBy(owner metav1.Object, apiVersion, kind string) []metav1.OwnerReference {
	yes := true
	return []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: owner.GetName(), UID: owner.GetUID(), Controller: &yes}}
}

func template(image string, privileged bool) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: image, SecurityContext: &corev1.SecurityContext{Privileged: &privileged}}}}}
}

func deployment(image string, replicas int32, privileged bool) *appsv1.Deployment {
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", UID: "d1"},
		Spec: appsv1.DeploymentSpec{Replicas: &replicas, Template: template(image, privileged)}}
}

func replicaSet(d *appsv1.Deployment, revision string) *appsv1.ReplicaSet {
	return &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-" + revision, UID: types.UID("rs-" + revision), OwnerReferences: isControlledBy(d, "apps/v1", "Deployment")},
		Spec: appsv1.ReplicaSetSpec{Replicas: d.Spec.Replicas, Template: d.Spec.Template}, Status: appsv1.ReplicaSetStatus{Replicas: 1}}
}

func podOf(rs *appsv1.ReplicaSet, i int) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: fmt.Sprint(rs.Name, "-", i), OwnerReferences: isControlledBy(rs, "apps/v1", "ReplicaSet")},
		Spec: *rs.Spec.Template.Spec.DeepCopy(), Status: corev1.PodStatus{Phase: corev1.PodRunning}}
}

func cronJob() *batchv1.CronJob {
	return &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "nightly", UID: "c1"},
		Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template("x:1", false)}}}}
}

func jobOf(c *batchv1.CronJob) *batchv1.Job {
	j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "nightly-1", UID: "j1"}, Spec: batchv1.JobSpec{Template: template("x:1", false)}}
	if c != nil {
		j.OwnerReferences = isControlledBy(c, "batch/v1", "CronJob")
	}
	return j
}

func role(namespace, name, verb string) *rbacv1.Role {
	return &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Rules: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{verb}}}}
}

// nodeOf is a node whose condition dates from so many seconds after it was made.
func nodeOf(name, kubelet string, ready bool, after int) *corev1.Node {
	status := corev1.ConditionFalse
	if ready {
		status = corev1.ConditionTrue
	}
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: metav1.NewTime(testNow)}, Status: corev1.NodeStatus{
		Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: status, LastTransitionTime: metav1.NewTime(testNow.Add(time.Duration(after) * time.Second))}},
		NodeInfo:   corev1.NodeSystemInfo{KubeletVersion: kubelet, BootID: "b1"}}}
}
