package networktest

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// judge answers for one world, one connection at a time.
type judge interface {
	Pods(src, dst *corev1.Pod, port Port) Answer
	Out(src *corev1.Pod, dst netip.Addr, port Port) Answer
	In(src netip.Addr, dst *corev1.Pod, port Port) Answer
}

// judges makes all that there are, by name: the reference, and the analyser shown the same world.
func judges(t testing.TB, w *World) map[string]judge {
	return map[string]judge{"reference": NewReference(w), "analyser": newBench(t, w)}
}

func key(p *corev1.Pod) string { return p.Namespace + "/" + p.Name }

func namespaced(name string, labels map[string]string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
}

// podOf makes a running pod from namespace/name, with an address.
func podOf(id, address string, labels map[string]string, ports ...corev1.ContainerPort) *corev1.Pod {
	namespace, name, _ := strings.Cut(id, "/")
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "registry.example/main:1", Ports: ports}}},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	}
	for _, a := range strings.Fields(address) {
		p.Status.PodIPs = append(p.Status.PodIPs, corev1.PodIP{IP: a})
	}
	return p
}

func named(name string, protocol corev1.Protocol, n int32) corev1.ContainerPort {
	return corev1.ContainerPort{Name: name, Protocol: protocol, ContainerPort: n}
}

// portOf reads TCP/80.
func portOf(t testing.TB, text string) Port {
	protocol, number, ok := strings.Cut(text, "/")
	n, err := strconv.Atoi(number)
	if !ok || err != nil {
		t.Fatalf("port %q", text)
	}
	return Port{corev1.Protocol(protocol), int32(n)}
}

// find gives a pod by namespace/name.
func (w *World) find(t testing.TB, id string) *corev1.Pod {
	for _, p := range w.Pods {
		if key(p) == id {
			return p
		}
	}
	t.Fatalf("no pod %s", id)
	return nil
}

// replaceAddresses puts the first address of a pod in the place of {{namespace/name}}.
func (w *World) replaceAddresses(text string) string {
	for _, p := range w.Pods {
		if len(p.Status.PodIPs) > 0 {
			text = strings.ReplaceAll(text, fmt.Sprintf("{{%s}}", key(p)), p.Status.PodIPs[0].IP)
		}
	}
	return text
}
