package simulator

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestImageIDIsWhatContainerdReports(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	for image, want := range map[string]string{
		"nginx:1.29":                       "docker.io/library/nginx@sha256:",
		"grafana/grafana":                  "docker.io/grafana/grafana@sha256:",
		"registry.example:5000/a/b:2":      "registry.example:5000/a/b@sha256:",
		"registry.example/a/b:2@" + digest: "registry.example/a/b@" + digest,
		"localhost/tool":                   "localhost/tool@sha256:",
	} {
		if got := ImageID(image); !strings.HasPrefix(got, want) || got != ImageID(image) {
			t.Errorf("imageID of %s is %s, want %s…", image, got, want)
		}
	}
	if ImageID("nginx:1") == ImageID("nginx:2") {
		t.Error("two tags have one digest")
	}
}

func TestCompleteNodeKeepsWhatIsAuthored(t *testing.T) {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n5"}}
	node.Status.NodeInfo.KubeletVersion = "v1.33.6"
	node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeDiskPressure, Status: corev1.ConditionTrue}}
	if !completeNode(node, time.Now()) {
		t.Fatal("nothing was completed")
	}
	if node.Status.NodeInfo.KubeletVersion != "v1.33.6" || condition(node, corev1.NodeDiskPressure).Status != corev1.ConditionTrue {
		t.Errorf("an authored field was changed: %+v", node.Status)
	}
	if condition(node, corev1.NodeReady).Status != corev1.ConditionTrue || node.Status.Capacity.Cpu().IsZero() || len(node.Status.Addresses) == 0 {
		t.Errorf("the status is incomplete: %+v", node.Status)
	}
	if completeNode(node, time.Now()) {
		t.Error("a complete node was changed again")
	}
}

func TestSlimIsATransform(t *testing.T) {
	yes := true
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: "a", Namespace: "b", UID: "u", ResourceVersion: "7", OwnerReferences: []metav1.OwnerReference{{Kind: "Job", Controller: &yes}},
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: AuthorManager, Subresource: "status"}},
	}}
	pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "shell", Image: "busybox"}}}
	once, err := slim(pod)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := slim(once)
	if err != nil {
		t.Fatal(err)
	}
	for _, small := range []*corev1.Pod{once.(*corev1.Pod), twice.(*corev1.Pod)} {
		if small.Annotations[authored] == "" || !ownedByJob(small) || len(small.Spec.EphemeralContainers) != 1 || small.ResourceVersion != "7" || len(small.ManagedFields) != 0 {
			t.Errorf("slim pod is %+v", small)
		}
	}
}

func TestAddressesAreUniqueUntilReleased(t *testing.T) {
	a := newAddresses()
	a.reserve("10.128.0.3")
	first, second := a.take(), a.take()
	if first != "10.128.0.2" || second != "10.128.0.4" {
		t.Errorf("addresses are %s and %s, want to skip the reserved one", first, second)
	}
	a.release("")
}
