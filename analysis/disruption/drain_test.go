package disruption

import (
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

// TestDrain holds what kubectl drain stumbles over.
func TestDrain(t *testing.T) {
	mine := owned("apps/v1", "Deployment", "web")
	rs := strings.Replace(set("ReplicaSet", "web-1", 2, "web"), "name: web-1", "name: web-1"+mine, 1)
	by := owned("apps/v1", "ReplicaSet", "web-1")
	p := func(name, spec string) string { return pod(name, "app: web", "n1", by, spec) }
	away := pod("web-b", "app: web", "n2", by, "")
	two := []string{set("Deployment", "web", 2, "web"), rs, away}
	with := func(more ...string) []string { return append(slices.Clone(two), more...) }
	unready := func(text string) string { return strings.Replace(text, "'True'", "'False'", 1) }
	for _, s := range []struct {
		name string
		put  []string
		want []string
		says string
	}{
		{"nothing", nil, nil, ""},
		{"one of two", with(p("web-a", "")), nil, ""},
		{"the only replica", []string{set("Deployment", "web", 1, "web"), rs, p("web-a", "")}, []string{"single web-a of Deployment/web"}, "it is the only replica"},
		{"all on one node", []string{set("Deployment", "web", 2, "web"), rs, p("web-a", ""), p("web-c", "")}, []string{"single web-a of Deployment/web", "single web-c of Deployment/web"}, "all of its pods are on this node (2)"},
		{"all on one node with a budget", []string{set("Deployment", "web", 2, "web"), rs, p("web-a", ""), p("web-c", ""), pdb("b", "maxUnavailable: 1, "+web, "")}, nil, ""},
		{"bare", []string{pod("p", "app: x", "n1", "", "")}, []string{"bare p of Pod/p"}, "--force"},
		{"bare and finished", []string{strings.Replace(pod("p", "app: x", "n1", "", ", volumes: [{name: tmp, emptyDir: {}}]"), "Running", "Succeeded", 1)}, nil, ""},
		{"emptyDir", with(p("web-a", ", volumes: [{name: queue, emptyDir: {}}, {name: a, emptyDir: {}}]")), []string{"local web-a of Deployment/web"}, "emptyDir a, queue is lost: kubectl drain needs --delete-emptydir-data"},
		{"host path is none", with(p("web-a", ", volumes: [{name: tmp, hostPath: {path: /x}}]")), nil, ""},
		{"a DaemonSet's", []string{set("DaemonSet", "agent", 0, "agent"), pod("agent-x", "app: agent", "n1", owned("apps/v1", "DaemonSet", "agent"), ", volumes: [{name: tmp, emptyDir: {}}]")}, nil, ""},
		{"a DaemonSet's that is gone", []string{pod("agent-x", "app: agent", "n1", owned("apps/v1", "DaemonSet", "agent"), "")}, []string{"bare agent-x of DaemonSet/agent"}, "its DaemonSet is gone"},
		{"a static pod", []string{strings.Replace(pod("etcd", "app: etcd", "n1", owned("v1", "Node", "n1"), ", volumes: [{name: tmp, emptyDir: {}}]"), "labels:", "annotations: {kubernetes.io/config.mirror: x}, labels:", 1)}, nil, ""},
		{"hostname selector", with(p("web-a", ", nodeSelector: {kubernetes.io/hostname: n1}")), []string{"pinned web-a of Deployment/web"}, "its nodeSelector names the node"},
		{"affinity to one node", with(p("web-a", ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [n1]}]}]}}}")), []string{"pinned web-a of Deployment/web"}, "its affinity names the node"},
		{"affinity to two nodes", with(p("web-a", ", affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [n1]}]}, {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [n2]}]}]}}}")), nil, ""},
		{"a volume of the node", with(p("web-a", ", volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"),
			"kind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {volumeName: v}", "kind: PersistentVolume\nmetadata: {name: v}\nspec: {local: {path: /x}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [n1]}]}]}}}"),
			[]string{"pinned web-a of Deployment/web"}, "its volume v is on this node"},
		{"bound, and the only replica", []string{set("Deployment", "web", 1, "web"), rs, p("web-a", ", nodeSelector: {kubernetes.io/hostname: n1}")}, []string{"pinned web-a of Deployment/web"}, "its nodeSelector names the node: no other can take it, so it is away until this one, or a new one of its name, is back"},
		{"a volume of a zone", with(p("web-a", ", volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"),
			"kind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {volumeName: v}", "kind: PersistentVolume\nmetadata: {name: v}\nspec: {csi: {driver: d, volumeHandle: h}, nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [a]}]}]}}}"), nil, ""},
		{"a budget that never allows any", with(p("web-a", ""), pdb("b", "maxUnavailable: 0, "+web, "expectedPods: 2, desiredHealthy: 2, currentHealthy: 2")), []string{"budget! web-a of Deployment/web"}, "budget b never allows an eviction: maxUnavailable is 0"},
		{"a budget that allows none now", with(p("web-a", ""), pdb("b", "maxUnavailable: 1, "+web, "expectedPods: 3, desiredHealthy: 2, currentHealthy: 2")), []string{"waiting web-a of Deployment/web"}, "budget shop/b is used up now: 2 of 3 ready; a drain waits for it"},
		{"a budget that allows one", with(p("web-a", ""), pdb("b", "maxUnavailable: 1, "+web, "expectedPods: 2, desiredHealthy: 1, currentHealthy: 2, disruptionsAllowed: 1")), nil, ""},
		{"no status: worked out", with(p("web-a", ""), pdb("b", "maxUnavailable: 1, "+web, "")), nil, ""},
		{"no status: one is away", with(p("web-a", ""), pdb("b", "minAvailable: 1, "+web, ""), unready(away)), []string{"waiting web-a of Deployment/web"}, "budget shop/b is used up now: 1 of 2 ready"},
		{"no status: the scale is not known", []string{pod("p", "app: web", "n1", owned("a.io/v1", "App", "x"), ""), pod("q", "app: web", "n2", owned("a.io/v1", "App", "x"), ""), pdb("b", "maxUnavailable: 1, "+web, "")}, []string{"unknown p of App/x"}, "is not known: how many replicas"},
		{"two budgets", with(p("web-a", ""), pdb("a", "maxUnavailable: 1, "+web, ""), pdb("b", "maxUnavailable: 1, "+web, "")), []string{"budgets! web-a of Deployment/web"}, "2 budgets select it, a and b among them"},
		{"two budgets and pending", with(strings.Replace(p("web-a", ""), "Running", "Pending", 1), pdb("a", "maxUnavailable: 1, "+web, ""), pdb("b", "maxUnavailable: 0, "+web, "")), nil, ""},
		{"not healthy, the others are", with(unready(p("web-a", "")), pdb("b", "maxUnavailable: 1, "+web, "expectedPods: 3, desiredHealthy: 2, currentHealthy: 2")), nil, ""},
		{"not healthy, nor are the others", with(unready(p("web-a", "")), pdb("b", "maxUnavailable: 1, "+web, "expectedPods: 3, desiredHealthy: 2, currentHealthy: 1")), []string{"waiting web-a of Deployment/web"}, "1 of 3 ready"},
		{"not healthy and none is wanted", with(unready(p("web-a", "")), pdb("b", "minAvailable: 0, "+web, "expectedPods: 2, desiredHealthy: 0, currentHealthy: 0")), []string{"waiting web-a of Deployment/web"}, "0 of 2 ready"},
		{"not healthy and always allowed", with(unready(p("web-a", "")), pdb("b", "maxUnavailable: 0, unhealthyPodEvictionPolicy: AlwaysAllow, "+web, "expectedPods: 3, desiredHealthy: 2, currentHealthy: 1")), nil, ""},
		{"a run of a Job", []string{pod("run-1", "app: run", "n1", owned("batch/v1", "Job", "run"), "")}, []string{"single run-1 of Job/run"}, "begins anew"},
		{"what blocks comes first", []string{pod("p", "app: x", "n1", "", ""), set("Deployment", "web", 2, "web"), rs, away, p("web-a", ", volumes: [{name: queue, emptyDir: {}}]"), pdb("b", "maxUnavailable: 0, "+web, "")},
			[]string{"budget! web-a of Deployment/web", "bare p of Pod/p", "local web-a of Deployment/web"}, "budget b never allows"},
	} {
		t.Run(s.name, func(t *testing.T) {
			b := newCourt(t).put(s.put...)
			if got := b.obstacles("n1"); !slices.Equal(got, s.want) {
				t.Fatalf("got %v, want %v\n%s", got, s.want, b.said())
			}
			if list := b.a.Drain(b.c, "n1"); s.says != "" && !strings.Contains(list[0].Says, s.says) {
				t.Errorf("says %q, want %q", list[0].Says, s.says)
			}
		})
	}
}

// TestDrainUnseen holds that what was not seen is said, and never taken for safe.
func TestDrainUnseen(t *testing.T) {
	claim := ", volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"
	put := []string{set("StatefulSet", "web", 2, "web"), pod("web-0", "app: web", "n1", owned("apps/v1", "StatefulSet", "web"), claim), pod("web-1", "app: web", "n2", owned("apps/v1", "StatefulSet", "web"), claim)}
	for _, s := range []struct {
		kind string
		want string
	}{
		{"PodDisruptionBudget", "unknown web-0 of StatefulSet/web"}, {"PersistentVolumeClaim", "unknown web-0 of StatefulSet/web"}, {"Pod", "unknown  of Node/n1"},
	} {
		b := newCourt(t).put(put...)
		if got := b.obstacles("n1"); len(got) > 0 {
			t.Fatal(got)
		}
		before := b.a.Version()
		b.cover(s.kind, model.Denied, "not permitted")
		if got := b.obstacles("n1"); !slices.Equal(got, []string{s.want}) || b.a.Version() == before {
			t.Errorf("%s: got %v, want %v", s.kind, got, s.want)
		}
	}
}
