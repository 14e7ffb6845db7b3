package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/record"
)

// TestUses holds that what a real server keeps of who writes by which version arrives, and goes with the next write by a newer one.
func TestUses(t *testing.T) {
	lab := labtest.Private(t)
	i := newInstaller(t, lab)
	ctx, namespace := context.Background(), lab.Namespace(t)
	k := model.KindByName("Certificate")
	i.install(k, k.Version, "v1alpha2")
	i.create(k.At("v1alpha2"), namespace, "c")
	budget := &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: "b", Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: `{"apiVersion":"policy/v1beta1","kind":"PodDisruptionBudget","x":"` + canary + `"}`}}}
	if _, err := lab.Client(labtest.Admin).PolicyV1().PodDisruptionBudgets(namespace).Create(ctx, budget, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	_, sink := start(t, lab.Config(labtest.Canopy), nil)
	eventually(t, "settled", sink, sink.settled)
	uses := func(ref model.Ref) string {
		r, _ := sink.record(ref).(interface{ Uses() []record.Use })
		if r == nil {
			return "nothing"
		}
		var list []string
		for _, u := range r.Uses() {
			by := u.Manager
			if by != record.ByLastApplied {
				by = fmt.Sprint("manager, at a time: ", u.Manager != "" && u.At > 0)
			}
			list = append(list, u.APIVersion+" by "+by)
		}
		slices.Sort(list)
		return strings.Join(list, "; ")
	}
	b := model.KindByName("PodDisruptionBudget").Ref(namespace, "b")
	eventually(t, "the budget", sink, func() bool { return uses(b) == "policy/v1beta1 by last-applied" })
	c := k.Ref(namespace, "c")
	eventually(t, "the certificate", sink, func() bool { return uses(c) == "cert-manager.io/v1alpha2 by manager, at a time: true" })
	if text := fmt.Sprintf("%+v", sink.record(b)); strings.Contains(text, canary) {
		t.Error("a value of the annotation is kept")
	}
	// The same manager writes the same field by the newer version, at another of the seconds in which the server counts.
	time.Sleep(1100 * time.Millisecond)
	patch := []byte(`{"spec":{"size":4}}`)
	if _, err := i.client.Resource(k.GVR()).Namespace(namespace).Patch(ctx, "c", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the newer version", sink, func() bool { return uses(c) == "" })
}
