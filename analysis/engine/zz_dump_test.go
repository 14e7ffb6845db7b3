package engine

import (
	"fmt"
	"os"
	"testing"
	"time"

	"canopy/analysis/remedy"
	"canopy/model"
)

func TestZZDump(t *testing.T) {
	out := os.Getenv("ZZ_OUT")
	if out == "" {
		t.Skip()
	}
	e := populated(t, previewed)
	var list []*model.Finding
	for f := range e.Report().Findings.All() {
		list = append(list, f)
	}
	start := time.Now()
	fix, err := remedy.ForServer(e.cluster, e.source.Server, list)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("made in", time.Since(start))
	f, _ := os.Create(out)
	defer f.Close()
	fix.WriteYAML(f)
	for i := range fix.Documents {
		d := &fix.Documents[i]
		fmt.Fprintln(f, d.File, d.Command, d.Breakage, d.Evidence, d.Closes, d.ManagedBy, d.Source, string(d.Step.Body))
	}
	for _, n := range fix.Notes {
		fmt.Fprintln(f, n)
	}
	if os.Getenv("ZZ_PREVIEW") == "" {
		return
	}
	start = time.Now()
	p, err := e.whatIf(fix.Plan)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("seen in", time.Since(start))
	fmt.Fprintln(f, len(p.Closed), len(p.Opened), len(p.Changed), len(p.Lost), p.Lost, p.Assumptions)
}
