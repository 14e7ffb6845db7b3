package secrets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// topic is what all lists of this package have in common.
type topic struct {
	shared *view.Shared
	keeper *Keeper
	desk   desk
	place  view.Place
	// screen is the one that shows it, which gets the news of what goes on.
	screen view.Screen
}

// Place is the question.
func (t *topic) Place() view.Place { return t.place }

// can offers what every list has: to look closer, once that was confirmed.
func (t *topic) can(a keys.Action) view.Offer {
	switch a {
	case keys.Inspect, keys.Sweep:
		if t.keeper.job.Running() {
			return view.Because("wait, or stop what goes on: " + t.shared.Keys.Show(keys.Back) + " does")
		}
		if a == keys.Inspect {
			if err := t.shared.Session.Inspectable(); err != nil {
				return view.Because(err.Error())
			}
		}
		return view.Yes()
	}
	return view.No()
}

// do does that.
func (t *topic) do(a keys.Action) tea.Cmd {
	switch a {
	case keys.Inspect:
		return t.askInspect()
	case keys.Sweep:
		return t.askSweep()
	}
	return nil
}

// access asks who may read a Secret, by what RBAC grants.
func access(ref model.Ref) (view.Place, bool) {
	query := fmt.Sprintf("get secrets %s -n %s", ref.Name, ref.Namespace)
	ok := ref.Group == "" && ref.Kind == "Secret" && len(strings.Fields(query)) == 5 && !strings.HasPrefix(ref.Name, "-") && text.Clean(query) == query
	return view.Place{Screen: view.WhoCan, Query: query}, ok
}

func secretKind() schema.GroupKind { return schema.GroupKind{Kind: "Secret"} }

// covered says how Secrets are seen: whether their values were ever read, and where they could not be listed.
func covered(q *sheet.Quest, s *survey) sheet.Remark {
	state := q.Snapshot.Cover.State(secretKind())
	switch state {
	case model.Loading, "":
		return sheet.Remark{Text: "Secrets are still loading", Bad: true}
	case model.Denied:
		return sheet.Remark{Text: strings.TrimSuffix("Secrets may not be listed: what stands here is what others refer to; "+reasonOf(q.Snapshot), "; "), Bad: true}
	}
	newest, read, failed := int64(0), 0, 0
	for i := range s.secrets {
		f := s.secrets[i].Facts
		switch {
		case f == nil:
		case f.Failed != "":
			failed++
		default:
			read++
			newest = max(newest, f.Read)
		}
	}
	words := "metadata only: no value was read"
	if read > 0 {
		words = fmt.Sprintf("values inspected %s: facts about %s, no value is kept", q.Shared.Moment(newest), view.Count(read, "Secret"))
	} else if key := q.Shared.Keys.Show(keys.Inspect); key != "" && q.Shared.Session.Inspectable() == nil {
		words += "; " + key + " reads them once, for expiry, weak keys and copies"
	}
	if failed > 0 {
		words += fmt.Sprintf("; %d could not be read", failed)
	}
	if state != model.Complete {
		return sheet.Remark{Text: "not all Secrets were seen (" + cmp.Or(reasonOf(q.Snapshot), string(state)) + "); " + words, Bad: true}
	}
	return sheet.Remark{Text: words, Bad: failed > 0}
}

// reasonOf says why not all Secrets were seen.
func reasonOf(s *view.Snapshot) string {
	for i := range s.Report.Coverage {
		if c := &s.Report.Coverage[i]; c.Kind == secretKind() && c.State != model.Complete && c.Reason != "" {
			return c.Reason
		}
	}
	return ""
}

// grants says whether what RBAC grants was seen: not at all, in part, or whole.
func grants(s *view.Snapshot) (known, whole bool) {
	known, whole = true, true
	for _, kind := range []string{"ClusterRoleBinding", "RoleBinding", "ClusterRole", "Role"} {
		switch s.Cover.State(schema.GroupKind{Group: model.GroupRBAC, Kind: kind}) {
		case model.Complete:
		case model.Partial:
			whole = false
		default:
			// Without the roles bindings say nothing, and without the bindings roles do.
			known, whole = false, false
		}
	}
	return known, whole
}

// readersSeen says why readers may be more than are told; "" where all are.
func readersSeen(s *view.Snapshot) string {
	switch known, whole := grants(s); {
	case !known:
		return "who can read a Secret is not known: not all of what RBAC grants was seen"
	case !whole:
		return "there may be more readers: not all of what RBAC grants was seen"
	}
	return ""
}

// found sorts the findings of the theme by their object.
func found(s *view.Snapshot) map[model.Ref][]*model.Finding {
	on := map[model.Ref][]*model.Finding{}
	for _, r := range s.Rows {
		if f := r.Finding; f.Rule.Theme == "secrets" {
			on[f.Object] = append(on[f.Object], f)
		}
	}
	return on
}

func batchOf[R sheet.Row[R]](a *sheet.Answer[R]) *sheet.Batch[R] {
	if a == nil {
		return nil
	}
	return a.Batch
}

// steady gives the answer before where another says the same.
func steady[R sheet.Row[R]](before, a *sheet.Answer[R]) *sheet.Answer[R] {
	if before != nil && before.Batch == a.Batch && before.Aside == a.Aside && before.Empty == a.Empty && before.Scope == a.Scope && slices.Equal(before.Said, a.Said) {
		return before
	}
	return a
}

// last puts what is true last.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func legend() []string {
	return []string{
		"no value, nor part of one, is shown or kept: value 3 is the number of a value that stands in several places",
		"readers: subjects that RBAC lets get, list or watch it; 7+2 is 7 that may get it, and 2 that list or watch only, which shows the values as well; " + unknown + " where that is not known",
		"what reads Secrets by the API shows nowhere else",
	}
}

// Legend says what the signs mean.
func (t *topic) Legend() []string { return legend() }
