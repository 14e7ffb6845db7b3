package command

import (
	"strings"
	"testing"

	"canopy/model"
)

// TestCutsOfDemoCut holds that the plan of each edit that is ranked ends just the paths that were counted, and says what it may break.
func TestCutsOfDemoCut(t *testing.T) {
	r := &run{streams: Streams{Logs: NewLogs(), Err: new(strings.Builder)}}
	s, player, err := r.beginDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	report, err := s.engine.Settle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{session: s, run: r, pause: player.Pause}
	d.Pause(true)
	kinds := map[string]int{}
	for _, cut := range report.Attack.Cuts {
		fix, err := d.Sever(t.Context(), cut)
		if err != nil {
			t.Errorf("%s: %s: %v", cut.Object, cut.Edit, err)
			continue
		}
		p, err := d.WhatIf(t.Context(), fix.Plan)
		if err != nil {
			t.Fatal(err)
		}
		if !p.PathsKnown || len(p.PathsCut) != cut.Removes || len(p.PathsOpened) > 0 {
			t.Errorf("%s: %s is said to end %d paths, and its plan ends %d and opens %d:\n%s", cut.Object, cut.Edit, cut.Removes, len(p.PathsCut), len(p.PathsOpened), fix.Documents[0].YAML)
		}
		for i := range fix.Documents {
			if doc := &fix.Documents[i]; doc.Breakage == "" || len(doc.Evidence) == 0 {
				t.Errorf("%s: %s says nothing of what it may break: %+v", cut.Object, cut.Edit, doc)
			}
		}
		kinds[cut.Edit]++
	}
	for _, edit := range []string{model.CutBinding, model.CutToken, model.CutEscapes} {
		if kinds[edit] == 0 {
			t.Errorf("the demo has no cut of the kind: %s", edit)
		}
	}
}
