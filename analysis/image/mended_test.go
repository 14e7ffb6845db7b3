package image

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/record"
)

// The first report of a cluster, and the loss of the last, say how grave it is that an image was not scanned, whatever else is told of
// the image.
func TestFirstScannerMakesItGrave(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(deployment("shop", "web")...)
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA), scanJob("j", "ReplicaSet", "shop", "web-1", "", "Failed", time.Hour))
	severity := func(when string, want model.Severity) {
		t.Helper()
		b.flush()
		if f := b.of("IM08", ref("Deployment", "shop", "web")); f == nil || f.Severity != want {
			t.Errorf("%s: %+v", when, f)
		}
	}
	severity("no report of a scanner", model.Medium)
	other := report(t, "r", "trivy of=F under=none ref=redis:7")
	b.take(model.Put(other))
	severity("a scanner elsewhere", model.High)
	b.take(model.Drop(other.Ref()))
	severity("none again", model.Medium)
}

// What runs and cannot be named was not scanned either.
func TestUnreadableImageID(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(deployment("shop", "web")...)
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", "odd"))
	b.flush()
	f := b.of("IM08", ref("Deployment", "shop", "web"))
	if f == nil || !strings.Contains(text(f), "nginx:1.29: no-evidence") {
		t.Fatalf("%+v", f)
	}
	if i, _ := b.a.Image("docker.io/library/nginx:1.29", nil); !slices.Contains(i.Hygiene, "IM08") {
		t.Errorf("hygiene %v", i.Hygiene)
	}
}

// What is of a part counts nothing, and what is of the future is not the newest.
func TestCountsOfParts(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA))
	b.take(model.Put(report(t, "r", "grype of=A filtered=a_part counts=0/0/0/0 age=1h")))
	b.take(model.Put(report(t, "s", "trivy of=A counts=2/0/0/0 age=30h")))
	b.take(model.Put(report(t, "u", "file of=A counts=9/0/0/0 age=-30h")))
	b.flush()
	i, _ := b.a.Image(digest("A"), nil)
	if i.Verdict != Stale || i.Counts == nil || i.Counts.Critical != 2 || i.Disagreement != "" {
		t.Errorf("%s, %+v, %q", i.Verdict, i.Counts, i.Disagreement)
	}
	n := slices.IndexFunc(i.Evidence, func(e Evidence) bool { return e.Source == record.SourceGrype })
	if e := i.Evidence[n]; e.Counts != nil || e.Verdict != NoEvidence || !strings.HasSuffix(e.Reason, "; a part") {
		t.Errorf("%+v", e)
	}
}

// A report that is dated in the future counts once its time has come, without a change.
func TestFutureComes(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA))
	b.take(model.Put(report(t, "r", "trivy of=A age=-1h")))
	b.flush()
	for _, want := range []Verdict{Stale, Scanned, Stale} {
		if i, _ := b.a.Image(digest("A"), nil); i.Verdict != want {
			t.Fatalf("at %v: %s, want %s: %s", b.clock.at, i.Verdict, want, i.Reason)
		}
		if b.clock.at = b.a.Next(); want == Scanned && !b.clock.at.Equal(now.Add(25*time.Hour)) {
			t.Errorf("next is %v", b.clock.at)
		}
		b.a.Tick()
		b.flush()
	}
}

// A spec that was changed since its container was started says nothing of what runs: neither of scans nor of signatures.
func TestChangedSpecPinsNothing(t *testing.T) {
	b := newCourt(t, Options{})
	b.take(model.Put(report(t, "r", "trivy under=none of=B")))
	b.take(model.Put(&record.Signature{Meta: record.OwnMeta("ImageSignature", "", "s"), Digest: digest("B"), Verified: true}))
	for name, c := range map[string]struct {
		changed, started time.Duration
		known, want      bool
	}{
		"never changed":           {time.Hour, 50 * time.Minute, true, true},
		"changed under it":        {30 * time.Minute, 50 * time.Minute, true, false},
		"started again":           {30 * time.Minute, 20 * time.Minute, true, true},
		"nobody tells of changes": {0, 20 * time.Minute, false, false},
	} {
		p := pod("shop", "web", "web-a", "n1", "nginx@<B>", nginxA)
		p.Status.ContainerStatuses[0].State.Running.StartedAt = metav1.Time{Time: now.Add(-c.started)}
		if p.ManagedFields = nil; c.known {
			specified(p, now.Add(-c.changed))
		}
		b.put(p)
		b.flush()
		i, _ := b.a.Image(digest("A"), nil)
		if (i.Verdict == Scanned) != c.want || (i.Signature.Verdict == "verified") != c.want {
			t.Errorf("%s: %s (%s), signature %+v", name, i.Verdict, i.Reason, i.Signature)
		}
	}
}

func TestPlatforms(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA), pod("shop", "web", "web-b", "n2", "nginx:1.29", nginxA), pod("shop", "web", "web-c", "n3", "nginx:1.29", nginxA))
	told := func(want ...string) {
		t.Helper()
		b.flush()
		i, _ := b.a.Image(digest("A"), nil)
		if !slices.Equal(i.Platforms, want) {
			t.Errorf("%v, want %v", i.Platforms, want)
		}
		var asked []string
		for _, to := range i.Targets() {
			if to.Reference != "docker.io/library/nginx:1.29@"+digest("A") || to.Digest != digest("A") {
				t.Errorf("%+v", to)
			}
			asked = append(asked, to.Platform)
		}
		if first, ok := i.Target(); !ok || len(want) > 0 && (first.Platform != want[0] || !slices.Equal(asked, want)) || len(want) == 0 && !slices.Equal(asked, []string{""}) {
			t.Errorf("asks for %v and first %+v", asked, first)
		}
	}
	told()
	b.put(node("n1", "amd64", "containerd://2"), node("n2", "arm64", "containerd://2"), node("n3", "arm64", "containerd://2"))
	told("linux/arm64", "linux/amd64")
	before := b.a.Version()
	windows := node("n1", "amd64", "containerd://2")
	windows.Status.NodeInfo.OperatingSystem = "windows"
	b.put(windows)
	told("linux/arm64", "windows/amd64")
	if b.a.Version() == before {
		t.Error("other platforms under the version of before")
	}
	b.take(model.Drop(ref("Node", "", "n3")))
	told("linux/arm64", "windows/amd64")
	b.take(model.Drop(ref("Node", "", "n2")))
	told("windows/amd64")
}

// trap is a pod, or an image, that breaks whoever looks at it without being concerned.
func (b *court) trap() {
	p := b.a.place("shop")
	h := &resident{home: &household{place: p, owner: &owner{ref: ref("Pod", "shop", "trap")}, sheet: &sheet{}, entries: []entry{{}}}}
	p.residents["trap"] = h
	b.a.items["trap"] = &item{next: 1}
}

// What comes or goes costs no more than it concerns.
func TestOnlyWhoIsConcernedIsLookedAt(t *testing.T) {
	b := newCourt(t, Options{})
	b.cover("Secret", model.Complete, "")
	b.put(pod("shop", "web", "web-a", "n1", "nginx@<C>", nginxA))
	for _, name := range []string{"a", "b"} {
		p := pod("shop", name, name, "n1", "redis:7", "")
		p.OwnerReferences, p.Spec.ServiceAccountName = nil, name
		p.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "pull-" + name}}
		b.put(p, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, ImagePullSecrets: []corev1.LocalObjectReference{{Name: "account-" + name}}})
	}
	b.take(model.Put(report(t, "r", "trivy of=A")))
	b.flush()
	if got := b.ids("IM10"); len(got) != 4 {
		t.Fatalf("%v", got)
	}
	b.trap()
	b.put(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "pull-b"}})
	if len(b.a.dirty.owners) != 1 || len(b.a.dirty.accounts) != 0 {
		t.Errorf("judged anew: %v, %v", b.a.dirty.owners, b.a.dirty.accounts)
	}
	b.put(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "account-a"}}, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "data", Name: "pull-a"}})
	if len(b.a.dirty.owners) != 1 || len(b.a.dirty.accounts) != 1 {
		t.Errorf("judged anew: %v, %v", b.a.dirty.owners, b.a.dirty.accounts)
	}
	b.flush()
	if got := b.ids("IM10"); !slices.Equal(got, []string{"shop/Pod/a", "shop/ServiceAccount/b"}) {
		t.Errorf("%v", got)
	}
	if want := now.Add(23 * time.Hour); !b.a.Next().Equal(want) {
		t.Errorf("next %v, want %v", b.a.Next(), want)
	}
	for _, of := range []string{"A", "C"} {
		proof := &record.Signature{Meta: record.OwnMeta("ImageSignature", "", "s"), Digest: digest(of), Verified: true}
		b.take(model.Put(proof))
		b.flush()
		if h := b.a.places["shop"].residents["web-a"]; h.said.answers[0].Verdict != "verified" {
			t.Errorf("%s: %+v", of, h.said.answers[0])
		}
		b.take(model.Drop(proof.Ref()))
		b.flush()
	}
}

// The version stays where nothing is told otherwise.
func TestVersion(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(deployment("shop", "web")...)
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA))
	b.flush()
	version := func(what string, changes bool, change func()) {
		t.Helper()
		before := b.a.Version()
		change()
		b.flush()
		if (b.a.Version() != before) != changes {
			t.Errorf("%s: from %d to %d", what, before, b.a.Version())
		}
	}
	version("a report", true, func() { b.take(model.Put(report(t, "r", "trivy of=A"))) })
	version("a report of nothing that runs", false, func() { b.take(model.Put(report(t, "s", "trivy of=F under=none"))) })
	version("a Secret", false, func() { b.put(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "x"}}) })
	version("nothing", false, func() {})
	version("a report grows old", true, func() { b.clock.at = b.a.Next(); b.a.Tick() })
	version("an hour passes", false, func() { b.clock.at = b.clock.at.Add(time.Hour); b.a.Tick() })
	version("one pod more", true, func() { b.put(pod("shop", "web", "web-b", "n1", "nginx:1.29", nginxA)) })
	version("the last pods go", true, func() {
		b.take(model.Drop(ref("Pod", "shop", "web-a")))
		b.take(model.Drop(ref("Pod", "shop", "web-b")))
	})
}

// TestDue holds the heap against a search.
func TestDue(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 5))
	var d due
	items := make([]*item, 40)
	for i := range items {
		items[i] = &item{id: fmt.Sprint(i)}
	}
	for step := range 2000 {
		d.set(items[dice.IntN(len(items))], max(0, int64(dice.IntN(60)-15)))
		now, first := int64(dice.IntN(45)), int64(0)
		want := map[*item]bool{}
		for _, it := range items {
			if it.next != 0 && (first == 0 || it.next < first) {
				first = it.next
			}
			if it.next != 0 && it.next <= now {
				want[it] = true
			}
		}
		got := map[*item]bool{}
		d.until(now, func(it *item) { got[it] = true })
		if d.first() != first || len(got) != len(want) {
			t.Fatalf("step %d: first %d, want %d; %d due, want %d", step, d.first(), first, len(got), len(want))
		}
		for it := range got {
			if !want[it] {
				t.Fatalf("step %d: %s is not due", step, it.id)
			}
		}
	}
}
