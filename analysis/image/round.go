package image

import (
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

// Flush judges what was touched: pods first, then what they run, then whoever shows it.
func (a *Analyser) Flush(c *cluster.Cluster, out analysis.Findings) {
	if a.dirty.empty() && a.reach.still() {
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
	if a.dirty.allTags {
		for name := range a.tags {
			a.dirty.tags[name] = struct{}{}
		}
	}
	for name := range a.dirty.tags {
		r.compare(name)
	}
	a.next = a.due.first()
	for name := range a.dirty.places {
		r.judgePlace(name)
	}
	for ref := range a.dirty.owners {
		r.judgeOwner(ref)
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
	r.expose()
	r.miss()
	a.dirty = newDirt()
}

// rehouse looks at a pod anew.
func (r *round) rehouse(at types.NamespacedName) {
	pod, _ := r.c.Get(model.KindByName("Pod").Ref(at.Namespace, at.Name)).(*record.Pod)
	if pod != nil && (pod.StandIn || pod.Finished() && !r.recurs(pod)) {
		pod = nil
	}
	r.settle(at, pod)
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
			for _, h := range p.residents {
				r.ask(h)
			}
		}
	}
}

// verify has signatures judged anew of images for which there is another proof.
func (r *round) verify() {
	asked := map[*household]struct{}{}
	ask := func(uses few[use]) {
		for u := range uses.all() {
			for h := range u.homes.all() {
				if _, ok := asked[h]; ok {
					continue
				}
				asked[h] = struct{}{}
				for _, one := range h.residents {
					r.ask(one)
				}
			}
		}
	}
	for digest := range r.dirty.proofs {
		if it := r.items[digest]; it != nil {
			ask(it.uses)
		}
		ask(r.pinning[digest])
	}
}

// move counts pods for other platforms where their nodes are others than before, and has what is told of their images put together anew.
func (r *round) move() {
	if len(r.dirty.machines) == 0 {
		return
	}
	for _, p := range r.places {
		for _, h := range p.residents {
			if _, ok := r.dirty.machines[h.pod.Node()]; !ok {
				continue
			}
			if now := r.machine(h.pod.Node()).platform; now != h.platform {
				r.count(h, -1)
				h.platform = now
				r.count(h, 1)
			}
			for i := range h.home.entries {
				r.retell(h.home.entries[i].use.item)
			}
		}
	}
}

// spread has all judged anew that rests on what was not seen.
func (r *round) spread() {
	if !r.dirty.all {
		return
	}
	r.dirty.allItems, r.dirty.allTags = true, true
	r.touchOwners()
	for at := range r.accounts {
		r.dirty.accounts[at] = struct{}{}
	}
	for name := range r.places {
		r.dirty.places[name] = struct{}{}
	}
}
