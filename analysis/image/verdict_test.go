package image

import (
	"fmt"
	"strings"
	"testing"

	"canopy/model"
)

// nginxA is how a runtime mostly reports nginx of digest A.
const nginxA = "docker.io/library/nginx@<A>"

// TestVerdict is the matrix: what the runtime reports, what the spec says, what the node calls it, and which scans there are, against the
// verdict, by what it is matched, and a part of the reason. The container is app of shop/web-1-a, of ReplicaSet web-1 of Deployment web.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		imageID, spec, names string
		scans                []string
		want                 Verdict
		match                Match
		reason               string
	}{
		// Nothing tells.
		{nginxA, "nginx:1.29", "", nil, NoEvidence, "", "no report of a scanner was seen"},
		{nginxA, "nginx:1.29", "", []string{"trivy under=ReplicaSet/other ref=redis:7 of=B"}, NoEvidence, "", "no report names"},
		{nginxA, "nginx:1.29", "", []string{"trivy under=ReplicaSet/web-1 container=side ref=redis:7 of=B"}, NoEvidence, "", "no report names"},
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A> docker.io/library/nginx:1.29", nil, NoEvidence, "", "no report of a scanner"},

		// Equal digests prove, in every form of an imageID.
		{nginxA, "nginx:1.29", "", []string{"trivy of=A:index"}, Scanned, ByIndex, "index digest is equal"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A:manifest"}, Scanned, ByManifest, "manifest digest is equal"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A"}, Scanned, ByDigest, "the digest is equal"},
		{"<A>", "nginx:1.29", "", []string{"trivy of=A:config"}, Scanned, ByConfig, "config digest is equal"},
		{"<A>", "nginx:1.29", "", []string{"trivy of=A"}, Scanned, ByConfig, "config digest is equal"},
		{"docker://<A>", "nginx:1.29", "", []string{"file of=B:index of=A:config"}, Scanned, ByConfig, "config digest"},
		{strings.Repeat("a", 64), "nginx:1.29", "", []string{"trivy of=A:config"}, Scanned, ByConfig, "config digest"},
		{"docker-pullable://nginx@<A>", "nginx:1.29", "", []string{"trivy of=A"}, Scanned, ByDigest, "equal"},
		{"mirror.example/proxy/nginx@<A>", "nginx:1.29", "", []string{"trivy of=A:index ref=nginx:1.29"}, Scanned, ByIndex, "equal"},
		{"registry.example:5000/nginx@<A>", "registry.example:5000/nginx", "", []string{"grype of=A"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A:index under=none"}, Scanned, ByIndex, "equal"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A:index under=ReplicaSet/other container=other"}, Scanned, ByIndex, "equal"},
		{nginxA, "nginx:1.29", "", []string{"file ref=nginx:1.29@<A>"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"file ref=nginx@<A> of=B:config"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"grype of=B:manifest of=C:config of=A"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"kubescape of=A counts=none"}, Scanned, ByDigest, "not told by a list"},
		{nginxA, "nginx:1.29", "", []string{"policy-report of=A"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"starboard of=A"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx@<A>", "", []string{"trivy of=A"}, Scanned, ByDigest, "equal"},

		// Other digests of the same image are known from nodes and from pinning specs.
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A> docker.io/library/nginx@<B>", []string{"trivy of=B"}, Scanned, ByAlias, "a node lists the scanned sha256:bbbb"},
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A> mirror.example/nginx@<B> mirror.example/nginx:1", []string{"file of=B:index"}, NoEvidence, ByHearsay, "node n1 lists the scanned sha256:bbbbbbbbbbbb as a digest of the same image, but under another repository: mirror.example/nginx@sha256:bbb"},
		{nginxA, "mirror.example/nginx:1", "docker.io/library/nginx@<A> mirror.example/nginx@<B> mirror.example/nginx:1", []string{"file of=B:index"}, Scanned, ByAlias, "a node lists"},
		{nginxA, "nginx:1.29", "on n2: docker.io/library/nginx@<A> docker.io/library/nginx@<B>", []string{"trivy of=B under=none"}, NoEvidence, ByHearsay, "node n2 lists the scanned sha256:bbbbbbbbbbbb as a digest of the same image, but no pod that runs the image is known to be there"},
		{nginxA, "nginx:1.29", "on n2: x@<A> y@<B>", []string{"trivy of=B"}, OtherDigest, ByWorkload, "as far as can be told"},
		{nginxA, "nginx:1.29", "on n2: docker.io/library/nginx@<A> docker.io/library/nginx@<B>", []string{"trivy of=B failed=boom under=none"}, NoEvidence, ByHearsay, "node n2 lists"},
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A>|docker.io/library/nginx@<B>", []string{"trivy of=B"}, OtherDigest, ByWorkload, "as far as can be told"},
		{nginxA, "nginx@<B>", "", []string{"trivy of=B"}, Scanned, ByPin, "the spec pins the scanned sha256:bbbb"},
		{nginxA, "nginx:1.29@<B>", "", []string{"trivy of=B:manifest ref=nginx:1.29@<B>"}, Scanned, ByPin, "the spec pins"},
		{nginxA, "nginx@<B>", "", []string{"trivy of=C"}, OtherDigest, ByWorkload, "as far as can be told"},
		{nginxA, "nginx@<B>", "", []string{"trivy of=B age=30h"}, Stale, ByPin, "longer ago than 24h"},

		// Unequal digests do not disprove, and it is said how much they mean.
		{nginxA, "nginx:1.29", "", []string{"trivy of=B"}, OtherDigest, ByWorkload, "sha256:bbbbbbbbbbbb, while sha256:aaaaaaaaaaaa runs: another image as far as can be told"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=B:config"}, OtherDigest, ByWorkload, "as far as can be told"},
		{nginxA, "nginx:1.29", "", []string{"file of=A:index age=30h", "trivy of=B:config"}, Stale, ByIndex, "longer ago"},
		{nginxA, "nginx:1.29", "", []string{"file of=A:index failed=boom", "trivy of=B:index"}, OtherDigest, ByWorkload, "runs: another image"},
		{nginxA, "nginx:1.29", "", []string{"file of=A:index failed=boom", "trivy of=B:config"}, OtherDigest, ByWorkload, "the digest of a configuration cannot be compared with that of an index"},
		{"<A>", "nginx:1.29", "", []string{"trivy of=B:config"}, OtherDigest, ByWorkload, "sha256:aaaaaaaaaaaa runs: another image"},
		{"<A>", "nginx:1.29", "", []string{"trivy of=B:index"}, OtherDigest, ByWorkload, "cannot be compared"},
		{"<A>", "nginx:1.29", "", []string{"trivy of=B"}, OtherDigest, ByWorkload, "as far as can be told"},
		{nginxA, "nginx:1.29", "", []string{"file ref=nginx:1.29 of=B"}, OtherDigest, ByReference, "a report of docker.io/library/nginx:1.29, but of sha256:bbbb"},
		{nginxA, "nginx", "", []string{"file ref=docker.io/library/nginx:latest of=B"}, OtherDigest, ByReference, "as far as can be told"},
		{nginxA, "nginx:1.29", "", []string{"trivy under=ReplicaSet/other ref=index.docker.io/library/nginx:1.29 of=B"}, OtherDigest, ByReference, "another image"},
		{nginxA, "nginx:1.29", "", []string{"kubescape under=Deployment/web of=B"}, OtherDigest, ByWorkload, "this container"},
		{nginxA, "nginx:1.29", "", []string{"file ref=nginx:1.28 of=B"}, NoEvidence, "", "no report names"},

		// What names no digest proves nothing.
		{nginxA, "nginx:1.29", "", []string{"trivy"}, NoEvidence, ByWorkload, "names no digest"},
		{nginxA, "nginx:1.29", "", []string{"sarif ref=nginx:1.29"}, NoEvidence, ByReference, "names no digest"},
		{nginxA, "nginx:1.29", "", []string{"policy-report container=none ref=nginx:1.29"}, NoEvidence, ByReference, "names no digest"},
		{nginxA, "nginx:1.29", "", []string{"policy-report container=none"}, NoEvidence, ByWorkload, "names no digest"},

		// Failed scans.
		{nginxA, "nginx:1.29", "", []string{"kubescape failed=the_report_was_too_large"}, Failed, ByWorkload, "too large"},
		{nginxA, "nginx:1.29", "", []string{"kubescape of=A failed=unauthorized"}, Failed, ByDigest, "gave no result: unauthorized"},
		{nginxA, "nginx:1.29", "", []string{"file ref=nginx:1.29 failed=boom"}, Failed, ByReference, "boom"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A", "kubescape of=A failed=boom"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=30h", "kubescape of=A failed=boom"}, Stale, ByDigest, "boom"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=B", "kubescape of=A failed=boom"}, OtherDigest, ByWorkload, "boom"},
		{nginxA, "nginx:1.29", "", []string{"trivy", "kubescape of=A failed=boom"}, Failed, ByDigest, "boom"},

		// Jobs of trivy-operator that left no report.
		{nginxA, "nginx:1.29", "", []string{"job Failed"}, Failed, ByWorkload, "scan job trivy-system/j has failed"},
		{nginxA, "nginx:1.29", "", []string{"job Failed container=app"}, Failed, ByWorkload, "has failed"},
		{nginxA, "nginx:1.29", "", []string{"job Failed container=side"}, NoEvidence, "", "no report of a scanner"},
		{nginxA, "nginx:1.29", "", []string{"job Complete"}, NoEvidence, ByWorkload, "no report was stored: it may be too large"},
		{nginxA, "nginx:1.29", "", []string{"job Running"}, NoEvidence, "", "no report of a scanner"},
		{nginxA, "nginx:1.29", "", []string{"job Complete", "trivy of=A age=1h"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"job Failed", "trivy of=A age=1h"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"job Complete", "sarif ref=nginx:1.29"}, NoEvidence, ByReference, "no report was stored"},
		{nginxA, "nginx:1.29", "", []string{"job Failed", "trivy of=A age=30h"}, Stale, ByDigest, "has failed"},

		// Age.
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=23h"}, Scanned, ByDigest, "scanned 2026-11-25 13:00 UTC"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=24h"}, Stale, ByDigest, "scanned 2026-11-25 12:00 UTC, longer ago than 24h"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=2h expires=-1h"}, Stale, ByDigest, "to be thrown away 2026-11-26 11:00 UTC"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=2h expires=1h"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=?"}, Stale, ByDigest, "does not tell when"},
		{nginxA, "nginx:1.29", "", []string{"kubescape of=A age=? made=2h counts=none"}, Scanned, ByDigest, "scanned at an unknown time after 2026-11-26 10:00 UTC, when the report was made; how much was found is not told"},
		{nginxA, "nginx:1.29", "", []string{"kubescape of=A age=? made=50h counts=none"}, Stale, ByDigest, "scanned at an unknown time after 2026-11-24 10:00 UTC, when the report was made, which is longer ago than 24h"},
		{nginxA, "nginx:1.29", "", []string{"kubescape of=A age=? counts=none"}, Stale, ByDigest, "does not tell when"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=-1h"}, Stale, ByDigest, "dated in the future: 2026-11-26 13:00 UTC"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=-90000h", "grype of=A"}, Scanned, ByDigest, "equal"},
		{nginxA, "nginx:1.29", "", []string{"kubescape of=A age=? made=-2h counts=none"}, Stale, ByDigest, "dated in the future"},

		// What is not whole proves nothing, and is told.
		{nginxA, "nginx:1.29", "", []string{"grype of=A filtered=what_has_no_fix_was_left_out"}, NoEvidence, ByDigest, "does not show that all was looked at; what has no fix was left out"},
		{nginxA, "nginx:1.29", "", []string{"grype of=A partial=1_finding_was_ignored"}, Scanned, ByDigest, "equal, scanned 2026-11-26 11:00 UTC; 1 finding was ignored"},
		{nginxA, "nginx:1.29", "", []string{"kubescape of=A filtered=in_use", "trivy of=A age=30h"}, Stale, ByDigest, "longer ago"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=30h", "grype of=A age=2h"}, Scanned, ByDigest, "2026-11-26 10:00"},
		{nginxA, "nginx:1.29", "", []string{"trivy of=A age=-5m"}, Scanned, ByDigest, "equal"},

		// A scan is of one platform; the node is of linux/amd64.
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A>", []string{"file of=A:index on=linux/amd64"}, Scanned, ByIndex, "index digest is equal"},
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A>", []string{"file of=A:index on=linux/arm64"}, NoEvidence, ByIndex, "but scanned for linux/arm64, while it runs on linux/amd64"},
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A>", []string{"file of=A:manifest on=linux/arm64"}, Scanned, ByManifest, "manifest digest is equal"},
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A> docker.io/library/nginx@<B>", []string{"grype of=B:index on=linux/arm64"}, NoEvidence, ByAlias, "but scanned for linux/arm64"},
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A>", []string{"file of=A failed=boom on=linux/arm64"}, NoEvidence, ByDigest, "the scan for linux/arm64, on which it does not run, gave no result: boom"},
		{nginxA, "nginx:1.29", "docker.io/library/nginx@<A>", []string{"file of=A failed=boom on=linux/amd64"}, Failed, ByDigest, "boom"},
		{nginxA, "nginx:1.29", "", []string{"file of=A on=linux/arm64"}, Scanned, ByDigest, "equal"},

		// What statements of VEX have taken out is told.
		{nginxA, "nginx:1.29", "", []string{"file of=A vex=2"}, Scanned, ByDigest, "; 2 left out by VEX: vex.json (the vendor)"},

		// What the runtime does not tell.
		{"", "nginx:1.29", "", []string{"trivy of=A ref=nginx:1.29"}, NoEvidence, ByReference, "the digest that runs is not known"},
		{"", "nginx@<A>", "", []string{"trivy of=A"}, Scanned, ByDigest, "equal"},
		{"nginx:1.29", "nginx:1.29", "", []string{"trivy of=A"}, NoEvidence, ByWorkload, "not known"},
		{"sha256:beef", "nginx:1.29", "", []string{"trivy of=A failed=boom"}, Failed, ByWorkload, "boom"},
		{nginxA, "not a reference", "", []string{"trivy of=A"}, Scanned, ByDigest, "equal"},
	} {
		name := fmt.Sprint(c.imageID, " ", c.spec, " ", c.names, " ", c.scans)
		b := newCourt(t, Options{})
		b.put(deployment("shop", "web")...)
		b.put(pod("shop", "web", "web-1-a", "n1", c.spec, c.imageID))
		if c.names != "" {
			on, names := "n1", c.names
			if rest, ok := strings.CutPrefix(c.names, "on n2: "); ok {
				on, names = "n2", rest
			}
			b.put(node(on, "amd64", "containerd://2.1", strings.Split(names, "|")...))
		}
		for i, words := range c.scans {
			if rest, ok := strings.CutPrefix(words, "job "); ok {
				condition, container, _ := strings.Cut(rest, " container=")
				b.put(scanJob("j", "ReplicaSet", "shop", "web-1", container, strings.ReplaceAll(condition, "Running", ""), 2*60*60*1e9))
				continue
			}
			b.take(model.Put(report(t, fmt.Sprint("r", i), words)))
		}
		b.flush()
		list := b.a.Images(nil)
		if len(list) != 1 {
			t.Errorf("%s: %d images", name, len(list))
			continue
		}
		i := list[0]
		match := Match("")
		if len(i.Evidence) > 0 {
			match = i.Evidence[0].Match
		}
		if i.Verdict != c.want || match != c.match || !strings.Contains(i.Reason, c.reason) {
			t.Errorf("%s:\n got %s by %q: %s\nwant %s by %q: …%s…", name, i.Verdict, match, i.Reason, c.want, c.match, c.reason)
		}
		finding := b.of("IM08", ref("Deployment", "shop", "web"))
		if proven := i.Verdict == Scanned || c.imageID == ""; (finding == nil) != proven {
			t.Errorf("%s: %s, and the finding is %v", name, i.Verdict, finding)
		}
	}
}
