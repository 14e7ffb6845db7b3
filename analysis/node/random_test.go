package node

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/record"
)

// dice makes random objects of a small cluster, so that objects meet often.
type dice struct {
	*rand.Rand
	t testing.TB
}

func (d dice) pick(list ...string) string { return list[d.IntN(len(list))] }

func (d dice) version() string {
	return "v1." + d.pick("24", "25", "33", "34", "36", "37", "38") + "." + d.pick("0", "2", "4", "13") + d.pick("", "", "", "-eks-1", "-gke.7", "+k3s1", "-rc.1")
}

func (d dice) moment() string {
	return "2026-11-" + d.pick("01", "20", "24", "25", "26") + "T08:00:00Z"
}

func (d dice) machine() string {
	return machine{
		name: d.pick("a", "b", "c", "d"), kubelet: d.pick(d.version(), d.version(), "none", ""),
		runtime:     d.pick("containerd://2.3.4", "containerd://2.3.3", "containerd://1.6.1", "cri-o://1.34.1", "x"),
		os:          d.pick("Ubuntu 24.04.4 LTS", "Ubuntu 24.04.3 LTS", "Ubuntu 20.04.6 LTS", "Debian GNU/Linux 12 (bookworm)", "Talos (v1.8.3)", "what"),
		kernel:      d.pick("6.8.0-94-generic", "6.8.0-71-generic", "6.8.0-1021-aws", "4.18.0-1", "x"),
		labels:      d.pick("", "", "x/pool: p", "x/pool: q", "karpenter.sh/nodepool: p", "node-role.kubernetes.io/control-plane: ''", "kubernetes.azure.com/agentpool: p", "node-role.kubernetes.io/infra: ''", "node-role.kubernetes.io/control-plane: ''"),
		annotations: d.pick("", "", rebootNeeded+": '"+d.moment()+"'", rebootProgress+": '"+d.moment()+"'", rebootNeeded+": soon", rebootNeeded+": '"+d.moment()+"', "+rebootProgress+": '"+d.moment()+"'"),
		spec:        d.pick("", "", "taints: [{key: x, effect: NoSchedule}]", "unschedulable: true", "unschedulable: true, taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule, timeAdded: '"+d.moment()+"'}]"),
		ready:       d.pick("", "", "{type: Ready, status: 'True', lastTransitionTime: '"+d.moment()+"'}", "{type: Ready, status: 'Unknown', lastTransitionTime: '"+d.moment()+"'}", "{type: Ready, status: 'False'}"),
		boot:        d.pick("b1", "b2"), system: d.pick("", "", "", "windows"),
	}.String()
}

func (d dice) object() string {
	node := d.pick("a", "b", "c", "d", "e")
	switch d.IntN(13) {
	case 0, 1, 2, 3, 4:
		return d.machine()
	case 5, 6:
		return strings.Replace(proxy(node, d.pick(d.version(), "latest")), "phase: Running", "phase: "+d.pick("Running", "Running", "Pending", "Failed"), 1)
	case 7, 8:
		return static(d.pick(lifecycle.APIServer, lifecycle.APIServer, lifecycle.Scheduler, lifecycle.ControllerManager), node, d.version())
	case 12:
		return "kind: Pod\nmetadata: {name: " + node + ", namespace: openshift-ovn-kubernetes, labels: {app: ovnkube-node}}\nspec: {nodeName: a, containers: [{name: c, image: x}]}\nstatus: {phase: " + d.pick("Running", "Failed") + "}"
	case 9:
		return "kind: ConfigMap\nmetadata: {name: kubelet-config, namespace: kube-system}\ndata: {kubelet: '{kind: KubeletConfiguration, " +
			d.pick("rotateCertificates: true", "failCgroupV1: false", "readOnlyPort: 1", "x") + "}'}"
	case 10:
		return "kind: ConfigMap\nmetadata: {name: cilium-config, namespace: kube-system}\ndata: {kube-proxy-replacement: '" + d.pick("true", "false") + "'}"
	}
	return strings.Replace(static(lifecycle.Scheduler, node, d.version()), "phase: Running", "phase: "+d.pick("Failed", "Running"), 1)
}

// step makes one random change: of an object, of what was seen, of what the server says, or of the time.
func (d dice) step(w *ward) {
	switch d.IntN(24) {
	case 0, 1, 2, 3, 4, 5:
		kinds := w.c.Kinds()
		if len(kinds) == 0 {
			return
		}
		if list := w.c.Sorted(kinds[d.IntN(len(kinds))]); len(list) > 0 {
			w.take(model.Drop(list[d.IntN(len(list))].Ref()))
		}
	case 6:
		states := []model.CoverState{model.Complete, model.Complete, model.Denied, model.Loading}
		gk := model.KindByName(d.pick("Pod", "ConfigMap", "CertificateSigningRequest", "Node")).GroupKind()
		w.cover(model.Coverage{Kind: gk, State: states[d.IntN(len(states))], Reason: d.pick("", "not permitted")})
	case 7:
		w.info.Server = d.pick("", d.version(), "v1.37.2")
		w.a.Server(w.info)
	case 8, 9:
		config, err := record.ReadKubelet([]byte(`{"kind":"KubeletConfiguration",` + d.pick(`"rotateCertificates":true`, `"failCgroupV1":false`) + `}`))
		if err != nil {
			d.t.Fatal(err)
		}
		f := record.MakeKubeletFacts(d.pick("a", "b"), config, 1764115200)
		f.Failed = d.pick("", "", "no answer")
		w.take(model.Put(f))
	case 10:
		r := &record.Assessment{OfKind: d.pick("Node", "Node", "Pod"), OfName: d.pick("a", "b"), Scanned: int64(1764115200 + d.IntN(3)*86400)}
		r.Meta = record.Meta{Kind: model.KindByName("ClusterInfraAssessmentReport"), Name: d.pick("r1", "r2")}
		if d.IntN(2) == 0 {
			r.Failed = []record.Check{{ID: "KCV1", Title: "x", Severity: d.pick("high", "low")}}
		}
		w.take(model.Put(r))
	case 11:
		w.clock.at = w.clock.at.Add(time.Duration(d.IntN(30*24)) * time.Hour)
	default:
		for _, r := range read(d.t, d.object()) {
			w.take(model.Put(r))
		}
	}
	for next := w.a.Next(); !next.IsZero() && !next.After(w.clock.at); next = w.a.Next() {
		w.a.Tick()
		if d.IntN(2) == 0 {
			w.flush()
		}
	}
}

// TestIncrementalEqualsBatch makes many changes, and compares with an analyser that reads the cluster at once.
func TestIncrementalEqualsBatch(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	for seed := range rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := dice{rand.New(rand.NewPCG(uint64(seed), 8)), t}
			w := newWard(t, "v1.37.2")
			for range 60 {
				for range 1 + d.IntN(5) {
					d.step(w)
				}
				w.flush()
				n := w.anew()
				if diff := cmp.Diff(n.text(), w.text()); diff != "" {
					t.Fatalf("seed %d, fresh against incremental:\n%s", seed, diff)
				}
				if got, want := w.a.Next(), n.a.Next(); !got.Equal(want) {
					t.Fatalf("seed %d: next %s, fresh %s", seed, got, want)
				}
				if w.a.Len() != len(w.out.findings) {
					t.Fatalf("%d findings stand, %d are published", w.a.Len(), len(w.out.findings))
				}
			}
		})
	}
}

// TestHostile bounds what nodes tell, whatever it is.
func TestHostile(t *testing.T) {
	long := strings.Repeat("9", 100_000)
	for _, text := range []string{long, "v1." + long, "v1.37.2-" + long, "containerd://" + long, "Ubuntu " + long + "." + long, "\x1b[31m\x00\u202e1.2", "v999999.999999.999999", "v0.0.0", strings.Repeat("1.", 50_000), "é" + long} {
		w := newWard(t, text)
		r := read(t, machine{name: "a"}.String())[0]
		poison(r, text)
		w.take(model.Put(r))
		w.put(machine{name: "b"}.String(), proxy("a", "v1.37.2"))
		n := w.a.Node("a")
		for _, s := range []string{n.Kubelet, n.Runtime, n.OS, n.Kernel, n.Arch} {
			if len(s) > longest+4 {
				t.Errorf("%d bytes of %.20q", len(s), s)
			}
		}
		for _, v := range append(n.Verdicts, w.a.Node("b").Verdicts...) {
			if len(v.Detail) > 12*longest {
				t.Errorf("%s has %d bytes", v.Topic, len(v.Detail))
			}
		}
		for _, f := range w.out.findings {
			for _, e := range f.Proof.Evidence() {
				if len(e.Value) > 12*longest {
					t.Errorf("%s has %d bytes", f.ID, len(e.Value))
				}
			}
		}
	}
}
