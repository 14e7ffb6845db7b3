package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/record"
)

// inWords notes a finding on the network for which no document is made.
func (s *segments) inWords(f *model.Finding) {
	var steps []string
	reason := cmp.Or(f.Rule.NoFix, "what is meant only its author knows")
	if f.Rule.ID == "NW06" {
		steps = s.nearest(f)
		reason = cmp.Or(f.Rule.NoFix, "whether it is a slip of the pen or a leftover only its author knows")
		steps = append(steps, "where it is a leftover: kubectl delete "+target(f.Object)+", or take the peer out; a policy that selects no pod does nothing, and a rule goes with its last peer")
	}
	if f.Rule.Remedy != "" {
		steps = append(steps, f.Rule.Remedy)
	}
	s.p.note(f, reason, append(steps, "canopy rules "+f.Rule.ID+" tells more")...)
}

// nearest names the labels of pods that come nearest to what a policy asks for.
func (s *segments) nearest(f *model.Finding) []string {
	r := s.ground().c.Get(f.Object)
	if r == nil {
		return nil
	}
	p, ok := policy.Read(r)
	if !ok || p.Subject.Nothing || len(p.Subject.Pods) == 0 || s.ground().net.Selected(f.Object) > 0 {
		return nil
	}
	var best []record.Labels
	most := 0
	for pod := range s.ground().net.PodsIn(f.Object.Namespace) {
		n := 0
		for i := range p.Subject.Pods {
			q := &p.Subject.Pods[i]
			if v, has := pod.Labels.Lookup(q.Key); q.Match(pod.Labels) || has && v != "" {
				n++
			}
		}
		switch {
		case n == 0 || n < most:
		case n > most:
			best, most = []record.Labels{pod.Labels}, n
		case !slices.Contains(best, pod.Labels):
			best = append(best, pod.Labels)
		}
	}
	if len(best) == 0 {
		return []string{"no pod of " + f.Object.Namespace + " has a label that " + p.Subject.String() + " asks for: kubectl get pods --show-labels --namespace " + quote(f.Object.Namespace)}
	}
	words := make([]string, len(best))
	for i, l := range best {
		words[i] = sortedLabels(l)
	}
	slices.Sort(words)
	const shown = 3
	text := strings.Join(words[:min(len(words), shown)], "; ")
	if len(words) > shown {
		text += fmt.Sprintf("; and %d more", len(words)-shown)
	}
	return []string{"it asks for " + p.Subject.Pods.String() + "; the nearest pods have " + text}
}

// sortedLabels writes labels as kubectl does, but for those that controllers make.
func sortedLabels(l record.Labels) string {
	var words []string
	for k, v := range l.All() {
		if k != "pod-template-hash" && k != "controller-revision-hash" && k != "pod-template-generation" {
			words = append(words, k+"="+v)
		}
	}
	return strings.Join(words, ",")
}
