package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/attack"
	"canopy/analysis/catalogue"
	"canopy/cmd/canopy/output"
	"canopy/cmd/canopy/settings"
	"canopy/model"
	"canopy/model/cluster"
)

// prober answers about paths of attack: a session, or what stands for one.
type prober interface {
	AskAttack(ctx context.Context, f func(attack.Asker)) error
	read(ctx context.Context, f func(*cluster.Cluster)) error
}

// tracing answers questions about paths of attack.
type tracing struct {
	prober
	// where finds lines of files; nil where nothing was read from files.
	where model.Locator
	// sources counts where paths can begin; nil where that is not known.
	sources *int
	// unseen says which kinds were not seen whole.
	unseen   []string
	warnings []string
}

// attackKinds lists the built-in kinds on which paths rest.
func attackKinds() []schema.GroupKind {
	return slices.Concat(flowKinds(), groupKinds("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ServiceAccount", "Secret"))
}

// parseJewels reads the values of --jewel.
func parseJewels(names []string) ([]string, error) {
	var ids []string
	for _, name := range names {
		n, err := settings.ParseObject(longKind(name))
		if err != nil {
			return nil, fmt.Errorf("--jewel %q: %w", name, err)
		}
		ids = append(ids, n.ID)
	}
	return ids, nil
}

// paths answers a question. An error with a document says that the answer is not known.
func (t *tracing) paths(ctx context.Context, q *pathQuery) (*output.Paths, error) {
	edges, err := catalogue.Edges()
	if err != nil {
		return nil, err
	}
	var document *output.Paths
	var missing *missingEnd
	var failure error
	if err := t.AskAttack(ctx, func(a attack.Asker) {
		ask := attack.Question{To: attack.ClusterAdmin, Lateral: q.lateral, Limit: q.limit}
		for _, e := range []struct {
			end  *pathEnd
			node *attack.Node
		}{{q.from, &ask.From}, {q.to, &ask.To}} {
			if e.end == nil {
				continue
			}
			n, near, ok := e.end.find(a)
			if !ok {
				missing = &missingEnd{e.end, near}
				return
			}
			*e.node = n
			t.standsFor(e.end, n)
		}
		if failure = q.within(ask.From); failure != nil {
			return
		}
		answer := q.ask(a, ask)
		document = output.NewPaths(ask, &answer, t.where)
		if q.from == nil {
			document.Namespaces = q.shown
		}
		if q.routes > 0 {
			t.routes(a, document, &answer, q)
		}
	}); err != nil {
		return nil, err
	}
	switch {
	case failure != nil:
		return nil, failure
	case missing != nil:
		if err := t.explain(ctx, missing); err != nil {
			return nil, err
		}
		// It may be there and was not seen, so nothing is known.
		document, failure = output.NewPaths(q.unanswered(), &attack.Answer{Unknown: t.warnings[len(t.warnings)-1]}, nil), errUnknown
	}
	if q.from == nil && q.shown == nil {
		document.Sources = t.sources
	}
	document.Unseen = append(document.Unseen, t.unseen...)
	document.Close(edges, q.routes > 0)
	return document, failure
}

// unanswered is the question with ends that were not found.
func (q *pathQuery) unanswered() attack.Question {
	ask := attack.Question{To: attack.ClusterAdmin, Lateral: q.lateral}
	if q.from != nil {
		ask.From = q.from.node()
	}
	if q.to != nil {
		ask.To = q.to.node()
	}
	return ask
}

// node is what the name tells of the node.
func (e *pathEnd) node() attack.Node {
	if e.object.ID != "" {
		return e.object
	}
	return attack.Node{ID: e.name}
}

// within holds a source against the namespaces that were asked for.
func (q *pathQuery) within(from attack.Node) error {
	if q.shown == nil || q.from == nil {
		return nil
	}
	place := placeOf(from)
	if from.Type == attack.Namespace {
		place = from.Ref.Name
	}
	if !slices.Contains(q.shown, place) {
		return fmt.Errorf("--namespace %s: %s is not in it", quotedList(q.shown), output.Word(q.from.text))
	}
	return nil
}

// ask puts the question, for each namespace where sources are limited to some: a source is in one namespace, so that what an edit ends
// adds up.
func (q *pathQuery) ask(a attack.Asker, question attack.Question) attack.Answer {
	if q.from != nil || q.shown == nil {
		return a.Paths(question)
	}
	var sum attack.Answer
	for i, name := range q.shown {
		if slices.Contains(q.shown[:i], name) {
			continue
		}
		question.From, _ = attack.NodeOf(model.KindByName("Namespace").Ref("", name))
		join(&sum, a.Paths(question))
	}
	order := make([]*attack.Path, len(sum.Paths))
	for i := range sum.Paths {
		order[i] = &sum.Paths[i]
	}
	slices.SortStableFunc(order, func(x, y *attack.Path) int {
		return cmp.Or(cmp.Compare(x.Cost, y.Cost), x.From.Compare(y.From), x.To.Compare(y.To))
	})
	if q.limit > 0 && len(order) > q.limit {
		sum.More += len(order) - q.limit
		order = order[:q.limit]
	}
	paths := make([]attack.Path, len(order))
	for i := range order {
		paths[i] = *order[i]
	}
	sum.Paths = paths
	slices.SortStableFunc(sum.Cuts, func(x, y model.Cut) int {
		return cmp.Or(cmp.Compare(y.Removes, x.Removes), cmp.Compare(x.Cost, y.Cost), x.Object.Compare(y.Object))
	})
	return sum
}

// join adds the answer about other sources to one.
func join(sum *attack.Answer, a attack.Answer) {
	before := len(sum.Paths) + sum.More
	sum.Paths, sum.More = append(sum.Paths, a.Paths...), sum.More+a.More
	same := func(c model.Cut) func(model.Cut) bool {
		return func(o model.Cut) bool { return o.Object == c.Object && o.Edit == c.Edit }
	}
	for _, c := range a.Cuts {
		if i := slices.IndexFunc(sum.Cuts, same(c)); i >= 0 {
			sum.Cuts[i].Removes += c.Removes
		} else {
			sum.Cuts = append(sum.Cuts, c)
		}
	}
	for _, c := range a.Least {
		if !slices.ContainsFunc(sum.Least, same(c)) {
			c.Removes += before
			sum.Least = append(sum.Least, c)
		}
	}
	sum.Unknown, sum.Uncuttable = cmp.Or(sum.Unknown, a.Unknown), cmp.Or(sum.Uncuttable, a.Uncuttable)
	if sum.Uncuttable != "" {
		sum.Least = nil
	}
}

// routes asks for several ways of each pair that is printed. Where several workloads are open to the internet, each is the source of its own
// pair, and its routes all begin by the hop that leads to it.
func (t *tracing) routes(a attack.Asker, d *output.Paths, answer *attack.Answer, q *pathQuery) {
	for i := range answer.Paths {
		p := &answer.Paths[i]
		if p.From != attack.Internet || len(p.Hops) < 2 || len(answer.Paths) == 1 {
			routes, more := a.Routes(p.From, p.To, q.routes, q.lateral)
			d.Route(i, routes, more, t.where)
			continue
		}
		first := p.Hops[0]
		routes, more := a.Routes(first.To, p.To, q.routes, q.lateral)
		for j := range routes {
			r := &routes[j]
			r.From, r.Cost, r.Confidence = p.From, r.Cost+first.Cost, max(r.Confidence, first.Confidence)
			r.Hops = slices.Insert(slices.Clone(r.Hops), 0, first)
		}
		d.Route(i, routes, more, t.where)
		d.Paths[i].RoutesFrom = first.To.ID
	}
}

// standsFor tells that something else stands for what was named: the workload of a pod.
func (t *tracing) standsFor(e *pathEnd, n attack.Node) {
	if e.object.Type == attack.Workload && e.object.ID != n.ID {
		t.warnings = append(t.warnings, fmt.Sprintf("%s is part of %s, which stands for it", output.Word(e.text), output.Word(n.ID)))
	}
}

// missingEnd is an end that is no node of the graph.
type missingEnd struct {
	end  *pathEnd
	near []string
}

// explain says why an end is none: an error where there is surely no such thing, else a warning that it may not have been seen.
func (t *tracing) explain(ctx context.Context, m *missingEnd) error {
	kinds := groupKinds("RoleBinding", "ClusterRoleBinding")
	why, namespace := "no binding names it; what everybody has who is logged in begins at group:system:authenticated", ""
	if ref := m.end.object.Ref; !ref.IsZero() {
		kinds, namespace, why = []schema.GroupKind{ref.GroupKind()}, ref.Namespace, "there is no such object"
	} else if m.end.object.ID == "" {
		kinds, why = nil, wantPathEnd
	}
	var unseen string
	if err := t.read(ctx, func(c *cluster.Cluster) {
		for _, k := range kinds {
			if seen := c.Seen(k, namespace); seen.State != model.Complete && unseen == "" && model.BuiltIn(k) != nil {
				unseen = fmt.Sprintf("%s was not seen: %s %s, %s", output.Word(m.end.text), k.Kind, seen.State, cmp.Or(seen.Reason, "no reason given"))
			}
		}
		switch ref := m.end.object.Ref; {
		case ref.IsZero():
		case namespace != "" && !hasNamespace(c, namespace):
			why, m.near = fmt.Sprintf("there is no namespace %q", namespace), nearNamespaces(c, namespace)
		default:
			m.near = nearNodes(c, m.end)
		}
	}); err != nil {
		return err
	}
	if unseen == "" {
		return m.end.wrong(why + suggested(m.near))
	}
	t.warnings = append(t.warnings, unseen)
	return nil
}
