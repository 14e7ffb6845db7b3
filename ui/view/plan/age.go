package plan

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

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
	draft *draft
	age   age
}

// look asks how old the plan is, where there is news. A plan may be of thousands of findings, so it is not done here.
func (s *Screen) look() tea.Cmd {
	if s.watch.busy || s.draft == nil || s.phase != looking || s.snapshot == nil || s.snapshot.Report.Findings == nil {
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
	d, snapshot := s.draft, s.snapshot
	return view.Later(s, func() tea.Msg { return ageMsg{d, d.age(snapshot)} })
}

// age compares what the plan was made of with how it is now.
func (d *draft) age(now *view.Snapshot) age {
	var a age
	for _, f := range d.findings {
		if now.Row(f.ID) == nil {
			a.gone++
		}
	}
	if set := now.Report.Inventory; set != nil {
		for object, before := range d.records {
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

// ageText says that the plan is old; "" where it is not.
func (s *Screen) ageText() string {
	if s.age == (age{}) {
		return ""
	}
	var parts []string
	if n := s.age.gone; n > 0 {
		parts = append(parts, some(n, len(s.draft.findings), "finding", "is gone", "are gone"))
	}
	if n := s.age.changed; n > 0 {
		parts = append(parts, some(n, len(s.draft.records), "object", "has changed", "have changed"))
	}
	text := fmt.Sprintf("made of the state of %s; since then %s", s.shared.Clock(s.draft.at), strings.Join(parts, " and "))
	if key := s.shared.Keys.Show(keys.Redraw); key != "" {
		text += ": " + key + " makes it anew"
	}
	return text
}

// banner says what must not be overlooked, on as many lines as that takes; none where there is nothing, or no room.
func (s *Screen) banner() []string {
	if s.height < 8 || s.width < 20 || s.draft == nil || s.paged() {
		return nil
	}
	var lines []string
	say := func(text string, style lipgloss.Style) {
		wrapped := s.shared.Wrap(text, s.width-2)
		if len(wrapped) > bannerRoom {
			wrapped = append(wrapped[:bannerRoom-1], s.shared.Cut(wrapped[bannerRoom-1], s.width-4)+s.shared.Glyphs.Charset.Ellipsis())
		}
		for _, l := range wrapped {
			lines = append(lines, " "+style.Render(l))
		}
	}
	t := &s.shared.Theme
	if s.trouble != "" {
		say(s.trouble, t.Alarm)
	}
	if text := s.ageText(); text != "" {
		say(text, t.Notice)
	}
	if r, ok := s.refusedHere(); ok {
		text := "the edited text was not taken: " + r.err.Error()
		if key := s.shared.Keys.Show(keys.Edit); key != "" {
			text += "; " + key + " opens it again"
		}
		say(text, t.Alarm)
	}
	if text := s.failure(); text != "" && s.onePane() {
		// There is no room for it beside the list.
		say(text, t.Alarm)
	}
	if p := s.draft.proposal; p != nil && len(p.Problems) > 0 {
		first := p.Problems[0]
		say(view.Count(len(p.Problems), "part")+" of the text could not be taken: "+where(first.Document, first.Line)+first.Text, t.Warn)
	}
	return lines
}

// failure says why the selected change has failed; "" where it has not.
func (s *Screen) failure() string {
	c := s.selected()
	if c == nil || c.place < 0 || s.standings[c.place] == nil {
		return ""
	}
	for _, k := range s.standings[c.place].checks {
		if k.Outcome == model.Failed && k.Rung > model.RungWhatIf {
			return s.stepName(k.Step) + k.Rung.String() + ": " + causeWord(k.Cause) + ": " + k.Message
		}
	}
	return ""
}

// bannerRoom is how many lines one sentence of the banner may take.
const bannerRoom = 3

// refusedHere gives the text that was not taken, of the selected document or of the whole.
func (s *Screen) refusedHere() (refused, bool) {
	n := s.cursor
	if s.origin.text != nil {
		n = -1
	}
	r, ok := s.refused[n]
	return r, ok
}

// where names a place in a text of several documents.
func where(document, line int) string {
	switch {
	case document > 0 && line > 0:
		return fmt.Sprintf("document %d, line %d: ", document, line)
	case document > 0:
		return fmt.Sprintf("document %d: ", document)
	case line > 0:
		return fmt.Sprintf("line %d: ", line)
	}
	return ""
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
