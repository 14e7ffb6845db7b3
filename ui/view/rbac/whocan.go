package rbac

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// holder is somebody who may do what was asked. It is immutable.
type holder struct {
	access.Holder
	// name, scope and through are what the row shows, clean.
	name, scope, through string
	severity             string
	worst                model.Severity
	rank                 int
	// stands counts the accounts of the cluster that a group stands for; -1 where only the authenticator knows.
	stands int
	label  string
}

func (h *holder) id() string { return subjectID(h.Subject) }

func (h *holder) same(o *holder) bool {
	return h.scope == o.scope && h.through == o.through && h.rank == o.rank && h.stands == o.stands && h.label == o.label &&
		slices.EqualFunc(h.Via, o.Via, sameGrant)
}

func (h *holder) compare(o *holder) int { return h.Subject.Compare(o.Subject) }

func holderGrade(h *holder) (string, model.Severity, int) { return h.severity, h.worst, h.rank }

func holderSchema(s *view.Shared) *table.Schema[*holder] {
	return &table.Schema[*holder]{
		Key: (*holder).id, Compare: (*holder).compare,
		Columns: []table.Column[*holder]{
			graded(s, holderGrade),
			grow(searched(column("SUBJECT", 14, 32, 0, func(h *holder) string { return h.name }))),
			column("WHERE", 5, 16, 1, func(h *holder) string { return h.scope }),
			styled(column("STANDS FOR", 10, 14, 3, standsFor), func(h *holder) lipgloss.Style {
				if h.stands > 0 {
					return s.Theme.Warn
				}
				return s.Theme.Faint
			}),
			grow(searched(column("THROUGH", 12, 32, 2, func(h *holder) string { return h.through }))),
			column("FROM", 5, 8, 4, func(h *holder) string { return h.label }),
		},
		Fields: []table.Field[*holder]{
			severities(holderGrade), field("kind", "", func(h *holder) string { return kindOf(h.Subject) }),
			{Name: "ns", Also: "namespace", Text: func(h *holder) string { return strings.Join(h.Namespaces, " ") }, Within: true},
			field("from", "", func(h *holder) string { return h.label }),
		},
	}
}

func standsFor(h *holder) string {
	switch {
	case h.Subject.Kind != model.GroupSubject:
		return ""
	case h.stands >= 0:
		return view.Count(h.stands, "account")
	}
	return "members"
}

// whoCan is the topic of who may do one thing.
type whoCan struct {
	shared *view.Shared
	query  string
	sheet  *sheet[*holder]
}

// NewWhoCan gives the screen of who may do something, such as get secrets -n shop.
func NewWhoCan(shared *view.Shared, query string) view.Screen {
	t := &whoCan{shared: shared, query: query}
	t.sheet = newSheet[*holder](shared, t)
	t.sheet.list = newList(shared, view.Screen(t.sheet), holderSchema(shared), severityColumn)
	return t.sheet
}

func (t *whoCan) place() view.Place { return view.Place{Screen: view.WhoCan, Query: t.query} }

func (t *whoCan) crumbs() []string { return []string{view.RBAC, "who can " + t.query + "?"} }

func (t *whoCan) load(to *loader, before *answer[*holder]) (*answer[*holder], error) {
	a := &answer[*holder]{batch: &batch[*holder]{of: t.query}}
	words, err := parse(t.query)
	if err != nil {
		a.empty = err.Error()
		return a, nil
	}
	at, warnings, err := to.world.discovery.Request(words)
	if err != nil {
		a.empty = err.Error()
		return a, nil
	}
	var list []access.Holder
	var named []model.Subject
	stands := map[model.Subject]int{}
	err = to.session.Ask(to.ctx, func(c *cluster.Cluster, x *access.Analyser, _ string) {
		list = x.WhoCan(at)
		named = namedOnly(x, at)
		_, a.scope = x.Everyone(c, at.Namespace, to.world.provider)
		for _, h := range list {
			if h.Subject.Kind == model.GroupSubject {
				if members := access.Expand(c, h.Subject); members != nil {
					stands[h.Subject] = len(members)
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	rows := make([]*holder, 0, len(list))
	for _, h := range list {
		n, ok := stands[h.Subject]
		if !ok {
			n = -1
		}
		rows = append(rows, to.world.holder(h, n))
	}
	var old *batch[*holder]
	if before != nil {
		old = before.batch
	}
	a.batch = newBatch(old, t.query, to.world.settled, rows, (*holder).compare)
	a.aside = view.Count(len(rows), "holder")
	a.said = append(a.said, remark{text: t.summary(&at, rows)})
	named = slices.DeleteFunc(named, func(s model.Subject) bool {
		return slices.ContainsFunc(list, func(h access.Holder) bool { return h.Subject == s })
	})
	if len(named) > 0 {
		var names []string
		for _, s := range named {
			names = append(names, s.String())
		}
		a.said = append(a.said, remark{text: "For objects of certain names only: " + view.Few(names, 3) + ". Ask with a name to see them.", bad: true})
	}
	for _, w := range warnings {
		a.said = append(a.said, remark{text: w, bad: true})
	}
	if a.empty = "no binding that was seen lets anybody do it; members of system:masters may all the same"; a.scope != "" {
		a.empty = "nobody that was seen, but not all was: " + a.scope
		a.scope = "there may be more: " + a.scope
	}
	return a, nil
}

// namedOnly lists who may do what is asked with objects of certain names, where no name is asked for. It runs on the writer.
func namedOnly(x *access.Analyser, at access.Attributes) []model.Subject {
	if at.Name != "" || at.URL != "" {
		return nil
	}
	known := map[model.Ref]bool{}
	seen := map[model.Subject]bool{}
	for b := range x.Bindings() {
		if !b.Cluster() && at.Namespace != "*" && at.Namespace != b.Ref.Namespace {
			continue
		}
		grants, ok := known[b.Role]
		if !ok {
			rules, _ := x.Rules(b.Role)
			for _, r := range rules {
				if len(r.ResourceNames) > 0 {
					any := *r.PolicyRule
					any.ResourceNames = nil
					_, _, match := access.Match(&any, &at)
					grants = grants || match
				}
			}
			known[b.Role] = grants
		}
		if !grants {
			continue
		}
		for i := range b.Subjects {
			if s := subjectOf(&b.Subjects[i], b.Ref.Namespace); !s.IsZero() {
				seen[s] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), model.Subject.Compare)
}

// summary says the question as it was understood, and the answer in a sentence.
func (t *whoCan) summary(at *access.Attributes, rows []*holder) string {
	what := at.Verb + " " + resourceName(at.Group, at.Combined())
	switch {
	case at.URL != "":
		what = at.Verb + " " + at.URL
	case at.Name != "":
		what += " named " + at.Name
	}
	place := " in namespace " + at.Namespace
	switch {
	case at.Namespace == "*":
		place = " in any namespace"
	case at.Namespace == "":
		place = ""
	}
	var n [3]int
	for _, h := range rows {
		n[slices.Index([]model.SubjectKind{model.AccountSubject, model.GroupSubject, model.UserSubject}, h.Subject.Kind)]++
	}
	return what + place + ": " + view.Count(n[0], "account") + ", " + view.Count(n[1], "group") + " and " + view.Count(n[2], "user") +
		" may, and whoever is in system:masters."
}

// holder makes the row of somebody.
func (w *world) holder(h access.Holder, stands int) *holder {
	r := &holder{Holder: h, name: text.Clean(h.Subject.String()), stands: stands}
	if r.scope = places(h.Namespaces); slices.Contains(h.Namespaces, "*") {
		r.scope = everywhere
	}
	var e entry
	var through []string
	label := ""
	for i := range h.Via {
		v := &h.Via[i]
		through = add(through, qualified(v.Binding))
		if i == 0 {
			label = w.labels[v.Binding]
		} else if label != w.labels[v.Binding] {
			label = ""
		}
	}
	for _, v := range uniqueRefs(h.Via) {
		e.grade(w.found[v])
	}
	r.severity, r.worst, r.rank, r.label = e.severity, e.worst, e.rank, label
	r.through = through[0]
	if len(through) > 1 {
		r.through += " + " + strconv.Itoa(len(through)-1) + " more"
	}
	return r
}

// uniqueRefs lists the bindings and roles of grants, each once.
func uniqueRefs(via []access.Grant) []model.Ref {
	var refs []model.Ref
	for i := range via {
		for _, ref := range [...]model.Ref{via[i].Binding, via[i].Role} {
			if !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

func (t *whoCan) describe(to *loader, h *holder) []string {
	const most = 12
	w := &teller{Page: page.New(&to.shared, to.width, false), to: to}
	w.Para(w.In(w.Ink.Strong, h.name))
	switch {
	case h.stands >= 0:
		w.Para(w.In(w.Ink.Warn, "The group stands for "+view.Count(h.stands, "account")+" of this cluster: in it "+crowd(h.Subject.Name)+"."))
	case h.Subject.Kind == model.GroupSubject:
		w.Para(w.In(w.Ink.Text, "Who is in the group only the authenticator knows."))
	}
	rows := slices.Clone(h.Via)
	slices.SortStableFunc(rows, func(a, b access.Grant) int { return cmp.Compare(a.Binding.Namespace, b.Binding.Namespace) })
	for i := range rows {
		w.Gap()
		if i == most {
			w.Para(w.In(w.Ink.Faint, "and "+view.Count(len(rows)-most, "more grant")))
			break
		}
		w.grant(&rows[i])
	}
	return w.Lines()
}

// grant writes one grant in short.
func (w *teller) grant(g *access.Grant) {
	w.head("BINDING", called(g.Binding)+", "+where(g.Binding.Namespace))
	w.label(g.Binding)
	w.found(g.Binding)
	w.head("SUBJECT", "subjects["+strconv.Itoa(g.Subject)+"]")
	w.file(g.Binding, "subjects["+strconv.Itoa(g.Subject)+"]")
	w.head("ROLE", called(g.Role))
	w.found(g.Role)
	rule := "rules[" + strconv.Itoa(g.Rule) + "]"
	w.Entry("RULE", w.In(w.Ink.Text, rule+": ")+w.In(w.Ink.Value, g.Verb+" "+g.Resource))
	if g.AggregatedFrom != nil {
		w.head("", "from "+called(*g.AggregatedFrom)+", whose rules the role gathers")
	}
	w.file(g.RuleObject(), rule)
}

func (t *whoCan) subject(h *holder) view.Subject {
	sub := view.Subject{Object: objectOf(h.Subject), Names: []string{h.Subject.String()}}
	for _, r := range t.sheet.world.findingsOf(uniqueRefs(h.Via)...) {
		sub.Findings = append(sub.Findings, r.Finding)
	}
	return sub
}

func (t *whoCan) open(h *holder) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.RBAC, Subject: h.Subject}})
}

func (t *whoCan) can(a keys.Action) view.Offer {
	if a == keys.WhoCan {
		return view.When(t.sheet.world.discovery != nil, "still loading")
	}
	return view.No()
}

func (t *whoCan) do(keys.Action) tea.Cmd { return t.sheet.world.ask(t.query) }

func (t *whoCan) rule(h *holder) string {
	for _, f := range t.subject(h).Findings {
		return f.Rule.ID
	}
	return ""
}
