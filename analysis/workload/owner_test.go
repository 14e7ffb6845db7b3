package workload

import (
	"fmt"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// TestNoClaimHidesATemplate holds that every object with a pod template is judged, whatever it names as its controller: by
// itself, or with an owner that was seen, makes its like and has a template of its own.
func TestNoClaimHidesATemplate(t *testing.T) {
	bad := sound()
	bad.Spec.HostPID = true
	kinds := map[string]func(metav1.ObjectMeta) runtime.Object{
		"Deployment": func(m metav1.ObjectMeta) runtime.Object {
			return &appsv1.Deployment{ObjectMeta: m, Spec: appsv1.DeploymentSpec{Template: bad}}
		},
		"StatefulSet": func(m metav1.ObjectMeta) runtime.Object {
			return &appsv1.StatefulSet{ObjectMeta: m, Spec: appsv1.StatefulSetSpec{Template: bad}}
		},
		"DaemonSet": func(m metav1.ObjectMeta) runtime.Object {
			return &appsv1.DaemonSet{ObjectMeta: m, Spec: appsv1.DaemonSetSpec{Template: bad}}
		},
		"ReplicaSet": func(m metav1.ObjectMeta) runtime.Object {
			return &appsv1.ReplicaSet{ObjectMeta: m, Spec: appsv1.ReplicaSetSpec{Template: bad}}
		},
		"ReplicationController": func(m metav1.ObjectMeta) runtime.Object {
			return &corev1.ReplicationController{ObjectMeta: m, Spec: corev1.ReplicationControllerSpec{Template: &bad}}
		},
		"Job": func(m metav1.ObjectMeta) runtime.Object {
			return &batchv1.Job{ObjectMeta: m, Spec: batchv1.JobSpec{Template: bad}}
		},
		"CronJob": func(m metav1.ObjectMeta) runtime.Object {
			return &batchv1.CronJob{ObjectMeta: m, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: bad}}}}
		},
	}
	claims := [][2]string{{"v1", "ConfigMap"}, {"v1", "Namespace"}, {"a.io/v1", "Foo"}, {"argoproj.io/v1alpha1", "Rollout"}, {"", ""}}
	for kind := range kinds {
		claims = append(claims, [2]string{model.KindByName(kind).Ref("", "").APIVersion(), kind})
	}
	for kind, make1 := range kinds {
		for _, c := range claims {
			for _, name := range []string{"x", "ghost"} {
				o := owner(c[0], c[1], name)
				o.Controller, o.UID = new(true), "u"
				obj := make1(metav1.ObjectMeta{Namespace: "shop", Name: "x", UID: "x", OwnerReferences: []metav1.OwnerReference{o}})
				b := newBench(t, model.FixedClock(now)).complete().put(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "x", UID: "u"}}, obj)
				if f := b.find("PS02", "shop/"+kind+"/x"); f == nil {
					t.Errorf("%s that claims %s %s: not judged\n%s", kind, c[1], name, b.text())
				}
			}
		}
	}
	// Owners of the right name in the wrong life or the wrong place hide nothing either.
	claim := func(uid string) runtime.Object {
		o := owner("apps/v1", "Deployment", "web")
		o.Controller, o.UID = new(true), types.UID(uid)
		return kinds["ReplicaSet"](metav1.ObjectMeta{Namespace: "shop", Name: "x", OwnerReferences: []metav1.OwnerReference{o}})
	}
	d := deployment(nil)
	d.UID = "new"
	b := newBench(t, model.FixedClock(now)).complete().put(d, claim("old"))
	if b.find("PS02", "shop/ReplicaSet/x") == nil {
		t.Errorf("another UID:\n%s", b.text())
	}
	if b.put(claim("new")); b.find("PS02", "shop/ReplicaSet/x") != nil {
		t.Errorf("the same UID:\n%s", b.text())
	}
	d.UID = "newer"
	if b.put(d); b.find("PS02", "shop/ReplicaSet/x") == nil {
		t.Errorf("the owner was made anew:\n%s", b.text())
	}
	if b.put(claim("")); b.find("PS02", "shop/ReplicaSet/x") != nil {
		t.Errorf("no UID told:\n%s", b.text())
	}
	b.apply(model.Drop(b.ref("Deployment", "web")))
	if d.Namespace = "other"; b.find("PS02", "shop/ReplicaSet/x") == nil || b.put(d).find("PS02", "shop/ReplicaSet/x") == nil {
		t.Errorf("an owner in another namespace:\n%s", b.text())
	}
}

// TestZeroReplicas holds that a ReplicaSet without pods is judged, but for the old revisions of a Deployment.
func TestZeroReplicas(t *testing.T) {
	rs := webRevision()
	rs.Spec.Replicas, rs.Spec.Template.Spec.HostPID = new(int32(0)), true
	for _, tt := range []struct {
		name   string
		owners []metav1.OwnerReference
		judged bool
	}{
		{"an old revision", rs.OwnerReferences, false},
		{"nobody's", nil, true},
		{"a Rollout's", []metav1.OwnerReference{{APIVersion: "argoproj.io/v1alpha1", Kind: "Rollout", Name: "web", Controller: new(true)}}, true},
		{"one that claims a ConfigMap", []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "web", Controller: new(true)}}, true},
		{"one that names a Deployment, not as controller", []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}}, true},
	} {
		rs.OwnerReferences = tt.owners
		b := newBench(t, model.FixedClock(now)).complete().put(deployment(nil), rs)
		if got := b.find("PS02", "shop/ReplicaSet/web-5d4f8") != nil; got != tt.judged {
			t.Errorf("%s: judged %t", tt.name, got)
		}
	}
}

// TestDebugWithoutStatus holds that an ephemeral container of which the status says nothing is in doubt, and that only a
// status that says it does not run rules it out.
func TestDebugWithoutStatus(t *testing.T) {
	for _, tt := range []struct {
		name     string
		statuses []corev1.ContainerStatus
		phase    corev1.PodPhase
		want     model.Verdict
	}{
		{"no entry", nil, corev1.PodRunning, model.Unknown},
		{"no status at all", nil, "", model.Unknown},
		{"an entry of another", []corev1.ContainerStatus{{Name: "other", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}}}, corev1.PodRunning, model.Unknown},
		{"waiting", []corev1.ContainerStatus{{Name: "debug", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}}}}, corev1.PodRunning, model.No},
		{"terminated", []corev1.ContainerStatus{{Name: "debug", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}}}, corev1.PodRunning, model.No},
		{"no entry, finished", nil, corev1.PodSucceeded, model.No},
	} {
		list := debugged(7200)
		p := list[len(list)-1].(*corev1.Pod)
		p.Status.Phase, p.Status.EphemeralContainerStatuses = tt.phase, tt.statuses
		b := newBench(t, model.FixedClock(now)).complete().put(list...)
		f := b.find("PS29", "shop/Deployment/web")
		if (f != nil) != (tt.want == model.Unknown) {
			t.Errorf("%s:\n%s", tt.name, b.text())
		} else if f != nil && (f.Verdict != model.Unknown || f.Reason != "the status does not tell since when the ephemeral container runs") {
			t.Errorf("%s: %s %q", tt.name, f.Verdict, f.Reason)
		}
	}
}

// TestAlarms holds that a pod waits for one moment at most, however often its status changes.
func TestAlarms(t *testing.T) {
	b := newBench(t, &movable{now}).complete()
	for i := range 1000 {
		list := debugged(int64(600 + i%3))
		p := list[len(list)-1].(*corev1.Pod)
		p.Name = fmt.Sprint("web-", i%7)
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", ImageID: fmt.Sprint(i)}}
		if b.put(list...); len(b.a.alarms) > 7 {
			t.Fatalf("%d alarms for 7 pods", len(b.a.alarms))
		}
	}
	first := slices.MinFunc(b.a.alarms, func(x, y *member) int { return int(x.session.due - y.session.due) })
	if got := b.a.Next(); got.Unix() != first.session.due {
		t.Errorf("next is %s, want %s", got, time.Unix(first.session.due, 0))
	}
	for i := range 7 {
		b.apply(model.Drop(b.ref("Pod", fmt.Sprint("web-", i))))
	}
	if len(b.a.alarms) != 0 || !b.a.Next().IsZero() {
		t.Errorf("%d alarms without a pod", len(b.a.alarms))
	}
}

// TestVersionsOfAnOwner holds that pods that name one owner in two versions of its kind share its findings.
func TestVersionsOfAnOwner(t *testing.T) {
	pod := func(name, version string) *corev1.Pod {
		p := soundPod(name)
		p.Spec.HostPID = true
		p.OwnerReferences[0].APIVersion, p.OwnerReferences[0].Kind = "a.io/"+version, "App"
		return p
	}
	b := newBench(t, model.FixedClock(now)).complete().put(pod("a", "v1"), pod("b", "v2"))
	f := b.find("PS02", "shop/App/web-5d4f8")
	if f == nil || f.Pods != 2 || f.Object.Version != "v1" {
		t.Fatalf("%v\n%s", f, b.text())
	}
	b.apply(model.Drop(b.ref("Pod", "a")))
	if f := b.find("PS02", "shop/App/web-5d4f8"); f == nil || f.Pods != 1 || f.Object.Version != "v2" {
		t.Errorf("one is gone: %v\n%s", f, b.text())
	}
	b.apply(model.Drop(b.ref("Pod", "b")))
	if len(b.a.groups) != 0 {
		t.Errorf("%d groups are left", len(b.a.groups))
	}
}
