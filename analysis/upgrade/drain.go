package upgrade

import (
	"slices"
	"strings"

	"canopy/analysis/disruption"
	"canopy/model"
)

// drain empties the node, with just the flags that its obstacles need. It ends after a while, since one that waits for a budget would not.
func (w *script) drain() {
	w.here()
	flags := " --ignore-daemonsets"
	causes := map[string]bool{}
	for i := range w.crew.obstacles {
		causes[w.crew.obstacles[i].Cause] = true
	}
	if causes[disruption.Local] || causes[disruption.Scratch] {
		flags += " --delete-emptydir-data"
	}
	if w.blocked() {
		w.apart(Here)
		w.say("# only once nothing blocks it")
	}
	if causes[disruption.Waiting] {
		w.say("# a budget is used up now: this waits until its pods are ready, and gives up after 10 minutes")
	}
	if causes[disruption.Unseen] {
		w.say("# whether this drain ends, and what it loses, is not wholly known; see the obstacles")
	}
	if causes[disruption.Bare] {
		flags += " --force"
		w.say("# --force deletes for good: " + lost(w.crew.lost))
	}
	w.say("kubectl drain " + w.nodeName() + flags + " --timeout=10m")
}

// blocked shows what blocks the drain, and the way out; it tells whether something does.
func (w *script) blocked() bool {
	var budgets, pairs []string
	blocks := false
	for i := range w.crew.obstacles {
		o := &w.crew.obstacles[i]
		if !o.Blocks {
			continue
		}
		blocks = true
		switch at := o.Budget; {
		case !harmless(at.Namespace) || !harmless(at.Name):
		case o.Cause == disruption.TwoBudgets:
			pairs = append(pairs, "kubectl get pdb -n "+at.Namespace)
		default:
			budgets = append(budgets, "kubectl get pdb "+at.Name+" -n "+at.Namespace)
		}
	}
	if !blocks {
		return false
	}
	slices.Sort(budgets)
	slices.Sort(pairs)
	budgets, pairs = slices.Compact(budgets), slices.Compact(pairs)
	if len(budgets) > 0 {
		w.say(append([]string{"# these budgets block the drain: each has to allow one, by more replicas or by another limit"}, budgets...)...)
	}
	if len(pairs) > 0 {
		w.say(append([]string{"# the API evicts no pod of two budgets: one of them has to select other pods"}, pairs...)...)
	}
	if len(budgets)+len(pairs) == 0 {
		w.say("# what blocks the drain has to be out of the way first; see the obstacles", "kubectl get pdb -A")
	}
	return true
}

// warned says what becomes of a change of a pool that a drain of one of its nodes blocks, what is lost to it, and that a kubelet would not
// start.
func (w *script) warned() {
	w.imaged()
	if w.crew == nil {
		return
	}
	if len(w.crew.lost) > 0 {
		w.say("# nothing makes these pods anew, they are lost with their nodes: " + lost(w.crew.lost))
	}
	if slices.ContainsFunc(w.crew.obstacles, func(o Obstacle) bool { return o.Cause == disruption.Local }) {
		w.say("# data in emptyDir volumes is lost with the nodes; see the obstacles")
	}
	if slices.ContainsFunc(w.crew.obstacles, func(o Obstacle) bool { return o.Cause == disruption.Unseen }) {
		w.say("# what emptying the nodes stumbles over is not wholly known; see the obstacles")
	}
	if w.blocked() {
		w.apart(Here)
		w.say("# only once nothing blocks it: the provider gives up, or goes on by force, where a drain does not end")
	}
}

// imaged says of a node that its provider changes that a kubelet would not start on its image.
func (w *script) imaged() {
	if w.legacy() {
		w.say("# kubelets from 1.35 on do not start on cgroup v1: the pool has to have an image with cgroup v2 first; where the type of its image has none, make a new pool")
	}
}

// lost names pods that nothing makes anew.
func lost(list []model.Ref) string {
	var names []string
	odd := 0
	for _, p := range list {
		if !harmless(p.Namespace) || !harmless(p.Name) {
			odd++
			continue
		}
		names = append(names, p.Namespace+"/"+p.Name)
	}
	if odd > 0 {
		names = append(names, "pods with names that Kubernetes does not accept")
	}
	return strings.Join(names, ", ")
}

func (w *script) uncordon() {
	w.here()
	w.say("kubectl uncordon " + w.nodeName())
}
