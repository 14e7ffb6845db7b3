package image

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// TestPlatformsOfScans holds what scans of one platform prove of an image that runs on some: words name the nodes that run it, what the amd64 node
// lists, and the scans.
func TestPlatformsOfScans(t *testing.T) {
	for _, c := range []struct {
		name, nodes, lists string
		scans              []string
		want               Verdict
		reason             string
		missing            string
		disagreement       string
	}{
		{"the one that runs", "amd", "", []string{"file of=A on=linux/amd64"}, Scanned, "equal", "", ""},
		{"another one", "arm", "", []string{"file of=A on=linux/amd64"}, NoEvidence, "but scanned for linux/amd64, while it runs on linux/arm64", "linux/arm64", ""},
		{"another one, by the index", "arm", "", []string{"file of=A:index on=linux/amd64"}, NoEvidence, "but scanned for linux/amd64", "linux/arm64", ""},
		{"this very manifest, whatever runs it", "arm", "", []string{"grype of=A:manifest on=linux/amd64"}, Scanned, "manifest digest is equal", "", ""},
		{"a manifest that a node of another type lists", "arm", "docker.io/library/nginx@<A> docker.io/library/nginx@<B>", []string{"grype of=B:manifest on=linux/amd64"}, NoEvidence, "node amd lists the scanned sha256:bbbbbbbbbbbb as a digest of the same image, but no pod that runs the image is known to be there", "linux/arm64", ""},
		{"the same, and nobody tells for what it is", "arm", "docker.io/library/nginx@<A> docker.io/library/nginx@<B>", []string{"grype of=B:manifest under=none"}, NoEvidence, "node amd lists the scanned", "linux/arm64", ""},
		{"a manifest that a node lists which runs it", "amd", "docker.io/library/nginx@<A> docker.io/library/nginx@<B>", []string{"grype of=B:manifest on=linux/amd64"}, Scanned, "a node lists", "", ""},
		{"one of two", "amd arm", "", []string{"file of=A on=linux/amd64"}, NoEvidence, "linux/arm64: no report is of this platform", "linux/arm64", ""},
		{"both", "amd arm", "", []string{"file of=A on=linux/amd64", "grype of=A on=linux/arm64"}, Scanned, "the digest is equal", "", ""},
		{"one is too old", "amd arm", "", []string{"file of=A on=linux/amd64", "grype of=A on=linux/arm64 age=40h"}, Stale, "longer ago", "linux/arm64", ""},
		{"one has failed", "amd arm", "", []string{"file of=A on=linux/amd64", "file of=A on=linux/arm64 failed=no_manifest age=0s"}, Failed, "linux/arm64: the scan gave no result: no manifest", "linux/arm64", "trivy has not scanned it for linux/arm64"},
		{"one has failed that runs nowhere", "amd", "", []string{"file of=A on=linux/amd64", "file of=A on=linux/arm64 failed=no_manifest age=0s"}, Scanned, "equal", "", ""},
		{"it has failed since", "amd", "", []string{"file of=A", "file of=A failed=no_manifest age=0s"}, Scanned, "equal", "", "trivy has failed since: the scan gave no result: no manifest"},
		{"it had failed before", "amd", "", []string{"file of=A", "file of=A failed=no_manifest age=5h"}, Scanned, "equal", "", ""},
		{"of two, and nobody tells which", "amd arm", "", []string{"trivy of=A"}, Scanned, "for which of linux/amd64 and linux/arm64 the report does not tell", "linux/amd64 linux/arm64", ""},
		{"where nodes are not known", "other", "", []string{"file of=A on=linux/amd64"}, Scanned, "equal", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newCourt(t, Options{})
			b.put(deployment("shop", "web")...)
			for _, n := range strings.Fields(c.nodes) {
				b.put(pod("shop", "web", "web-"+n, n, "nginx:1.29", nginxA))
			}
			for i, words := range c.scans {
				b.take(model.Put(report(t, fmt.Sprint("r", i), words)))
			}
			b.flush()
			// Nodes come last, and change what is held of what runs on them.
			var lists []string
			if c.lists != "" {
				lists = []string{c.lists}
			}
			b.put(node("amd", "amd64", "containerd://2", lists...), node("arm", "arm64", "containerd://2"))
			b.flush()
			i, _ := b.a.Image(digest("A"), nil)
			if i.Verdict != c.want || !strings.Contains(i.Reason, c.reason) || (c.disagreement == "") != (i.Disagreement == "") || !strings.Contains(i.Disagreement, c.disagreement) {
				t.Errorf("%s: %s; %s", i.Verdict, i.Reason, i.Disagreement)
			}
			var missing []string
			for _, target := range i.Missing() {
				missing = append(missing, target.Platform)
			}
			slices.Sort(missing)
			if strings.Join(missing, " ") != c.missing {
				t.Errorf("to be scanned are %q, want %s", missing, c.missing)
			}
			if found := b.of("IM08", ref("Deployment", "shop", "web")); (found == nil) != (c.want == Scanned) {
				t.Errorf("%s, and the finding is %v", i.Verdict, found)
			}
		})
	}
}

// TestOneReport holds that what a row shows is from one report, that of the source which has found the most, and that rules go by the worse.
func TestOneReport(t *testing.T) {
	for _, c := range []struct {
		name         string
		scans        []string
		source       string
		critical     int32
		rotten       bool
		disagreement string
	}{
		{"an older report has found more", []string{"trivy of=A:index age=10h counts=5/0/0/0", "grype of=A:manifest age=1h counts=0/0/0/0"}, "trivy-operator", 5, true, "trivy-operator counts 5"},
		{"a newer report has", []string{"trivy of=A:index age=10h counts=0/0/0/0", "grype of=A:manifest age=1h counts=5/0/0/0"}, "grype", 5, true, "grype counts 5"},
		{"a newer one of the same source has found less", []string{"trivy of=A age=10h counts=5/0/0/0", "trivy of=A age=1h counts=0/0/0/0"}, "trivy-operator", 5, true, "trivy-operator contradicts itself: it counts 0 critical, 0 high, 0 medium and 0 low in namespace shop (2026-11-26 11:00 UTC), but 5 critical"},
		{"a newer one has found less than one that is too old", []string{"trivy of=A age=30h counts=5/0/0/0", "trivy of=A age=1h counts=0/0/0/0"}, "trivy-operator", 0, false, ""},
		{"a newer file has found less", []string{"file of=A age=10h counts=5/0/0/0", "file of=A:index age=1h counts=0/0/0/0"}, "trivy", 0, false, ""},
		{"a newer one of a namespace that does not run it has found less", []string{"trivy of=A age=3h counts=7/3/0/0", "trivy of=A age=1h counts=0/0/0/0 ns=evil under=none"}, "trivy-operator", 7, true, "it counts 7 critical, 3 high, 0 medium and 0 low in namespace shop (2026-11-26 09:00 UTC), but 0 critical, 0 high, 0 medium and 0 low in namespace evil, where the image does not run (2026-11-26 11:00 UTC)"},
		{"and has the owner's labels", []string{"trivy of=A age=3h counts=7/3/0/0", "trivy of=A:index age=1h counts=0/0/0/0 ns=evil"}, "trivy-operator", 7, true, "in namespace evil, where the image does not run"},
		{"and that of the namespace is too old", []string{"trivy of=A age=30h counts=7/3/0/0", "trivy of=A:index age=1h counts=0/0/0/0 ns=evil"}, "trivy-operator", 7, true, ""},
		{"a namespace that does not run it tells more", []string{"trivy of=A age=1h counts=0/0/0/0", "trivy of=A age=3h counts=9/0/0/0 ns=evil"}, "trivy-operator", 9, true, "it counts 0 critical, 0 high, 0 medium and 0 low in namespace shop"},
		{"a newer one does not tell how much", []string{"trivy of=A age=3h counts=7/0/0/0", "trivy of=A age=1h counts=none"}, "trivy-operator", 7, true, ""},
		{"a newer one is a part", []string{"trivy of=A:index age=10h counts=50/0/0/0", "file of=A:index counts=0/0/0/0 filtered=50_findings_were_suppressed"}, "trivy-operator", 50, true, ""},
		{"VEX has taken out what another counts", []string{"trivy of=A age=1h counts=5/0/0/0", "file of=A age=2h counts=0/0/0/0 vex=5"}, "trivy", 0, false, ""},
		{"VEX has taken out some of it", []string{"trivy of=A age=1h counts=7/0/0/0", "file of=A age=2h counts=0/0/0/0 vex=5"}, "trivy-operator", 7, true, "trivy counts 0 critical, 0 high, 0 medium and 0 low and leaves 5 out by VEX"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newCourt(t, Options{})
			b.put(deployment("shop", "web")...)
			b.put(pod("shop", "web", "web-a", "n", "nginx:1.29", nginxA))
			for i, words := range c.scans {
				b.take(model.Put(report(t, fmt.Sprint("r", i), words)))
			}
			b.flush()
			i, _ := b.a.Image(digest("A"), nil)
			lead := i.Evidence[0]
			if lead.Source != c.source || i.Counts == nil || i.Counts != lead.Counts || i.Counts.Critical != c.critical || !strings.HasPrefix(i.Reason, lead.Reason) {
				t.Errorf("counts %+v of %s: %s", i.Counts, lead.Source, i.Reason)
			}
			if (b.of("VP02", ref("Deployment", "shop", "web")) != nil) != c.rotten {
				t.Errorf("VP02: %v", b.ids("VP02"))
			}
			if (c.disagreement == "") != (i.Disagreement == "") || !strings.Contains(i.Disagreement, c.disagreement) {
				t.Errorf("they disagree: %s", i.Disagreement)
			}
		})
	}
	// Where no report of the namespace is there, or it is too old, that is said.
	for words, want := range map[string]string{"": "scanned: the digest is equal, scanned 2026-11-26 11:00 UTC; the report stands in namespace evil, where the image does not run",
		"trivy of=A age=30h": "stale: the digest is equal, scanned 2026-11-25 06:00 UTC, longer ago than 24h"} {
		b := newCourt(t, Options{})
		b.put(deployment("shop", "web")...)
		b.put(pod("shop", "web", "web-a", "n", "nginx:1.29", nginxA))
		b.take(model.Put(report(t, "r", "trivy of=A ns=evil")))
		if words != "" {
			b.take(model.Put(report(t, "s", words)))
		}
		b.flush()
		if i, _ := b.a.Image(digest("A"), nil); string(i.Verdict)+": "+i.Reason != want {
			t.Errorf("%s: %s: %s", words, i.Verdict, i.Reason)
		}
	}
	// What VEX has taken out is said.
	b := newCourt(t, Options{})
	b.put(deployment("shop", "web")...)
	b.put(pod("shop", "web", "web-a", "n", "nginx:1.29", nginxA))
	b.take(model.Put(report(t, "r", "file of=A counts=0/0/0/0 vex=2")))
	b.flush()
	if i, _ := b.a.Image(digest("A"), nil); !strings.Contains(i.Reason, "2 left out by VEX: vex.json (the vendor)") {
		t.Error(i.Reason)
	}
}

// TestVolumes holds that an image volume is judged as what a container runs: by the digest that the status tells, else by what the spec
// says once the containers have started; and that a pod without any status, as in a manifest, is taken as it is written.
func TestVolumes(t *testing.T) {
	with := func(reference, told string) *corev1.Pod {
		p := pod("shop", "web", "web-a", "n", "nginx:1.29", nginxA)
		p.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: spell(reference)}}}}
		if told != "" {
			p.Status.ContainerStatuses[0].VolumeMounts = []corev1.VolumeMountStatus{{Name: "data", VolumeStatus: &corev1.VolumeStatus{Image: &corev1.ImageVolumeStatus{ImageRef: spell(told)}}}}
		}
		return p
	}
	written := with("registry.example/data:1", "")
	written.Status = corev1.PodStatus{}
	waiting := with("registry.example/data:1", "")
	waiting.Status = corev1.PodStatus{Phase: corev1.PodPending}
	for _, c := range []struct {
		name string
		pod  *corev1.Pod
		id   string
		want Verdict
		told bool
	}{
		{"by a tag, and told", with("registry.example/data:1", "registry.example/data@<B>"), digest("B"), Scanned, false},
		{"by a tag, and told to be another", with("registry.example/data:1", "registry.example/data@<C>"), digest("C"), OtherDigest, true},
		{"by a tag", with("registry.example/data:1", ""), "registry.example/data:1", NoEvidence, true},
		{"by a digest", with("registry.example/data@<D>", ""), digest("D"), NoEvidence, true},
		{"in a pod without a status", written, "registry.example/data:1", NoEvidence, true},
		{"in a pod that waits", waiting, "registry.example/data:1", NoEvidence, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newCourt(t, Options{})
			b.put(deployment("shop", "web")...)
			b.put(c.pod)
			b.take(model.Put(report(t, "r", "trivy of=A under=none")))
			b.take(model.Put(report(t, "s", "file of=B ref=registry.example/data:1")))
			b.flush()
			i, ok := b.a.Image(c.id, nil)
			if !ok || i.Verdict != c.want {
				t.Errorf("%v: %s: %s", ok, i.Verdict, i.Reason)
			}
			f := b.of("IM08", ref("Deployment", "shop", "web"))
			if (f != nil) != c.told || f != nil && !strings.Contains(text(f), "spec.template.spec.volumes[0].image.reference") {
				t.Errorf("IM08: %s", text(f))
			}
		})
	}
}

// TestWritten holds that a pod that no server has seen is judged as it is listed.
func TestWritten(t *testing.T) {
	b := newCourt(t, Options{})
	p := &corev1.Pod{}
	p.Namespace, p.Name = "x", "p"
	p.Spec.Containers = []corev1.Container{{Name: "app", Image: "nginx:1.19"}}
	b.put(p)
	b.flush()
	if list := b.a.Images(nil); len(list) != 1 || list[0].Verdict != NoEvidence {
		t.Errorf("%+v", list)
	}
	if f := b.of("IM08", ref("Pod", "x", "p")); f == nil || !strings.Contains(text(f), "nginx:1.19: no-evidence") {
		t.Errorf("IM08: %v", f)
	}
	// Workloads without pods are no images, which is said.
	b.put(deployment("x", "web")[0])
	b.flush()
	if s, ok := b.a.State("IM08"); !ok || s.Verdict != model.Depends || s.Reason != "1 workload has no pods here: what they will run is not judged" {
		t.Errorf("%+v", s)
	}
	b.put(deployment("x", "web")[1], pod("x", "web", "web-a", "n", "nginx:1.29", nginxA))
	b.flush()
	if s, ok := b.a.State("IM08"); ok {
		t.Errorf("with pods: %+v", s)
	}
}

// TestMovedAcross holds that two indexes under one tag are two images, on whatever machines they run.
func TestMovedAcross(t *testing.T) {
	for kind, want := range map[string][]string{"index": {"data/Deployment/db", "shop/Deployment/web"}, "manifest": nil} {
		b := newCourt(t, Options{})
		b.put(deployment("shop", "web")...)
		b.put(deployment("data", "db")...)
		b.put(node("amd", "amd64", "containerd://2"), node("arm", "arm64", "containerd://2"))
		b.put(pod("shop", "web", "web-1-a", "arm", "nginx:1.29", nginxA), pod("data", "db", "db-1-b", "amd", "nginx:1.29", "docker.io/library/nginx@<B>"))
		b.take(model.Put(report(t, "r", "trivy under=none of=A:"+kind)))
		b.take(model.Put(report(t, "s", "trivy under=none of=B:"+kind)))
		b.flush()
		if got := b.ids("IM06"); !slices.Equal(got, want) {
			t.Errorf("%s: %v", kind, got)
		}
		if f := b.of("IM06", ref("Deployment", "shop", "web")); f != nil && (f.Verdict != model.Yes || !strings.Contains(text(f), "all of them indexes")) {
			t.Errorf("%s: %v\n%s", kind, f.Verdict, text(f))
		}
	}
}

// TestDoubtOfItem holds that a report which may be filed in another namespace is missed wherever its image runs.
func TestDoubtOfItem(t *testing.T) {
	b := newCourt(t, Options{})
	b.put(deployment("shop", "web")...)
	b.put(deployment("b", "web")...)
	b.put(pod("shop", "web", "web-a", "n", "nginx:1.29", nginxA), pod("b", "web", "web-b", "n", "nginx:1.29", nginxA))
	const kind = "VulnerabilityReport.aquasecurity.github.io"
	b.cover(kind, model.Complete, "shop")
	b.cover(kind, model.Denied, "b")
	b.flush()
	for _, namespace := range []string{"shop", "b"} {
		if f := b.of("IM08", ref("Deployment", namespace, "web")); f == nil || f.Verdict != model.Unknown || !strings.Contains(f.Reason, "VulnerabilityReport denied") {
			t.Errorf("%s: %+v", namespace, f)
		}
	}
}

// TestPulled holds that a target is one that a runtime has pulled from the registry which its reference names, whatever else calls the image.
func TestPulled(t *testing.T) {
	written := pod("shop", "web", "web-a", "n", "10.0.0.1/x:1", "")
	written.Status = corev1.PodStatus{}
	patched := pod("shop", "web", "web-a", "n", "10.0.0.1/x:1", "reg.example/x@<A>")
	specified(patched, now)
	patched.Status.ContainerStatuses[0].State = corev1.ContainerState{}
	for name, c := range map[string]struct {
		pods []*corev1.Pod
		want string
	}{
		"runs":             {[]*corev1.Pod{pod("shop", "web", "web-a", "n", "10.0.0.1/x:1", "10.0.0.1/x@<A>")}, "10.0.0.1/x:1@<A> true"},
		"by a mirror":      {[]*corev1.Pod{pod("shop", "web", "web-a", "n", "reg.example/x:1", "mirror.example/x@<A>")}, "reg.example/x:1@<A> true"},
		"never started":    {[]*corev1.Pod{written}, "10.0.0.1/x:1 false"},
		"changed since":    {[]*corev1.Pod{patched}, "10.0.0.1/x:1@<A> false"},
		"called otherwise": {[]*corev1.Pod{pod("shop", "web", "web-a", "n", "reg.example/x:1", "reg.example/x@<A>"), pod("shop", "web", "web-b", "n", "10.0.0.1/x:1@<A>", ""), pod("shop", "web", "web-c", "n", "10.0.0.1/x:1@<A>", "")}, "reg.example/x:1@<A> true"},
	} {
		b := newCourt(t, Options{})
		b.put(deployment("shop", "web")...)
		for _, p := range c.pods {
			b.put(p)
		}
		b.flush()
		list := b.a.Images(nil)
		if len(list) != 1 {
			t.Fatalf("%s: %d images", name, len(list))
		}
		if target, _ := list[0].Target(); fmt.Sprint(target.Reference, " ", target.Pulled) != spell(c.want) {
			t.Errorf("%s: %+v", name, target)
		}
	}
}
