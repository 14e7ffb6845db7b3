package nodes

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/usage"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
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
	rows := gauges(&q.Shared, u, r, signals, names, q.Snapshot.Namespaces)
	a := &sheet.Answer[*gauge]{
		Batch: sheet.NewBatch(before.Before(), usageName, q.Snapshot.Cover.Settled() && u.State == model.UsageGood, rows, (*gauge).compare),
		Aside: view.Count(len(names), "node") + ", " + view.Count(len(r.pods), "pod"), Said: said(&q.Shared, u), Scope: unseen(q),
	}
	n := 0
	for _, g := range rows {
		if g.signal != nil {
			n++
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

// signals names what looks suspicious.
func (t *meters) signals(ctx context.Context, u *model.Usage, r *running, now time.Time) []usage.Signal {
	return usage.Signals(u, func(name types.NamespacedName) (usage.Facts, bool) {
		return r.factsOf(name, func(pod types.NamespacedName) bool { return t.desk.Outward(ctx, pod) })
	}, now)
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
	return view.Subject{Object: g.object, Names: []string{text.Clean(strings.TrimSpace(g.object.String() + " " + g.container))}}
}

// Open goes to what owns the container, or to the node.
func (t *meters) Open(g *gauge) tea.Cmd {
	if g.part != nodePart && !g.owner.IsZero() {
		return goTo(g.owner)
	}
	return goTo(g.object)
}

// Can has nothing of its own.
func (t *meters) Can(keys.Action, *gauge, bool) view.Offer { return view.No() }

// Do does nothing.
func (t *meters) Do(keys.Action, *gauge, bool) tea.Cmd { return nil }

// Legend says what the signs mean.
func (t *meters) Legend() []string {
	return []string{
		"USE/REQ/LIM: what is used, asked for (request) and the limit; of a node what is used of that which pods may take. 1000m is one core of a CPU. " + unknown + " is not measured, or not set",
		"45% lim is of the limit, 45% req of the request where there is no limit, 45% node of what pods may take of a node",
		"TREND is since measuring began, up to the limit; the server is asked now and then, since there is no watch for usage",
	}
}
