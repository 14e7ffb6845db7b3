package remedy

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// tally counts what documents close.
type tally struct{ asked, closed int }

func (n tally) share() float64 { return float64(n.closed) / float64(max(n.asked, 1)) }

// closedBy tells of each finding whether a document ends it.
func closedBy(t *testing.T, objects []runtime.Object, findings []*model.Finding) map[string]bool {
	t.Helper()
	fix := fixOne(t, holding(t, append(objects, witness())...), findings...)
	closed := map[string]bool{}
	for i := range fix.Documents {
		for _, id := range fix.Documents[i].Closes {
			closed[id] = true
		}
	}
	return closed
}

// At least nine in ten failures of pod specs get YAML. Each rule counts once for each template that breaks it. The first corpus is
// random templates, each breaking many rules, and none with figures for all resources. A tenth of the owners cannot be patched, Jobs
// and pods without a controller whose values may be secrets: they are told, and do not count. The second is the standard offender of each rule on each kind of owner.
func TestNineInTenGetYAML(t *testing.T) {
	var all, patched tally
	by := map[string]*tally{}
	kinds := slices.Concat(slices.Repeat([]string{"Deployment"}, 10), slices.Repeat([]string{"StatefulSet", "DaemonSet", "CronJob"}, 2), []string{"Job", "ReplicaSet", "Pod"})
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 9))
		tpl, kind := randomTemplate(r), kinds[r.IntN(len(kinds))]
		object := ref(kind, "web")
		rules := slices.Collect(maps.Keys(counts(&tpl)))
		if usesDefault(&tpl.Spec) {
			rules = append(rules, "LP21")
		}
		if !isOff(tpl.Spec.AutomountServiceAccountToken) {
			rules = append(rules, "LP22")
		}
		var owner runtime.Object
		if kind == "Pod" {
			rules = append(rules, "PS28")
			owner = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: tpl.Spec}
		} else {
			owner = owned(kind, tpl)
		}
		slices.Sort(rules)
		var findings []*model.Finding
		for _, rule := range slices.Compact(rules) {
			findings = append(findings, finding(rule, object))
		}
		closed := closedBy(t, []runtime.Object{owner}, findings)
		for _, f := range findings {
			if by[f.Rule.ID] == nil {
				by[f.Rule.ID] = &tally{}
			}
			by[f.Rule.ID].asked++
			can := kind != "Job" && kind != "Pod"
			all.asked++
			if can {
				patched.asked++
			}
			if closed[f.ID] {
				by[f.Rule.ID].closed++
				all.closed++
				if can {
					patched.closed++
				}
			}
		}
	}
	var lines []string
	for _, rule := range slices.Sorted(maps.Keys(by)) {
		lines = append(lines, fmt.Sprintf("%s %d/%d", rule, by[rule].closed, by[rule].asked))
	}
	t.Logf("random templates: %d of %d closed by documents (%.1f %%), of owners that can be patched %d of %d (%.1f %%): %s",
		all.closed, all.asked, 100*all.share(), patched.closed, patched.asked, 100*patched.share(), strings.Join(lines, ", "))
	if patched.share() < 0.9 {
		t.Errorf("%.1f %% of pod-spec failures get YAML", 100*patched.share())
	}

	var standard tally
	var open []string
	for _, kind := range []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "CronJob", "Pod"} {
		for _, rule := range slices.Sorted(maps.Keys(offences())) {
			tpl := good()
			offences()[rule](&tpl)
			findings := []*model.Finding{finding(rule, ref(kind, "web"))}
			var owner runtime.Object
			if kind == "Pod" {
				for _, list := range [][]corev1.Container{tpl.Spec.InitContainers, tpl.Spec.Containers} {
					for i := range list {
						list[i].Env, list[i].LivenessProbe, list[i].Lifecycle = nil, nil, nil
					}
				}
				owner = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: tpl.Spec}
				if rule == "PS22" || rule == "PS28" {
					continue // a pod whose probes say something is not written out; the other is in each of these
				}
				findings = append(findings, finding("PS28", ref(kind, "web")))
			} else {
				owner = owned(kind, tpl)
			}
			standard.asked++
			if closedBy(t, []runtime.Object{owner}, findings)[findings[0].ID] {
				standard.closed++
			} else {
				open = append(open, kind+" "+rule)
			}
		}
	}
	t.Logf("standard offenders: %d of %d closed by documents (%.1f %%), not: %v", standard.closed, standard.asked, 100*standard.share(), open)
	if standard.share() < 0.97 {
		t.Error("a standard offender got no YAML")
	}
}
