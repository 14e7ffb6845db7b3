package paths

import (
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"sigs.k8s.io/yaml"

	"canopy/analysis/attack"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
)

// Propose asks the program to open the plan of a text that carries out a cut. Name says what it is called.
type Propose struct {
	Name string
	Text []byte
}

// fix opens what carries out a cut as a plan: the fix of the findings that show the same, else a text. cutters holds what the cut is made
// up of, with the steps that each ends.
func (k *Keeper) fix(shared *view.Shared, snapshot *view.Snapshot, cut model.Cut, cutters map[cutKey][]string) tea.Cmd {
	session := shared.Session
	return func() tea.Msg {
		edges, err := k.catalogued()
		if err != nil {
			return view.Note{Text: err.Error(), Bad: true}
		}
		if ids := findings(session.Rules(), snapshot, cutters, edges); len(ids) > 0 {
			return view.Go{Place: view.FixOf(ids)}
		}
		body, err := draft(&cut)
		if err != nil {
			return view.Note{Text: cut.Object.String() + ": " + cut.Edit + ": " + err.Error(), Bad: true}
		}
		return Propose{Name: fileOf(cut.Object), Text: body}
	}
}

// fileOf names the text of a cut.
func fileOf(o model.Ref) string {
	name := "cut-" + o.Kind + "-" + o.Name + ".yaml"
	if o.Namespace != "" {
		name = "cut-" + o.Namespace + "-" + o.Kind + "-" + o.Name + ".yaml"
	}
	return strings.ReplaceAll(name, "/", "-")
}

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

var (
	errBare  = errors.New("a pod cannot be changed in place: change what makes it, or make it anew")
	errWords = errors.New("no document can be made of this here: do it by hand, and look at the paths again")
)

// draft writes the edit of a cut, as far as it needs nothing but the name of the object.
func draft(c *model.Cut) ([]byte, error) {
	o := c.Object
	meta := map[string]any{"name": o.Name}
	if o.Namespace != "" {
		meta["namespace"] = o.Namespace
	}
	doc := map[string]any{"apiVersion": o.APIVersion(), "kind": o.Kind, "metadata": meta}
	path := record.TemplatePath(o.Kind)
	switch {
	case o.Group == model.GroupRBAC && strings.HasSuffix(o.Kind, "Binding"), o.Kind == "Ingress", strings.HasSuffix(o.Kind, "Route") && o.Group == "gateway.networking.k8s.io":
		doc["$patch"] = "delete"
	case o.Group == "" && o.Kind == "Service":
		doc["spec"] = map[string]any{"type": "ClusterIP"}
	case o.Group == "" && o.Kind == "Pod":
		return nil, errBare
	case path != "" && strings.Contains(c.Edit, "token"):
		at := doc
		for _, step := range strings.Split(path, ".") {
			next := map[string]any{}
			at[step], at = next, next
		}
		at["automountServiceAccountToken"] = false
	default:
		return nil, errWords
	}
	return yaml.Marshal(doc)
}
