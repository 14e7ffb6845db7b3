package disruption

import (
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

// tied writes a workload that is tied to a node.
func tied(name, app, to string) string {
	return strings.Replace(set("Deployment", name, 1, app), "spec: {containers", "spec: {"+to+", containers", 1)
}

// TestUnpeopled holds that no drain is called safe where manifests alone were seen.
func TestUnpeopled(t *testing.T) {
	b := newCourt(t).put("kind: Node\nmetadata: {name: n1}")
	if !b.a.Populated(b.c) || len(b.obstacles("n1")) > 0 {
		t.Fatal("a cluster that wants nothing is known")
	}
	b.put(set("Deployment", "web", 2, "web"), set("StatefulSet", "db", 1, "db"), set("Deployment", "idle", 0, "idle"), pod("bare", "app: x", "n2", "", ""))
	_, version := b.a.Drained(b.c, "n1")
	if got, want := b.obstacles("n1"), []string{"unknown  of Node/n1"}; !slices.Equal(got, want) || b.a.Populated(b.c) {
		t.Fatalf("got %v, want %v", got, want)
	}
	o := b.a.Drain(b.c, "n1")[0]
	if o.Blocks || o.Says != "which pods will run here is not known: 2 workloads have no pod yet" {
		t.Errorf("%+v", o)
	}
	if got, want := b.obstacles("n2"), []string{"unknown  of Node/n2", "bare bare of Pod/bare"}; !slices.Equal(got, want) { //nolint:dupword // a cause and its words
		t.Errorf("got %v, want %v", got, want)
	}
	// A template that names the node, under a budget that never allows an eviction, is in the way whenever its pod runs.
	b.put(tied("pin", "web", "nodeSelector: {kubernetes.io/hostname: n1}"), pdb("b", "maxUnavailable: 0, "+web, ""))
	if got, want := b.obstacles("n1"), []string{"budget! " + " of Deployment/pin", "unknown  of Node/n1", "pinned  of Deployment/pin"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	list, after := b.a.Drained(b.c, "n1")
	if says := list[0].Says; says != "its template names this node, and budget b never allows an eviction: maxUnavailable is 0" || after == version {
		t.Errorf("%q, version %d, then %d", says, version, after)
	}
	b.put(pdb("b", "maxUnavailable: 1, "+web, ""))
	if got, want := b.obstacles("n1"), []string{"unknown  of Node/n1", "pinned  of Deployment/pin"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// One pod of an owner on a node tells that this is a cluster, wherever it is.
	p := pod("db-0", "app: db", "n3", owned("apps/v1", "StatefulSet", "db"), "")
	b.put(p)
	if got := b.obstacles("n1"); len(got) > 0 || !b.a.Populated(b.c) {
		t.Errorf("left: %v", got)
	}
	for _, r := range read(t, p) {
		b.take(model.Drop(r.Ref()))
	}
	b.flush()
	if b.a.Populated(b.c) {
		t.Error("it went again")
	}
	// Where pods were not seen, that alone is said.
	b.cover("Pod", model.Denied, "not permitted")
	if list := b.a.Drain(b.c, "n1"); len(list) != 1 || !strings.Contains(list[0].Says, "Pods denied") {
		t.Errorf("%+v", list)
	}
}

// TestScratch holds which files nobody misses, and that they are told once for a node.
func TestScratch(t *testing.T) {
	mount := func(at ...string) string {
		var mounts []string
		for _, path := range at {
			mounts = append(mounts, "{name: v, mountPath: "+path+"}")
		}
		return ", volumes: [{name: v, emptyDir: {}}], initContainers: [{name: i, image: i, volumeMounts: [" + strings.Join(mounts, ", ") + "]}]"
	}
	for _, s := range []struct {
		name, spec string
		want       bool
	}{
		{"tmp", ", volumes: [{name: tmp, emptyDir: {}}]", true}, {"logs", ", volumes: [{name: logs, emptyDir: {}}]", true},
		{"memory", ", volumes: [{name: v, emptyDir: {medium: Memory}}]", true}, {"mounted nowhere", ", volumes: [{name: v, emptyDir: {}}]", false},
		{"mounted at /tmp", mount("/tmp"), true}, {"mounted below /var/cache", mount("/var/cache/nginx"), true}, {"mounted at /tmpfiles", mount("/tmpfiles"), false},
		{"mounted at /data too", mount("/tmp", "/data"), false},
	} {
		b := newCourt(t).put(pod("a", "", "n1", owned("batch/v1", "Job", "a"), s.spec))
		got := slices.ContainsFunc(b.a.Drain(b.c, "n1"), func(o Obstacle) bool { return o.Cause == Scratch })
		lost := slices.ContainsFunc(b.a.Drain(b.c, "n1"), func(o Obstacle) bool { return o.Cause == Local })
		if got != s.want || lost == s.want {
			t.Errorf("%s: %+v", s.name, b.a.Drain(b.c, "n1"))
		}
	}
	b := newCourt(t).put(pod("a", "", "n1", owned("a.io/v1", "App", "a"), ", volumes: [{name: tmp, emptyDir: {}}, {name: queue, emptyDir: {}}]"), pod("b", "", "n1", owned("a.io/v1", "App", "a"), ", volumes: [{name: tmp, emptyDir: {}}, {name: run, emptyDir: {}}]"),
		pod("c", "", "n2", owned("a.io/v1", "App", "a"), ""))
	if got, want := b.obstacles("n1"), []string{"local a of App/a", "scratch  of Node/n1"}; !slices.Equal(got[len(got)-2:], want) {
		t.Errorf("got %v, want %v", got, want)
	}
	list := b.a.Drain(b.c, "n1")
	if o := list[len(list)-1]; o.Pods != 2 || o.Blocks || Loses(o.Cause) || o.Says != "2 pods lose scratch files: emptyDir run, tmp; kubectl drain needs --delete-emptydir-data" {
		t.Errorf("%+v", o)
	}
}
