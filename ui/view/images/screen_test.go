package images

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/image"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

func TestGolden(t *testing.T) {
	newPlay(t).main(120, 35).golden("images")
	p := newPlay(t)
	p.session.Lines = lines1()
	p.image(hex("b"), 120, 35).golden("vulnerabilities")
	p.press(keys.Turn)
	p.golden("workloads")
	p = newPlay(t).main(120, 35)
	p.run(p.Screen.(view.Tabular).GroupBy("namespace"))
	p.golden("namespaces")
}

func lines1() map[model.Ref][]model.Vulnerability {
	return map[model.Ref][]model.Vulnerability{report("api"): {
		{ID: "CVE-2026-1001", Severity: model.Medium, Package: "zlib", Installed: "1.3", Title: "A thing"},
		{ID: "CVE-2026-1002", Severity: model.Critical, Package: "openssl", Installed: "3.5.1", Fixed: "3.5.2", Title: "Heap overflow", URL: "https://avd.example/1002", Score: 9.8},
		{ID: "CVE-2026-1003", Severity: model.High, Package: "curl", Installed: "8.1", Fixed: "8.2", VEX: "not_affected", VEXReason: "the code is never called"},
		{ID: "CVE-2026-1004", Severity: model.Info, Unrated: true, Package: "bash", Installed: "5.3"},
	}}
}

// TestOrder holds that what can be reached from outside stands first, then the worst verdict; that a number nobody tells is no zero;
// and that the first lines say how much was scanned, and by what that is known.
func TestOrder(t *testing.T) {
	p := newPlay(t).main(200, 40)
	var names []string
	for _, r := range p.rows() {
		names = append(names, strings.Split(r, " | ")[0]+" "+strings.Split(r, " | ")[1])
	}
	want := []string{"? no evidence nginx:1.29", "x failed registry~/data/backup:2", "! other digest busybox:latest", "~ stale postgres:18", "+ scanned registry~/shop/api:2.0"}
	if !slices.Equal(names, want) {
		t.Errorf("order %q", names)
	}
	rows := p.rows()
	if !strings.Contains(rows[0], "| – | – | – | – |") || !strings.Contains(rows[3], "| 0 | 0 | 0 | 0 |") || !strings.Contains(rows[4], "| 1 | 3 | 12 | 40 |") {
		t.Errorf("counts:\n%s", strings.Join(rows, "\n"))
	}
	p.has("20% scanned: 1 of 5 images", "1 stale", "1 other digest", "1 failed", "1 no evidence", "1 image that can be reached from outside not scanned",
		"evidence: grype 1, trivy-operator 2", "newest scan 2026-11-23 12:00", "data of 2026-11-22", "sources disagree on 1")
}

func TestText(t *testing.T) {
	p := newPlay(t).main(200, 60)
	p.has("? no evidence: no report names this digest", "~ unproven: the policy only audits", "demanded by ClusterPolicy/signed", "they only tell", "! shop/Deployment/web, container web, 3 pods", "data/Deployment/job", "IM02")
	if text := p.text(); strings.Index(text, "! shop/Deployment/web") > strings.Index(text, "data/Deployment/job, ") {
		t.Errorf("what is exposed does not stand first:\n%s", text)
	}
	p.press(keys.Last)
	p.has("matched by manifest digest: this very image", "matched by reference, which proves nothing", "the report is of", hex("f"), "from reports/api.json", "sources disagree: grype has seen another image", "1 critical, 3 high", "61 MB", "how many vulnerabilities there are it does not tell")
}

func TestGroups(t *testing.T) {
	p := newPlay(t).main(200, 50)
	table := p.Screen.(view.Tabular)
	for _, g := range []string{"registry", "repository", "verdict", "namespace"} {
		if !slices.Contains(table.Groups(), g) {
			t.Errorf("no group %s", g)
		}
	}
	p.run(table.GroupBy("namespace"))
	if rows := p.rows(); len(rows) != 6 {
		t.Errorf("an image in two namespaces is no row in each:\n%s", strings.Join(rows, "\n"))
	}
	p.has("data  3", "0% scanned", "shop  2", "50% scanned, 1 exposed not")
	p.run(table.GroupBy(""))
	if rows := p.rows(); len(rows) != 5 {
		t.Errorf("%d rows", len(rows))
	}
	p.run(p.Screen.(view.Filtered).SetFilter("verdict:stale"))
	if rows := p.rows(); len(rows) != 1 || !strings.Contains(rows[0], "postgres") {
		t.Errorf("rows %q", rows)
	}
	// What is cut of a name is found all the same.
	p.run(p.Screen.(view.Filtered).SetFilter("registry.exam"))
	if rows := p.rows(); len(rows) != 2 {
		t.Errorf("rows %q", rows)
	}
	p.run(p.Screen.(view.Filtered).SetFilter("ns:data exposed:yes"))
	if rows := p.rows(); len(rows) != 1 || !strings.Contains(rows[0], "nginx") {
		t.Errorf("rows %q", rows)
	}
}

// TestDrill goes from an image to its vulnerabilities, and from there to the workloads.
func TestDrill(t *testing.T) {
	p := newPlay(t)
	p.session.Lines = lines1()
	p.main(150, 40)
	p.press(keys.Last, keys.Open)
	to, ok := p.newest().(view.Go)
	if !ok || to.Place.Screen != view.Image || to.Place.Query != hex("b") {
		t.Fatalf("enter asks for %+v", p.asked)
	}
	p.image(to.Place.Query, 150, 40)
	p.has("[vulnerabilities]", "workloads", "by trivy-operator of 2026-11-23 12:00", "a newer version ends 2", "1 do no harm")
	rows := p.rows()
	if len(rows) != 4 || !strings.HasPrefix(rows[0], "C | CVE-2026-1002") || !strings.HasPrefix(rows[3], "H | CVE-2026-1003") || !strings.Contains(strings.Join(rows, "\n"), "? | CVE-2026-1004") {
		t.Errorf("rows:\n%s", strings.Join(rows, "\n"))
	}
	p.run(p.Screen.(view.Filtered).SetFilter("sev:>=high fixable:yes"))
	if rows := p.rows(); len(rows) != 2 {
		t.Errorf("rows %q", rows)
	}
	if o := p.Can(keys.Owner); o.OK() || !strings.Contains(o.Why, "no object") {
		t.Errorf("owner of a vulnerability: %+v", o)
	}
	p.press(keys.Turn)
	p.has("vulnerabilities", "[workloads]", "shop/Deployment/api", "registry.example/shop/api:2.0")
	if sub := p.Subject(); sub.Object != deployment("shop", "api") {
		t.Errorf("o would go to %v", sub.Object)
	}
	p.press(keys.Open)
	if to := p.newest().(view.Go).Place; to.Screen != view.Detail || to.Object != deployment("shop", "api") {
		t.Errorf("enter goes to %+v", to)
	}
	newPlay(t).image(hex("a"), 150, 40).has("no report lists vulnerabilities of this image: no report names this digest")
	newPlay(t).image(hex("b"), 150, 40).has("the report lists no vulnerabilities, only how many there are", "1 critical, 3 high, 12 medium, 40 low")
	newPlay(t).image("sha256:gone", 150, 40).has("this image does not run any more")
}

// TestScan holds that nothing is run before it was confirmed, that what is run and downloaded is said, and what came of it.
func TestScan(t *testing.T) {
	p := newPlay(t).main(120, 35)
	p.press(keys.Scan)
	if n, ok := p.newest().(view.Note); !ok || !n.Bad || !strings.Contains(n.Text, "neither trivy nor grype") {
		t.Errorf("without a scanner: %+v", p.asked)
	}
	p.session.Program = "trivy 0.70.0"
	p.session.ScanErr = map[string]error{"docker.io/library/busybox:latest": errors.New("no such \x1b[31mhost")}
	p.press(keys.Scan)
	pick := p.choose("no")
	if len(p.session.Scanned) != 0 {
		t.Fatal("something was scanned")
	}
	if !strings.Contains(pick.Title, "trivy 0.70.0") || !strings.Contains(pick.Title, "downloads images and vulnerability data") {
		t.Errorf("asked %+v", pick)
	}
	p.press(keys.Scan)
	p.choose("this image")
	if got := p.session.Scanned; len(got) != 1 || got[0].Reference != "docker.io/library/nginx:1.29@"+hex("a") || got[0].Digest != hex("a") {
		t.Errorf("scanned %+v", got)
	}
	p.press(keys.Scan)
	p.choose("all that were not scanned (4)")
	got := p.session.Scanned[1:]
	if len(got) != 4 || slices.ContainsFunc(got, func(s model.ScanTarget) bool { return s.Digest == hex("b") }) {
		t.Errorf("scanned %+v", got)
	}
	// A digest of a configuration is none that a registry knows.
	if !slices.Contains(got, model.ScanTarget{Digest: hex("d"), Reference: "registry.example/data/backup:2"}) {
		t.Errorf("scanned %+v", got)
	}
	if n, ok := p.newest().(view.Note); !ok || !strings.Contains(n.Text, "3 of 4 images scanned, 1 failed: busybox:latest: no such ?host") {
		t.Errorf("told %+v", p.newest())
	}
	p.press(keys.First, keys.Down, keys.Mark, keys.Mark, keys.Scan)
	p.choose("the marked images (2)")
	if len(p.session.Scanned) != 7 || p.Screen.(*Screen).Marked() != 0 {
		t.Errorf("%d scanned, %d marked", len(p.session.Scanned), p.Screen.(*Screen).Marked())
	}
}

// TestNews holds that an image that is as it was is the same row, that a changed one is another, and that nothing is read twice for one
// report.
func TestNews(t *testing.T) {
	p := newPlay(t).main(150, 40)
	before := p.keeper.newest.Load()
	p.run(p.Show(p.session.Snapshot()))
	if p.reads != 1 {
		t.Errorf("read %d times", p.reads)
	}
	p.images, _ = fixture()
	p.images[0].Verdict, p.images[0].Reason = image.Scanned, "scanned just now"
	p.state.images++
	p.session.Delete()
	p.report(7)
	now := p.keeper.newest.Load()
	if now == before || now.images[1] != before.images[1] || now.images[0] == before.images[0] {
		t.Error("rows that did not change are others, or one that changed is not")
	}
	p.has("40% scanned: 2 of 5 images")
	// Nothing is listed anew before the analysers may say something else: a second look settles that the first missed nothing.
	for n := range uint64(5) {
		p.report(8 + n)
	}
	if p.reads != 7 || p.listed != 3 {
		t.Errorf("asked %d times, %d lists", p.reads, p.listed)
	}
	settled := p.keeper.newest.Load()
	p.state.ways++
	p.exposed = map[model.Ref]bool{}
	p.report(13)
	if p.listed != 4 || p.keeper.newest.Load() == settled || len(p.keeper.newest.Load().exposed) != 0 {
		t.Errorf("%d lists: what others can reach is as it was", p.listed)
	}
}

// TestPlatformsAreScanned holds that an image is scanned for each platform that runs it.
func TestPlatformsAreScanned(t *testing.T) {
	p := newPlay(t)
	p.images[0].Platforms = []string{"linux/arm64", "linux/amd64"}
	p.session.Program = "Trivy 0.70.0"
	p.main(150, 40).press(keys.Scan)
	p.choose("this image")
	var got []string
	for _, to := range p.session.Scanned {
		got = append(got, to.Platform+" "+to.Digest[:8])
	}
	if !slices.Equal(got, []string{"linux/arm64 sha256:a", "linux/amd64 sha256:a"}) {
		t.Errorf("scanned %v", got)
	}
}

// report shows a report with another sequence number.
func (p *play) report(sequence uint64) {
	p.t.Helper()
	s := p.session.Snapshot()
	r := *s.Report
	r.Sequence += sequence
	s.Report = &r
	p.run(p.Show(s))
}

// TestEmpty holds that an empty list says why it is empty.
func TestEmpty(t *testing.T) {
	for want, state := range map[string]model.Coverage{
		"no pods were seen: nothing runs":                                    {State: model.Complete},
		"pods may not be read, so nobody knows what runs: forbidden by RBAC": {State: model.Denied, Reason: "forbidden by RBAC"},
		"pods are still loading":                                             {State: model.Loading},
		"no pod was seen, and not all could be: namespaces alone":            {State: model.Partial, Reason: "namespaces alone"},
	} {
		p := newPlay(t)
		p.images = nil
		state.Kind = model.KindByName("Pod").GroupKind()
		s := p.session.Snapshot()
		r := *s.Report
		r.Coverage = []model.Coverage{state}
		p.Screen = newScreen(p.shared, p.keeper, p.read)
		p.Resize(100, 20)
		p.run(p.Show(view.NewSnapshot().Next(&r, nil)))
		p.has(want)
	}
	p := newPlay(t)
	p.images = p.images[:1]
	p.main(120, 30).has("no evidence of any scanner", "I scans now")
	p = newPlay(t)
	p.err = errors.New("the session has ended")
	p.main(120, 30).has("the session has ended")
}
