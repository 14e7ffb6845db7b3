package upgrade

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/disruption"
	"canopy/analysis/escape"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// Resident is an owner with pods on a node.
type Resident struct {
	Owner model.Ref
	Pods  int
	// Exposed tells that it can be reached from outside, Privileged that it can take its node, Powerful that its account can take the
	// cluster; each says how, and is "" where it is not so.
	Exposed, Privileged, Powerful string
	Namespace                     string
}

// Residents lists who has pods on a node, the worst first: those that are more of exposed, powerful and privileged before those that are
// less, and exposed before powerful before privileged. Findings are those of a report, by object; exposed says how an owner is reached from
// outside, "" where it is not; on is what ways to the node rest on besides. It looks at every pod of the cluster: ResidentsOf takes less
// time, and for many nodes AllResidents.
func Residents(c *cluster.Cluster, name string, on escape.Conditions, findings map[model.Ref][]*model.Finding, exposed func(model.Ref) string) []Resident {
	return residents(c, podsOf(c, func(node string) bool { return node == name }), on, findings, exposed)[name]
}

// ResidentsOf lists the same, and looks at the pods of the node alone.
func ResidentsOf(c *cluster.Cluster, budgets *disruption.Analyser, name string, on escape.Conditions, findings map[model.Ref][]*model.Finding, exposed func(model.Ref) string) []Resident {
	return residents(c, budgets.PodsOf(c, name), on, findings, exposed)[name]
}

// AllResidents lists the same for all nodes, by their names.
func AllResidents(c *cluster.Cluster, on escape.Conditions, findings map[model.Ref][]*model.Finding, exposed func(model.Ref) string) map[string][]Resident {
	return residents(c, podsOf(c, func(node string) bool { return node != "" }), on, findings, exposed)
}

// podsOf goes through pods of nodes that have not run to their end.
func podsOf(c *cluster.Cluster, of func(node string) bool) iter.Seq[*record.Pod] {
	return func(yield func(*record.Pod) bool) {
		for r := range c.All(schema.GroupKind{Kind: "Pod"}) {
			if p, ok := r.(*record.Pod); ok && of(p.Node()) && !p.Finished() && !yield(p) {
				return
			}
		}
	}
}

func residents(c *cluster.Cluster, pods iter.Seq[*record.Pod], on escape.Conditions, findings map[model.Ref][]*model.Finding, exposed func(model.Ref) string) map[string][]Resident {
	counts, exits := map[string]map[model.Ref]int{}, newExits(on)
	for p := range pods {
		if counts[p.Node()] == nil {
			counts[p.Node()] = map[model.Ref]int{}
		}
		owner := c.TopOwner(p)
		counts[p.Node()][owner]++
		exits.take(owner, p)
	}
	known := map[model.Ref]Resident{}
	all := make(map[string][]Resident, len(counts))
	for node, owners := range counts {
		list := make([]Resident, 0, len(owners))
		for ref, n := range owners {
			r, ok := known[ref]
			if !ok {
				r = Resident{Owner: ref, Namespace: ref.Namespace, Exposed: exposed(ref), Privileged: exits.words(ref)}
				r.judge(findings[ref])
				known[ref] = r
			}
			r.Pods = n
			list = append(list, r)
		}
		inorder.Sort(list, compareResidents)
		all[node] = list
	}
	return all
}

// judge reads what was found on an owner.
func (r *Resident) judge(list []*model.Finding) {
	var powerful []string
	for _, f := range list {
		if f.Rule == nil || f.Verdict != model.Yes && f.Verdict != model.Depends {
			continue
		}
		if f.Rule.ID == "LP25" {
			powerful = append(powerful, f.Rule.Short)
		}
	}
	r.Powerful = listed(powerful)
}

// listed joins words, each once.
func listed(words []string) string {
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}

func compareResidents(a, b Resident) int {
	marks := func(r *Resident) (n, weight int) {
		for i, how := range [...]string{r.Privileged, r.Powerful, r.Exposed} {
			if how != "" {
				n, weight = n+1, weight+1<<i
			}
		}
		return n, weight
	}
	x, heavyX := marks(&a)
	y, heavyY := marks(&b)
	return cmp.Or(cmp.Compare(y, x), cmp.Compare(heavyY, heavyX), cmp.Compare(b.Pods, a.Pods), a.Owner.Compare(b.Owner))
}
