package upgrade

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/lifecycle"
)

// TestHosts holds that whoever mends in builds of its own and has its own ways is foreign to the plan, by one list with the verdicts, and that
// the distribution of EKS is brought forward as upstream is.
func TestHosts(t *testing.T) {
	config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "kubeadm-config"}}
	for _, c := range []struct {
		server string
		kind   hosting
		brand  string
	}{
		{"v1.36.2", kubeadm, ""},
		{"v1.36.2+k0s", kubeadm, ""},
		{"v1.36.2-eks-1-36-4", kubeadm, "EKS Distro"},
		{"v1.36.2-eks-ae9a62a", onEKS, "EKS"},
		{"v1.36.2+vmware.1", foreign, "Tanzu"},
		{"v1.36.2-aliyun.1", foreign, "Alibaba ACK"},
		{"v1.36.2-tke.1", foreign, "Tencent TKE"},
		{"v1.36.2+IKS", foreign, "IBM Cloud Kubernetes Service"},
		{"v1.36.2+k3s1", k3s, "k3s"},
	} {
		in := inputOf(t, time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), c.server, []runtime.Object{config})
		h, product := hostOf(in, in.Nodes.Nodes(), in.Nodes.Plane())
		if h.kind != c.kind || h.brand != c.brand || (product == lifecycle.EKS) != (c.kind == onEKS) {
			t.Errorf("%s is run by %+v, tables of %q; want kind %d of %q", c.server, h, product, c.kind, c.brand)
		}
		if h.kind == foreign && h.brand != lifecycle.Mender(hostedBy(t, c.server)) {
			t.Errorf("%s: verdicts name another than %q", c.server, h.brand)
		}
	}
}

func hostedBy(t *testing.T, raw string) string {
	t.Helper()
	v, ok := lifecycle.ParseVersion(raw)
	if !ok {
		t.Fatalf("%s is no version", raw)
	}
	return v.Provider
}
