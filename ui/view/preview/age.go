package preview

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// age is how far the cluster has gone on since a plan was made: how many of its findings have ended, and how many of its
// objects are not as they were.
type age struct{ gone, changed int }

// watch keeps one look at a time on its way.
type watch struct {
	busy bool
	// seen is what was looked at last.
	seen basis
}

// basis is what the age depends on.
type basis struct{ digest, inventory uint64 }

// ageMsg brings the age of a plan.
type ageMsg struct {
	plan *plan
	age  age
}

// look asks how old the plan is, where there is news. A plan may be of thousands of findings, so it is not done here.
func (s *Screen) look() tea.Cmd {
	if s.watch.busy || s.plan == nil || s.snapshot == nil || s.snapshot.Report.Findings == nil {
		return nil
	}
	r := s.snapshot.Report
	now := basis{digest: r.Digest}
	if r.Inventory != nil {
		now.inventory = r.Inventory.Version()
	}
	if now == s.watch.seen {
		return nil
	}
	s.watch.busy, s.watch.seen = true, now
	p, snapshot := s.plan, s.snapshot
	return view.Later(s, func() tea.Msg { return ageMsg{p, p.age(snapshot)} })
}

// age compares what the plan was made of with how it is now.
func (p *plan) age(now *view.Snapshot) age {
	var a age
	for _, f := range p.findings {
		if now.Row(f.ID) == nil {
			a.gone++
		}
	}
	if set := now.Report.Inventory; set != nil {
		for object, before := range p.records {
			if altered(before, set.Get(object)) {
				a.changed++
			}
		}
	}
	return a
}

// altered tells that an object is not as it was. How many of its pods are ready is not the object's own doing, and its
// version counts that.
func altered(before, now model.Record) bool {
	if before == nil || now == nil {
		return before != now
	}
	if before.GetUID() != now.GetUID() {
		return true
	}
	w, ok := now.(*record.Workload)
	if old, was := before.(*record.Workload); ok && was && w.Ready != old.Ready {
		same := *w
		same.Ready = old.Ready
		now = &same
	}
	return before != now && !before.Same(now)
}

// banner says that the plan is old, on as many lines as that takes; none where it is not, or where there is no room.
func (s *Screen) banner() []string {
	if s.age == (age{}) || s.height < 6 || s.width < 20 {
		return nil
	}
	var parts []string
	if n := s.age.gone; n > 0 {
		parts = append(parts, some(n, len(s.plan.findings), "finding", "is gone", "are gone"))
	}
	if n := s.age.changed; n > 0 {
		parts = append(parts, some(n, len(s.plan.records), "object", "has changed", "have changed"))
	}
	text := fmt.Sprintf("made of the state of %s; since then %s", s.shared.Clock(s.plan.at), strings.Join(parts, " and "))
	if key := s.shared.Keys.Show(keys.Redraw); key != "" {
		text += ": " + key + " makes it anew"
	}
	lines := s.shared.Wrap(text, s.width-2)
	for i := range lines {
		lines[i] = " " + s.shared.Theme.Notice.Render(lines[i])
	}
	return lines
}

// some says what became of so many out of all: "the finding is gone", "2 of the 3 objects have changed".
func some(n, all int, unit, one, many string) string {
	switch {
	case all == 1:
		return "the " + unit + " " + one
	case n == 1:
		return fmt.Sprintf("1 of the %d %ss %s", all, unit, one)
	}
	return fmt.Sprintf("%d of the %d %ss %s", n, all, unit, many)
}
