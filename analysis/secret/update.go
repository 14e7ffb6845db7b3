package secret

import (
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/pieces"
	"canopy/model/record"
)

// Update notes a change, which c already holds.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta) {
	if d.Ref.Group == "" && d.Ref.Kind == "Pod" {
		a.updatePod(c, d)
		return
	}
	if n := a.namers[d.Ref]; n != nil {
		// When it was written, and how many pods it wants, is told in findings.
		a.dirty.namers[n] = struct{}{}
	}
	if before, after := cluster.Cast[*record.Workload](d); before != nil || after != nil {
		a.updateWorkload(c, d)
		return
	}
	if d.Ref.Group == model.GroupOwn {
		a.updateOwn(d)
		return
	}
	a.expose(d.Ref, d.New)
	if _, ok := a.echoes[d.Ref]; ok {
		a.copies.touch(d.Ref)
	}
	if d.Ref.Group == "" && d.Ref.Kind == "Secret" {
		a.updateSecret(d)
		return
	}
	if list, ok := certificates(d.New); ok || d.New == nil && a.bundles[d.Ref] != nil {
		a.bundle(d.Ref, list)
	}
	a.updateNames(d)
}

// updateSecret has a Secret judged, and all that name it where it comes or goes.
func (a *Analyser) updateSecret(d cluster.Delta) {
	it := a.item(keyOf(d.Ref))
	if (d.Old == nil) == (d.New == nil) {
		return
	}
	for _, n := range it.namers {
		a.dirty.namers[n] = struct{}{}
	}
}

// updateOwn takes what Canopy has learnt by itself.
func (a *Analyser) updateOwn(d cluster.Delta) {
	switch d.Ref.Kind {
	case "SecretFacts":
		if it := a.item(keyOf(d.Ref)); a.copies.on() {
			a.copies.read[it] = struct{}{}
		}
	case "Sweep":
		before, after := cluster.Cast[*record.Sweep](d)
		if before != nil {
			a.found(before.Object, before.Exposures, nil)
		}
		if after != nil {
			a.found(after.Object, after.Exposures, after.Exposures)
		}
	}
}

// found takes what was found in an object, which was of the kind of some finds: credentials, or copies of values.
func (a *Analyser) found(ref model.Ref, like, now []model.Exposure) {
	if len(like) > 0 && like[0].Rule == pieces.Rule {
		a.echo(ref, now)
		return
	}
	a.sweep(ref, now)
}

// updateNames takes what an object that is no pod and no owner of pods names.
func (a *Analyser) updateNames(d cluster.Delta) {
	if isExternal(d.Ref) {
		a.dirty.cluster = true
	}
	var now []use
	if d.New != nil {
		now = objectUses(d.New)
	}
	n := a.namers[d.Ref]
	if n == nil && len(now) == 0 {
		return
	}
	n = a.namer(d.Ref)
	n.object, n.altered = now, true
	for _, key := range n.keys {
		// Such as until when its certificate is good.
		a.item(key)
	}
}
