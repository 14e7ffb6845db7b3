package record

import (
	"fmt"
	"math/rand/v2"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// admit adds to a spec what the API server does.
func admit(spec *corev1.PodSpec) {
	all := admittedWaits | admittedLinks | admittedPriority | admittedAccount | admittedToken
	all.putBack(spec)
	renameVolume(spec, tokenMark, "kube-api-access-x7k2p")
}

// bend changes one thing of what admission wrote, so that it is no longer what admission writes.
func bend(r *rand.Rand, spec *corev1.PodSpec) {
	switch volume := &spec.Volumes[len(spec.Volumes)-1]; r.IntN(14) {
	case 0:
		*volume.Projected.DefaultMode = 0o600
	case 1:
		volume.Projected.Sources[0].ServiceAccountToken.Audience = "vault"
	case 2:
		volume.Projected.Sources = volume.Projected.Sources[:2]
	case 3:
		spec.Containers[0].VolumeMounts = nil
	case 4:
		spec.Containers[0].VolumeMounts[0].ReadOnly = false
	case 5:
		spec.Containers[0].VolumeMounts[0].SubPath = "token"
	case 6:
		spec.Containers[0].VolumeMounts = append(spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "other", MountPath: TokenPath})
	case 7:
		spec.Containers[0].VolumeMounts = append(spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "other", MountPath: "/other"})
	case 8:
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "late"})
	case 9:
		spec.Tolerations[0], spec.Tolerations[1] = spec.Tolerations[1], spec.Tolerations[0]
	case 10:
		*spec.Tolerations[1].TolerationSeconds = 301
	case 11:
		spec.PriorityClassName = "low"
	case 12:
		spec.DeprecatedServiceAccount = ""
	case 13:
		*spec.EnableServiceLinks = false
	}
}

func TestAdmittedIsPutBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 3000 {
		spec := corev1.PodSpec{Containers: []corev1.Container{{Name: "app"}, {Name: "side"}}}
		if r.IntN(2) == 0 {
			// Its own volume stands where the token would.
			spec.Containers[1].VolumeMounts = []corev1.VolumeMount{{Name: "mine", MountPath: TokenPath}}
		}
		if r.IntN(2) == 0 {
			spec.InitContainers = []corev1.Container{{Name: "init"}}
		}
		admit(&spec)
		if r.IntN(2) == 0 {
			bend(r, &spec)
		}
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint(i)}, Spec: spec}
		want := pod.DeepCopy()
		made, err := Make(pod)
		if err != nil {
			t.Fatal(err)
		}
		if got := made.(*Pod).Spec(); !equality.Semantic.DeepEqual(*got, want.Spec) {
			t.Fatalf("spec %d differs\n got %v\nwant %v", i, got, want.Spec)
		}
	}
}

func TestPodsShareTheBareTemplateOfTheirOwner(t *testing.T) {
	spec := corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "a"}}}
	own, err := MakeTemplate(nil, &spec)
	if err != nil {
		t.Fatal(err)
	}
	pod := spec.DeepCopy()
	admit(pod)
	made := podRecord(t, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a-0"}, Spec: *pod}).Template
	if made == own || made.Bare() != own || own.Bare() != own {
		t.Errorf("pod %v, bare %v, owner %v", made.Decode(), made.Bare().Decode(), own.Decode())
	}
	if !made.Token() || made.Bare().Token() || own.Token() {
		t.Errorf("token: pod %t, bare %t, owner %t", made.Token(), made.Bare().Token(), own.Token())
	}
	if made.Hash() == own.Hash() {
		t.Error("the templates of pod and owner have one checksum, but are not equal")
	}
	// Whoever gives a spec to MakeTemplate keeps it.
	before := pod.DeepCopy()
	renameVolume(before, "kube-api-access-x7k2p", tokenMark)
	again := before.DeepCopy()
	if _, err := MakeTemplate(nil, again); err != nil || !equality.Semantic.DeepEqual(before, again) {
		t.Errorf("MakeTemplate changed its spec (%v): %v", err, again)
	}
}
