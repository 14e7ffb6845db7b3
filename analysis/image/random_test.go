package image

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// dice makes random changes to a small cluster, so that objects meet often.
type dice struct {
	*rand.Rand
	t testing.TB
}

func (w dice) pick(list ...string) string { return list[w.IntN(len(list))] }

func (w dice) image() string {
	return w.pick("nginx:1.29", "nginx:1.29", "docker.io/library/nginx:1.29", "nginx@<B>", "nginx:1.29@<C>", "redis:7", "aquasec/trivy:0.69.4", "nginx", "bad image")
}

func (w dice) imageID() string {
	return w.pick("", "odd", "docker.io/library/nginx@<A>", "docker.io/library/nginx@<A>", "docker.io/library/nginx@<B>", "mirror.example/nginx@<C>", "<D>", "<A>", "docker-pullable://nginx@<B>")
}

func (w dice) owner(m *metav1.ObjectMeta) {
	yes := true
	switch w.IntN(6) {
	case 0:
	case 1:
		m.OwnerReferences = []metav1.OwnerReference{{APIVersion: "argoproj.io/v1alpha1", Kind: "Rollout", Name: "ro", Controller: &yes}}
	default:
		m.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: w.pick("web-1", "db-1"), UID: types.UID(w.pick("", "u1", "u2")), Controller: &yes}}
	}
}

func (w dice) pulls() (refs []corev1.LocalObjectReference) {
	for range w.IntN(3) {
		refs = append(refs, corev1.LocalObjectReference{Name: w.pick("s1", "s2")})
	}
	return refs
}

func (w dice) pod() *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: w.pick("shop", "shop", "data"), Name: w.pick("p1", "p2", "p3", "p4")}}
	w.owner(&p.ObjectMeta)
	p.Spec = corev1.PodSpec{NodeName: w.pick("n1", "n2", "n3"), ImagePullSecrets: w.pulls(), ServiceAccountName: w.pick("", "sa"), Containers: []corev1.Container{{Name: "app", Image: spell(w.image())}}}
	state := corev1.ContainerState{}
	if w.IntN(4) > 0 {
		state.Running = &corev1.ContainerStateRunning{StartedAt: metav1.Time{Time: now.Add(-time.Duration(w.IntN(3)) * time.Hour)}}
	}
	if w.IntN(4) > 0 {
		p.CreationTimestamp = metav1.Time{Time: now.Add(-3 * time.Hour)}
		specified(p, now.Add(-time.Duration(1+w.IntN(3))*time.Hour))
	}
	p.Status = corev1.PodStatus{Phase: corev1.PodPhase(w.pick("Running", "Running", "Running", "Succeeded")), ContainerStatuses: []corev1.ContainerStatus{{Name: "app", ImageID: spell(w.imageID()), State: state}}}
	if w.IntN(8) == 0 {
		p.Status = corev1.PodStatus{}
	}
	if w.IntN(3) == 0 {
		p.Spec.InitContainers = []corev1.Container{{Name: "i", Image: spell(w.image()), ImagePullPolicy: "IfNotPresent"}}
		p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "i", ImageID: spell(w.imageID())}}
	}
	if w.IntN(5) == 0 {
		p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "e", Image: spell(w.image())}}}
		p.Status.EphemeralContainerStatuses = []corev1.ContainerStatus{{Name: "e", ImageID: spell(w.imageID()), State: state}}
	}
	if w.IntN(5) == 0 {
		p.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: spell(w.image())}}}}
		if id := w.imageID(); id != "" && len(p.Status.ContainerStatuses) > 0 {
			p.Status.ContainerStatuses[0].VolumeMounts = []corev1.VolumeMountStatus{{Name: "v", VolumeStatus: &corev1.VolumeStatus{Image: &corev1.ImageVolumeStatus{ImageRef: spell(id)}}}}
		}
	}
	return p
}

func (w dice) scan() model.Record {
	words := w.pick("trivy", "kubescape", "policy-report", "file", "grype") +
		w.pick("", " of=A", " of=A:index", " of=B", " of=B:manifest of=D:config", " of=C", " of=A:index of=B:manifest", " of=D:config") +
		w.pick("", " ref=nginx:1.29", " ref=docker.io/library/nginx@<C>", " ref=redis:7") + w.pick("", " under=none", " under=ReplicaSet/db-1", " under=Deployment/web", " under=Pod/p1") +
		w.pick("", "", " container=i", " container=none") + w.pick("", "", " ns=data", " ns=evil") + w.pick("", "", " on=linux/amd64", " on=linux/arm64") + w.pick("", "", "", " vex=2") + w.pick("", " age=23h", " age=30h", " age=?", " age=? made=20h", " age=-2h") + w.pick("", "", " filtered=a_part") + w.pick("", "", " failed=boom") +
		w.pick("", "", " built=100", " built=179", " built=300") + w.pick("", " counts=none", " counts=2/0/0/0") + w.pick("", "", " expires=3h")
	return report(w.t, w.pick("r1", "r2", "r3", "r4"), words)
}

func (w dice) untyped(text string) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		w.t.Fatal(err)
	}
	return u
}

// step makes one random change.
func (w dice) step(b *court) {
	ns := w.pick("shop", "data")
	switch w.IntN(22) {
	case 0, 1, 2, 3:
		kinds := b.c.Kinds()
		if len(kinds) == 0 {
			return
		}
		if list := b.c.Sorted(kinds[w.IntN(len(kinds))]); len(list) > 0 {
			b.take(model.Drop(list[w.IntN(len(list))].Ref()))
		}
	case 4:
		s := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: w.pick("web-1", "db-1"), UID: types.UID(w.pick("u1", "u2"))}}
		if w.IntN(3) > 0 {
			s.ObjectMeta = owned(ns, s.Name, "apps/v1", "Deployment", w.pick("web", "db"))
			s.UID = types.UID(w.pick("u1", "u2"))
		}
		s.Status.Replicas, s.Spec.Template.Spec.ImagePullSecrets = 1, w.pulls()
		b.put(s)
	case 5:
		d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: w.pick("web", "db"), CreationTimestamp: metav1.Time{Time: now.Add(-time.Duration(w.IntN(3)) * time.Hour)}}}
		d.Spec.Template.Spec.ImagePullSecrets = w.pulls()
		d.UID = types.UID(w.pick("", "u1"))
		b.put(d)
	case 6:
		b.put(node(w.pick("n1", "n2"), w.pick("amd64", "arm64"), w.pick("containerd://2", "cri-o://1"),
			w.pick("docker.io/library/nginx@<A> nginx:1", "nginx@<A> m@<B> nginx@<C>", "docker.io/library/nginx@<A> docker.io/library/nginx@<B>", "x:1"), w.pick("m@<C> m:1 m@<B>", "m@<C>")))
	case 7, 8, 9, 10:
		b.take(model.Put(w.scan()))
	case 11:
		if w.IntN(3) == 0 {
			// Without any report left it is jobs alone that tell of scans.
			for _, gk := range scanKinds {
				for _, rec := range b.c.Sorted(gk) {
					b.take(model.Drop(rec.Ref()))
				}
			}
		}
		b.put(scanJob(w.pick("j1", "j2"), "ReplicaSet", "shop", w.pick("web-1", "db-1"), w.pick("", "app"), w.pick("", "Failed", "Complete"), time.Duration(w.IntN(3))*time.Hour))
	case 12:
		b.put(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: w.pick("default", "sa")}, ImagePullSecrets: w.pulls()})
	case 13:
		b.put(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: w.pick("s1", "s2")}})
	case 14:
		b.cover(w.pick("VulnerabilityReport.aquasecurity.github.io", "VulnerabilityManifest.spdx.softwarecomposition.kubescape.io", "Secret", "ClusterPolicy.kyverno.io", "ImageScan.canopy"),
			model.CoverState(w.pick("complete", "denied", "partial", "loading")), w.pick("", "", "shop"))
	case 15:
		b.clock.at = b.clock.at.Add(time.Duration(w.IntN(120)) * time.Minute)
		b.a.Tick()
	case 16:
		b.put(w.untyped(strings.Replace(policy, "namespaces: [shop]", "namespaces: ["+w.pick("shop", "data", "none")+"]", 1)))
	case 17:
		s := &record.Signature{Meta: record.OwnMeta("ImageSignature", "", w.pick("s", "t")), Digest: digest(w.pick("A", "B", "C")), Verified: w.IntN(2) == 0}
		b.take(model.Put(s))
	case 18:
		b.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns, Labels: map[string]string{"a": w.pick("b", "c")}}})
		b.put(w.untyped("{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sAllowedRepos, metadata: {name: k}, spec: {parameters: {repos: [" + w.pick("a.b", "a.b/", "1") + "]}}}"))
	default:
		b.put(w.pod())
	}
}

// again builds an analyser of the cluster as it is.
func again(b *court) *court {
	f := &court{t: b.t, c: b.c, clock: b.clock, found: map[string]*model.Finding{}}
	f.a = New(b.a.rules, b.clock, b.a.options)
	if b.net != nil {
		f.reached()
		f.net.Surroundings(b.net.State())
	}
	for _, gk := range b.c.Kinds() {
		for _, rec := range b.c.Sorted(gk) {
			f.update(cluster.Delta{Ref: rec.Ref(), New: rec})
		}
	}
	for _, cov := range b.c.Coverage() {
		if f.net != nil {
			f.net.Covered(b.c, cov.Kind)
		}
		f.a.Covered(b.c, cov.Kind)
	}
	f.flush()
	return f
}

func TestIncrementalIsBatch(t *testing.T) {
	for seed := range uint64(6) {
		w := dice{rand.New(rand.NewPCG(seed, 7)), t}
		b := newCourt(t, Options{})
		var told []Image
		var tallied []Tally
		version := b.a.Version()
		for step := range 700 {
			w.step(b)
			// Several changes may come between two looks.
			if w.IntN(3) == 0 {
				continue
			}
			b.flush()
			if step%7 != 0 {
				continue
			}
			fresh := again(b)
			for id, f := range fresh.found {
				if got := b.found[id]; got == nil || !got.Equal(f) {
					t.Fatalf("seed %d step %d: %s: got %+v\n%s\nwant %+v\n%s", seed, step, id, got, text(got), f, text(f))
				}
			}
			if len(b.found) != len(fresh.found) || b.a.Len() != len(b.found) {
				t.Fatalf("seed %d step %d: %d findings of %d, %d counted", seed, step, len(b.found), len(fresh.found), b.a.Len())
			}
			open := func(o model.Ref) bool { return o.Name == "web" }
			got, want := b.a.Images(open), fresh.a.Images(open)
			tallies := b.a.Tallies(open)
			if b.a.Version() == version && (!reflect.DeepEqual(got, told) && len(got)+len(told) > 0 || tallied != nil && !reflect.DeepEqual(tallies, tallied)) {
				t.Fatalf("seed %d step %d: something else is told under the version of before", seed, step)
			}
			told, tallied, version = got, tallies, b.a.Version()
			if !reflect.DeepEqual(got, want) {
				for i := range min(len(got), len(want)) {
					if !reflect.DeepEqual(got[i], want[i]) {
						t.Fatalf("seed %d step %d: image\n%+v\nwant\n%+v", seed, step, got[i], want[i])
					}
				}
				t.Fatalf("seed %d step %d: %d images, want %d", seed, step, len(got), len(want))
			}
			if got, want := b.a.Signing(), fresh.a.Signing(); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d step %d: demands %+v, want %+v", seed, step, got, want)
			}
			if got, want := b.a.Absent(), fresh.a.Absent(); !slices.Equal(got, want) {
				t.Fatalf("seed %d step %d: without pods %v, want %v", seed, step, got, want)
			}
			if !reflect.DeepEqual(b.a.Tallies(open), fresh.a.Tallies(open)) || b.a.Next() != fresh.a.Next() {
				t.Fatalf("seed %d step %d: tallies %v, want %v; next %v, want %v", seed, step, b.a.Tallies(open), fresh.a.Tallies(open), b.a.Next(), fresh.a.Next())
			}
			compareWithSearch(t, fmt.Sprintf("seed %d step %d", seed, step), b, got)
		}
	}
}

// TestNothingIsLeft drops everything: what was held goes with what it was held for.
func TestNothingIsLeft(t *testing.T) {
	w := dice{rand.New(rand.NewPCG(9, 9)), t}
	b := newCourt(t, Options{})
	for range 800 {
		w.step(b)
		b.flush()
	}
	for _, gk := range b.c.Kinds() {
		for _, rec := range b.c.Sorted(gk) {
			b.take(model.Drop(rec.Ref()))
		}
	}
	b.flush()
	a := b.a
	for name, n := range map[string]int{
		"sheets": len(a.sheets), "labels": len(a.labels), "households": a.households.len(), "inhabited": a.inhabited, "owners": a.owners.len(), "places": len(a.places), "uses": a.uses.len(), "items": len(a.items),
		"accounts": len(a.accounts), "tags": len(a.tags), "grave": len(a.reach.grave), "led": len(a.reach.led), "splits": len(a.splits), "leads": len(a.reach.leads), "paths": len(a.reach.paths), "shown": len(a.shown), "exposed": len(a.exposed), "machines": len(a.machines), "aliases": a.aliases.len(),
		"aliased": len(a.aliased), "pinned": len(a.pinned), "pinning": len(a.pinning), "due": len(a.due), "wanted": len(a.wanted), "wants": len(a.wants), "scans": len(a.shelf.all), "digests": len(a.shelf.byDigest), "tagged": len(a.shelf.byTag),
		"filed": len(a.shelf.filed), "jobs": len(a.jobs), "jobs of": len(a.jobsOf), "proofs": len(a.proofs), "findings": len(a.stood), "demands": len(a.demands), "absent": len(a.absent), "running": a.running,
		"built": a.shelf.built, "counted": a.shelf.counted, "found": len(b.found),
	} {
		if n != 0 {
			t.Errorf("%s: %d are left", name, n)
		}
	}
	if !a.Next().IsZero() {
		t.Errorf("next %v", a.Next())
	}
}
