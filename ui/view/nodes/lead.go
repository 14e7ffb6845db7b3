package nodes

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/upgrade"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// lead is what the list of nodes says of the plan: what to patch first. It is immutable.
type lead struct{ words string }

// planned brings what to patch first. It is made beside the list, for a plan takes longer.
type planned struct {
	snapshot *view.Snapshot
	lead     *lead
}

// ahead names how many objects of the plan.
const ahead = 2

// leadOf says what to patch first; "" for nothing.
func leadOf(p *upgrade.Plan) string {
	var names []string
	var last model.Ref
	for i := range p.Steps {
		s := &p.Steps[i]
		if len(names) > 0 && s.Object == last {
			continue
		}
		last = s.Object
		m := newStep(s, i+1, nil)
		name := m.object
		if who, _ := m.blocking(blocks); who != "" {
			name += " (drain blocked by " + who + ")"
		}
		if names = append(names, name); len(names) == ahead {
			break
		}
	}
	return text.Clean(strings.Join(names, ", then "))
}

// remark is the line above the list.
func (l *lead) remark(shared *view.Shared) []sheet.Remark {
	if l == nil || l.words == "" {
		return nil
	}
	sep := " " + shared.Glyphs.Dot + " "
	return []sheet.Remark{{Text: "patch first: " + l.words + sep + shared.Keys.Show(keys.Turn) + " plan"}}
}

// leads begins to ask what to patch first, where the list of nodes is shown and nobody asks.
func (s *Screen) leads() tea.Cmd {
	snapshot := s.Snapshot()
	if s.planning || s.Side() != s.nodes || !snapshot.Cover.Settled() {
		return nil
	}
	s.planning = true
	k, d, ctx := s.keeper, s.desk, s.shared.Running
	return view.Later(s, func() tea.Msg {
		p, err := k.plan(ctx, d)
		if err != nil {
			return planned{snapshot, nil}
		}
		return planned{snapshot, &lead{leadOf(p)}}
	})
}

// led takes what to patch first, and asks again where something has come in meanwhile.
func (s *Screen) led(m planned) tea.Cmd {
	s.planning = false
	var again tea.Cmd
	if m.snapshot != s.Snapshot() {
		again = s.leads()
	}
	if was := s.keeper.lead.Load(); m.lead == nil || was != nil && *was == *m.lead {
		return again
	}
	s.keeper.lead.Store(m.lead)
	s.turn++
	return tea.Batch(again, s.Screen.Show(s.Snapshot()))
}
