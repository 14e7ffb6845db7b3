package image

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Update notes a change, which c already holds.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta) {
	gk := d.GroupKind()
	if signature.Concerns(gk) {
		switch namespace, changed := a.signatures.Update(c, d); {
		case changed && namespace == "":
			a.dirty.allAnswers = true
		case changed:
			a.dirty.answers[namespace], a.dirty.places[namespace] = struct{}{}, struct{}{}
		}
	}
	a.updateAbsent(c, d)
	if gk.Group == "" {
		a.updateCore(c, d)
	}
	a.reach.update(d)
	switch {
	case gk == constraints:
		a.dirty.repos[d.Ref] = struct{}{}
	case gk.Group == model.GroupOwn && gk.Kind == "ImageSignature":
		a.updateProof(d)
	case isScan(gk):
		a.updateScan(c, d)
	}
	if before, after := cluster.Cast[*record.Workload](d); before != nil || after != nil {
		a.updateWorkload(c, d, before, after)
	}
	if a.ownerOf(d.Ref) != nil {
		a.dirty.owners[d.Ref] = struct{}{}
	}
}

func (a *Analyser) updateCore(c *cluster.Cluster, d cluster.Delta) {
	switch d.Ref.Kind {
	case "Pod":
		before, after := cluster.Cast[*record.Pod](d)
		if concerns(before, after) {
			a.dirty.pods[named(d.Ref)] = struct{}{}
		} else if h := a.resident(d.Ref); h != nil {
			// Nothing keeps what the pod was before.
			h.pod = after
		}
		// A pod may stand over others as well: whoever writes owner references may name one.
		if d.Old == nil || d.New == nil || d.Old.GetUID() != d.New.GetUID() {
			a.touchBelow(c, d.Ref, 0)
		}
	case "Node":
		a.updateNode(d)
	case "Secret":
		if (d.Old == nil) != (d.New == nil) {
			a.touchPulls(d.Ref)
		}
	case "ServiceAccount":
		a.updateAccount(d)
	case "Namespace":
		a.dirty.places[d.Ref.Name] = struct{}{}
	}
}

// updateWorkload takes an owner of pods.
func (a *Analyser) updateWorkload(c *cluster.Cluster, d cluster.Delta, before, after *record.Workload) {
	if before == nil || after == nil || before.UID != after.UID || ownerChanged(before.Owner, after.Owner) {
		a.touchBelow(c, d.Ref, 0)
	}
	if d.Ref.Kind == "Job" && d.Ref.Group == "batch" {
		a.updateJob(c, d)
	}
}

// touchPulls has those judged anew that name a Secret which came or went, as far as they are not to be anyway.
func (a *Analyser) touchPulls(ref model.Ref) {
	for by := range a.wanted[named(ref)] {
		if by.Kind == "ServiceAccount" && by.Group == "" {
			a.dirty.accounts[named(by)] = struct{}{}
		} else {
			a.dirty.owners[by] = struct{}{}
		}
	}
}

// updateAccount takes a service account. What it names is no fault of the pods that had it written into them.
func (a *Analyser) updateAccount(d cluster.Delta) {
	before, after := cluster.Cast[*record.Typed[*corev1.ServiceAccount]](d)
	key := named(d.Ref)
	if a.accounts[key] == 0 && a.stood[d.Ref] == nil {
		return
	}
	a.dirty.accounts[key] = struct{}{}
	if before != nil && after != nil && slices.Equal(before.Object.ImagePullSecrets, after.Object.ImagePullSecrets) {
		return
	}
	p := a.places[d.Ref.Namespace]
	if p == nil {
		return
	}
	for _, h := range p.residents {
		if h.home.sheet.account == d.Ref.Name {
			a.dirty.owners[h.home.owner.ref] = struct{}{}
		}
	}
}

// updateProof takes what "cosign verify" has said of an image.
func (a *Analyser) updateProof(d cluster.Delta) {
	before, after := cluster.Cast[*record.Signature](d)
	for _, s := range []*record.Signature{before, after} {
		if s == nil || s.Digest == "" {
			continue
		}
		list := slices.DeleteFunc(slices.Clone(a.proofs[s.Digest]), func(o *record.Signature) bool { return o.Ref() == d.Ref })
		if s == after {
			list = append(list, s)
			slices.SortFunc(list, func(x, y *record.Signature) int { return x.Ref().Compare(y.Ref()) })
		}
		if a.proofs[s.Digest] = list; len(list) == 0 {
			delete(a.proofs, s.Digest)
		}
		a.dirty.proofs[s.Digest] = struct{}{}
	}
}
