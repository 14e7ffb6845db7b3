package record

import (
	"fmt"
	"math/rand/v2"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/randfill"
)

// ownSpec gives a spec that holds what differs between the pods of one owner, in the shapes that controllers write.
func ownSpec(r *rand.Rand, pod string) corev1.PodSpec {
	spec := corev1.PodSpec{NodeName: fmt.Sprintf("n%d", r.IntN(5)), Containers: []corev1.Container{{Name: "app"}, {Name: "side"}}}
	if r.IntN(2) == 0 {
		name := fmt.Sprintf("kube-api-access-%05d", r.IntN(100000))
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}})
		spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: name, MountPath: "/var/run/secrets/kubernetes.io/serviceaccount"}}
		spec.InitContainers = []corev1.Container{{Name: "init", VolumeMounts: spec.Containers[0].VolumeMounts}}
	}
	if r.IntN(2) == 0 {
		spec.Hostname, spec.Subdomain = pod, "web"
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-" + pod}}})
	}
	if r.IntN(3) == 0 {
		spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
			MatchFields: []corev1.NodeSelectorRequirement{{Key: metav1.ObjectNameField, Operator: corev1.NodeSelectorOpIn, Values: []string{spec.NodeName}}}}}}}}
	}
	if r.IntN(4) == 0 {
		spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", Image: "busybox"}, TargetContainerName: "app"}}
	}
	if r.IntN(5) == 0 {
		// What a hostile capture may hold: our own marks, two token volumes, an empty node.
		odd := []corev1.Volume{
			{Name: tokenMark, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}},
			{Name: "kube-api-access-other", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}},
			{Name: "claim", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "x-" + claimMark}}},
			{Name: "kube-api-access-", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}},
		}
		spec.Volumes = append(spec.Volumes, odd[r.IntN(len(odd))])
		if r.IntN(2) == 0 {
			spec.Containers[1].VolumeMounts = []corev1.VolumeMount{{Name: tokenMark}}
		}
		if spec.Affinity != nil {
			spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchFields[0].Values[0] = pinnedMark
		}
	}
	return spec
}

func podRecord(t *testing.T, pod *corev1.Pod) *Pod {
	t.Helper()
	r, err := Make(pod.DeepCopy())
	if err != nil {
		t.Fatal(err)
	}
	return r.(*Pod)
}

func TestSpecIsRestoredFromTemplate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 5000 {
		name := fmt.Sprintf("web-%d", i)
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"}, Spec: ownSpec(r, name)}
		if got := podRecord(t, pod).Spec(); !equality.Semantic.DeepEqual(*got, pod.Spec) {
			t.Fatalf("pod %d: spec differs\n got %v\nwant %v", i, got, pod.Spec)
		}
	}
}

func TestRandomSpecIsRestoredFromTemplate(t *testing.T) {
	fill := randfill.NewWithSeed(7).NilChance(0.6).NumElements(1, 2).MaxDepth(12)
	for i := range 500 {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p"}}
		fill.Fill(&pod.Spec)
		// Protobuf is the reference: it is what an API server sends, and it does not tell empty from missing.
		data, err := pod.Spec.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		var want corev1.PodSpec
		if err := want.Unmarshal(data); err != nil {
			t.Fatalf("spec %d has no protobuf form: %v", i, err)
		}
		if got := podRecord(t, pod).Spec(); !equality.Semantic.DeepEqual(*got, want) {
			t.Fatalf("spec %d differs", i)
		}
	}
}

func TestPodsOfOneOwnerShareTheirTemplate(t *testing.T) {
	make2 := func(name, token, node string) *Pod {
		volume := "kube-api-access-" + token
		return podRecord(t, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.PodSpec{
			NodeName: node, Hostname: name,
			Volumes: []corev1.Volume{
				{Name: volume, VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}},
				{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-" + name}}}},
			Containers: []corev1.Container{{Name: "app", Image: "a", VolumeMounts: []corev1.VolumeMount{{Name: volume, MountPath: "/t"}}}}}})
	}
	a, b := make2("db-0", "abcde", "n1"), make2("db-1", "fghij", "n2")
	if a.Template != b.Template {
		t.Errorf("templates differ:\n%v\n%v", a.Template.Decode(), b.Template.Decode())
	}
	if a.Node() != "n1" || b.Node() != "n2" {
		t.Errorf("nodes %q %q", a.Node(), b.Node())
	}
}
