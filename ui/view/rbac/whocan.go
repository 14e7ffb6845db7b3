package rbac

import (
	"cmp"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// whoCan is the topic of who may do one thing.
type whoCan struct {
	shared  *view.Shared
	query   string
	inquiry *inquiry[*holder]
}

// NewWhoCan gives the screen of who may do something, such as get secrets -n shop.
func NewWhoCan(shared *view.Shared, keeper *Keeper, query string) view.Screen {
	t := &whoCan{shared: shared, query: query}
	t.inquiry = newInquiry[*holder](shared, keeper, t)
	t.inquiry.list = sheet.NewList(shared, view.Screen(t.inquiry), holderSchema(shared), severityColumn)
	return t.inquiry
}

func (t *whoCan) Place() view.Place { return view.Place{Screen: view.WhoCan, Query: t.query} }

func (t *whoCan) Crumbs() []string { return []string{view.RBAC, "who can " + t.query + "?"} }

func (t *whoCan) Load(to *loader, before *answer[*holder]) (*answer[*holder], error) {
	a := &answer[*holder]{batch: sheet.NewBatch[*holder](nil, t.query, false, nil, (*holder).compare)}
	words, err := parse(t.query)
	if err != nil {
		a.empty = err.Error()
		return a, nil //nolint:nilerr // the question is at fault, and the answer says so
	}
	at, warnings, err := to.world.discovery.Request(words)
	if err != nil {
		a.empty = err.Error()
		return a, nil //nolint:nilerr // the question is at fault, and the answer says so
	}
	var list []access.Holder
	var named []model.Subject
	stands := map[model.Subject]int{}
	to.world.ask(func(c *cluster.Cluster, x *access.Analyser) {
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
	rows := make([]*holder, 0, len(list))
	for _, h := range list {
		n, ok := stands[h.Subject]
		if !ok {
			n = -1
		}
		rows = append(rows, to.world.holder(h, n))
	}
	var old *sheet.Batch[*holder]
	if before != nil {
		old = before.batch
	}
	a.batch = sheet.NewBatch(old, t.query, to.world.settled, rows, (*holder).compare)
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
	return inorder.Collect(maps.Keys(seen), model.Subject.Compare)
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
	switch at.Namespace {
	case "*":
		place = " in any namespace"
	case "":
		place = ""
	}
	var n [3]int
	for _, h := range rows {
		n[slices.Index([]model.SubjectKind{model.AccountSubject, model.GroupSubject, model.UserSubject}, h.Subject.Kind)]++
	}
	return what + place + ": " + view.Count(n[0], "account") + ", " + view.Count(n[1], "group") + " and " + view.Count(n[2], "user") +
		" may, and whoever is in system:masters."
}

func (t *whoCan) Describe(to *loader, h *holder) []string {
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
	inorder.SortStable(rows, func(a, b access.Grant) int { return cmp.Compare(a.Binding.Namespace, b.Binding.Namespace) })
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

func (t *whoCan) Subject(h *holder) view.Subject {
	sub := view.Subject{Object: objectOf(h.Subject), Names: []string{h.Subject.String()}}
	for _, r := range h.rows {
		sub.Findings = append(sub.Findings, r.Finding)
	}
	return sub
}

func (t *whoCan) Open(h *holder) tea.Cmd {
	return view.Send(view.Go{Place: view.Place{Screen: view.RBAC, Subject: h.Subject}})
}

func (t *whoCan) Can(a keys.Action) view.Offer {
	if a == keys.WhoCan {
		return view.When(t.inquiry.world.discovery != nil, "still loading")
	}
	return view.No()
}

func (t *whoCan) Do(keys.Action) tea.Cmd { return t.inquiry.world.prompt(t.query) }

func (t *whoCan) Rule(h *holder) string {
	if len(h.rows) == 0 {
		return ""
	}
	return h.rows[0].Finding.Rule.ID
}
