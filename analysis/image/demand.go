package image

import (
	"strconv"

	"canopy/analysis/image/signature"
	"canopy/model"
)

// place is a namespace with the pods that run in it.
type place struct {
	name      string
	residents map[string]*resident
	// running counts those of which a container has run.
	running int
	// plain is what is said of signatures where nothing is demanded; nil where nobody has asked.
	plain *signature.Answer
}

func (a *Analyser) place(namespace string) *place {
	p := a.places[namespace]
	if p == nil {
		p = &place{name: namespace, residents: map[string]*resident{}}
		a.places[namespace] = p
	}
	return p
}

// resident finds a pod; nil where it is none of those that count.
func (a *Analyser) resident(ref model.Ref) *resident {
	if p := a.places[ref.Namespace]; p != nil {
		return p.residents[ref.Name]
	}
	return nil
}

// judgePlace works out whether signatures are demanded in a namespace, where they are anywhere.
func (r *round) judgePlace(name string) {
	p, ref := r.places[name], model.KindByName("Namespace").Ref("", name)
	running := 0
	if p != nil {
		running = p.running
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
		Object: ref, Value: "no policy demands signatures of any image; images run in " + strconv.Itoa(r.inhabited) + " namespaces",
	})
	if f != nil {
		f.Pods = r.running
		if doubt := r.policyDoubt(); doubt != "" {
			f.Verdict, f.Reason = model.Unknown, brief(doubt)
		}
	}
	r.stand(ref, gather(f))
}
