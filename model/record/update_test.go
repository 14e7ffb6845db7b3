package record

import (
	"testing"
	"unsafe"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func made(t *testing.T, obj runtime.Object) *Workload {
	t.Helper()
	r, err := Make(obj.DeepCopyObject())
	if err != nil {
		t.Fatal(err)
	}
	return r.(*Workload)
}

// updates gives owners by how they replace their pods.
func updates() map[string]runtime.Object {
	deployment := func(how appsv1.DeploymentStrategyType, surge *intstr.IntOrString, paused bool) runtime.Object {
		d := &appsv1.Deployment{Spec: appsv1.DeploymentSpec{Paused: paused, Strategy: appsv1.DeploymentStrategy{Type: how}}}
		if surge != nil {
			d.Spec.Strategy.RollingUpdate = &appsv1.RollingUpdateDeployment{MaxSurge: surge}
		}
		return d
	}
	daemons := func(how appsv1.DaemonSetUpdateStrategyType, surge *intstr.IntOrString) runtime.Object {
		d := &appsv1.DaemonSet{Spec: appsv1.DaemonSetSpec{UpdateStrategy: appsv1.DaemonSetUpdateStrategy{Type: how}}}
		if surge != nil {
			d.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateDaemonSet{MaxSurge: surge}
		}
		return d
	}
	set := func(how appsv1.StatefulSetUpdateStrategyType, partition, start int32) runtime.Object {
		s := &appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{UpdateStrategy: appsv1.StatefulSetUpdateStrategy{Type: how}}}
		if how != appsv1.OnDeleteStatefulSetStrategyType {
			s.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: &partition}
		}
		if start > 0 {
			s.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: start}
		}
		return s
	}
	number, none := intstr.FromInt32(1), intstr.FromString("0%")
	return map[string]runtime.Object{
		"deployment":          deployment("", nil, false),
		"deployment-rolling":  deployment("RollingUpdate", &number, false),
		"deployment-no-surge": deployment("RollingUpdate", &none, false),
		"deployment-recreate": deployment("Recreate", nil, false),
		"deployment-paused":   deployment("", nil, true),
		"daemons":             daemons("RollingUpdate", nil),
		"daemons-surge":       daemons("RollingUpdate", &number),
		"daemons-no-surge":    daemons("RollingUpdate", &none),
		"daemons-on-delete":   daemons("OnDelete", nil),
		"set":                 set("", 0, 0),
		"set-partition":       set("RollingUpdate", 2, 0),
		"set-partition-start": set("RollingUpdate", 2, 5),
		"set-start":           set("RollingUpdate", 0, 5),
		"set-on-delete":       set("OnDelete", 0, 0),
		"set-recreate":        set("Recreate", 0, 0),
		"bare-set":            &appsv1.ReplicaSet{},
		"bare-controller":     &corev1.ReplicationController{},
	}
}

func TestHowPodsAreReplaced(t *testing.T) {
	for name, want := range map[string]struct {
		how      Strategy
		surge    bool
		first    int32
		replaces bool
	}{
		"deployment":          {Rolling, true, 0, true},
		"deployment-rolling":  {Rolling, true, 0, true},
		"deployment-no-surge": {Rolling, false, 0, true},
		"deployment-recreate": {Recreate, false, 0, true},
		"deployment-paused":   {Rolling, true, 0, false},
		"daemons":             {Rolling, false, 0, true},
		"daemons-surge":       {Rolling, true, 0, true},
		"daemons-no-surge":    {Rolling, false, 0, true},
		"daemons-on-delete":   {OnDelete, false, 0, false},
		"set":                 {Rolling, false, 0, true},
		"set-partition":       {Rolling, false, 2, false},
		"set-partition-start": {Rolling, false, 7, false},
		"set-start":           {Rolling, false, 0, true},
		"set-on-delete":       {OnDelete, false, 0, false},
		"set-recreate":        {Recreate, false, 0, true},
		"bare-set":            {Rolling, false, 0, false},
		"bare-controller":     {Rolling, false, 0, false},
	} {
		w := made(t, updates()[name])
		if w.Strategy != want.how || w.Surge != want.surge || w.Partition != want.first || w.Replaces("web-1") != want.replaces {
			t.Errorf("%s: %v, surge %v, from %d, replaces %v; want %v", name, w.Strategy, w.Surge, w.Partition, w.Replaces("web-1"), want)
		}
		again := made(t, w.Object())
		if again.Strategy != w.Strategy || again.Surge != w.Surge || again.Partition != w.Partition || again.Suspended != w.Suspended {
			t.Errorf("%s: the object says it otherwise: %+v", name, again)
		}
	}
}

// TestStrategyIsAChange has every two owners of a kind differ that replace their pods otherwise.
func TestStrategyIsAChange(t *testing.T) {
	for a, x := range updates() {
		for b, y := range updates() {
			one, other := made(t, x), made(t, y)
			if one.Kind != other.Kind {
				continue
			}
			alike := one.Strategy == other.Strategy && one.Surge == other.Surge && one.Partition == other.Partition && one.Suspended == other.Suspended
			if one.Same(other) != alike {
				t.Errorf("%s and %s: the same is %v", a, b, !alike)
			}
		}
	}
}

func TestPartition(t *testing.T) {
	w := made(t, updates()["set-partition"])
	for pod, stays := range map[string]bool{"web-0": true, "web-1": true, "web-2": false, "web-10": false, "a-b-1": true, "web": false, "web-": false, "web-99999999999": false} {
		if w.Partitioned(pod) != stays || w.Replaces(pod) == stays {
			t.Errorf("%s: stays is %v", pod, !stays)
		}
	}
	if made(t, updates()["set"]).Partitioned("web-0") {
		t.Error("without a partition")
	}
}

// TestStrategyTakesNoRoom holds that what is kept of the strategy, and of the end of a Job, takes no more than a word.
func TestStrategyTakesNoRoom(t *testing.T) {
	type without struct {
		Meta
		Replicas, Ready int32
		Template        Template
		PodLabels       Labels
		Selector        *struct{}
		Suspended       bool
		_               uint64
	}
	if have, had := unsafe.Sizeof(Workload{}), unsafe.Sizeof(without{}); have != had {
		t.Errorf("%d bytes, not %d", have, had)
	}
}
