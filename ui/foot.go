package ui

import (
	"fmt"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
)

// status is the line below the screen: what is typed, else what was done, else what is not seen, and where one is.
func (r *root) status() string {
	t := &r.shared.Theme
	position := r.top().Position()
	if r.prompt != nil {
		return r.prompt.view(r, position)
	}
	end := view.Part{Text: position, Style: t.Faint, Rank: 1, Right: true}
	if lines := r.noteLines(); len(lines) == 1 || len(lines) > 1 && r.foot() == 0 {
		if len(lines) > 1 {
			end.Text = ""
		}
		line, _ := r.shared.Bar(r.width, view.Part{Text: lines[len(lines)-1], Style: r.noteStyle()}, end)
		return line
	}
	if r.chooser != nil {
		line, _ := r.shared.Bar(r.width, view.Part{Text: r.chooser.about(), Style: t.Faint})
		return line
	}
	var parts []view.Part
	if f, ok := r.top().(view.Filtered); ok && f.Filter() != "" {
		if p := f.FilterProblem(); p != "" {
			parts = append(parts, view.Part{Text: p, Style: t.Alarm})
		} else {
			parts = append(parts, view.Part{Text: "filter: " + f.Filter() + "  (" + r.shared.Keys.Show(keys.Back) + " clears)", Style: t.Notice})
		}
	}
	if m, ok := r.top().(marker); ok && m.Marked() > 0 {
		parts = append(parts, view.Part{Text: fmt.Sprintf("%d marked", m.Marked()), Style: t.Marked})
	}
	parts = append(parts, r.gaps()...)
	line, _ := r.shared.Bar(r.width, append(parts, end)...)
	return line
}

// noteRoom is how many lines a note may take.
const noteRoom = 6

// noteLines breaks the note into lines: the last stands on the line of status, those before it over the screen; all of them do
// where the screen's last lines stay in sight.
func (r *root) noteLines() []string {
	if r.note.Text == "" {
		return nil
	}
	position := r.top().Position()
	if text.Width(r.shared.Clean(r.note.Text)) <= r.width-text.Width(position)-4 {
		return []string{r.note.Text}
	}
	lines := r.shared.Wrap(r.note.Text, r.width-2)
	if len(lines) > noteRoom {
		lines = lines[:noteRoom]
		lines[noteRoom-1] = r.shared.Cut(lines[noteRoom-1], r.width-4) + r.shared.Glyphs.Charset.Ellipsis()
	}
	return lines
}

func (r *root) noteStyle() lipgloss.Style {
	if r.note.Bad {
		return r.shared.Theme.Alarm
	}
	return r.shared.Theme.Notice
}

// marker is a screen with marks.
type marker interface {
	Marked() int
	Unmark()
}

// gapsNamed bounds the reasons on the line.
const gapsNamed = 2

// gaps says what is not seen and why.
func (r *root) gaps() []view.Part {
	t, cover := &r.shared.Theme, r.feed.shown.Cover
	var parts []view.Part
	if cover.Stale {
		why := cover.StaleWhy
		if why == "" {
			why = "a watch is broken"
		}
		if cover.Unreached(r.feed.shown.Report) {
			why = "no answer: " + why + "; trying again"
		} else {
			why = "stale: " + why
		}
		parts = append(parts, view.Part{Text: why, Style: t.Alarm, Rank: 2})
	}
	for i, g := range cover.Gaps {
		if i == gapsNamed {
			parts = append(parts, view.Part{Text: fmt.Sprintf("and %d more reasons", len(cover.Gaps)-i), Style: t.Faint, Rank: 4})
			break
		}
		line := fmt.Sprintf("%s: %s", g.State, view.Few(g.Kinds, 2))
		if g.Reason != "" {
			line += " (" + g.Reason + ")"
		}
		// The first says why even where it has to be cut; others go where there is no room.
		parts = append(parts, view.Part{Text: r.shared.Cut(line, r.width*2/3), Style: t.Warn, Rank: min(i*3, 3)})
	}
	if len(cover.Loading) > 0 && cover.By(model.Loading) < cover.Total() {
		parts = append(parts, view.Part{Text: "loading: " + view.Few(cover.Loading, 3), Style: t.Faint, Rank: 4})
	}
	return parts
}

// far tells of an action that can be done everywhere, and that the footer names only where it is near.
func (r *root) far(a keys.Action) bool {
	switch a {
	case keys.Internet, keys.Isolation, keys.Policies, keys.History:
		return !r.top().Can(a).Known
	case keys.Propose:
		return r.top().Place().Screen != view.Overview
	case keys.Enforce:
		o := r.hint().Object
		return o.Group != "" || o.Kind != "Namespace"
	}
	return false
}

// footer says what can be pressed now. What does not fit goes from the right; the command line, the help and the way out
// stay.
func (r *root) footer() (string, []view.Zone) {
	table, offer := r.keys(), r.offer
	if r.chooser != nil || r.prompt != nil {
		table, offer = keys.Typing(), r.typing
	}
	var parts []view.Part
	for i := range table {
		b := &table[i]
		label := b.Label
		if r.chooser == nil && r.prompt == nil {
			label, _ = r.label(b)
		}
		if label == "" || b.Show() == "" || b.Scope == keys.Screens || r.far(b.Action) || !offer(b.Action).OK() {
			continue
		}
		rank := 4 + len(parts)
		switch b.Action {
		case keys.Quit:
			rank = 0
		case keys.Palette, keys.Help:
			rank = 1
		case keys.Back, keys.NextPane:
			rank = 2
		case keys.Open, keys.Fix, keys.NextHit:
			rank = 3
		}
		parts = append(parts,
			view.Part{Text: b.Show(), Style: r.shared.Theme.Key, Rank: rank, Action: b.Action},
			view.Part{Text: " " + label, Style: r.shared.Theme.Label, Rank: rank, Action: b.Action, Tight: true})
	}
	return r.shared.Bar(r.width, parts...)
}
