package image

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

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
	if p == nil || len(p.residents) == 0 || !r.signed {
		r.demand(name, nil)
		r.stand(ref, nil)
		return
	}
	demand := r.signatures.Demands(r.c, name)
	r.demand(name, &demand)
	if running == 0 || len(demand.Policies) > 0 && demand.Enforced {
		r.stand(ref, nil)
		return
	}
	severity, value := model.High, "no policy that demands signatures reaches its pods"
	if len(demand.Policies) > 0 {
		severity, value = model.Medium, "none of the policies that demand signatures refuses what has none: "+policyNames(demand.Policies)
	}
	lines := []model.Evidence{{Object: ref, Value: value}}
	for i, past := range demand.Escapes {
		if i == mostEscapes {
			past = strconv.Itoa(len(demand.Escapes)-i) + " more"
		}
		lines = append(lines, model.Evidence{Object: ref, Value: "gets past: " + brief(past)})
		if i == mostEscapes {
			break
		}
	}
	f := r.finding("IM05", severity, ref, lines...)
	if f != nil {
		f.Pods = running
		if demand.Doubt != "" {
			f.Verdict, f.Reason = model.Unknown, brief(demand.Doubt)
		}
	}
	r.stand(ref, gather(f))
}

// mostEscapes is how many of those that get past policies are evidence; the rest is counted.
const mostEscapes = 12

func policyNames(list []model.Ref) string {
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = p.String()
	}
	return brief(strings.Join(names, ", "))
}

// demand keeps what is demanded in a namespace; nil where nobody runs there, or no policy is anywhere. Where policies come to reach it, or
// to leave it, its owners are judged anew, since what they run is or is not among what is demanded.
func (r *round) demand(name string, now *signature.Demand) {
	was := r.demands[name]
	if now == nil {
		delete(r.demands, name)
	} else {
		r.demands[name] = now
	}
	if !reflect.DeepEqual(was, now) {
		// Whoever shows what is demanded shows something else.
		r.version++
	}
	if p := r.places[name]; p != nil && demanded(was) != demanded(now) {
		for _, h := range p.residents {
			r.dirty.owners[h.home.owner.ref] = struct{}{}
		}
	}
}

// demanded tells that some policy reaches a namespace.
func demanded(d *signature.Demand) bool { return d != nil && len(d.Policies) > 0 }

// Signing is what policies demand in a namespace in which images run.
type Signing struct {
	Namespace string
	// Pods counts those that run there.
	Pods int
	signature.Demand
}

// Signing says of each namespace in which something runs what is demanded of its images, whether anything is refused and what gets past,
// sorted; nothing where no policy demands signatures anywhere.
func (a *Analyser) Signing() []Signing {
	list := make([]Signing, 0, len(a.demands))
	for _, name := range slices.Sorted(maps.Keys(a.demands)) {
		pods := 0
		if p := a.places[name]; p != nil {
			pods = len(p.residents)
		}
		list = append(list, Signing{name, pods, *a.demands[name]})
	}
	return list
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
