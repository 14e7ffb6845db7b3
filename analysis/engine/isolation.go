package engine

import (
	"slices"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// isolation says whom a NetworkPolicy selects and what it still lets through: isolates app=web: nothing in, 2 rules out. What
// other policies let through besides is not in it.
func isolation(spec *networkingv1.NetworkPolicySpec) string {
	var ways []string
	verb := "selects "
	for _, w := range []struct {
		kind  networkingv1.PolicyType
		word  string
		rules int
		all   bool
	}{
		{networkingv1.PolicyTypeIngress, "in", len(spec.Ingress), slices.ContainsFunc(spec.Ingress, func(r networkingv1.NetworkPolicyIngressRule) bool {
			return len(r.From) == 0 && len(r.Ports) == 0
		})},
		{networkingv1.PolicyTypeEgress, "out", len(spec.Egress), slices.ContainsFunc(spec.Egress, func(r networkingv1.NetworkPolicyEgressRule) bool {
			return len(r.To) == 0 && len(r.Ports) == 0
		})},
	} {
		switch {
		case !restricts(spec, w.kind):
		case w.all:
			ways = append(ways, "anything "+w.word)
		case w.rules == 0:
			ways, verb = append(ways, "nothing "+w.word), "isolates "
		case w.rules == 1:
			ways, verb = append(ways, "1 rule "+w.word), "isolates "
		default:
			ways, verb = append(ways, strconv.Itoa(w.rules)+" rules "+w.word), "isolates "
		}
	}
	return verb + selected(&spec.PodSelector) + ": " + strings.Join(ways, ", ")
}

// restricts tells whether a policy is about a direction. What was not asked for is as the API server fills it in: ingress
// always, egress where there are rules for it.
func restricts(spec *networkingv1.NetworkPolicySpec, t networkingv1.PolicyType) bool {
	if len(spec.PolicyTypes) == 0 {
		return t == networkingv1.PolicyTypeIngress || len(spec.Egress) > 0
	}
	return slices.Contains(spec.PolicyTypes, t)
}

// selected writes a selector of pods as kubectl does.
func selected(s *metav1.LabelSelector) string {
	if len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		return "every pod"
	}
	var list []string
	for k, v := range s.MatchLabels {
		list = append(list, k+"="+v)
	}
	slices.Sort(list)
	for _, e := range s.MatchExpressions {
		switch e.Operator {
		case metav1.LabelSelectorOpExists:
			list = append(list, e.Key)
		case metav1.LabelSelectorOpDoesNotExist:
			list = append(list, "!"+e.Key)
		default:
			list = append(list, e.Key+" "+strings.ToLower(string(e.Operator))+" ("+few(e.Values)+")")
		}
	}
	return few(list)
}
