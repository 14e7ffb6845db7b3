package nodes

import (
	"context"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/usage"
	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// suspicious is the mark of what a signal is on. It is a suspicion, and no proof.
const suspicious = "? suspicious"

// signals names what looks suspicious by what was measured; nothing where nobody measures.
func (t *topic) signals(ctx context.Context, u *model.Usage, r *running, now time.Time) []usage.Signal {
	return usage.Signals(u, func(name types.NamespacedName) (usage.Facts, bool) {
		return r.factsOf(name, func(pod types.NamespacedName) bool { return t.desk.Outward(ctx, pod) })
	}, now)
}

// onNodes sorts signals by the node that their pods are on. Those of namespaces that are not shown are not told.
func onNodes(list []usage.Signal, r *running, shown view.Namespaces) map[string][]usage.Signal {
	on := map[string][]usage.Signal{}
	for i := range list {
		s := &list[i]
		if p := r.byName[s.Pod]; p != nil && p.record.Node() != "" && shown.Show(podRef(s)) {
			on[p.record.Node()] = append(on[p.record.Node()], *s)
		}
	}
	return on
}

func podRef(s *usage.Signal) model.Ref {
	return model.KindByName("Pod").Ref(s.Pod.Namespace, s.Pod.Name)
}

// kindName names a kind of signal for people.
func kindName(kind string) string {
	switch kind {
	case usage.KindStranger:
		return "foreign container"
	case usage.KindFlat:
		return "steady use"
	case usage.KindWoken:
		return "woken namespace"
	case usage.KindRisen:
		return "risen use"
	case usage.KindSaturated:
		return "at its limit"
	case usage.KindMiner:
		return "miner's arguments"
	}
	return kind
}

// meaning says what a kind of signal means, and what to look at.
func meaning(kind string) []string {
	switch kind {
	case usage.KindStranger:
		return []string{
			"A foreign container is one that runs in a pod and stands in no spec of it, or that somebody put into the running pod (an ephemeral container). Whoever may do that runs a program with the pod's network and accounts.",
			"Look who put it there: kubectl describe pod shows ephemeral containers, and the audit log who wrote pods/ephemeralcontainers. A debug session that nobody ended looks the same.",
		}
	case usage.KindFlat:
		return []string{
			"A steady, high use of CPU without a limit, by a public image that is named by tag alone, with the way out open: so do miners.",
			"Look whether anybody knows the image, what it connects to, and set a limit. A program that computes looks the same.",
		}
	case usage.KindWoken:
		return []string{
			"In a namespace where nothing was used for long something has begun to compute.",
			"Look what began at that moment, and who created it. A job that runs now and then looks the same.",
		}
	case usage.KindRisen:
		return []string{
			"It uses far more CPU than it did before, all the time.",
			"Look what changed at that moment: a new version, more requests, or a program that was brought in.",
		}
	case usage.KindSaturated:
		return []string{
			"It is at its CPU limit all the time: a program that takes all it can get is throttled there.",
			"Look whether it has to do so much; a limit that is too low looks the same.",
		}
	case usage.KindMiner:
		return []string{
			"Its arguments are those that miners of coins take, such as the address of a pool or a wallet.",
			"Look at its image and arguments, and what it connects to. Unless somebody meant it, take it away, and look how it came in.",
		}
	}
	return nil
}

// ruleOf names the rule that says the most of a kind of signal; "" where none is about it.
func ruleOf(kind string) string {
	if kind == usage.KindStranger {
		return "PS29"
	}
	return ""
}

// foundOn lists the findings on some objects.
func foundOn(s *view.Snapshot, objects ...model.Ref) map[model.Ref][]*model.Finding {
	on := map[model.Ref][]*model.Finding{}
	for _, r := range s.Rows {
		if f := r.Finding; slices.Contains(objects, f.Object) {
			on[f.Object] = append(on[f.Object], f)
		}
	}
	return on
}

// aboutSignal gives the findings of a signal: those on its pod and its owner, what the signal is about first.
func aboutSignal(s *usage.Signal, on map[model.Ref][]*model.Finding) []*model.Finding {
	list := slices.Clone(on[podRef(s)])
	if s.Owner != podRef(s) {
		list = append(list, on[s.Owner]...)
	}
	list = slices.DeleteFunc(list, func(f *model.Finding) bool { return f.Verdict != model.Yes && f.Verdict != model.Depends })
	slices.SortStableFunc(list, func(a, b *model.Finding) int {
		if first := ruleOf(s.Kind); (a.Rule.ID == first) != (b.Rule.ID == first) {
			if a.Rule.ID == first {
				return -1
			}
			return 1
		}
		return int(b.Severity) - int(a.Severity)
	})
	return list
}

// suspects says of signals what they are and where, in a line.
func suspects(list []usage.Signal) string {
	var all []string
	for i := range list {
		if one := kindName(list[i].Kind) + " " + list[i].Container + " in " + list[i].Pod.Name; !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return text.Clean(strings.Join(all, ", "))
}
