package image

import (
	"reflect"
	"slices"
	"strconv"

	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
)

// place is a namespace with the pods that run in it.
type place struct {
	residents map[*resident]struct{}
	// running counts those of which a container has run, as of the last look.
	running int
}

func (a *Analyser) place(namespace string) *place {
	p := a.places[namespace]
	if p == nil {
		p = &place{residents: map[*resident]struct{}{}}
		a.places[namespace] = p
	}
	return p
}

// ask asks what is demanded of the images of a pod, and proven. What is said as before is kept as it was, since most is.
func (r *round) ask(h *resident) {
	pod, _ := r.c.Get(h.ref).(*record.Pod)
	if pod == nil {
		return
	}
	for i := range h.entries {
		e := &h.entries[i]
		now := r.signatures.Answer(r.c, signature.Question{
			Namespace: h.ref.Namespace, Pod: pod, Reference: e.slot.parsed, Digest: e.use.item.digest, Pinned: e.pins, Given: r.given(e),
		})
		if e.answer == nil || !reflect.DeepEqual(*e.answer, now) {
			e.answer = &now
			r.dirty.uses[e.use] = struct{}{}
		}
	}
}

// given lists the local proofs for what runs and for what the spec pins, in a stable order.
func (r *round) given(e *entry) []*record.Signature {
	if len(r.proofs) == 0 {
		return nil
	}
	list := r.proofs[e.use.item.digest]
	if pin := e.slot.parsed.Digest; pin != e.use.item.digest && (e.pins || e.use.item.digest == "") {
		list = slices.Concat(list, r.proofs[pin])
	}
	return list
}

// weigh takes the worst answer of all pods for a use.
func (r *round) weigh(u *use) {
	var worst *signature.Answer
	for h := range u.residents {
		for i := range h.entries {
			if e := &h.entries[i]; e.use == u && e.answer != nil && (worst == nil || worse(e.answer, worst)) {
				worst = e.answer
			}
		}
	}
	if worst != nil && !reflect.DeepEqual(u.answer, *worst) {
		u.answer = *worst
		r.dirty.owners[u.owner] = struct{}{}
	}
}

// worse orders answers: a check that has failed is the worst, then what is not known, then what is not proven.
func worse(a, b *signature.Answer) bool {
	if a.Refuted != b.Refuted {
		return a.Refuted
	}
	if x, y := grade(a.Verdict), grade(b.Verdict); x != y {
		return x > y
	}
	if a.Reason != b.Reason {
		return a.Reason < b.Reason
	}
	return a.At < b.At
}

func grade(v signature.Verdict) int {
	switch v {
	case signature.Verified:
		return 0
	case signature.NotRequired:
		return 1
	case signature.Unproven:
		return 2
	}
	return 3
}

// judgePlace works out whether signatures are demanded in a namespace, where they are anywhere.
func (r *round) judgePlace(name string) {
	p, ref := r.places[name], model.KindByName("Namespace").Ref("", name)
	running := 0
	if p != nil {
		for h := range p.residents {
			if h.ran {
				running++
			}
		}
		r.running += running - p.running
		p.running = running
		if len(p.residents) == 0 {
			delete(r.places, name)
		}
	}
	if running == 0 || !r.signed {
		r.stand(ref, nil)
		return
	}
	demand := r.signatures.Demands(r.c, name)
	if len(demand.Policies) > 0 {
		r.stand(ref, nil)
		return
	}
	f := r.finding("IM05", model.High, ref, model.Evidence{Object: ref, Value: "no policy that demands signatures reaches its pods"})
	if f != nil {
		f.Pods = running
		if demand.Doubt != "" {
			f.Verdict, f.Reason = model.Unknown, brief(demand.Doubt)
		}
	}
	r.stand(ref, gather(f))
}

// judgeCluster works out whether signatures are demanded at all.
func (r *round) judgeCluster() {
	ref := model.ClusterRef()
	if r.running == 0 || r.signed {
		r.stand(ref, nil)
		return
	}
	f := r.finding("IM05", model.High, ref, model.Evidence{
		Object: ref, Value: "no policy demands signatures of any image; images run in " + strconv.Itoa(r.inhabited()) + " namespaces",
	})
	if f != nil {
		f.Pods = r.running
		if doubt := r.policyDoubt(); doubt != "" {
			f.Verdict, f.Reason = model.Unknown, brief(doubt)
		}
	}
	r.stand(ref, gather(f))
}

// inhabited counts the namespaces in which pods run.
func (r *round) inhabited() (n int) {
	for _, p := range r.places {
		if p.running > 0 {
			n++
		}
	}
	return n
}
