package node

import (
	"strings"
	"testing"
	"time"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

// offers are tables in which providers offer other patches than those that are bundled.
type offers struct {
	tables
	cycles map[string][]lifecycle.Cycle
}

func (o offers) Cycles(product, cycle string) []lifecycle.Cycle {
	if l, ok := o.cycles[product+" "+cycle]; ok {
		return l
	}
	return o.tables.Cycles(product, cycle)
}

// TestPatchOfProvider is never overdue by what upstream has, and by what the provider has once a month has gone by.
func TestPatchOfProvider(t *testing.T) {
	day := func(text string) lifecycle.Day {
		d, err := lifecycle.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	aks := func(latest, out string) map[string][]lifecycle.Cycle {
		c := lifecycle.Cycle{Name: "1.35", Latest: latest, Source: &lifecycle.Source{Name: "mine", AsOf: day("2026-11-20")}}
		if out != "" {
			c.Out = day(out)
		}
		return map[string][]lifecycle.Cycle{lifecycle.AKS + " 1.35": {c}}
	}
	const unknown = "upstream has 1.35.10; what the provider offers is not known here"
	for _, c := range []struct {
		provider, version, day string
		cycles                 map[string][]lifecycle.Cycle
		state                  State
		says                   string
		found                  bool
	}{
		{"", "v1.35.4", "2026-11-26", nil, Overdue, "behind 1.35.10", true},
		{"k3s", "v1.35.4+k3s1", "2026-11-26", nil, Overdue, "behind 1.35.10", true},
		{lifecycle.EKS, "v1.35.4-eks-ae9a62a", "2026-11-26", nil, Due, unknown, false},
		{lifecycle.AKS, "v1.35.4", "2026-11-26", nil, Due, unknown, false},
		{"red-hat-openshift", "v1.35.4", "2026-11-26", nil, Due, unknown, false},
		{lifecycle.EKS, "v1.35.10-eks-ae9a62a", "2026-11-26", nil, OK, "1.35.10 is the newest patch that is known", false},
		// What is bundled of GKE has 1.35.7-gke.1222000, out since 2026-08-20.
		{lifecycle.GKE, "v1.35.4-gke.1000000", "2026-09-18", nil, Due, "behind 1.35.7-gke.1222000 of GKE, out since 2026-08-20", false},
		{lifecycle.GKE, "v1.35.4-gke.1000000", "2026-09-19", nil, Overdue, "behind 1.35.7-gke.1222000 of GKE, out since 2026-08-20", true},
		{lifecycle.GKE, "v1.35.7-gke.1200000", "2026-11-26", nil, Overdue, "behind 1.35.7-gke.1222000", true},
		{lifecycle.GKE, "v1.35.7-gke.1222000", "2026-11-26", nil, OK, "1.35.7-gke.1222000 is the newest that GKE is known to offer, as of 2026-08-22; upstream has 1.35.10", false},
		{lifecycle.GKE, "v1.35.7-gke.1300000", "2026-11-26", nil, Due, unknown, false},
		{lifecycle.GKE, "v1.35.8-gke.1", "2026-11-26", nil, Due, unknown, false},
		{lifecycle.AKS, "v1.35.7", "2026-11-26", aks("1.35.8", "2026-11-20"), Due, "behind 1.35.8 of AKS, out since 2026-11-20", false},
		{lifecycle.AKS, "v1.35.7", "2026-11-26", aks("1.35.8", ""), Due, "when it came out no source tells", false},
		{lifecycle.AKS, "v1.35.8", "2026-11-26", aks("1.35.8", "2026-11-20"), OK, "1.35.8 is the newest that AKS is known to offer", false},
		{lifecycle.AKS, "v1.35.7", "2026-11-26", aks("1.35", "2026-01-20"), Due, unknown, false},
		{lifecycle.AKS, "v1.35.7", "2026-11-26", aks("1.36.1", "2026-01-20"), Due, unknown, false},
	} {
		w := newWard(t, "")
		w.clock.at = day(c.day).Time().Add(time.Hour)
		w.a.tables = offers{w.a.tables, c.cycles}
		w.put(machine{name: "a", kubelet: c.version, labels: suffixes[c.provider].labels}.String())
		v := w.verdict("a", Patch)
		if v.State != c.state || !strings.Contains(v.Detail, c.says) || v.Source == "" || (w.out.findings["VP04//Node//a"] != nil) != c.found {
			t.Errorf("%s %s on %s: %+v %q", c.provider, c.version, c.day, v, w.short())
		}
	}
}

// TestWeaknessOfProvider is not sure of a build that may have a mend of its own.
func TestWeaknessOfProvider(t *testing.T) {
	for provider, name := range map[string]string{lifecycle.EKS: "EKS", lifecycle.GKE: "GKE", lifecycle.AKS: "AKS", "red-hat-openshift": "OpenShift", "k3s": "", "rke2": "", "": ""} {
		version := "v1.27.3" + suffixes[provider].suffix
		w := newWard(t, version).put(machine{name: "a", kubelet: version, labels: suffixes[provider].labels}.String(), static(lifecycle.ControllerManager, "a", "v1.27.3"))
		for _, id := range []string{"VP03//Node//a", "VP03//Pod/kube-system/kube-controller-manager-a", "VP03/canopy/Cluster//cluster"} {
			f := w.out.findings[id]
			if f == nil {
				t.Errorf("%s: no %s in %q", provider, id, w.short())
				continue
			}
			reason := name + " may have mended it in its own build"
			if sure := name == ""; sure && strings.Contains(f.Reason, "build") || !sure && (f.Verdict != model.Depends || !strings.HasPrefix(f.Reason, reason)) {
				t.Errorf("%s: %s %s %q", provider, id, f.Verdict, f.Reason)
			}
		}
		state, f := w.verdict("a", CVE), w.out.findings["VP03//Node//a"]
		if f == nil || f.Severity != model.High || (f.Verdict == model.Yes) != (name == "") {
			t.Errorf("%s: %+v", provider, f)
		}
		if want := map[bool]State{true: Overdue, false: Due}[name == ""]; state.State != want || (name == "") == strings.Contains(state.Detail, "may have mended it in its own build") {
			t.Errorf("%s: %+v", provider, state)
		}
	}
}

// TestRuntimeOfProvider finds nothing where the makers of a runtime have ended and the provider may go on, nor does it call it well.
func TestRuntimeOfProvider(t *testing.T) {
	for provider, name := range map[string]string{lifecycle.EKS: "EKS", lifecycle.GKE: "GKE", lifecycle.AKS: "AKS", "red-hat-openshift": "OpenShift", "k3s": "", "": ""} {
		how := suffixes[provider]
		// Beside one of no provider, so that what is remembered of the runtime is not mixed up.
		w := newWard(t, "").put(machine{name: "own", runtime: "containerd://1.6.1", labels: "x/pool: own"}.String())
		w.put(machine{name: "a", kubelet: "v1.37.2" + how.suffix, labels: how.labels, runtime: "containerd://1.6.1"}.String())
		v, f := w.verdict("a", Runtime), w.out.findings["VP07//Node//a"]
		switch {
		case name == "" && (v.State != Overdue || f == nil):
			t.Errorf("%q: %+v %v", provider, v, f)
		case name != "" && (v.State != Due || f != nil || !strings.Contains(v.Detail, "support ended") || !strings.Contains(v.Detail, name+" may mend it in its own build")):
			t.Errorf("%q: %+v %v", provider, v, f)
		}
		if w.out.findings["VP07//Node//own"] == nil {
			t.Errorf("%q: nothing on the other", provider)
		}
	}
}

// TestSystemsOfWeakness leaves out only what its sources say is of other systems, whatever else they say.
func TestSystemsOfWeakness(t *testing.T) {
	asOf, err := lifecycle.ParseDay("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	row := func(id, summary string, systems ...string) lifecycle.Vulnerability {
		return lifecycle.Vulnerability{ID: id, Summary: summary, Components: []string{lifecycle.Kubelet}, Systems: systems, Ranges: []lifecycle.Range{{Introduced: "1.37.0", Fixed: "1.37.9"}}}
	}
	tables, err := lifecycle.Default().With(&lifecycle.Update{Tables: []lifecycle.Table{{
		Kind: lifecycle.Vulnerabilities, Source: lifecycle.Source{Name: "mine", AsOf: asOf}, Part: true, Vulnerabilities: []lifecycle.Vulnerability{
			row("CVE-2027-1", "Runs commands on Linux and Windows nodes"), row("CVE-2027-2", "Runs commands", "windows"), row("CVE-2027-3", "Runs commands", "linux"),
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for system, want := range map[string][]string{"linux": {"CVE-2027-1", "CVE-2027-3"}, "windows": {"CVE-2027-1", "CVE-2027-2"}} {
		w := newWard(t, "v1.37.2")
		w.a.tables = tables
		text := w.put(machine{name: "a", system: system}.String()).text()
		for _, id := range []string{"CVE-2027-1", "CVE-2027-2", "CVE-2027-3"} {
			if got := strings.Contains(text, id); got != (id == want[0] || id == want[1]) {
				t.Errorf("%s: %s %t", system, id, got)
			}
		}
	}
}

// TestPatchesOfRuntimes finds what is missing for a month, and nothing where somebody else builds it.
func TestPatchesOfRuntimes(t *testing.T) {
	day := func(text string) lifecycle.Day {
		d, err := lifecycle.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	line := func(out string) map[string][]lifecycle.Cycle {
		c := lifecycle.Cycle{Name: "2.3", Latest: "2.3.5", End: day("2028-04-30"), Source: &lifecycle.Source{Name: "mine", AsOf: day("2026-11-20")}}
		if out != "" {
			c.Out = day(out)
		}
		return map[string][]lifecycle.Cycle{lifecycle.Containerd + " 2.3": {c}}
	}
	for _, c := range []struct {
		provider, runtime, out string
		state                  State
		found                  bool
	}{
		{"", "2.3.4", "2026-10-27", Due, false},
		{"", "2.3.4", "2026-10-26", Overdue, true},
		{"", "2.3.4", "", Due, false},
		{"", "2.3.5", "2026-01-01", OK, false},
		{"", "2.3.6", "2026-01-01", OK, false},
		{"", "2.3.4-0ubuntu1", "2026-01-01", Due, false},
		{lifecycle.EKS, "2.3.4", "2026-01-01", Due, false},
		{lifecycle.AKS, "2.3.4", "2026-01-01", Due, false},
		{"k3s", "2.3.4", "2026-01-01", Overdue, true},
	} {
		w := newWard(t, "")
		w.clock.at = day("2026-11-25").Time().Add(time.Hour)
		w.a.tables = offers{w.a.tables, line(c.out)}
		how := suffixes[c.provider]
		w.put(machine{name: "a", kubelet: "v1.37.2" + how.suffix, labels: how.labels, runtime: "containerd://" + c.runtime}.String())
		if v := w.verdict("a", Runtime); v.State != c.state || (w.out.findings["VP07//Node//a"] != nil) != c.found {
			t.Errorf("%+v: %+v %q", c, v, w.short())
		}
	}
}
