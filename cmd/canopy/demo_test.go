package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	paths "canopy/analysis/attack"
	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/analysis/secret/detect"
	"canopy/cmd/canopy/demo"
	"canopy/k8s/capture"
	"canopy/model"
)

// judgedDemo lets the engine judge the demo cluster, as at its start.
func judgedDemo(t *testing.T, o paths.Options) (catalogue.Set, context.Context, *engine.Engine, *model.Report) {
	t.Helper()
	objects, err := demo.Objects(demo.Start)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	e := engine.New(engine.Options{Clock: model.FixedClock(demo.Start), Rules: rules, Attack: o})
	source := capture.FromObjectsWith(objects, model.SourceInfo{Type: "demo", Name: "jungle", Server: "v1.37.2"}, detect.Default())
	go func() { _ = e.Run(ctx) }()
	go func() { _ = source.Run(ctx, e) }()
	report, err := e.Settle(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return rules, ctx, e, report
}

// TestDemoShowsWhatWasPlanted compares what the engine finds in the demo cluster with the list of flaws that were put
// there on purpose, both ways, for the rules of this version.
func TestDemoShowsWhatWasPlanted(t *testing.T) {
	rules, _, _, report := judgedDemo(t, paths.Options{})
	var found, planted []string
	for f := range report.Findings.All() {
		found = append(found, f.Object.String()+" "+f.Rule.ID)
	}
	for _, flaw := range demo.Planted() {
		for _, rule := range flaw.Rules {
			if rules[rule] == nil {
				continue // of a later version
			}
			object := flaw.Kind + "/" + flaw.Name
			if flaw.Namespace != "" && flaw.Kind != "Namespace" {
				object = flaw.Namespace + "/" + object
			}
			planted = append(planted, object+" "+rule)
		}
	}
	slices.Sort(found)
	slices.Sort(planted)
	for _, f := range found {
		if !slices.Contains(planted, f) {
			t.Errorf("found but not planted: %s", f)
		}
	}
	for _, p := range planted {
		if !slices.Contains(found, p) {
			t.Errorf("planted but not found: %s", p)
		}
	}
	if len(found) == 0 || !strings.Contains(strings.Join(found, "\n"), "backup-helper PS06") {
		t.Errorf("found %v", found)
	}
}
