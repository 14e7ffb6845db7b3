package fixtest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/engine"
	"canopy/analysis/network"
	"canopy/analysis/rbac"
	"canopy/analysis/remedy"
	"canopy/model"
)

// forecasts carries out random fixes, one after the other, and holds that each has just the effect on findings, on the pairs
// of workloads that reach each other and on what subjects may do that the preview tells.
func (s *stage) forecasts(t *testing.T, count int) {
	seed := uint64(6)
	if text := os.Getenv("CANOPY_SEED"); text != "" {
		if _, err := fmt.Sscan(text, &seed); err != nil {
			t.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(seed, 6))
	s.rest(t, everything)
	for n := 0; n < count; {
		asked := s.draw(random)
		fix := s.fix(t, asked...)
		if len(fix.Plan.Steps) == 0 {
			continue
		}
		n++
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s.forecast(t, asked, fix)
		})
	}
}

// draw takes some of the findings of a few namespaces, of one theme or of all. What is in no namespace is one more.
func (s *stage) draw(random *rand.Rand) []*model.Finding {
	theme := []string{"PS", "LP", "NW", "IM", "SE", ""}[random.IntN(6)]
	places := map[string][]*model.Finding{}
	for f := range s.engine.Report().Findings.All() {
		// A Secret that was deleted comes back by nobody, nor does its copy of itself or a debug session: what follows would start
		// from something else.
		if strings.HasPrefix(f.Rule.ID, theme) && f.Rule.ID != "LP23" && f.Rule.ID != "SE04" && f.Object.Namespace != "ps29" {
			place := f.Object.Namespace
			if f.Object.Kind == "Namespace" {
				place = f.Object.Name
			}
			places[place] = append(places[place], f)
		}
	}
	names := slices.Sorted(maps.Keys(places))
	var asked []*model.Finding
	for range 1 + random.IntN(3) {
		list := places[names[random.IntN(len(names))]]
		for range 1 + random.IntN(4) {
			asked = append(asked, list[random.IntN(len(list))])
		}
	}
	return asked
}

func (s *stage) forecast(t *testing.T, asked []*model.Finding, fix *remedy.Fix) {
	before, people := s.state(t, nil), s.residents(t)
	seen, err := s.engine.WhatIf(t.Context(), fix.Plan)
	if err != nil {
		t.Fatalf("what-if: %v", err)
	}
	applied, err := s.writer.Apply(t.Context(), fix.Plan, nil, nil)
	defer s.revert(t, before, &applied)
	if err != nil {
		t.Fatalf("apply: %v", err)
	}
	s.settle(t, fix.Plan)
	var wrong []string
	if !eventually(func() bool { wrong = s.amiss(t, before, people, seen); return len(wrong) == 0 }) {
		for _, w := range wrong {
			t.Error(w)
		}
		for _, shift := range slices.Concat(seen.PairsOpened, seen.PairsClosed) {
			if slices.ContainsFunc(wrong, func(w string) bool {
				return strings.Contains(w, " "+shift.Src.Namespace+"/") && strings.Contains(w, "→ "+shift.Dst.Namespace+"/")
			}) {
				t.Log(shift.String())
			}
		}
		t.Logf("asked for %v; assumptions %q", named(asked), seen.Assumptions)
		for i := range fix.Documents {
			t.Logf("%s\n%s", fix.Documents[i].Command, fix.Documents[i].YAML)
		}
	}
}

// settle waits for the rollout of a plan, and until nothing moves in the whole cluster.
func (s *stage) settle(t *testing.T, plan model.Plan) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	checks, err := s.writer.Watch(ctx, plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range checks {
		if checks[i].Outcome == model.Failed {
			t.Errorf("watch: %s", told(&checks[i]))
		}
	}
	s.rest(t, everything)
}

// amiss says in what a preview and what has happened differ.
func (s *stage) amiss(t *testing.T, before *state, people map[string]resident, seen *engine.Preview) (wrong []string) {
	t.Helper()
	after := s.state(t, before)
	tell := func(what string, foretold, is []string) {
		slices.Sort(foretold)
		slices.Sort(is)
		if more, less := without(is, foretold), without(foretold, is); len(more)+len(less) > 0 {
			wrong = append(wrong, fmt.Sprintf("%s: foretold and not so %v; so and not foretold %v", what, less, more))
		}
	}
	tell("findings closed", named(seen.Closed), without(before.ids, after.ids))
	tell("findings opened", named(seen.Opened), without(after.ids, before.ids))
	tell("permissions lost", losses(seen.Lost), losses(rbac.Lost(before.held, after.held)))
	if !seen.PairsKnown {
		return append(wrong, "pairs were not worked out")
	}
	people = joined(people, s.residents(t))
	keys := s.looked(t)
	for _, shift := range slices.Concat(seen.PairsOpened, seen.PairsClosed) {
		for _, end := range []network.ClassName{shift.Src, shift.Dst} {
			for k := range words(end) {
				keys[k] = true
			}
		}
	}
	for _, line := range apart(far(people, expand(people, keys, seen.PairsOpened)), far(people, gained(before.pairs, after.pairs))) {
		wrong = append(wrong, "opened: "+line)
	}
	for _, line := range apart(far(people, expand(people, keys, seen.PairsClosed)), far(people, gained(after.pairs, before.pairs))) {
		wrong = append(wrong, "closed: "+line)
	}
	return wrong
}

// losses tells who lost what. Of what a group has lost its members are not told one by one.
func losses(list []rbac.Loss) []string {
	var lines []string
	lost := map[rbac.Loss]bool{}
	for _, l := range list {
		lost[l] = true
	}
	for _, l := range list {
		if slices.ContainsFunc(groups(l.Subject), func(g string) bool {
			return lost[rbac.Loss{Subject: model.Subject{Kind: model.GroupSubject, Name: g}, Permission: l.Permission}]
		}) {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %+v", l.Subject, l.Permission))
	}
	return lines
}

// groups are those that somebody is always in.
func groups(s model.Subject) []string {
	switch s.Kind {
	case model.AccountSubject:
		return []string{"system:serviceaccounts", "system:serviceaccounts:" + s.Namespace, "system:authenticated"}
	case model.UserSubject:
		return []string{"system:authenticated"}
	}
	return nil
}

// revert undoes a plan, and holds that the findings are those from before.
func (s *stage) revert(t *testing.T, before *state, applied *model.Applied) {
	t.Helper()
	if len(applied.Undo.Steps) == 0 {
		return
	}
	if _, err := s.writer.Apply(context.WithoutCancel(t.Context()), applied.Undo, nil, nil); err != nil {
		t.Fatalf("undo: %v", err)
	}
	s.settle(t, applied.Undo)
	var have []string
	if !eventually(func() bool { have = s.ids(everything); return slices.Equal(have, before.ids) }) {
		t.Errorf("after the undo: not back %v; new %v", without(before.ids, have), without(have, before.ids))
	}
}
