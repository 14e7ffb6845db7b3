package disruption

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	policyv1 "k8s.io/api/policy/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// The causes of obstacles, in the order in which they are listed.
const (
	TwoBudgets = "budgets"
	OneBudget  = "budget"
	Unseen     = "unknown"
	Bare       = "bare"
	Pinned     = "pinned"
	Single     = "single"
	Local      = "local"
)

// drain gathers what stands in the way of emptying a node.
type drain struct {
	*Analyser
	c    *cluster.Cluster
	node string
	// here counts the pods of owners on the node.
	here  map[*owner]int
	found []Obstacle
}

// Drain lists what stands in the way of emptying a node, what blocks first. Pods of DaemonSets and mirror pods are in nobody's way.
func (a *Analyser) Drain(c *cluster.Cluster, node string) []Obstacle {
	d := &drain{Analyser: a, c: c, node: node, here: map[*owner]int{}}
	if cov := c.Seen(podKind, ""); cov.State != model.Complete {
		d.found = append(d.found, Obstacle{Cause: Unseen, Owner: nodeRef(node), Says: "which pods are on it is not known: Pods " + string(cov.State)})
	}
	for _, m := range a.nodes[node] {
		if !m.finished && !m.leaving {
			d.here[m.owner]++
		}
	}
	for key, m := range a.nodes[node] {
		d.pod(key, m)
	}
	slices.SortFunc(d.found, func(x, y Obstacle) int {
		if x.Blocks != y.Blocks {
			if x.Blocks {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(rank(x.Cause), rank(y.Cause)), x.Owner.Compare(y.Owner), x.Pod.Compare(y.Pod), cmp.Compare(x.Says, y.Says))
	})
	return d.found
}

func rank(cause string) int {
	return slices.Index([]string{TwoBudgets, OneBudget, Unseen, Bare, Pinned, Single, Local}, cause)
}

func nodeRef(name string) model.Ref { return model.Ref{Version: "v1", Kind: "Node", Name: name} }

func (d *drain) put(key types.NamespacedName, m *member, o Obstacle) {
	o.Pod, o.Owner = podRef(key), m.owner.ref
	d.found = append(d.found, o)
}

// pod looks at one pod as kubectl drain does (pkg/drain/filters.go): a pod that has run to its end is deleted without a question, one of a
// DaemonSet is left alone, and so is the mirror of a static pod.
func (d *drain) pod(key types.NamespacedName, m *member) {
	if m.finished {
		return
	}
	orphan := false
	if m.daemon() {
		set := model.Ref{Group: "apps", Version: "v1", Kind: "DaemonSet", Namespace: key.Namespace, Name: m.controller.Name}
		if orphan = d.c.Get(set) == nil && d.c.Seen(daemonKind, key.Namespace).State == model.Complete; !orphan {
			return
		}
	}
	if m.mirror {
		return
	}
	s := m.sheet.of(m.template)
	switch {
	case orphan:
		d.put(key, m, Obstacle{Cause: Bare, Says: "its DaemonSet is gone: kubectl drain deletes it with --force alone, and it is lost"})
	case m.bare():
		d.put(key, m, Obstacle{Cause: Bare, Says: "no controller makes it anew: kubectl drain deletes it with --force alone, and it is lost"})
	}
	if len(s.empty) > 0 {
		d.put(key, m, Obstacle{Cause: Local, Says: "what it has in emptyDir " + brief(strings.Join(s.empty, ", ")) + " is lost: kubectl drain needs --delete-emptydir-data"})
	}
	if m.leaving {
		return
	}
	d.budget(key, m)
	d.place(key, m, s)
	if !m.bare() && !orphan {
		d.single(key, m)
	}
}

// place tells of a pod that no other node can take.
func (d *drain) place(key types.NamespacedName, m *member, s *sheet) {
	pinned, unknown := s.pinned, ""
	if s.claims && pinned == "" {
		if p, ok := d.c.Get(podRef(key)).(*record.Pod); ok {
			pinned, unknown = bound(d.c, p)
		}
	}
	switch {
	case pinned != "" && m.bare():
	case pinned != "":
		d.put(key, m, Obstacle{Cause: Pinned, Says: pinned + ": no other can take it, so it is away until this one is back"})
	case unknown != "":
		d.put(key, m, Obstacle{Cause: Unseen, Says: unknown})
	}
}

// single tells of an owner that has nothing left once the node is empty.
func (d *drain) single(key types.NamespacedName, m *member) {
	o, ref := m.owner, m.owner.ref
	n, how := scaleOf(d.c, ref, o.pods)
	switch {
	case ref.Kind == "Job" || ref.Kind == "CronJob":
		d.put(key, m, Obstacle{Cause: Single, Says: "it is a run of a Job, which begins anew on another node"})
	case how == unscaled:
	case n <= 1:
		d.put(key, m, Obstacle{Cause: Single, Says: "it is the only replica: nobody answers until the new one is ready on another node"})
	case d.here[o] == o.pods && len(m.class.group.budgets) == 0:
		d.put(key, m, Obstacle{Cause: Single, Says: fmt.Sprintf("all of its pods are on this node (%d), and no budget keeps one of them", o.pods)})
	}
}

// reckon gives what a budget comes to; it is worked out once for all who ask until something changes.
func (a *Analyser) reckon(c *cluster.Cluster, b *budget) *reckoning {
	if a.reckoned == nil || a.reckonedAt != a.version {
		a.reckoned, a.reckonedAt = map[*budget]*reckoning{}, a.version
	}
	r := a.reckoned[b]
	if r == nil {
		r = b.reckon(c)
		a.reckoned[b] = r
	}
	return r
}

// budget tells whether the API would evict a pod, as it decides itself (pkg/registry/core/pod/storage/eviction.go).
func (d *drain) budget(key types.NamespacedName, m *member) {
	if m.pending {
		return
	}
	budgets := m.class.group.budgets
	if known, reason := unseen(d.c, key.Namespace); !known || reason != "" && len(budgets) == 0 {
		d.put(key, m, Obstacle{Cause: Unseen, Says: "whether a budget allows its eviction is not known: " + reason})
		if !known {
			return
		}
	}
	switch len(budgets) {
	case 0:
		return
	case 1:
	default:
		d.put(key, m, Obstacle{Cause: TwoBudgets, Budget: budgets[0].ref, Blocks: true, Says: fmt.Sprintf("%d budgets select it, %s and %s among them, and the API evicts no pod of two", len(budgets), budgets[0].ref.Name, budgets[1].ref.Name)})
		return
	}
	b := budgets[0]
	r := d.reckon(d.c, b)
	spec, status := &b.record.Object.Spec, &b.record.Object.Status
	healthy, wanted, allowed := r.healthy, r.wanted, r.allowed
	told := observed(status)
	if told {
		healthy, wanted, allowed = int(status.CurrentHealthy), int(status.DesiredHealthy), int(status.DisruptionsAllowed)
	}
	if !m.ready {
		if p := spec.UnhealthyPodEvictionPolicy; p != nil && *p == policyv1.AlwaysAllow || healthy >= wanted && wanted > 0 {
			return
		}
	}
	o := Obstacle{Cause: OneBudget, Budget: b.ref, Blocks: true}
	switch {
	case told && allowed > 0:
		return
	case r.why != "" && (told || r.doubt == ""):
		o.Says = "budget " + b.ref.Name + " never allows an eviction: " + r.why
	case !told && r.doubt != "":
		o = Obstacle{Cause: Unseen, Budget: b.ref, Says: "whether budget " + b.ref.Name + " allows its eviction is not known: " + r.doubt}
	case allowed > 0:
		return
	default:
		o.Says = fmt.Sprintf("budget %s allows no eviction now: it wants %d healthy and has %d", b.ref.Name, wanted, healthy)
	}
	d.put(key, m, o)
}
