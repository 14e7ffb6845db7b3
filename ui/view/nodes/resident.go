package nodes

import (
	"cmp"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/upgrade"
	"canopy/analysis/usage"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// resident is a row: an owner with pods on the node. It is immutable.
type resident struct {
	of    upgrade.Resident
	place int
	// What columns show is clean.
	owner, exposed, privileged, powerful, suspect string
	signals                                       []usage.Signal
}

// ID tells rows apart.
func (r *resident) ID() string { return r.of.Owner.Group + "\n" + r.owner }

// Same tells whether another row says the same.
func (r *resident) Same(o *resident) bool {
	return r.of == o.of && r.place == o.place && r.suspect == o.suspect
}

func (r *resident) compare(o *resident) int {
	if (r.suspect == "") != (o.suspect == "") {
		return map[bool]int{true: 1, false: -1}[r.suspect == ""]
	}
	return cmp.Or(cmp.Compare(r.place, o.place), cmp.Compare(r.ID(), o.ID()))
}

// residents is the topic of what runs on one node, the most dangerous first.
type residents struct {
	topic
	// pace keeps the writer from being asked with each report; Load owns it.
	pace pace
}

func (t *residents) Crumbs() []string { return t.crumbs(podsName) }

// Load lists the owners.
func (t *residents) Load(q *sheet.Quest, before *sheet.Answer[*resident]) (*sheet.Answer[*resident], error) {
	n, _, err := t.single(q)
	if err != nil {
		return nil, err
	}
	if err := t.pace.wait(q.Ctx); err != nil {
		return nil, err
	}
	list, err := t.desk.Residents(q.Ctx, t.place.Object.Name, counting(q.Snapshot))
	if err != nil {
		return nil, err
	}
	t.pace.rest(cmp.Or(t.keeper.rests, restTime))
	suspect := t.suspects(q)
	rows, pods, count := make([]*resident, 0, len(list)), 0, [3]int{}
	for i, of := range list {
		if !q.Snapshot.Namespaces.Show(of.Owner) {
			continue
		}
		r := &resident{of: of, place: i, owner: text.Clean(of.Owner.String()), exposed: text.Clean(of.Exposed), privileged: text.Clean(of.Privileged), powerful: text.Clean(of.Powerful)}
		if list := suspect[of.Owner.String()]; len(list) > 0 {
			r.signals, r.suspect = list, suspects(list)
		}
		pods += of.Pods
		for k, is := range []string{r.exposed, r.privileged, r.powerful} {
			if is != "" {
				count[k]++
			}
		}
		rows = append(rows, r)
	}
	a := &sheet.Answer[*resident]{
		Batch: sheet.NewBatch(before.Before(), t.place.Object.Name, q.Snapshot.Cover.Settled(), rows, (*resident).compare),
		Aside: view.Count(pods, "pod"), Empty: "no pods were seen on it", Scope: unseen(q),
	}
	switch {
	case n == nil:
		a.Said = append(a.Said, gone(q))
	case len(rows) > 0:
		if n := len(suspect); n > 0 {
			a.Said = append(a.Said, sheet.Remark{Text: suspicious + ": " + workloads(n) + " here, by what was measured; a suspicion, and no proof", Bad: true})
		}
		a.Said = append(a.Said, sheet.Remark{Text: fmt.Sprintf("who breaks out of a pod has the node; of %s here %d can be reached from outside, %d can take the node, %d can take the cluster", workloads(len(rows)), count[0], count[1], count[2])})
	}
	return sheet.Steady(before, a), nil
}

// suspects sorts by their owners the signals of pods on the node.
func (t *residents) suspects(q *sheet.Quest) map[string][]usage.Signal {
	r := t.keeper.inventory(q.Snapshot.Report.Inventory)
	by := map[string][]usage.Signal{}
	for _, s := range onNodes(t.signals(q.Ctx, t.desk.Usage(), r, q.Snapshot.Report.Time), r, q.Snapshot.Namespaces)[t.place.Object.Name] {
		owner := s.Owner
		if owner.IsZero() {
			owner = podRef(&s)
		}
		by[owner.String()] = append(by[owner.String()], s)
	}
	return by
}

// counting sorts by object the findings that hold, or hold under an assumption: what perhaps takes a node counts, and is called so.
func counting(s *view.Snapshot) map[model.Ref][]*model.Finding {
	on, doubtful := map[model.Ref][]*model.Finding{}, map[*model.Rule]*model.Rule{}
	for _, r := range s.Rows {
		f := r.Finding
		switch r.Verdict {
		case model.Yes:
		case model.Depends:
			rule := doubtful[f.Rule]
			if rule == nil {
				of := *f.Rule
				of.Short = "perhaps " + of.Short
				rule = &of
				doubtful[f.Rule] = rule
			}
			of := *f
			of.Rule, of.Verdict = rule, r.Verdict
			f = &of
		default:
			continue
		}
		on[f.Object] = append(on[f.Object], f)
	}
	return on
}

func workloads(n int) string { return view.Count(n, "workload") }

func residentSchema(s *view.Shared) *table.Schema[*resident] {
	owner := sheet.Grow(sheet.Searched(sheet.Column("WORKLOAD", 20, 34, 0, func(r *resident) string {
		if r.suspect != "" {
			return "? " + r.owner
		}
		return r.owner
	})))
	owner = sheet.Styled(owner, func(r *resident) lipgloss.Style {
		if r.suspect != "" {
			return s.Theme.Warn
		}
		return s.Theme.Text
	})
	owner.Compare = (*resident).compare
	sign := func(title string, least, priority int, of func(*resident) string) table.Column[*resident] {
		c := sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column(title, least, 30, priority, func(r *resident) string {
			if of(r) == "" {
				return ""
			}
			return "! " + of(r)
		}))), func(*resident) lipgloss.Style { return s.Theme.Warn })
		c.Compare = func(a, b *resident) int { return cmp.Compare(of(b), of(a)) }
		return c
	}
	doubt := sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column("SUSPICION", 10, 34, 2, func(r *resident) string { return r.suspect }))), func(*resident) lipgloss.Style { return s.Theme.Warn })
	pods := sheet.Count("PODS", 4, 0, func(r *resident) int { return r.of.Pods })
	has := func(of func(*resident) string) func(*resident) string {
		return func(r *resident) string {
			if of(r) == "" {
				return "no"
			}
			return "yes"
		}
	}
	exposed, privileged, powerful := func(r *resident) string { return r.exposed }, func(r *resident) string { return r.privileged }, func(r *resident) string { return r.powerful }
	return &table.Schema[*resident]{
		Key: (*resident).ID, Compare: (*resident).compare,
		Columns: []table.Column[*resident]{owner, pods, sign("EXPOSED", 10, 0, exposed), sign("PRIVILEGED", 12, 0, privileged), sign("POWERFUL", 10, 1, powerful), doubt},
		Fields: []table.Field[*resident]{
			sheet.Field("namespace", "ns", func(r *resident) string { return r.of.Owner.Namespace }), sheet.Field("kind", "", func(r *resident) string { return r.of.Owner.Kind }),
			sheet.Field("exposed", "", has(exposed)), sheet.Field("privileged", "", has(privileged)), sheet.Field("powerful", "", has(powerful)), sheet.Field("suspicious", "", has(func(r *resident) string { return r.suspect })),
		},
	}
}

// Describe says why it is where it is in the list.
func (t *residents) Describe(q *sheet.Quest, r *resident) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	w.Para(w.In(w.Ink.Strong, r.owner))
	w.Gap()
	w.say("PODS", view.Count(r.of.Pods, "pod")+" on "+t.place.Object.Name)
	tell := func(word, how, not string) {
		if how == "" {
			w.Para(w.In(w.Ink.Faint, word+": "+not))
			return
		}
		w.Para(w.In(w.Ink.Warn, "! "+word+": ") + w.In(w.Ink.Text, how))
	}
	for i := range r.signals {
		w.Para(w.In(w.Ink.Warn, suspicious+": ") + w.In(w.Ink.Text, kindName(r.signals[i].Kind)+", "+podName(r.signals[i].Pod, r.signals[i].Container)))
		w.Para(w.In(w.Ink.Faint, r.signals[i].Says+"; a suspicion, and no proof"))
	}
	tell("exposed", r.of.Exposed, "no way from outside is known")
	tell("privileged", r.of.Privileged, "nothing in its spec gives it the node")
	tell("powerful", r.of.Powerful, "its account cannot take the cluster, as far as is known")
	var list []*model.Finding
	for _, row := range q.Snapshot.Rows {
		if row.Finding.Object == r.of.Owner {
			list = append(list, row.Finding)
		}
	}
	w.findings(list)
	return w.Lines(), nil
}

// Subject is the owner.
func (t *residents) Subject(r *resident) view.Subject {
	return view.Subject{Object: r.of.Owner, Names: []string{strings.TrimSpace(r.owner)}}
}

// Open goes to the owner.
func (t *residents) Open(r *resident) tea.Cmd { return goTo(r.of.Owner) }

// Can has nothing of its own.
func (t *residents) Can(keys.Action, *resident, bool) view.Offer { return view.No() }

// Do does nothing.
func (t *residents) Do(keys.Action, *resident, bool) tea.Cmd { return nil }
