package disruption

import (
	"fmt"
	"slices"
	"testing"

	"canopy/model"
)

// TestHeld holds after which changes what stands in the way on a node is worked out anew, and that it has another version just then.
func TestHeld(t *testing.T) {
	web0 := owned("apps/v1", "StatefulSet", "web")
	claim := ", volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"
	spare := pod("spare", "app: spare", "n3", owned("a.io/v1", "App", "spare"), "")
	volume := func(values string) string {
		return "kind: PersistentVolume\nmetadata: {name: v}\nspec: {nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [" + values + "]}]}]}}}"
	}
	b := newCourt(t).put(set("StatefulSet", "web", 3, "web"), pod("web-0", "app: web", "n1", web0, claim), pod("web-1", "app: web", "n2", web0, ""), pod("web-2", "app: web", "n2", web0, ""), spare,
		"kind: DaemonSet\nmetadata: {name: log}\nspec: {template: {metadata: {labels: {app: log}}}}", pdb("b", "maxUnavailable: 1, "+web, "disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2, expectedPods: 3"))
	logs := func(name, state string) string {
		return pod(name, "app: log", "n1", owned("apps/v1", "DaemonSet", "log"), "") + "\n# " + state
	}
	for _, s := range []struct {
		what string
		put  string
		// anew tells that n1 is worked out anew, other that it has other obstacles, told that the version rises.
		anew, other, told bool
	}{
		{"a pod elsewhere", pod("x", "app: x", "n3", "", ""), false, false, true},
		{"a pod elsewhere of an owner that has more", pod("web-9", "app: web", "n3", web0, ""), false, false, true},
		{"a pod here that is in nobody's way", pod("q", "app: q", "n1", owned("a.io/v1", "App", "q"), ""), true, true, true},
		{"the same pod is not ready any more", "kind: Pod\nmetadata: {name: q, labels: {app: q}" + owned("a.io/v1", "App", "q") + "}\nspec: {nodeName: n1, containers: [{name: c, image: i}]}\nstatus: {phase: Running}", true, false, true},
		{"a pod of a DaemonSet", logs("l", "new"), false, false, false},
		{"another workload is scaled", set("Deployment", "z", 4, "z"), false, false, true},
		{"what a budget says of its pods stays", pdb("b", "maxUnavailable: 1, "+web, "disruptionsAllowed: 2, currentHealthy: 3, desiredHealthy: 1, expectedPods: 3"), false, false, true},
		{"it allows nothing any more", pdb("b", "maxUnavailable: 1, "+web, "disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2, expectedPods: 3"), true, true, true},
		{"a claim that nobody here has", "kind: PersistentVolumeClaim\nmetadata: {name: away}\nspec: {volumeName: v}", false, false, false},
		{"the claim of a pod here", "kind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {volumeName: v}", true, false, true},
		{"its volume, which others can take", volume("n1, n2"), true, false, true},
		{"its volume, which no other can take", volume("n1"), true, true, true},
		{"its volume, which others can take again", volume("n1, n2"), true, true, true},
		{"its owner has one replica", set("StatefulSet", "web", 1, "web"), true, true, true},
		{"its DaemonSet is replaced", "kind: DaemonSet\nmetadata: {name: log, labels: {a: b}}\nspec: {template: {metadata: {labels: {app: log}}}}", false, false, false},
	} {
		list, version := b.a.Drained(b.c, "n1")
		before := b.a.Version()
		b.put(s.put)
		if got := !b.a.Ready(b.c, "n1"); got != s.anew {
			t.Errorf("%s: worked out anew: %v", s.what, got)
		}
		now, after := b.a.Drained(b.c, "n1")
		if other := !slices.Equal(list, now); other != s.other || (version != after) != s.other {
			t.Errorf("%s: version %d, then %d; %v, then %v", s.what, version, after, list, now)
		}
		if told := b.a.Version() != before; told != s.told {
			t.Errorf("%s: the version rises: %v", s.what, told)
		}
		if want := b.anew().a.Drain(b.c, "n1"); !slices.Equal(now, want) {
			t.Errorf("%s: got %v, want %v", s.what, now, want)
		}
	}
	// Nothing is kept of nodes without pods.
	for _, gk := range b.c.Kinds() {
		for _, r := range b.c.Sorted(gk) {
			b.take(model.Drop(r.Ref()))
		}
	}
	b.flush()
	if list, _ := b.a.Drained(b.c, "n1"); len(list)+len(b.a.held)+len(b.a.rests) > 0 {
		t.Errorf("left: %v, %d nodes, %d claims", list, len(b.a.held), len(b.a.rests))
	}
}

// TestPodsOf lists the pods of a node that have not run to their end.
func TestPodsOf(t *testing.T) {
	b := newCourt(t).put(pod("a", "", "n1", "", ""), pod("b", "", "n2", "", ""), "kind: Pod\nmetadata: {name: c}\nspec: {nodeName: n1, containers: [{name: c, image: i}]}\nstatus: {phase: Succeeded}", pod("d", "", "''", "", ""))
	var got []string
	for p := range b.a.PodsOf(b.c, "n1") {
		got = append(got, p.Name)
	}
	if !slices.Equal(got, []string{"a"}) {
		t.Error(got)
	}
}

// BenchmarkDrainHeld measures what it takes to see that nothing has changed on a node of forty pods.
func BenchmarkDrainHeld(b *testing.B) {
	court := crowded(b)
	for i := range 300 {
		court.a.Drain(court.c, fmt.Sprint("n", i))
	}
	i := 0
	for b.Loop() {
		court.a.version++
		court.a.Drain(court.c, fmt.Sprint("n", i%300))
		i++
	}
}
