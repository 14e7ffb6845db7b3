package engine

import (
	"strings"
	"testing"
	"time"

	"canopy/analysis/remedy"
	"canopy/model"
)

// previewed is how many pods the cluster has whose previews are measured. The goal is 200 ms for one fix.
const previewed = 10000

// BenchmarkPreview measures what a user waits for: the fix of one finding on a workload, a namespace without default deny and a
// binding, then of all findings of one namespace and of the whole cluster; and the preview of each.
func BenchmarkPreview(b *testing.B) {
	e := populated(b, previewed)
	report := e.Report()
	b.Logf("%d pods, %d findings", e.cluster.Len(pods), report.Findings.Len())
	every := func(model.Ref) bool { return true }
	for _, c := range []struct {
		name, rule string
		of         func(model.Ref) bool
		most       int
	}{
		{"workload", "PS09", every, 1}, {"deny", "NW03", every, 1}, {"binding", "LP06", every, 1},
		{"namespace", "", func(r model.Ref) bool { return r.Namespace == "team-7" || r.Name == "team-7" && r.Kind == "Namespace" }, 0}, {"all", "", every, 0},
	} {
		var list []*model.Finding
		for f := range report.Findings.All() {
			if strings.HasPrefix(f.Rule.ID, c.rule) && c.of(f.Object) && (c.most == 0 || len(list) < c.most) {
				list = append(list, f)
			}
		}
		if len(list) == 0 {
			b.Fatalf("%s: no finding", c.name)
		}
		b.Run(c.name, func(b *testing.B) {
			if c.most == 0 && testing.Short() {
				b.Skip("it takes minutes")
			}
			var made, seen time.Duration
			documents, closed := 0, 0
			for b.Loop() {
				start := time.Now()
				fix, err := remedy.ForServer(e.cluster, e.source.Server, list)
				if err != nil {
					b.Fatal(err)
				}
				made += time.Since(start)
				start = time.Now()
				p, err := e.whatIf(fix.Plan)
				if err != nil {
					b.Fatal(err)
				}
				seen += time.Since(start)
				documents, closed = len(fix.Documents), len(p.Closed)
			}
			n := float64(b.N)
			b.ReportMetric(made.Seconds()*1000/n, "ms/fix")
			b.ReportMetric(seen.Seconds()*1000/n, "ms/preview")
			b.ReportMetric(float64(len(list)), "findings")
			b.ReportMetric(float64(documents), "documents")
			b.ReportMetric(float64(closed), "closed")
		})
	}
}
