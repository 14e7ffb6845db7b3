package record

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// beating is a node that has pulled 50 images, at one of its heartbeats.
func beating(beat int) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1", ResourceVersion: fmt.Sprint(beat), Labels: map[string]string{"kubernetes.io/os": "linux"}}}
	at := metav1.NewTime(time.Date(2026, 11, 23, 14, 0, beat, 0, time.UTC))
	for _, kind := range []corev1.NodeConditionType{corev1.NodeReady, corev1.NodeMemoryPressure, corev1.NodeDiskPressure, corev1.NodePIDPressure} {
		n.Status.Conditions = append(n.Status.Conditions, corev1.NodeCondition{Type: kind, Status: corev1.ConditionTrue, LastHeartbeatTime: at})
	}
	for i := range 50 {
		name := fmt.Sprintf("registry.example/team/image-%d", i)
		n.Status.Images = append(n.Status.Images, corev1.ContainerImage{Names: []string{fmt.Sprintf("%s@sha256:%064d", name, i), name + ":1.4"}, SizeBytes: int64(i)})
	}
	n.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubelet", Operation: "Update", APIVersion: "v1", Time: &at, Subresource: "status", FieldsType: "FieldsV1", FieldsV1: &metav1.FieldsV1{}}}
	return n
}

// TestHeartbeatIsNoChange holds that a record does not tell one heartbeat of a node from the next.
func TestHeartbeatIsNoChange(t *testing.T) {
	a, err := Make(beating(1))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Make(beating(30))
	if err != nil {
		t.Fatal(err)
	}
	if !b.Same(a) {
		t.Error("a heartbeat is a change")
	}
	other := beating(31)
	other.Status.NodeInfo.KubeletVersion = "v1.37.3"
	if c, err := Make(other); err != nil || c.Same(b) {
		t.Errorf("another version is none: %v", err)
	}
}

// BenchmarkHeartbeat is all that a heartbeat of a node costs once it is decoded: at most 0.1 ms.
func BenchmarkHeartbeat(b *testing.B) {
	known, err := Make(beating(0))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := range b.N {
		b.StopTimer()
		n := beating(i)
		b.StartTimer()
		r, err := Make(n)
		if err != nil || !r.Same(known) {
			b.Fatal("it is a change", err)
		}
	}
}
