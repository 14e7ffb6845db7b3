package metrics

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"canopy/model"
)

// turn is the state from round to round. Nodes and pods are permitted apart, so each has its own pace.
type turn struct {
	meter  *Meter
	client *client
	// nodesOf and podsOf are what was measured, nodes and pods what became of asking for it.
	nodesOf, podsOf history
	nodes, pods     asked
	// used is what was used in namespaces.
	used *model.NamespaceUse
	// apart tells that pods are asked for by namespaces, apartFor for how many rounds that was so.
	apart    bool
	apartFor int
	// seen is when something was last answered.
	seen time.Time
	// looked tells that it was asked in this round whether anybody serves metrics, gone that nobody does.
	looked, gone bool
}

// asked is what became of asking for one resource.
type asked struct {
	state    model.UsageState
	reason   string
	failures int
	due      time.Time
	// now tells that it was asked in this round.
	now bool
}

// take asks for what is due.
func (t *turn) take(ctx context.Context, now time.Time) {
	// What is nearly due is asked for along with what is.
	now = now.Add(t.meter.every() / 10)
	t.looked = false
	t.nodes.now, t.pods.now = !now.Before(t.nodes.due), !now.Before(t.pods.due)
	if t.nodes.now {
		left, f := t.ask(ctx, nodes, t.nodesOf.begin())
		t.nodes.note(left, f)
		if t.pods.now && f != nil && f.whole {
			// There is one server of both.
			t.pods.note("", f)
			return
		}
	}
	if t.pods.now && ctx.Err() == nil {
		t.pods.note(t.askPods(ctx))
	}
	if t.nodes.now && t.nodes.state == model.UsageGood || t.pods.now && t.pods.state == model.UsageGood {
		t.seen = t.meter.Clock.Now()
	}
}

// note keeps what came of a request.
func (a *asked) note(left string, f *failure) {
	if f == nil {
		a.state, a.reason, a.failures = model.UsageGood, left, 0
		return
	}
	a.state, a.reason = f.state, f.reason
	a.failures++
}

// askPods asks for all pods, or for those of the namespaces that it was given where that is refused.
func (t *turn) askPods(ctx context.Context) (string, *failure) {
	if !t.apart || t.apartFor >= again {
		round := t.podsOf.begin()
		left, f := t.ask(ctx, pods, round)
		if f == nil {
			t.used = t.used.Round(t.meter.Clock.Now().Unix(), round.most, true, Keep)
		}
		t.apart, t.apartFor = f != nil && f.state == model.UsageForbidden && len(t.meter.Namespaces) > 0, 0
		if !t.apart {
			return left, f
		}
	}
	t.apartFor++
	round := t.podsOf.begin()
	refused := forbidden(pods)
	answered, bad := 0, 0
	for _, namespace := range t.meter.Namespaces {
		if len(validation.IsDNS1123Label(namespace)) > 0 {
			continue
		}
		n, f := t.client.list(ctx, pods, namespace, round)
		bad += n
		switch {
		case f == nil:
			answered++
			// Whoever has no pods uses nothing.
			round.most[namespace] = max(round.most[namespace], 0)
		case f.state != model.UsageForbidden:
			return "", f
		default:
			refused = f
		}
	}
	if answered == 0 {
		return "", refused
	}
	round.end()
	t.used = t.used.Round(t.meter.Clock.Now().Unix(), round.most, false, Keep)
	left := fmt.Sprintf("only pods of %s are measured: %s", count(answered, "namespace"), forbidden(pods).reason)
	if bad > 0 {
		left += "; " + bads(bad)
	}
	return left, nil
}

// ask lists one resource into the history, which stays as it was unless all of the answer is there.
func (t *turn) ask(ctx context.Context, what resource, round *round) (string, *failure) {
	bad, f := t.client.list(ctx, what, "", round)
	switch {
	case f == nil:
	case f.state == model.UsageForbidden && t.absent(ctx):
		return "", neither()
	default:
		return "", f
	}
	round.end()
	return bads(bad), nil
}

// absent asks once in a round whether anybody serves metrics.
func (t *turn) absent(ctx context.Context) bool {
	if !t.looked {
		t.looked, t.gone = true, t.client.absent(ctx)
	}
	return t.gone
}

func bads(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s that cannot be read were left out", count(n, "figure"))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// plan says when to ask next, after a round that took so long.
func (t *turn) plan(now time.Time, took time.Duration, round int) time.Time {
	least := max(t.meter.every()+t.meter.jitter(round), share*took)
	for _, a := range []*asked{&t.nodes, &t.pods} {
		if !a.now {
			continue
		}
		wait := least
		for i := 1; i < a.failures && wait < longest; i++ {
			wait = min(2*wait, max(longest, least))
		}
		a.due = now.Add(wait)
	}
	next := t.nodes.due
	if t.pods.due.Before(next) {
		next = t.pods.due
	}
	return next
}

// usage tells what is known now.
func (t *turn) usage(next time.Time) *model.Usage {
	u := &model.Usage{
		State: t.nodes.state, Reason: t.nodes.reason, Asked: t.seen, Next: next,
		Nodes: t.nodesOf.alone(), Pods: t.podsOf.of, Namespaces: t.used,
	}
	if t.pods.state != t.nodes.state || t.pods.reason != t.nodes.reason {
		u.PodState, u.PodReason = t.pods.state, t.pods.reason
	}
	return u
}
