package rollout

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// TestRandomPlans checks for plans of random steps that playing them leaves the cluster alone, gives the same twice (both
// in expand), leaves a cluster to which the changes can be applied and from which they can be taken back, and, where an
// owner was patched, pods that hold no container which their owner does not and admission did not add.
func TestRandomPlans(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		objs := shop()
		if r.IntN(2) == 0 {
			objs = append(objs, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: "shop"}, AutomountServiceAccountToken: new(bool)})
		}
		c := holding(t, objs...)
		templates := map[string]record.Template{}
		for pod := range c.Pods(deployment("web")) {
			templates[pod.Name] = pod.Template
		}
		p := randomPlan(r)
		changes, assumptions, err := Expand(c, p)
		if err != nil {
			continue // a step on what an earlier one deleted
		}
		expand(t, c, p)
		before := digest(c)
		var undo []model.Change
		for _, ch := range changes {
			undo = append(undo, model.Change{Ref: ch.Ref, Record: c.Get(ch.Ref)})
			c.Apply(ch)
		}
		if d, ok := c.Get(deployment("web")).(*record.Workload); ok {
			want := map[string]string{}
			for _, ctr := range d.Template.Decode().Spec.Containers {
				want[ctr.Name] = ctr.Image
			}
			for pod := range c.Pods(deployment("web")) {
				// The old pod stays where Pod Security refuses the new one.
				if templates[pod.Name] == pod.Template && strings.Contains(strings.Join(assumptions, " "), "old pods are shown as they are") {
					continue
				}
				spec := pod.Spec()
				for _, ctr := range spec.Containers {
					if want[ctr.Name] != ctr.Image {
						t.Errorf("seed %d: %s runs %s=%s, its owner %v", seed, pod.Name, ctr.Name, ctr.Image, want)
					}
					for _, m := range ctr.VolumeMounts {
						if !hasVolume(spec, m.Name) {
							t.Errorf("seed %d: %s mounts %s, which is no volume", seed, pod.Name, m.Name)
						}
					}
				}
			}
		}
		for i := len(undo) - 1; i >= 0; i-- {
			c.Apply(undo[i])
		}
		if digest(c) != before {
			t.Errorf("seed %d: the changes cannot be taken back", seed)
		}
	}
}

func randomPlan(r *rand.Rand) model.Plan {
	var p model.Plan
	for i := range 1 + r.IntN(4) {
		var s model.Step
		switch r.IntN(9) {
		case 0:
			s = patchStep(deployment("web"), types.StrategicMergePatchType, unprivileged)
		case 1:
			s = patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {spec: {automountServiceAccountToken: false}}}}`)
		case 2:
			s = patchStep(deployment("web"), types.StrategicMergePatchType, fmt.Sprintf(`{spec: {template: {spec: {containers: [{name: app, image: "web:%d"}, {name: x%d, image: x}]}}}}`, i, i))
		case 3:
			s = patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {spec: {containers: [{name: side, $patch: delete}]}}}}`)
		case 4:
			s = patchStep(deployment("web"), types.MergePatchType, fmt.Sprintf(`{spec: {replicas: %d}}`, r.IntN(4)))
		case 5:
			s = patchStep(model.KindByName("Namespace").Ref("", "shop"), types.MergePatchType, `{metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}}`)
		case 6:
			s = model.Step{Verb: model.Delete, Ref: podRef("web-abc-1")}
		case 7:
			s = patchStep(podRef("web-abc-2"), types.MergePatchType, `{metadata: {labels: {quarantine: "yes"}}}`)
		default:
			s = model.Step{Verb: model.Delete, Ref: []model.Ref{deployment("web"), model.KindByName("Namespace").Ref("", "shop"), model.KindByName("ReplicaSet").Ref("shop", "web-abc")}[r.IntN(3)]}
		}
		p.Steps = append(p.Steps, s)
	}
	return p
}
