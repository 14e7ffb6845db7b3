package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestBundledFacts(t *testing.T) {
	tables := Default()
	cycle := func(product, name, source string) Cycle {
		t.Helper()
		for _, c := range tables.Cycles(product, name) {
			if c.Source.Name == source {
				return c
			}
		}
		t.Fatalf("%s says nothing of %s %s", source, product, name)
		return Cycle{}
	}
	for _, c := range []struct{ product, name, source, released, end, extended string }{
		{Kubernetes, "1.37", "kubernetes.io/releases", "2026-08-26", "2027-10-28", ""},
		{Kubernetes, "1.33", "endoflife.date", "2025-04-23", "2026-06-28", ""},
		{Kubernetes, "1.28", "endoflife.date", "2023-08-15", "2024-10-28", ""},
		{Kubernetes, "1.28", "kubernetes/website eol.yaml", "", "2024-10-22", ""},
		{EKS, "1.33", "endoflife.date", "2025-05-28", "2026-07-29", "2027-07-29"},
		{GKE, "1.34", "endoflife.date", "2025-09-30", "2026-10-01", ""},
		{AKS, "1.34", "endoflife.date", "2026-01-04", "2026-11-30", "2027-11-30"},
		{OpenShift, "4.18", "endoflife.date", "2025-02-25", "2026-08-25", "2027-02-25"},
		{Containerd, "1.7", "endoflife.date", "2023-03-10", "2026-09-01", ""},
		{Containerd, "2.4", "containerd tags", "2026-09-16", "", ""},
		{Ubuntu, "22.04", "endoflife.date", "2022-04-21", "2027-04-01", "2032-04-09"},
		{Debian, "12", "endoflife.date", "2023-06-10", "2026-07-11", "2028-06-30"},
		{AmazonLinux, "2", "endoflife.date", "2018-06-26", "2026-06-30", ""},
		{ContainerOS, "cos-117", "endoflife.date", "2024-10-02", "2026-09-01", ""},
		{RHEL, "8", "endoflife.date", "2019-05-07", "2029-05-31", "2033-05-31"},
		{WindowsServer, "2022", "endoflife.date", "2021-08-18", "2031-10-14", ""},
		{Kernel, "6.18", "endoflife.date", "2025-11-30", "2028-12-31", ""},
	} {
		got := cycle(c.product, c.name, c.source)
		if got.Released.String() != c.released || got.End.String() != c.end || got.Extended.String() != c.extended {
			t.Errorf("%s %s: %+v, want %+v", c.product, c.name, got, c)
		}
	}
	for _, product := range []string{Kernel, AlmaLinux, Photon, RockyLinux, SLES, SUSEMicro} {
		if len(tables.All(product)) == 0 {
			t.Errorf("nothing is known of %s", product)
		}
	}
	for _, unknown := range []string{"bottlerocket", "talos", "cri-o", "k3s", ""} {
		if len(tables.All(unknown))+len(tables.Cycles(unknown, "1.0")) > 0 {
			t.Errorf("something is known of %q", unknown)
		}
	}
	lines := tables.All(Kubernetes)
	if lines[0].Name != "1.37" || !slices.IsSortedFunc(lines, func(a, b Cycle) int { return compareLines(b.Name, a.Name) }) {
		t.Error("lines are not sorted, the newest first")
	}
	if of := tables.Cycles(Kubernetes, "1.28"); of[0].Source.AsOf < of[1].Source.AsOf {
		t.Error("the newest source is not first")
	}
}

func TestReleases(t *testing.T) {
	tables := Default()
	for minor, last := range finals {
		line := fmt.Sprintf("1.%d", minor)
		all := tables.Releases(line)
		if len(all) == 0 || all[0].Version != fmt.Sprintf("%s.%d", line, last) {
			t.Errorf("the newest of %s is %v, want .%d", line, all, last)
			continue
		}
		if minor >= 28 && (len(all) != last+1 || slices.ContainsFunc(all, func(r Release) bool { return r.Out == 0 || r.Source == nil })) {
			t.Errorf("of %s %d releases are known, or not when they came out; want %d", line, len(all), last+1)
		}
		if !slices.IsSortedFunc(all, func(a, b Release) int { return int(b.Out - a.Out) }) && minor >= 28 {
			t.Errorf("%s did not come out in order: %v", line, all)
		}
	}
	if got := tables.Releases("1.99"); len(got) > 0 {
		t.Error(got)
	}
	for day, want := range map[string]string{"2026-11-23": "1.37", "2026-08-26": "1.37", "2026-08-25": "1.36", "2019-01-01": ""} {
		d, err := ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := tables.Newest(d.Time()); got != want {
			t.Errorf("on %s the newest is %q, want %q", day, got, want)
		}
	}
	if tables.AsOf().String() != "2026-10-28" || tables.VulnerabilitiesThrough().String() != "2026-09-28" {
		t.Error(tables.AsOf(), tables.VulnerabilitiesThrough())
	}
}

func names(all []*Source) string {
	var list []string
	for _, s := range all {
		list = append(list, s.Name)
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

func TestAffecting(t *testing.T) {
	for _, c := range []struct{ component, version, id, per, not, fixed, open string }{
		// Both tell of it, and one of another fix.
		{APIServer, "1.16.3", "CVE-2019-11254", "cve-feed-osv,k8s-cves", "", "1.16.8", "false"},
		{APIServer, "1.16.7", "CVE-2019-11254", "k8s-cves", "cve-feed-osv", "1.16.8", "false"},
		// One has the file's events out of order.
		{Kubelet, "1.27.3", "CVE-2023-3676", "cve-feed-osv,k8s-cves", "", "1.27.5", "false"},
		{Kubelet, "1.23.1", "CVE-2023-3676", "k8s-cves", "cve-feed-osv", "1.24.17", "false"},
		// No end.
		{APIServer, "1.37.2", "CVE-2024-7598", "k8s-cves", "", "", "true"},
		{Kubelet, "1.37.2", "CVE-2025-1767", "kubernetes-security-announce", "", "", "true"},
		// The announcement counts all that is older, the record does not.
		{Kubelet, "1.33.13", "CVE-2026-76654", "kubernetes-security-announce", "CVE Program", "1.34.12", "false"},
		{Kubelet, "1.36.4", "CVE-2026-76654", "CVE Program,kubernetes-security-announce", "", "1.36.5", "false"},
		{ControllerManager, "1.37.0", "CVE-2026-2270", "CVE Program,kubernetes-security-announce", "", "1.37.1", "false"},
		{ControllerManager, "1.31.14", "CVE-2025-13281", "CVE Program", "", "1.32.10", "false"},
		{APIServer, "1.33.3", "CVE-2025-5187", "CVE Program,kubernetes-security-announce", "", "1.33.4", "false"},
		// What a provider appends does not make it a pre-release.
		{Kubelet, "v1.29.13-eks-ae9a62a", "CVE-2025-0426", "k8s-cves", "kubernetes-security-announce", "1.29.14", "false"},
	} {
		i := slices.IndexFunc(Default().Affecting(c.component, c.version), func(h Hit) bool { return h.ID == c.id })
		if i < 0 {
			t.Errorf("%s %s: no %s", c.component, c.version, c.id)
			continue
		}
		h := Default().Affecting(c.component, c.version)[i]
		if names(h.Per) != c.per || names(h.Not) != c.not || h.Fixed != c.fixed || fmt.Sprint(h.Open) != c.open || h.URL == "" || h.Summary == "" {
			t.Errorf("%s %s %s: per %s, not %s, fixed %q, open %v; want %+v", c.component, c.version, c.id, names(h.Per), names(h.Not), h.Fixed, h.Open, c)
		}
	}
	for _, c := range [][3]string{
		{Kubelet, "1.37.1", "CVE-2026-76654"}, {Proxy, "1.36.4", "CVE-2026-76654"}, {APIServer, "1.33.4", "CVE-2025-5187"},
		{Scheduler, "1.33.4", "CVE-2025-1767"}, {Kubelet, "1.27.5", "CVE-2023-3676"},
	} {
		if slices.ContainsFunc(Default().Affecting(c[0], c[1]), func(h Hit) bool { return h.ID == c[2] }) {
			t.Errorf("%s %s is said to have %s", c[0], c[1], c[2])
		}
	}
	if got := Default().Affecting(Kubelet, "new"); got != nil {
		t.Error(got)
	}
	hits := Default().Affecting(Kubelet, "1.20.0")
	if !slices.IsSortedFunc(hits, func(a, b Hit) int { return int(10 * (b.Score - a.Score)) }) {
		t.Error("the worst is not first")
	}
	hits[0].ID = "changed"
	if Default().Affecting(Kubelet, "1.20.0")[0].ID == "changed" {
		t.Error("whoever asks can change what others are told")
	}
}

func TestAffectingIsBoundedAndSafe(t *testing.T) {
	tables, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			for j := range askedLimit {
				tables.Affecting(Kubelet, fmt.Sprintf("1.%d.%d", 20+i, j))
			}
		})
	}
	wait.Wait()
	if n := len(tables.book.asked); n > askedLimit {
		t.Errorf("%d answers are kept", n)
	}
}

func TestDeprecatedAndAddOns(t *testing.T) {
	tables := Default()
	if d, ok := tables.Deprecated("policy", "v1beta1", "PodSecurityPolicy"); !ok || d.Deprecated != "1.21" || d.Removed != "1.25" || d.Source.Name != "pluto" {
		t.Error(d, ok)
	}
	if d, ok := tables.Deprecated("extensions", "v1beta1", "Ingress"); !ok || d.Replacement != "networking.k8s.io/v1" || d.Since != "1.19" {
		t.Error(d, ok)
	}
	if d, ok := tables.Deprecated("apps", "v1", "Deployment"); ok {
		t.Error(d)
	}
	for repository, want := range map[string]string{
		"ingress-nginx/controller": "Ingress NGINX", "mirror/of/ingress-nginx/controller": "Ingress NGINX", "my-ingress-nginx/controller": "",
		"ingress-nginx/controllers": "", "kubernetesui/dashboard": "Kubernetes Dashboard", "weaveworks/weave-npc": "Weave Net",
		"grafana/promtail": "Promtail", "library/nginx": "", "": "", "heapster-amd64": "Heapster",
	} {
		a, ok := tables.AddOn(repository)
		if a.Name != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", repository, a.Name, want)
		}
		if ok && (a.End == 0 || a.URL == "" || a.Why == "" || a.Source == nil) {
			t.Errorf("%s has no day or no proof", a.Name)
		}
	}
}

func TestWith(t *testing.T) {
	tables := Default()
	day := at20261120(t)
	next, err := tables.With(small(day))
	if err != nil {
		t.Fatal(err)
	}
	if got := next.Newest(day.Time()); got != "1.38" {
		t.Errorf("the newest is %s", got)
	}
	// What the newer table does not have stays, and says how old it is.
	old := next.Cycles(Kubernetes, "1.30")
	if i := slices.IndexFunc(old, func(c Cycle) bool { return c.Source.Name == "endoflife.date" }); i < 0 || old[i].Source.AsOf.String() != "2026-08-22" {
		t.Error(old)
	}
	if len(tables.Cycles(Kubernetes, "1.38")) > 0 {
		t.Error("the tables themselves have changed")
	}
	news := tables.News(small(day))
	if len(news) != 1 || news[0].Name != "support kubernetes" || news[0].Origin != "file" || news[0].Source.AsOf != day || news[0].Entries != 22 {
		t.Errorf("%+v", news)
	}
	for name, u := range map[string]*Update{"the same again": small(day), "an older one": small(day - 1)} {
		if _, err := next.With(u); !errors.Is(err, ErrOlder) {
			t.Errorf("%s: %v", name, err)
		}
		if news := next.News(u); len(news) > 0 {
			t.Errorf("%s: %v", name, news)
		}
	}
	if _, err := tables.With(tables.Export()); !errors.Is(err, ErrOlder) {
		t.Errorf("what is bundled is newer than itself: %v", err)
	}
	if _, err := tables.With(&Update{}); err == nil || errors.Is(err, ErrOlder) {
		t.Errorf("an update without anything: %v", err)
	}
}

// TestExportHoldsAll writes all tables, with newer rows among older ones, and builds them anew from nothing but that.
func TestExportHoldsAll(t *testing.T) {
	one, err := ReadAny("x", []byte(`{"id":"CVE-2026-9","modified":"2026-11-02T00:00:00Z","published":"2026-11-01T00:00:00Z","affected":[{"package":{"ecosystem":"Kubernetes","name":"k8s.io/kubelet"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.37.0"},{"fixed":"1.37.3"}]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	tables, err := Default().With(Merge(small(at20261120(t)), one))
	if err != nil {
		t.Fatal(err)
	}
	// A file of one vulnerability adds it, and does not make its source known up to that day.
	if tables.VulnerabilitiesThrough() != Default().VulnerabilitiesThrough() {
		t.Error("one vulnerability stands for all of its source")
	}
	if hits := tables.Affecting(Kubelet, "1.37.2"); !slices.ContainsFunc(hits, func(h Hit) bool { return h.ID == "CVE-2026-9" }) {
		t.Error(hits)
	}
	if len(tables.Affecting(Kubelet, "1.20.0")) != len(Default().Affecting(Kubelet, "1.20.0")) {
		t.Error("one vulnerability replaces others")
	}
	if _, err := tables.With(one); !errors.Is(err, ErrOlder) {
		t.Errorf("it is taken twice: %v", err)
	}
	file, err := Encode(tables.Export())
	if err != nil {
		t.Fatal(err)
	}
	u, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, base := range map[string]*Tables{"nothing": newTables(held{}), "what is bundled": Default()} {
		again, err := base.With(u)
		if err != nil {
			t.Fatal(err)
		}
		if shown(again.Export()) != shown(tables.Export()) {
			t.Errorf("built on %s it is something else", name)
		}
		if again.AsOf() != tables.AsOf() || again.VulnerabilitiesThrough() != tables.VulnerabilitiesThrough() {
			t.Errorf("built on %s it is as of %s, %s", name, again.AsOf(), again.VulnerabilitiesThrough())
		}
	}
}

func TestSets(t *testing.T) {
	sets := Default().Sets()
	if !slices.IsSortedFunc(sets, func(a, b Set) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("sets are not sorted by name")
	}
	for _, s := range sets {
		if s.Entries == 0 || s.Source.Name == "" || s.Source.AsOf == 0 || s.Source.Licence == "" || s.Origin != "bundled" {
			t.Errorf("%+v", s)
		}
		if s.Source.AsOf > DayOf(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s is from the future", s.Name)
		}
	}
}

func BenchmarkDefault(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := load(files); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAffecting(b *testing.B) {
	tables := Default()
	b.Run("kept", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tables.Affecting(Kubelet, "1.33.4")
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			clear(tables.book.asked)
			tables.Affecting(Kubelet, "1.33.4")
		}
	})
}

func TestKernels(t *testing.T) {
	if _, err := loadKernels(files); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		product, line string
		want          []string
	}{
		{Ubuntu, "22.04", []string{"5.15", "6.8"}}, {Ubuntu, "23.10", nil}, {OpenShift, "4.12", []string{"4.18"}}, {OpenShift, "4.18", []string{"5.14"}},
		{OpenShift, "x", nil}, {WindowsServer, "2022", []string{"10.0.20348"}}, {"what", "1", nil},
	} {
		if got := Kernels(c.product, c.line); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %q", c.product, c.line, got)
		}
	}
	// What the tables know of a product and this does not, or the other way round, is a word that was misspelt.
	for key := range kernelNotes() {
		switch key[0] {
		case "centos-stream", "oracle-linux":
		default:
			if len(Default().Cycles(key[0], key[1])) == 0 {
				t.Errorf("no table knows %s %s", key[0], key[1])
			}
		}
	}
}

func TestRemovals(t *testing.T) {
	if minor, source := Default().Removals(); minor != "1.36" || source.Name != "pluto" || source.AsOf.String() != "2026-04-27" {
		t.Errorf("%s %+v", minor, source)
	}
	if minor, source := newTables(held{}).Removals(); minor != "" || source != (Source{}) {
		t.Errorf("%s %+v", minor, source)
	}
}
