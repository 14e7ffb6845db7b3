package node

import (
	"strings"
	"testing"
	"time"

	"canopy/model"
)

// suffixes are how providers write the version of a kubelet, with the label that tells one that writes none.
var suffixes = map[string]struct{ suffix, labels string }{
	"amazon-eks": {"-eks-ae9a62a", ""}, "google-kubernetes-engine": {"-gke.1640000", ""},
	"azure-kubernetes-service": {"", "kubernetes.azure.com/agentpool: a"}, "rke2": {"+rke2r1", ""}, "k3s": {"+k3s1", ""}, "": {"", ""},
	"red-hat-openshift": {"", "node.openshift.io/os_id: rhel"},
}

// TestSupport holds verdicts of support at fixed clocks: upstream's, the provider's, and the finding that follows.
func TestSupport(t *testing.T) {
	for _, c := range []struct {
		day, minor, provider string
		support, sold        State
		vp04                 string
	}{
		// The same minor is over upstream, is paid for on EKS, is over on GKE, and has long-term support on AKS.
		{"2026-11-26", "1.33", "", Overdue, "", "high"},
		{"2026-11-26", "1.33", "amazon-eks", Overdue, Due, "medium"},
		{"2026-11-26", "1.33", "google-kubernetes-engine", Overdue, Overdue, "high"},
		{"2026-11-26", "1.33", "azure-kubernetes-service", Overdue, Due, "medium"},
		{"2026-11-26", "1.33", "rke2", Overdue, NoData, "high"},
		{"2026-11-26", "1.33", "k3s", Overdue, NoData, "high"},
		// Before its end people are told, and nothing is found but patches.
		{"2026-03-01", "1.33", "amazon-eks", OK, OK, ""},
		{"2026-06-01", "1.33", "amazon-eks", Due, Due, ""},
		{"2026-06-28", "1.33", "", Due, "", ""},
		{"2026-06-29", "1.33", "", Overdue, "", "high"},
		{"2026-06-29", "1.33", "amazon-eks", Overdue, Due, ""},
		{"2026-07-29", "1.33", "amazon-eks", Overdue, Due, ""},
		{"2026-07-30", "1.33", "amazon-eks", Overdue, Due, "medium"},
		{"2027-07-29", "1.33", "amazon-eks", Overdue, Due, "medium"},
		{"2027-07-30", "1.33", "amazon-eks", Overdue, Overdue, "high"},
		{"2026-11-26", "1.31", "amazon-eks", Overdue, Due, "medium"},
		{"2026-11-27", "1.31", "amazon-eks", Overdue, Overdue, "high"},
		{"2026-11-26", "1.31", "azure-kubernetes-service", Overdue, Due, "medium"},
		{"2026-12-01", "1.31", "azure-kubernetes-service", Overdue, Overdue, "high"},
		{"2026-11-26", "1.24", "", Overdue, "", "high"},
		{"2026-11-26", "1.25", "", Overdue, "", "high"},
		// Of 1.25 the sources tell two days; between them they differ, and nothing is found.
		{"2023-10-28", "1.25", "", Due, "", ""},
		{"2023-10-29", "1.25", "", Overdue, "", "high"},
		{"2026-11-26", "1.34", "", Overdue, "", "high"},
		{"2026-11-26", "1.34", "amazon-eks", Overdue, Due, ""},
		{"2026-11-26", "1.34", "google-kubernetes-engine", Overdue, Overdue, "high"},
		{"2026-11-26", "1.35", "", OK, "", ""},
		{"2026-12-15", "1.35", "", Due, "", ""},
		{"2026-11-26", "1.36", "google-kubernetes-engine", OK, OK, ""},
		{"2026-11-26", "1.37", "", OK, "", ""},
		{"2026-11-26", "1.37", "amazon-eks", OK, NoData, ""},
		{"2026-11-26", "1.39", "", NoData, "", ""},
		{"2026-11-26", "1.33", "red-hat-openshift", Overdue, OK, ""},
	} {
		w := newWard(t, "")
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.at = day.Add(10 * time.Hour)
		how := suffixes[c.provider]
		// No patch is as high, so that patches are no matter here.
		w.put(machine{name: "a", kubelet: "v" + c.minor + ".99" + how.suffix, labels: how.labels}.String())
		support, sold := w.verdict("a", Support), w.verdict("a", Provider)
		got := ""
		if f := w.out.findings["VP04//Node//a"]; f != nil {
			got = f.Severity.String()
		}
		if support.State != c.support || sold.State != c.sold || got != c.vp04 {
			t.Errorf("%s %s %s: got %s, %s, %q, want %s, %s, %q\n%s\n%s", c.day, c.minor, c.provider, support.State, sold.State, got, c.support, c.sold, c.vp04, support.Detail, sold.Detail)
		}
		if support.State != NoData && (support.Source == "" || support.Date == "") {
			t.Errorf("%s: %+v has no source", c.minor, support)
		}
		if c.minor == "1.25" && !strings.Contains(support.Detail, "sources differ") {
			t.Errorf("%+v does not say that sources differ", support)
		}
	}
}

// TestPatch counts what is missing, and waits for a month before it is found.
func TestPatch(t *testing.T) {
	for _, c := range []struct {
		day, version string
		state        State
		says         string
	}{
		{"2026-11-20", "v1.37.2", OK, "1.37.2 is the newest patch that is known, as of 2026-10-28"},
		{"2026-12-28", "v1.37.2", NoData, "none newer than 1.37.2 is known, as of 2026-10-28"},
		{"2026-11-20", "v1.34.13", OK, ""},
		{"2026-11-20", "v1.33.13", OK, "1.33.13 is the last of its minor"},
		{"2026-11-20", "v1.33.12", Overdue, "1 patch and "},
		{"2026-11-20", "v1.33.4", Overdue, "9 patches and 302 days behind 1.33.13; a newer one is out since 2025-09-10"},
		{"2026-11-20", "v1.40.0", NoData, "no source here knows the patches of 1.40"},
		{"2026-11-20", "v1.37.0-rc.1", Overdue, "behind 1.37.2"},
		{"2025-09-20", "v1.33.4", Due, "newer ones came out from"},
	} {
		w := newWard(t, "v1.37.2")
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.at = day
		w.put(machine{name: "a", kubelet: c.version}.String())
		if v := w.verdict("a", Patch); v.State != c.state || !strings.Contains(v.Detail, c.says) {
			t.Errorf("%s %s: %+v", c.day, c.version, v)
		}
	}
}

// TestWeakness tells what all say, what is in doubt, and what no version mends.
func TestWeakness(t *testing.T) {
	w := newWard(t, "v1.27.3").put(machine{name: "a", kubelet: "v1.27.3"}.String(), proxy("a", "v1.27.3"))
	f := w.out.findings["VP03//Node//a"]
	if f == nil || f.Verdict != model.Yes || f.Severity != model.High {
		t.Fatalf("%+v", f)
	}
	text := w.text()
	if !strings.Contains(text, "CVE-2024-10220") || strings.Contains(text, "CVE-2023-3676") {
		t.Errorf("want what is of all systems, and nothing of Windows in\n%s", text)
	}
	windows := newWard(t, "v1.27.3").put(strings.Replace(machine{name: "a", kubelet: "v1.27.3"}.String(), "operatingSystem: linux", "operatingSystem: windows", 1)).text()
	if says := "CVE-2023-3676, score 8.8, fixed in 1.27.5; affected by"; !strings.Contains(windows, says) {
		t.Errorf("no %q in\n%s", says, windows)
	}
	if v := w.verdict("a", CVE); v.State != Overdue || v.Source == "" {
		t.Errorf("%+v", v)
	}
	hidden := w.out.findings["VP03/canopy/Cluster//cluster"]
	if hidden == nil {
		t.Errorf("nothing on the API server that hides")
	}
	w = newWard(t, "v1.37.2").put(machine{name: "a"}.String())
	if v := w.verdict("a", CVE); v.State != OK || !strings.HasSuffix(v.Detail, "; in every version, so that it depends on the setup: CVE-2025-1767") || len(w.out.findings) != 0 ||
		v.Date != "2024-11-18 to 2026-09-28" || !strings.Contains(v.Source, "kubernetes-security-announce") {
		t.Errorf("%+v %q", v, w.short())
	}
	if v := planeVerdict(w, CVE); v.State != OK || !strings.Contains(v.Detail, "in every version") || v.Date != "2024-11-18 to 2026-09-28" {
		t.Errorf("%+v", v)
	}
	w.clock.at = w.clock.at.AddDate(1, 0, 0)
	w.a.Tick()
	w.flush()
	if v := w.verdict("a", CVE); v.State != NoData || !strings.Contains(v.Detail, "are in no source here") {
		t.Errorf("%+v", v)
	}
	if s, ok := w.a.State("VP03"); !ok || s.Verdict != model.Depends {
		t.Errorf("%+v", s)
	}
}
