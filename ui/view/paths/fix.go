package paths

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/ui/view"
)

// fix opens what carries out a cut as a plan: just that edit. Of a role it is the fix of the findings that show the same steps, on the
// role and on what binds it; cutters holds those, with the steps that each ends.
func (k *Keeper) fix(shared *view.Shared, snapshot *view.Snapshot, cut model.Cut, cutters map[cutKey][]string) tea.Cmd {
	switch cut.Edit {
	case model.CutBinding, model.CutToken, model.CutEscapes, model.CutWay, model.CutLevel:
		return view.Send(view.Go{Place: view.CutOf(cut)})
	case model.CutRole:
	default:
		return view.Send(view.Note{Text: cut.Object.String() + ": " + cut.Edit + ": " + byHand, Bad: true})
	}
	session := shared.Session
	return func() tea.Msg {
		edges, err := k.catalogued()
		if err != nil {
			return view.Note{Text: err.Error(), Bad: true}
		}
		if ids := findings(session.Rules(), snapshot, cutters, edges); len(ids) > 0 {
			return view.Go{Place: view.FixOf(ids)}
		}
		return view.Note{Text: cut.Object.String() + ": " + cut.Edit + ": " + byHand, Bad: true}
	}
}

// byHand stands where no plan can be made.
const byHand = "no document can be made of this here: do it by hand, and look at the paths again"

// findings gives the ids of the findings on what is to be edited whose fix ends the steps, sorted.
func findings(rules []*model.Rule, snapshot *view.Snapshot, cutters map[cutKey][]string, edges map[string]*model.Edge) []string {
	var ids []string
	for key, steps := range cutters {
		for _, r := range rules {
			if r.Fix != "yaml" || !slices.ContainsFunc(steps, func(step string) bool { return shows(r, step, edges[step], key.object) }) {
				continue
			}
			if id := model.FindingID(r.ID, key.object); snapshot.Row(id) != nil {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// shows tells that the findings of a rule on an object show a step of attack, so that their fix takes it away.
func shows(r *model.Rule, step string, e *model.Edge, o model.Ref) bool {
	const mounted, everything, escape = "LP21", "LP01", "T1611"
	switch {
	case e != nil && e.Rule != "":
		return e.Rule == r.ID || r.ID == everything && o.Group == model.GroupRBAC
	case step == "I-01":
		return r.ID == mounted
	case strings.HasPrefix(step, "E-"):
		return r.Theme == "pod-security" && slices.Contains(r.Frameworks.MITRE, escape)
	case o.Group == model.GroupRBAC:
		return r.ID == everything
	}
	return false
}

// canFix says whether a hop has an edit that ends it.
func canFix(h *attack.Hop) view.Offer {
	switch {
	case h == nil:
		return view.Because("choose a step between two nodes")
	case h.Cut.Object.IsZero():
		return view.Because("no edit of one object ends this step")
	}
	return view.Yes()
}
