package remedy

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// quotaFor gives what the quota of NW15 on shop allows, and the text of the fix.
func quotaFor(t *testing.T, objs ...runtime.Object) (corev1.ResourceList, string) {
	t.Helper()
	c := seen(t, append(objs, manifests(t, "kind: Namespace\nmetadata: {name: shop, labels: {kubernetes.io/metadata.name: shop}}")...)...)
	fix := fixOne(t, c, heldOn(t, c, "NW15 Namespace/shop")...)
	sound(t, fix)
	for _, d := range fix.Documents {
		if d.Step.Ref.Kind == "ResourceQuota" {
			var q corev1.ResourceQuota
			if err := yaml.Unmarshal(d.Step.Body, &q); err != nil {
				t.Fatal(err)
			}
			return q.Spec.Hard, text(fix)
		}
	}
	t.Fatalf("no quota:\n%s", text(fix))
	return nil, ""
}

func TestQuotasLeaveRoomForWhatOwnersWant(t *testing.T) {
	const spec = "{containers: [{name: c, image: i, resources: {requests: {cpu: 100m, memory: 64Mi}}}]}"
	owner := func(replicas string) string {
		return "kind: Deployment\nmetadata: {name: web}\nspec: {replicas: " + replicas + ", selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: " + spec + "}}\n---\n"
	}
	hard, _ := quotaFor(t, manifests(t, owner("5"))...)
	if hard.Pods().Value() != 7 || hard.Name("requests.cpu", "").String() != "700m" || hard.Name("requests.memory", "").Value() != 7*64<<20 {
		t.Errorf("five replicas and two beside: %v", hard)
	}
	// Each of four owners may go over at once.
	var many string
	for _, name := range []string{"a", "b", "d", "e"} {
		many += strings.ReplaceAll(owner("1"), "web", name)
	}
	if hard, _ = quotaFor(t, manifests(t, many)...); hard.Pods().Value() != 8 || hard.Name("requests.cpu", "").String() != "800m" {
		t.Errorf("four owners: %v", hard)
	}
	// A pod that runs is not counted again beside its owner.
	if hard, _ = quotaFor(t, manifests(t, deployed("shop", "web", spec, 9))...); hard.Pods().Value() != 2 {
		t.Errorf("one that runs: %v", hard)
	}
	job := func(active int32) runtime.Object {
		return &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "night-1", Namespace: "shop", OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: "night", Controller: ptr(true)}}},
			Spec: batchv1.JobSpec{Template: good()}, Status: batchv1.JobStatus{Active: active}}
	}
	cron := owned("CronJob", good()).(*batchv1.CronJob)
	cron.Name = "night"
	if hard, _ = quotaFor(t, append(manifests(t, owner("5")), cron.DeepCopy(), job(3))...); hard.Pods().Value() != 5+3+2+3 {
		t.Errorf("a run of three: %v", hard)
	}
	nodes := manifests(t, "kind: Node\nmetadata: {name: n1}\n---\nkind: Node\nmetadata: {name: n2}\n---\nkind: Node\nmetadata: {name: n3}\n")
	daemon := owned("DaemonSet", good()).(*appsv1.DaemonSet)
	if hard, _ = quotaFor(t, append(nodes, daemon.DeepCopy())...); hard.Pods().Value() != 4 {
		t.Errorf("a daemon on three nodes: %v", hard)
	}

	for why, objs := range map[string][]runtime.Object{
		"Deployment web is scaled to zero":               manifests(t, owner("0")+deployed("shop", "api", spec, 9)),
		"DaemonSet web has no pods, and no nodes":        {daemon.DeepCopy()},
		"CronJob night has no runs":                      append(manifests(t, owner("5")), cron.DeepCopy()),
		"Job web has no pods, and how many it starts is": {owned("Job", good())},
	} {
		hard, told := quotaFor(t, objs...)
		if _, ok := hard[corev1.ResourcePods]; ok || len(hard) != 2 || !strings.Contains(told, why) {
			t.Errorf("%s: %v\n%s", why, hard, told)
		}
	}
}
