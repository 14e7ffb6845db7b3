package image

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

// What follows from the pods of a use is seen where only one of them changes, in what is no place of its own.
func TestPodsOfOneUse(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(deployment("shop", "web")...)
	b.put(&appsv1.ReplicaSet{ObjectMeta: owned("shop", "web-2", "apps/v1", "Deployment", "web"), Status: appsv1.ReplicaSetStatus{Replicas: 1}})
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA))
	b.take(model.Put(report(t, "r", "kubescape under=ReplicaSet/web-2 of=B")))
	b.flush()
	verdict := func(want Verdict) {
		t.Helper()
		b.flush()
		if i, _ := b.a.Image(digest("A"), nil); i.Verdict != want {
			t.Errorf("%s: %s, want %s", i.Verdict, i.Reason, want)
		}
	}
	verdict(NoEvidence)
	second := pod("shop", "web", "web-b", "n1", "nginx:1.29", nginxA)
	second.OwnerReferences[0].Name = "web-2"
	b.put(second)
	verdict(OtherDigest)
	b.take(model.Drop(ref("Pod", "shop", "web-b")))
	verdict(NoEvidence)

	// A spec that pins a digest says of what runs only while it runs.
	b.take(model.Put(report(t, "s", "trivy under=none of=C")))
	waiting := pod("shop", "web", "web-c", "n1", "nginx@<C>", nginxA)
	waiting.Status.ContainerStatuses[0].State = corev1.ContainerState{}
	b.put(waiting)
	verdict(NoEvidence)
	b.put(pod("shop", "web", "web-c", "n1", "nginx@<C>", nginxA))
	verdict(Scanned)
	b.put(waiting)
	verdict(NoEvidence)
}

func TestImages(t *testing.T) {
	allow, err := reference.ParseAllow([]string{"docker.io/library"})
	if err != nil {
		t.Fatal(err)
	}
	b := newCourt(t, Options{Allow: allow})
	for _, name := range []string{"web", "db", "old"} {
		b.put(deployment("shop", name)...)
	}
	web := pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA)
	web.Spec.InitContainers = []corev1.Container{{Name: "init", Image: "docker.io/library/nginx:1.29"}}
	web.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", Image: "busybox"}}}
	web.Spec.Volumes = []corev1.Volume{
		{Name: "data", VolumeSource: corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: "registry.example/data:1"}}},
		{Name: "model", VolumeSource: corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: "registry.example/model@" + digest("E")}}},
	}
	web.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "init", ImageID: spell(nginxA), State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}}}
	web.Status.EphemeralContainerStatuses = []corev1.ContainerStatus{{Name: "debug", ImageID: spell("docker.io/library/busybox@<D>")}}
	b.put(web, pod("shop", "web", "web-b", "n2", "nginx:1.29", nginxA))
	b.put(pod("data", "db", "db-a", "n1", "nginx", nginxA), pod("shop", "old", "old-a", "n1", "k8s.gcr.io/pause:3.1", "k8s.gcr.io/pause@<C>"))
	b.put(node("n1", "amd64", "containerd://2", "docker.io/library/nginx@<A> docker.io/library/nginx:1.29 mirror.example/nginx:1", "registry.k8s.io/pause@<C> k8s.gcr.io/pause:3.1"))
	b.take(model.Put(report(t, "r", "trivy of=A:index under=none counts=3/0/0/1")))
	b.take(model.Put(report(t, "s", "grype of=A under=none counts=1/0/0/1 age=2h")))
	b.take(model.Put(report(t, "u", "kubescape of=A under=none failed=unauthorized")))
	b.flush()

	open := func(o model.Ref) bool { return o.Name == "old" }
	list := b.a.Images(open)
	var names []string
	for _, i := range list {
		names = append(names, i.Name+" "+string(i.Verdict))
	}
	want := []string{"k8s.gcr.io/pause:3.1 no-evidence", "docker.io/library/busybox:latest no-evidence", "registry.example/data:1 no-evidence", "registry.example/model no-evidence", "docker.io/library/nginx:1.29 scanned"}
	if !slices.Equal(names, want) {
		t.Fatalf("got %v", names)
	}
	i := list[4]
	if i.Digest != digest("A") || i.Of != record.OfIndex || i.Registry != "docker.io" || i.Repository != "library/nginx" || i.Containers != 4 || i.Pods != 3 || i.Size != 1000 || i.Exposed {
		t.Errorf("nginx: %+v", i)
	}
	if !slices.Equal(i.References, []string{"docker.io/library/nginx:1.29", "nginx", "nginx:1.29"}) || !slices.Equal(i.Aliases, []string{"mirror.example/nginx:1"}) || !slices.Equal(i.Namespaces, []string{"data", "shop"}) {
		t.Errorf("nginx is called %v and %v in %v", i.References, i.Aliases, i.Namespaces)
	}
	var uses []string
	for _, u := range i.Uses {
		uses = append(uses, fmt.Sprint(u.Owner, " ", u.Container, " ", u.Type, " ", u.Reference, " ", u.Pods, " ", u.Nodes))
	}
	if want := []string{"data/ReplicaSet/db-1 app container nginx 1 [n1]", "shop/Deployment/web app container nginx:1.29 2 [n1 n2]", "shop/Deployment/web init init docker.io/library/nginx:1.29 1 [n1]"}; !slices.Equal(uses, want) { //nolint:dupword // a container and its type
		t.Errorf("uses %q", uses)
	}
	if !slices.Equal(i.Hygiene, []string{"IM01", "IM02", "IM07"}) || !slices.Equal(list[0].Hygiene, []string{"IM02", "IM03", "IM07", "IM08"}) || !slices.Equal(list[3].Hygiene, []string{"IM03", "IM08"}) {
		t.Errorf("hygiene %v, %v, %v", i.Hygiene, list[0].Hygiene, list[3].Hygiene)
	}
	if !strings.Contains(i.Disagreement, "grype counts 1 critical, 0 high, 0 medium and 1 low; trivy-operator counts 3 critical") || !strings.Contains(i.Disagreement, "kubescape has not scanned it: the scan gave no result: unauthorized") {
		t.Errorf("disagreement: %s", i.Disagreement)
	}
	if i.Counts == nil || i.Counts.Critical != 3 || len(i.Evidence) != 3 || i.Evidence[2].Verdict != Failed {
		t.Errorf("counts %+v, evidence %+v", i.Counts, i.Evidence)
	}
	if !list[0].Exposed || !slices.Equal(list[0].Aliases, []string{}) && list[0].Aliases != nil {
		t.Errorf("pause: %+v", list[0])
	}
	tallies := b.a.Tallies(open)
	if want := []Tally{
		{"", 5, map[Verdict]int{NoEvidence: 4, Scanned: 1}, 1}, {"data", 1, map[Verdict]int{Scanned: 1}, 0}, {"shop", 5, map[Verdict]int{NoEvidence: 4, Scanned: 1}, 1},
	}; !reflect.DeepEqual(tallies, want) {
		t.Errorf("tallies %+v", tallies)
	}
	for _, id := range []string{digest("A"), "registry.example/data:1", digest("E")} {
		if _, ok := b.a.Image(id, nil); !ok {
			t.Errorf("%s is not found", id)
		}
	}
	if _, ok := b.a.Image("nginx", nil); ok {
		t.Error("what has a digest is found by its name")
	}
}

func TestEmpty(t *testing.T) {
	b := newCourt(t, Options{})
	b.flush()
	if len(b.a.Images(nil)) != 0 || !reflect.DeepEqual(b.a.Tallies(nil), []Tally{{Verdicts: map[Verdict]int{}}}) || !b.a.Next().IsZero() {
		t.Error("an empty cluster has images")
	}
}

// That two digests are of one image may be learnt from a pod that does not ask for the tag, and be forgotten with it.
func TestSplitIsMended(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(node("n1", "amd64", "containerd://2"))
	b.put(pod("shop", "web", "web-a", "n1", "redis:7", "redis@<A>"), pod("shop", "web", "web-b", "n1", "redis:7", "redis@<B>"))
	split := func(when string, want int) {
		t.Helper()
		b.flush()
		if got := b.ids("IM06"); len(got) != want {
			t.Errorf("%s: %v", when, got)
		}
	}
	split("two digests", 1)
	b.put(pod("shop", "db", "db-a", "n1", "redis@<B>", "redis@<A>"))
	split("the runtime reports the one for the other", 0)
	b.take(model.Drop(ref("Pod", "shop", "db-a")))
	split("nothing tells so any more", 1)
	b.put(pod("shop", "db", "db-a", "n1", "redis:8", "<B>"))
	split("one is of a configuration", 0)
	b.take(model.Drop(ref("Pod", "shop", "db-a")))
	split("no longer", 1)
}
