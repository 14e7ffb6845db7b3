package node

import (
	"slices"
	"strings"
	"testing"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

func planeVerdict(w *ward, topic Topic) Verdict {
	for _, v := range w.a.Plane().Verdicts {
		if v.Topic == topic {
			return v
		}
	}
	return Verdict{}
}

// TestPlane judges the parts of a control plane that are pods.
func TestPlane(t *testing.T) {
	w := newWard(t, "v1.37.2").put(static(lifecycle.APIServer, "m1", "v1.37.2"), static(lifecycle.ControllerManager, "m1", "v1.37.2"), static(lifecycle.Scheduler, "m1", "v1.37.2"))
	p := w.a.Plane()
	if p.Hidden || len(p.Parts) != 3 || len(p.Findings) != 0 || planeVerdict(w, Skew).State != OK || planeVerdict(w, Support).State != OK {
		t.Errorf("%+v", p)
	}
	// While a second instance is older, only what speaks with both is too new.
	w.put(static(lifecycle.APIServer, "m2", "v1.36.6"), static(lifecycle.Scheduler, "m3", "v1.37.2"))
	if got := w.short(); !slices.Equal(got, []string{
		"VP05 kube-system/Pod/kube-controller-manager-m1 high depends", "VP05 kube-system/Pod/kube-scheduler-m1 high depends", "VP05 kube-system/Pod/kube-scheduler-m3 high",
	}) {
		t.Errorf("%q", got)
	}
	if v := planeVerdict(w, Skew); v.State != Overdue || !strings.Contains(v.Detail, "kube-scheduler 1.37 is newer than API server 1.36") {
		t.Errorf("%+v", v)
	}
	// API servers two minors apart are a finding on the cluster; a version past support too.
	w.put(static(lifecycle.APIServer, "m2", "v1.33.1"))
	got := w.short()
	for _, want := range []string{"VP04 Cluster/cluster high", "VP05 Cluster/cluster high"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %q", want, got)
		}
	}
	for _, name := range []string{"kube-apiserver-m2", "kube-controller-manager-m1", "kube-scheduler-m1", "kube-scheduler-m3"} {
		w.take(model.Drop(model.KindByName("Pod").Ref("kube-system", name)))
	}
	w.flush()
	if got := w.short(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

// TestHiddenPlane knows no more than the version that is answered, and says so.
func TestHiddenPlane(t *testing.T) {
	w := newWard(t, "v1.31.4-eks-ae9a62a")
	p := w.a.Plane()
	if !p.Hidden || len(p.Parts) != 1 || p.Parts[0].Raw != "v1.31.4-eks-ae9a62a" || !p.Parts[0].Object.IsZero() {
		t.Errorf("%+v", p)
	}
	if v := planeVerdict(w, Skew); v.State != NoData || !strings.Contains(v.Detail, "one instance behind the balancer") {
		t.Errorf("%+v", v)
	}
	if v := planeVerdict(w, Provider); v.State != Due || !strings.Contains(v.Detail, "EKS 1.31: support ended on 2025-11-26, extended support runs until 2026-11-26") {
		t.Errorf("%+v", v)
	}
	f := w.out.findings["VP04/canopy/Cluster//cluster"]
	if f == nil || f.Severity != model.Medium {
		t.Errorf("%q", w.short())
	}
	if s, ok := w.a.State("VP05"); !ok || s.Verdict != model.Depends {
		t.Errorf("%+v", s)
	}
	w = newWard(t, "")
	if s, ok := w.a.State("VP05"); !ok || s.Verdict != model.Unknown {
		t.Errorf("%+v", s)
	}
	// AKS tells itself by its nodes alone.
	w = newWard(t, "v1.33.4").put(machine{name: "a", kubelet: "v1.33.4", labels: "kubernetes.azure.com/agentpool: x"}.String())
	if v := planeVerdict(w, Provider); v.State != Due || !strings.Contains(v.Detail, "AKS 1.33") || !strings.Contains(v.Detail, "plan for long-term support alone") {
		t.Errorf("%+v", v)
	}
	if w.a.Node("a").Pool != "x" || w.a.Node("a").Provider != lifecycle.AKS {
		t.Errorf("%+v", w.a.Node("a"))
	}
}

// TestParts tells components by what they run, and takes no version from what is numbered in another way.
func TestParts(t *testing.T) {
	pod := func(name, namespace, meta, containers string) string {
		return "kind: Pod\nmetadata: {name: " + name + ", namespace: " + namespace + meta + "}\nspec: {nodeName: m1, containers: [" + containers + "]}\nstatus: {phase: Running}"
	}
	const mirror = ", annotations: {kubernetes.io/config.mirror: x}"
	for _, c := range []struct{ text, component, version, reason string }{
		{pod("a", "kube-system", mirror, "{name: kube-apiserver, image: 'rancher/hardened-kubernetes:v1.34.3-rke2r1-build20260101', command: [kube-apiserver]}"), lifecycle.APIServer, "1.34.3", ""},
		{pod("a", "openshift-kube-apiserver", mirror, "{name: kube-apiserver, image: 'quay.io/x/y@sha256:"+strings.Repeat("a", 64)+"', command: [/bin/bash]}"), lifecycle.APIServer, "", "its image is named by a digest alone, which tells no version"},
		{pod("a", "kube-system", "", "{name: kube-apiserver, image: 'x/kube-apiserver:v1.34.3'}"), "", "", ""},
		{pod("a", "shop", mirror, "{name: kube-apiserver, image: 'x/kube-apiserver:v1.34.3'}"), "", "", ""},
		{pod("a", "kube-system", "", "{name: ccm, image: 'registry.k8s.io/provider-aws/cloud-controller-manager:v1.36.0'}"), lifecycle.CloudController, "1.36.0", ""},
		{pod("a", "kube-system", "", "{name: hcloud-cloud-controller-manager, image: 'hetznercloud/hcloud-cloud-controller-manager:v1.20.0'}"), lifecycle.CloudController, "", "its makers number it in their own way"},
		{pod("a", "kube-system", "", "{name: kube-proxy, image: 'gke.gcr.io/kube-proxy-amd64:v1.36.3-gke.1640000'}"), lifecycle.Proxy, "1.36.3", ""},
		{pod("a", "kube-system", "", "{name: kube-proxy, image: '602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/kube-proxy:v1.31.2-minimal-eksbuild.3'}"), lifecycle.Proxy, "1.31.2", ""},
		{pod("a", "kube-system", "", "{name: coredns, image: 'registry.k8s.io/coredns/coredns:v1.14.0'}"), "", "", ""},
	} {
		w := newWard(t, "").put(c.text)
		parts := w.a.Plane().Parts
		switch {
		case c.component == "":
			if len(parts) != 0 {
				t.Errorf("%s: %+v", c.text, parts)
			}
		case len(parts) != 1 || parts[0].Component != c.component || parts[0].Reason != c.reason || parts[0].Known != (c.version != "") || parts[0].Known && parts[0].Version.Plain() != c.version:
			t.Errorf("%s: %+v", c.text, parts)
		}
	}
	// Where Cilium stands in for kube-proxy there is none to look for.
	w := newWard(t, "v1.37.2").put(machine{name: "a"}.String(), "kind: ConfigMap\nmetadata: {name: cilium-config, namespace: kube-system}\ndata: {kube-proxy-replacement: 'true'}")
	if v := w.verdict("a", Skew); v.State != OK || !strings.Contains(v.Detail, "Cilium stands in for kube-proxy") {
		t.Errorf("%+v", v)
	}
	w.put("kind: ConfigMap\nmetadata: {name: cilium-config, namespace: kube-system}\ndata: {kube-proxy-replacement: 'false'}")
	w.cover(model.Coverage{Kind: pods, State: model.Denied, Reason: "not permitted"})
	w.flush()
	if v := w.verdict("a", Skew); v.State != NoData || !strings.Contains(v.Detail, "kube-proxy is not known: Pod denied: not permitted") {
		t.Errorf("%+v", v)
	}
}
