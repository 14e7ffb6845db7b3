package node

import (
	"strings"
	"testing"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

// zeroDay are the bundled tables with a vulnerability of which no fix is told, as of a day.
func zeroDay(t *testing.T, asOf string, score float64, ranges ...lifecycle.Range) *lifecycle.Tables {
	t.Helper()
	day, err := lifecycle.ParseDay(asOf)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := lifecycle.Default().With(&lifecycle.Update{Tables: []lifecycle.Table{{
		Kind: lifecycle.Vulnerabilities, Part: true, Source: lifecycle.Source{Name: "mine", AsOf: day},
		Vulnerabilities: []lifecycle.Vulnerability{{ID: "CVE-2026-99999", Published: day, Score: score, Components: []string{lifecycle.Kubelet}, Ranges: ranges}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// TestUnmended never calls a vulnerability without a fix well: it is due, overdue from a high score on, and found.
func TestUnmended(t *testing.T) {
	from := lifecycle.Range{Introduced: "1.36.0", Open: true}
	for name, c := range map[string]struct {
		kubelet, asOf string
		score         float64
		ranges        lifecycle.Range
		state         State
		found         string
	}{
		"critical":                {"v1.37.2", "2026-11-20", 9.8, from, Overdue, "critical yes"},
		"high":                    {"v1.37.2", "2026-11-20", 7, from, Overdue, "high yes"},
		"no score":                {"v1.37.2", "2026-11-20", 0, from, Overdue, "high yes"},
		"medium":                  {"v1.37.2", "2026-11-20", 6.9, from, Due, "medium yes"},
		"in all versions":         {"v1.35.10", "2026-11-20", 9.8, lifecycle.Range{Open: true}, Overdue, "critical yes"},
		"told long ago":           {"v1.37.2", "2026-08-20", 9.8, from, Overdue, "critical depends"},
		"before it came":          {"v1.35.10", "2026-11-20", 9.8, from, OK, ""},
		"a provider may mend it":  {"v1.37.2-eks-ae9a62a", "2026-11-20", 9.8, from, Due, "critical depends"},
		"a limit is an end":       {"v1.37.9", "2026-11-20", 9.8, lifecycle.Range{Introduced: "1.36.0", Before: "1.37.9"}, OK, ""},
		"within a limit, no fix":  {"v1.37.2", "2026-11-20", 9.8, lifecycle.Range{Introduced: "1.36.0", Before: "1.37.9"}, Overdue, "critical yes"},
		"of a version with a fix": {"v1.37.2", "2026-11-20", 5, lifecycle.Range{Introduced: "1.36.0", Fixed: "1.37.3"}, Overdue, "medium yes"},
	} {
		w := newWard(t, "v1.37.2")
		w.a.tables = zeroDay(t, c.asOf, c.score, c.ranges)
		w.put(machine{name: "a", kubelet: c.kubelet}.String())
		got := ""
		if f := w.out.findings["VP03//Node//a"]; f != nil {
			got = f.Severity.String() + " " + f.Verdict.String()
		}
		if v := w.verdict("a", CVE); v.State != c.state || got != c.found || c.ranges.Open && c.found != "" && !strings.Contains(v.Detail, "no fix is told: CVE-2026-99999") {
			t.Errorf("%s: %q %+v", name, got, v)
		}
	}
}

// TestBlind takes no hit for clean only where somebody looks.
func TestBlind(t *testing.T) {
	for _, c := range []struct {
		kubelet string
		state   State
		says    string
	}{
		{"v1.37.2", OK, ""}, {"v1.36.6", OK, ""}, {"v1.35.10", OK, ""},
		// Its support ended after the day up to which they are known.
		{"v1.34.13", OK, ""},
		{"v1.33.13", NoData, "do not look at 1.33 any more, since 2026-06-28"},
		{"v1.31.14", NoData, "do not look at 1.31 any more, since 2025-11-11"},
		{"v1.29.15", NoData, "do not look at 1.29 any more"},
		{"v1.33.13+k3s1", NoData, "do not look at 1.33 any more"},
		{"v1.31.14-eks-ae9a62a", NoData, "do not look at 1.31 any more"},
		{"v1.38.0", NoData, "no source here knows 1.38"}, {"v2.0.0", NoData, "no source here knows 2.0"},
		{"v1.37.0-rc.0", NoData, "do not look at pre-releases"}, {"v1.38.0-alpha.1", NoData, "no source here knows 1.38"},
		{"v1.36", NoData, "which patch of 1.36 runs is not told"},
		{"v1.27.3", Overdue, "do not look at 1.27 any more"},
		// A fix that came with a release is not in its pre-releases, and what says 1.25 speaks of it.
		{"v1.31.5-rc.0", Overdue, "CVE-2025-0426"},
	} {
		w := newWard(t, "v1.37.2").put(machine{name: "a", kubelet: c.kubelet}.String())
		v := w.verdict("a", CVE)
		if v.State != c.state || !strings.Contains(v.Detail, c.says) || v.Source == "" || v.Date == "" {
			t.Errorf("%s: %+v", c.kubelet, v)
		}
		if f := w.out.findings["VP03//Node//a"]; (f != nil) != (c.state == Overdue) {
			t.Errorf("%s: %+v", c.kubelet, f)
		}
	}
	// A proxy that nobody looks at is not clean beside a kubelet that is.
	w := newWard(t, "v1.37.2").put(machine{name: "a"}.String(), proxy("a", "v1.33.13"))
	if v := w.verdict("a", CVE); v.State != NoData || !strings.Contains(v.Detail, "1.33") {
		t.Errorf("%+v", v)
	}
}

// TestVersionsOfNobody says of a patch that no source knows, and of none, that it is not known.
func TestVersionsOfNobody(t *testing.T) {
	for version, says := range map[string]string{
		"v1.31.99": "no source here knows 1.31.99, and 1.31.14 is the last of its minor", "v1.31": "which patch of 1.31 runs is not told",
		"v1.31.14-eks-1-31-40": "",
	} {
		w := newWard(t, "v1.37.2").put(machine{name: "a", kubelet: version}.String())
		if v := w.verdict("a", Patch); says != "" && (v.State != NoData || v.Detail != says) {
			t.Errorf("%s: %+v", version, v)
		}
	}
	w := newWard(t, "").put(machine{name: "a", kubelet: "v1.31.4-eks-1-31-40"}.String())
	if v := w.verdict("a", Provider); v.State != NoData || v.Detail != "no source here knows EKS Distro 1.31" {
		t.Errorf("%+v", v)
	}
	if f := w.out.findings["VP04//Node//a"]; f == nil || f.Severity != model.High {
		t.Errorf("%+v", f)
	}
	for _, suffix := range []string{"-aliyun.1", "-tke.1", "+IKS", "+vmware.1", "-eks-1-31-40"} {
		w := newWard(t, "").put(machine{name: "a", kubelet: "v1.31.4" + suffix}.String())
		if v := w.verdict("a", Patch); v.State != Due || !strings.Contains(v.Detail, "what the provider offers is not known here") {
			t.Errorf("%s: %+v", suffix, v)
		}
		if v := w.verdict("a", CVE); v.State != Due || !strings.Contains(v.Detail, "may have mended it in its own build") {
			t.Errorf("%s: %+v", suffix, v)
		}
	}
}
