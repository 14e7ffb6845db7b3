package node

import (
	"strings"
	"testing"

	"canopy/model"
)

// k3sNode is a node of k3s; a server with its role.
func k3sNode(name, version string, serves bool) string {
	m := machine{name: name, kubelet: version + "+k3s1", runtime: "containerd://2.3.4"}
	if serves {
		m.labels = "node-role.kubernetes.io/control-plane: 'true'"
	}
	return m.String()
}

// TestEmbedded judges k3s by all of its servers, whichever of them answers.
func TestEmbedded(t *testing.T) {
	for _, answers := range []string{"v1.34.3+k3s1", "v1.36.6+k3s1"} {
		w := newWard(t, answers).put(
			k3sNode("s1", "v1.34.3", true), k3sNode("s2", "v1.36.6", true), k3sNode("s3", "v1.34.3", true), k3sNode("ag1", "v1.32.3", false), k3sNode("ag2", "v1.35.3", false))
		for name, want := range map[string]State{"s1": OK, "s2": Overdue, "s3": OK, "ag1": Overdue, "ag2": Overdue} {
			if v := w.verdict(name, Skew); v.State != want || strings.Contains(v.Detail, "only one behind the balancer") {
				t.Errorf("%s answers, %s: %+v", answers, name, v)
			}
		}
		f := w.out.findings["VP05/canopy/Cluster//cluster"]
		if f == nil || f.Severity != model.High || len(f.Proof.Evidence()) != 4 {
			t.Errorf("%s: %+v", answers, f)
		}
		if s, ok := w.a.State("VP05"); ok {
			t.Errorf("VP05 is judged in part: %+v", s)
		}
		if got, want := w.text(), w.anew().text(); got != want {
			t.Errorf("step by step\n%s, at once\n%s", got, want)
		}
		// What stands in the program of a server counts for its node.
		if v := w.verdict("s1", CVE); v.State != Overdue || !strings.Contains(v.Detail, "CVE-2026-2270") {
			t.Errorf("%+v", v)
		}
		if v := w.verdict("ag2", CVE); strings.Contains(v.Detail, "CVE-2026-2270") {
			t.Errorf("%+v", v)
		}
		w.take(model.Drop(model.KindByName("Node").Ref("", "s2")))
		w.put(k3sNode("ag2", "v1.34.3", false))
		if answers == "v1.34.3+k3s1" && (w.out.findings["VP05/canopy/Cluster//cluster"] != nil || w.verdict("ag1", Skew).State != Due && w.verdict("ag1", Skew).State != OK) {
			t.Errorf("the server is gone, and %q, %+v", w.short(), w.verdict("ag1", Skew))
		}
	}
}

// TestWaiting counts no pod that does not run.
func TestWaiting(t *testing.T) {
	pending := strings.Replace(strings.Replace(proxy("a", "v1.30.0"), "name: kube-proxy-a", "name: kube-proxy-new", 1), "Running", "Pending", 1)
	w := newWard(t, "v1.37.2").put(machine{name: "a"}.String(), proxy("a", "v1.37.2"), pending)
	if v := w.verdict("a", Skew); v.State != OK || w.a.Node("a").Proxy != "v1.37.2" || len(w.out.findings) != 0 {
		t.Errorf("%+v %q", v, w.short())
	}
	leaving := strings.Replace(strings.Replace(proxy("a", "v1.30.0"), "name: kube-proxy-a", "deletionTimestamp: '2026-11-26T10:00:00Z', name: kube-proxy-old", 1), "labels", "deletionGracePeriodSeconds: 30, labels", 1)
	w.put(leaving)
	if v := w.verdict("a", Skew); v.State != OK || len(w.out.findings) != 0 {
		t.Errorf("%+v %q", v, w.short())
	}
	w.take(model.Drop(model.KindByName("Pod").Ref("kube-system", "kube-proxy-a")))
	w.take(model.Drop(model.KindByName("Pod").Ref("kube-system", "kube-proxy-old")))
	w.flush()
	if v := w.verdict("a", Skew); v.State != NoData || !strings.Contains(v.Detail, "it rolls out") || w.a.Node("a").Proxy != "" {
		t.Errorf("%+v", v)
	}
	w.put(strings.Replace(pending, "Pending", "Running", 1))
	if v := w.verdict("a", Skew); v.State != Overdue {
		t.Errorf("%+v", v)
	}
}

// TestStandIns knows what does the work of kube-proxy in its place.
func TestStandIns(t *testing.T) {
	ovn := "kind: Pod\nmetadata: {name: ovnkube-node-x, namespace: openshift-ovn-kubernetes, labels: {app: ovnkube-node}}\nspec: {nodeName: a, containers: [{name: c, image: x}]}\nstatus: {phase: Running}"
	w := newWard(t, "v1.36.6").put(machine{name: "a", kubelet: "v1.36.6"}.String())
	if v := w.verdict("a", Skew); v.State != NoData {
		t.Errorf("%+v", v)
	}
	w.put(ovn)
	if v := w.verdict("a", Skew); v.State != OK || !strings.Contains(v.Detail, "OVN-Kubernetes stands in for kube-proxy") {
		t.Errorf("%+v", v)
	}
	if got, want := w.text(), w.anew().text(); got != want {
		t.Errorf("step by step\n%s, at once\n%s", got, want)
	}
	w.take(model.Drop(model.KindByName("Pod").Ref("openshift-ovn-kubernetes", "ovnkube-node-x")))
	w.flush()
	if v := w.verdict("a", Skew); v.State != NoData {
		t.Errorf("%+v", v)
	}
}
