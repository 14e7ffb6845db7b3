package remedy

import (
	"testing"

	"canopy/model"
)

// TestMoves tells what goes over to a replacement from what closes and opens.
func TestMoves(t *testing.T) {
	ref := func(name string) model.Ref { return model.KindByName("RoleBinding").Ref("dev", name) }
	find := func(rule string, object model.Ref, s model.Severity) *model.Finding {
		return &model.Finding{ID: model.FindingID(rule, object), Rule: &model.Rule{ID: rule}, Object: object, Severity: s}
	}
	old, now := ref("edit"), ref("edit-without")
	f := &Fix{Documents: []Document{{Step: model.Step{Ref: now}, Replaces: old}, {Step: model.Step{Ref: old}, Closes: []string{model.FindingID("LP08", old)}}}}
	closed := []*model.Finding{find("LP06", old, model.Medium), find("LP08", old, model.High), find("LP09", old, model.Low), find("LP10", ref("other"), model.Low)}
	opened := []*model.Finding{find("LP06", now, model.Medium), find("LP08", now, model.High), find("LP09", now, model.High), find("LP22", ref("more"), model.Low)}
	moves, closes, opens := f.Moves(closed, opened)
	if len(moves) != 1 || moves[0].From != closed[0] || moves[0].To != opened[0] {
		t.Errorf("moves %v", moves)
	}
	// What was to be closed, what gets worse and what is elsewhere is no move.
	if len(closes) != 3 || closes[0] != closed[1] || closes[1] != closed[2] || closes[2] != closed[3] {
		t.Errorf("closes %v", closes)
	}
	if len(opens) != 3 || opens[0] != opened[1] || opens[1] != opened[2] || opens[2] != opened[3] {
		t.Errorf("opens %v", opens)
	}
}
