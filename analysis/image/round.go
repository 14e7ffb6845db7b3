package image

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// round brings the findings up to date with what was touched.
type round struct {
	*Analyser
	c   *cluster.Cluster
	out analysis.Findings
	now int64
	// told keeps what cannot be read in a namespace.
	told map[string]string
}

func isScan(gk schema.GroupKind) bool { return slices.Contains(scanKinds[:], gk) }

// Flush judges what was touched: pods first, then what they run, then whoever shows it.
func (a *Analyser) Flush(c *cluster.Cluster, out analysis.Findings) {
	if a.dirty.empty() {
		return
	}
	r := &round{Analyser: a, c: c, out: out, now: a.clock.Now().Unix(), told: map[string]string{}}
	for at := range a.dirty.pods {
		r.rehouse(at)
	}
	r.sign()
	r.verify()
	r.spread()
	r.move()
	for u := range a.dirty.uses {
		r.derive(u)
	}
	if a.dirty.allItems {
		for _, it := range a.items {
			a.dirty.items[it] = struct{}{}
		}
	}
	for it := range a.dirty.items {
		r.judge(it)
	}
	if a.dirty.allGroups {
		for tag := range a.groups {
			a.dirty.groups[tag] = struct{}{}
		}
	}
	for tag := range a.dirty.groups {
		r.compare(tag)
	}
	a.next = a.due.first()
	for ref := range a.dirty.owners {
		r.judgeOwner(ref)
	}
	for name := range a.dirty.places {
		r.judgePlace(name)
	}
	if len(a.dirty.places) > 0 || a.dirty.all || a.dirty.allAnswers {
		r.judgeCluster()
	}
	for at := range a.dirty.accounts {
		r.judgeAccount(at)
	}
	for ref := range a.dirty.repos {
		r.judgeRepos(ref)
	}
	a.dirty = newDirt()
}

// rehouse looks at a pod anew.
func (r *round) rehouse(at types.NamespacedName) {
	pod, _ := r.c.Get(model.KindByName("Pod").Ref(at.Namespace, at.Name)).(*record.Pod)
	if pod == nil || pod.StandIn || pod.Finished() && !r.recurs(pod) {
		r.settle(at, nil)
		return
	}
	now := r.house(pod)
	r.settle(at, now)
	r.ask(now)
}

// recurs tells that a pod which has ended was one of many alike: those of a CronJob run no more than minutes a day, and what they ran
// runs again tonight.
func (r *round) recurs(pod *record.Pod) bool {
	top := r.c.TopOwner(pod)
	return top.Kind == "CronJob" && top.Group == "batch"
}

// sign has signatures judged anew where policies say something else.
func (r *round) sign() {
	if signed := r.signatures.Any(); signed != r.signed {
		r.signed, r.dirty.allAnswers = signed, true
	}
	if r.dirty.allAnswers {
		for name := range r.places {
			r.dirty.answers[name] = struct{}{}
		}
	}
	for name := range r.dirty.answers {
		r.dirty.places[name] = struct{}{}
		if p := r.places[name]; p != nil {
			for h := range p.residents {
				r.ask(h)
			}
		}
	}
}

// verify has signatures judged anew of images for which there is another proof.
func (r *round) verify() {
	asked := map[*resident]struct{}{}
	ask := func(u *use) {
		for h := range u.residents {
			if _, ok := asked[h]; !ok {
				asked[h] = struct{}{}
				r.ask(h)
			}
		}
	}
	for digest := range r.dirty.proofs {
		if it := r.items[digest]; it != nil {
			for u := range it.uses {
				ask(u)
			}
		}
		for u := range r.pinning[digest] {
			ask(u)
		}
	}
}

// move has what is told of images put together anew where they run on nodes that are others than before.
func (r *round) move() {
	if len(r.dirty.machines) == 0 {
		return
	}
	for _, h := range r.pods {
		if _, ok := r.dirty.machines[h.node]; !ok {
			continue
		}
		for i := range h.entries {
			r.retell(h.entries[i].use.item)
		}
	}
}

// spread has all judged anew that rests on what was not seen.
func (r *round) spread() {
	if !r.dirty.all {
		return
	}
	r.dirty.allItems, r.dirty.allGroups = true, true
	for ref := range r.owners {
		r.dirty.owners[ref] = struct{}{}
	}
	for at := range r.accounts {
		r.dirty.accounts[at] = struct{}{}
	}
	for name := range r.places {
		r.dirty.places[name] = struct{}{}
	}
}
