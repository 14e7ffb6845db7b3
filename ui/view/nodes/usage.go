package nodes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"canopy/analysis/usage"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
	tea "charm.land/bubbletea/v2"
)

// meters is the topic of what nodes and pods use.
type meters struct{ topic }

func (t *meters) Crumbs() []string { return []string{view.Nodes, usageName} }

// Load lists what was measured, and what pods ask for and may use whether anything was or not.
func (t *meters) Load(q *sheet.Quest, before *sheet.Answer[*gauge]) (*sheet.Answer[*gauge], error) {
	s, err := t.keeper.read(q.Ctx, t.desk, q.Snapshot)
	if err != nil {
		return nil, err
	}
	u, r := t.desk.Usage(), t.keeper.inventory(q.Snapshot.Report.Inventory)
	signals := t.signals(q.Ctx, u, r, q.Snapshot.Report.Time)
	names := nodeNames(s, r, u)
	since := t.keeper.measuring(u, q.Snapshot.Report.Time)
	rows := gauges(&q.Shared, u, r, signals, names, q.Snapshot.Namespaces)
	a := &sheet.Answer[*gauge]{
		Batch: sheet.NewBatch(before.Before(), usageName, q.Snapshot.Cover.Settled() && u.State == model.UsageGood, rows, (*gauge).compare),
		Aside: view.Count(len(names), "node") + ", " + view.Count(len(r.pods), "pod"), Said: append(asking(&q.Shared, u, since), said(&q.Shared, u)...), Scope: unseen(q),
	}
	n := 0
	var objects []model.Ref
	for _, g := range rows {
		if g.signal != nil {
			n, objects = n+1, append(objects, g.object, g.owner)
		}
	}
	if n > 0 {
		on := foundOn(q.Snapshot, objects...)
		for _, g := range rows {
			if g.signal != nil {
				g.findings = aboutSignal(g.signal, on)
			}
		}
	}
	if n > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: view.Count(n, "signal") + ": that something is busy is a suspicion, and no proof of anything", Bad: true})
	}
	a.Empty = "no pod and no node was seen, and so nothing can be measured"
	if names := q.Snapshot.Namespaces.Names(); len(names) > 0 {
		a.Empty = "nothing runs in " + strings.Join(names, ", ")
	}
	return sheet.Steady(before, a), nil
}

// nodeNames lists the nodes that are known, or measured, sorted.
func nodeNames(s *survey, r *running, u *model.Usage) []string {
	var names []string
	for _, n := range s.nodes {
		names = append(names, n.Ref.Name)
	}
	for name := range r.gives {
		names = append(names, name)
	}
	for name := range u.Nodes {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// asking says what is asked of whom, for that can be seen, and how to end it.
func asking(shared *view.Shared, u *model.Usage, since time.Time) []sheet.Remark {
	if u.State == model.UsageAbsent || u.Asked.IsZero() {
		return nil
	}
	every := ""
	if u.Next.After(u.Asked) {
		every = fmt.Sprintf(" every %d s", int(u.Next.Sub(u.Asked).Round(time.Second)/time.Second))
	}
	from := since.In(shared.Zone).Format("15:04")
	return []sheet.Remark{{Text: "asks metrics.k8s.io" + every + ", with figures since " + from + " (the audit log shows it); setting metrics: false switches it off"}}
}

// said says why nothing was measured, each reason in a sentence.
func said(shared *view.Shared, u *model.Usage) []sheet.Remark {
	var all []sheet.Remark
	add := func(what string, state model.UsageState, reason string) {
		if state == model.UsageGood {
			if reason != "" {
				all = append(all, sheet.Remark{Text: what + reason, Bad: true})
			}
			return
		}
		words := sentence(state)
		if reason != "" && state != model.UsageLoading {
			words = reason
		}
		if what != "" {
			words = what + words
		}
		if !u.Asked.IsZero() && state != model.UsageLoading {
			words += "; what is shown is of " + shared.Clock(u.Asked)
		}
		all = append(all, sheet.Remark{Text: words, Bad: state != model.UsageLoading})
	}
	if u.PodState == "" || u.PodState == u.State {
		add("", u.State, u.Reason)
	} else {
		add("nodes: ", u.State, u.Reason)
		add("pods: ", u.PodState, u.PodReason)
	}
	if state, _ := u.OfPods(); u.State != model.UsageGood && u.State != model.UsageLoading || state != model.UsageGood && state != model.UsageLoading {
		all = append(all, sheet.Remark{Text: "requests and limits are listed all the same"})
	}
	return all
}

// sentence says what a state means.
func sentence(s model.UsageState) string {
	switch s {
	case model.UsageLoading:
		return "measuring has begun: the first figures are on their way"
	case model.UsageAbsent:
		return "the cluster has no metrics API: nothing there measures what nodes and pods use"
	case model.UsageForbidden:
		return "you may not read metrics: it takes get and list on nodes and pods of metrics.k8s.io"
	}
	return "the metrics API gives no answer now; it is asked again"
}

// Describe tells what a node or container uses, and what it may.
func (t *meters) Describe(q *sheet.Quest, g *gauge) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	w.Para(w.In(w.Ink.Strong, g.what))
	w.Gap()
	if g.signal != nil {
		w.Para(w.In(w.Ink.Warn, g.signal.Says))
		w.Para(w.In(w.Ink.Faint, "This is a suspicion, and no proof: busy programs look the same."))
		for _, line := range meaning(g.signal.Kind) {
			w.Gap()
			w.Para(w.In(w.Ink.Text, line))
		}
		w.Gap()
		w.say("SINCE", q.Shared.Moment(g.signal.Since)+", "+view.Count(g.signal.Samples, "sample"))
	} else if g.says != "" {
		w.Entry("LOOKS", w.In(w.Ink.Warn, "suspicious: "+g.says))
	}
	w.used("CPU", g, g.cpu+" (1000m is one core)", g.cpuTrend, g.cpuShare())
	w.limits(g, g.limits.CPURequest, g.limits.CPULimit, usage.CPU)
	w.used("MEMORY", g, g.memory, g.memoryTrend, g.memoryShare())
	w.limits(g, g.limits.MemoryRequest, g.limits.MemoryLimit, usage.Memory)
	if g.part != nodePart {
		w.say("NODE", g.node)
		w.say("OWNER", g.owner.String())
		w.say("IMAGE", g.image)
	}
	w.findings(g.findings)
	return w.Lines(), nil
}

func (t *teller) used(word string, g *gauge, now, line, share string) {
	if !g.known {
		t.Entry(word, t.In(t.Ink.Faint, "not measured"))
		return
	}
	for unit, words := range map[string]string{ofLimit: " of its limit", ofRequest: " of its request", ofNode: " of what pods may take"} {
		if n, ok := strings.CutSuffix(share, unit); ok {
			now += ", " + n + words
		}
	}
	t.Entry(word, t.In(t.Ink.Text, now))
	if line != "" {
		t.Entry("", t.shared.Theme.Faint.Render(line))
	}
}

func (t *teller) limits(g *gauge, request, limit int64, write func(int64) string) {
	if g.part == nodePart {
		t.Entry("", t.In(t.Ink.Faint, "pods may take "+only(limit, write)))
		return
	}
	ask := "asks for nothing"
	if request > 0 {
		ask = "asks for " + write(request)
	}
	if limit > 0 {
		t.Entry("", t.In(t.Ink.Faint, ask+", at most "+write(limit)))
		return
	}
	t.Entry("", t.In(t.Ink.Faint, ask+", ")+t.In(t.Ink.Warn, "no limit"))
}

// Subject is the node, or the pod.
func (t *meters) Subject(g *gauge) view.Subject {
	return view.Subject{Object: g.object, Findings: g.findings, Names: []string{text.Clean(strings.TrimSpace(g.object.String() + " " + g.container))}}
}

// Open goes to what owns the container, or to the node.
func (t *meters) Open(g *gauge) tea.Cmd {
	if g.part != nodePart && !g.owner.IsZero() {
		return goTo(g.owner)
	}
	return goTo(g.object)
}

// Can says what explains a signal: a finding on its pod, else the text beside it.
func (t *meters) Can(a keys.Action, g *gauge, ok bool) view.Offer {
	if !ok {
		return view.No()
	}
	switch a {
	case keys.Explain:
		switch {
		case len(g.findings) > 0:
			return view.Yes().ByProgram()
		case g.signal != nil:
			return view.When(!t.screen.used.Deep(), "the text says what it means")
		}
	case keys.Fix, keys.WhatIf:
		if g.signal != nil {
			return view.When(len(g.findings) > 0, "a signal is a suspicion, and nothing was found on the pod").ByProgram()
		}
	}
	return view.No()
}

// Do goes to the text, which says what a signal means.
func (t *meters) Do(a keys.Action, _ *gauge, _ bool) tea.Cmd {
	if a == keys.Explain {
		return t.screen.used.Do(keys.NextPane)
	}
	return nil
}

// Label names what a key does here.
func (t *meters) Label(a keys.Action) (label, does string) {
	if a == keys.Open {
		return folds(t.screen.used.List())
	}
	return "", ""
}

// Legend says what the signs mean.
func (t *meters) Legend() []string {
	return []string{
		"USE/REQ/LIM: what is used, asked for (request) and the limit; of a node what is used of that which pods may take. 1000m is one core of a CPU. " + unknown + " is not measured, or not set",
		"45% lim is of the limit, 45% req of the request where there is no limit, 45% node of what pods may take of a node",
		"TREND is since measuring began, up to the limit; the server is asked now and then, since there is no watch for usage",
	}
}
