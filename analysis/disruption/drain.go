package disruption

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

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
	Waiting    = "waiting"
	Scratch    = "scratch"
)

// causes is data.
var causes = [...]string{TwoBudgets, OneBudget, Unseen, Bare, Waiting, Pinned, Single, Local, Scratch}

// drain gathers what stands in the way of emptying a node.
type drain struct {
	*Analyser
	c    *cluster.Cluster
	node string
	// here counts the pods of owners on the node.
	here  map[*owner]int
	found []Obstacle
	// wiped counts the pods with files that nobody misses, wipes names their volumes.
	wiped int
	wipes []string
	// held is what that rests on.
	held *held
}

// drain works out what stands in the way of emptying a node, what blocks first.
func (a *Analyser) drain(c *cluster.Cluster, node string, h *held) []Obstacle {
	d := &drain{Analyser: a, c: c, node: node, here: map[*owner]int{}, held: h}
	if cov := c.Seen(podKind, ""); cov.State != model.Complete {
		d.found = append(d.found, Obstacle{Cause: Unseen, Owner: nodeRef(node), Says: "which pods are on it is not known: Pods " + string(cov.State)})
	} else {
		d.vacant()
	}
	for _, m := range a.nodes[node] {
		if !m.finished && !m.leaving {
			d.here[m.owner]++
		}
	}
	for key, m := range a.nodes[node] {
		d.pod(key, m)
	}
	d.scratched()
	// What is sorted is where they are, since they are long.
	order := make([]int, len(d.found))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, k int) int {
		x, y := &d.found[i], &d.found[k]
		if x.Blocks != y.Blocks {
			if x.Blocks {
				return -1
			}
			return 1
		}
		if c := cmp.Compare(Rank(x.Cause), Rank(y.Cause)); c != 0 {
			return c
		}
		if c := x.Owner.Compare(y.Owner); c != 0 {
			return c
		}
		if c := x.Pod.Compare(y.Pod); c != 0 {
			return c
		}
		return cmp.Compare(x.Says, y.Says)
	})
	var list []Obstacle
	for _, i := range order {
		list = append(list, d.found[i])
	}
	return slices.Clip(list)
}

// Rank is the place of a cause in the order in which obstacles are listed.
func Rank(cause string) int {
	return slices.Index(causes[:], cause)
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
	orphan := m.daemon()
	if orphan && !orphaned(d.c, key, m) || m.mirror {
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
		d.put(key, m, Obstacle{Cause: Local, Says: "what it has in emptyDir " + Brief(strings.Join(s.empty, ", ")) + " is lost: kubectl drain needs --delete-emptydir-data"})
	}
	if len(s.scratch) > 0 {
		d.wiped++
		d.wipes = append(d.wipes, s.scratch...)
	}
	if m.leaving {
		return
	}
	d.budget(key, m)
	// Of a pod that goes nowhere else nothing is said of how soon it is elsewhere.
	if d.place(key, m, s) {
		return
	}
	if !m.bare() && !orphan {
		d.single(key, m)
	}
}

// place tells of a pod that no other node can take, and whether it is one.
func (d *drain) place(key types.NamespacedName, m *member, s *sheet) bool {
	pinned, unknown := s.pinned, ""
	if s.claims && pinned == "" {
		if p, ok := d.c.Get(podRef(key)).(*record.Pod); ok {
			pinned, unknown = bound(d.c, p, d.rest)
		}
	}
	switch {
	case pinned != "" && m.bare():
	case pinned != "":
		d.put(key, m, Obstacle{Cause: Pinned, Stays: s.pinned == "", Says: pinned + untilBack})
		return true
	case unknown != "":
		d.put(key, m, Obstacle{Cause: Unseen, Says: unknown})
	}
	return false
}

// untilBack says for how long a pod that is bound to a node is away.
const untilBack = ": no other can take it, so it is away until this one, or a new one of its name, is back"

// single tells of an owner that has nothing left once the node is empty.
func (d *drain) single(key types.NamespacedName, m *member) {
	switch l := d.lone(m); l.scarcity {
	case run:
		d.put(key, m, Obstacle{Cause: Single, Says: "it is a run of a Job, which begins anew on another node"})
	case lonely:
		d.put(key, m, Obstacle{Cause: Single, Says: "it is the only replica: nobody answers until the new one is ready on another node"})
	case several:
		if l.all > 0 && len(m.class.group.budgets) == 0 {
			d.put(key, m, Obstacle{Cause: Single, Says: fmt.Sprintf("all of its pods are on this node (%d), and no budget keeps one of them", l.all)})
		}
	}
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
		d.put(key, m, Obstacle{Cause: TwoBudgets, Budget: budgets[0].ref, Blocks: true, Says: fmt.Sprintf("%d budgets select it, %s and %s among them, and the API evicts no pod of two", len(budgets), Brief(budgets[0].ref.Name), Brief(budgets[1].ref.Name))})
		return
	}
	o := d.ruling(budgets[0]).ready
	if !m.ready {
		o = d.ruling(budgets[0]).sick
	}
	if o.Cause != "" {
		d.put(key, m, o)
	}
}
