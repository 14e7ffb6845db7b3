package segmentation

import (
	"slices"
	"testing"
	"time"

	"canopy/model"
)

// control is a new cluster as kubeadm makes one, with a plug-in.
const control = `
kind: Namespace
metadata: {name: kube-system}
---
kind: Namespace
metadata: {name: kube-public}
---
kind: Namespace
metadata: {name: default}
---
kind: Node
metadata: {name: n1}
spec: {providerID: "kind://docker/kind/n1"}
---
kind: Pod
metadata: {name: kube-apiserver-n1, namespace: kube-system, labels: {component: kube-apiserver, tier: control-plane}, annotations: {kubernetes.io/config.mirror: x}}
spec: {hostNetwork: true, containers: [{name: c, image: kube-apiserver, securityContext: {privileged: false}, ports: [{containerPort: 6443, hostPort: 6443}]}]}
status: {phase: Running, podIP: 192.168.0.1}
---
kind: Pod
metadata: {name: kube-proxy-a, namespace: kube-system, labels: {k8s-app: kube-proxy}}
spec: {hostNetwork: true, containers: [{name: c, image: kube-proxy, securityContext: {privileged: true}}]}
status: {phase: Running, podIP: 192.168.0.1}
---
kind: Pod
metadata: {name: coredns-a, namespace: kube-system, labels: {k8s-app: kube-dns, pod-template-hash: a}}
spec: {dnsPolicy: Default, containers: [{name: c, image: coredns, ports: [{name: dns, containerPort: 53, protocol: UDP}, {name: dns-tcp, containerPort: 53}]}]}
status: {phase: Running, podIP: 10.1.0.2}
---
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {type: ClusterIP, selector: {k8s-app: kube-dns}, ports: [{port: 53, protocol: UDP}]}
---
kind: Service
metadata: {name: kubernetes, namespace: default}
spec: {type: ClusterIP, ports: [{port: 443}]}
`

// TestNewClusterIsQuiet holds that of a new cluster only what is true is said, and mildly.
func TestNewClusterIsQuiet(t *testing.T) {
	b := newCourt(t, law(t), today()).complete().put(read(t, control)...)
	want := []string{"NW01 kube-system/Pod/coredns-a low", "NW02 kube-system/Pod/coredns-a low", "NW03 Namespace/kube-system low"}
	if got := b.short(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q\n%s", got, want, b.text())
	}
}

// TestEndOfProxy holds that the analyser names the day on which ingress-nginx ended, and judges it then.
func TestEndOfProxy(t *testing.T) {
	clock := &movable{now: retired().Add(-time.Hour)}
	b := newCourt(t, law(t), clock).complete()
	if !b.a.Next().IsZero() {
		t.Error("there is a moment to wait for where nothing runs")
	}
	b.put(read(t, "kind: Pod\nmetadata: {name: proxy}\nspec: {containers: [{name: c, image: \"ingress-nginx/controller:v1.13.0\"}]}\nstatus: {phase: Running}")...)
	if got := b.short("NW12"); !slices.Equal(got, []string{"NW12 shop/Pod/proxy low"}) || !b.a.Next().Equal(retired()) {
		t.Errorf("before: %q, next %s", got, b.a.Next())
	}
	clock.now = retired()
	b.a.Tick()
	b.flush()
	if got := b.short("NW12"); !slices.Equal(got, []string{"NW12 shop/Pod/proxy high"}) || !b.a.Next().IsZero() {
		t.Errorf("after: %q, next %s", got, b.a.Next())
	}
}

// movable is a clock that a test sets.
type movable struct{ now time.Time }

func (m *movable) Now() time.Time                       { return m.now }
func (m *movable) After(time.Duration) <-chan time.Time { return make(chan time.Time) }

var _ model.Clock = (*movable)(nil)
