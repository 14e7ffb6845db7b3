package main

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"canopy/k8s/labtest"
)

const (
	// rounds is how often the start is measured, in turn with bare informers. The medians count, and of the peaks the highest.
	rounds = 7
	// calm is how long a dashboard is left alone before it counts as at rest.
	calm = 30 * time.Second
	// idle is how long it is watched then.
	idle, longIdle = time.Minute, 10 * time.Minute
	// beat is the time between two looks at the memory of an idle dashboard.
	beat = 5 * time.Second
)

// BenchmarkLive measures the dashboard on 10,000 realistic pods at a real API server.
func BenchmarkLive(b *testing.B) {
	benching(b)
	lab := largeLab(b)
	b.Run("start", func(b *testing.B) { benchStart(b, lab) })
	b.Run("bare", func(b *testing.B) { benchBare(b, lab) })
	b.Run("rest", func(b *testing.B) { benchRest(b, lab) })
	b.Run("key", func(b *testing.B) { benchKey(b, lab) })
	b.Run("finding", func(b *testing.B) { benchFinding(b, lab) })
	b.Run("policy", func(b *testing.B) { benchPolicy(b, lab) })
	b.Run("churn", func(b *testing.B) { benchChurn(b, lab) })
}

// BenchmarkMinimal measures what 10,000 pods cost that have nothing but a name and a container.
func BenchmarkMinimal(b *testing.B) {
	benching(b)
	lab := labtest.Private(b)
	empty := bare(b, lab, "--strip-managed-fields")
	labCommand(b, lab, nil, "load", "--pods", "10000", "--minimal")
	b.Run("rest", func(b *testing.B) { benchRest(b, lab) })
	b.Run("bare", func(b *testing.B) {
		benching(b)
		b.ReportMetric(empty.CollectedBytes/megabyte, "MB-empty")
		b.ReportMetric(bare(b, lab, "--strip-managed-fields").CollectedBytes/megabyte, "MB-stripped")
	})
}

// benchStart measures from the start of the process to the first finding on the list, where it stands undecided, and to the
// last; the overview shows how far each kind is until then. Beside it stands what bare informers
// over the same kinds take in the same minute; their own figure starts with the informers, after their process.
func benchStart(b *testing.B, lab *labtest.Lab) {
	benching(b)
	var first, all, cpu, peak, sync []float64
	for range rounds {
		reference := bare(b, lab).SyncSeconds
		d := startDashboard(b, listing, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
		first = append(first, d.rows().Sub(d.started).Seconds())
		settled := d.live().Sub(d.started).Seconds()
		time.Sleep(2 * time.Second) // what it does right after, a collection of garbage, is part of the price
		u := d.usage()
		d.quit()
		all, sync = append(all, settled), append(sync, reference)
		cpu, peak = append(cpu, u.cpu.Seconds()), append(peak, u.peak/megabyte)
	}
	b.Logf("first rows %.2f s, all %.2f s, bare %.2f s, CPU %.2f s, peak %.0f MB", first, all, sync, cpu, peak)
	b.ReportMetric(median(first), "s-first-rows")
	b.ReportMetric(median(all), "s-all-findings")
	b.ReportMetric(median(sync), "s-bare-sync")
	b.ReportMetric(median(all)/median(sync), "x-bare")
	b.ReportMetric(median(cpu), "s-cpu")
	b.ReportMetric(slices.Max(peak), "MB-peak")
}

// benchBare measures the memory of bare informers, with managedFields and without.
func benchBare(b *testing.B, lab *labtest.Lab) {
	benching(b)
	full, stripped := bare(b, lab), bare(b, lab, "--strip-managed-fields")
	b.ReportMetric(full.CollectedBytes/megabyte, "MB-full")
	b.ReportMetric(stripped.CollectedBytes/megabyte, "MB-stripped")
	b.ReportMetric(stripped.CPUSeconds, "s-cpu")
	b.ReportMetric(float64(full.Objects), "objects")
}

// benchRest measures a dashboard that nobody touches, on a cluster in which nothing happens.
func benchRest(b *testing.B, lab *labtest.Lab) {
	benching(b)
	d := startDashboard(b, "", "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	d.live()
	time.Sleep(calm)
	window := idle
	if long() {
		window = longIdle
	}
	log, err := os.Stat(lab.AuditLog())
	if err != nil {
		b.Fatal(err)
	}
	before, drawn := d.usage(), d.drawn.Load()
	most := before.resident
	for start := time.Now(); time.Since(start) < window; time.Sleep(beat) {
		most = max(most, d.usage().resident)
	}
	after := d.usage()
	watches, others := requests(b, lab.AuditLog(), log.Size())
	b.ReportMetric(after.resident/megabyte, "MB-resident")
	b.ReportMetric(after.own/megabyte, "MB-anonymous")
	b.ReportMetric((most-before.resident)/megabyte, "MB-growth")
	b.ReportMetric(after.peak/megabyte, "MB-peak")
	b.ReportMetric(100*(after.cpu-before.cpu).Seconds()/window.Seconds(), "%-core")
	b.ReportMetric(float64(d.drawn.Load()-drawn), "B-drawn")
	b.ReportMetric(float64(others), "requests")
	b.ReportMetric(float64(watches), "watches-renewed")
	b.ReportMetric(window.Seconds(), "s-window")
	d.quit()
}

// requests counts what the server saw of the user canopy since a place in its audit log.
func requests(b *testing.B, path string, from int64) (watches, others int) {
	b.Helper()
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Seek(from, 0); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e auditEvent
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.User.Username != "canopy" {
			continue
		}
		if e.Verb == "watch" {
			watches++
			continue
		}
		others++
		b.Logf("%s %s", e.Verb, e.URI)
	}
	if err := lines.Err(); err != nil {
		b.Fatal(err)
	}
	return watches, others
}
