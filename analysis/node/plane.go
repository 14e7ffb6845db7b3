package node

import (
	"cmp"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/inorder"
)

// plane is what was found of the control plane.
type plane struct {
	alarm    analysis.Alarm[*seat]
	verdicts []Verdict
	// own are the findings on the cluster itself, others those on pods.
	own, others []string
}

// answering is the API server that answers; false where its version is not known.
func (a *Analyser) answering() (Part, bool) {
	v, ok := lifecycle.ParseVersion(a.answer)
	p := Part{Component: lifecycle.APIServer, Raw: a.answer, Version: v, Known: ok}
	if !ok {
		p.Reason = "the server has not told its version"
	}
	return p, ok
}

// serversOf gathers the minors of all API servers that are known.
func (a *Analyser) serversOf() servers {
	s := servers{hidden: true}
	for _, p := range a.parts {
		if p.Component != lifecycle.APIServer {
			continue
		}
		s.hidden = false
		if p.Known {
			s = s.add(minorOf(p.Version))
		}
	}
	for _, v := range a.embedded {
		s.hidden = false
		s = s.add(minorOf(v))
	}
	if p, ok := a.answering(); ok {
		s = s.add(minorOf(p.Version))
	}
	return s
}

// podded tells that an API server is seen as a pod.
func (a *Analyser) podded() bool {
	for _, p := range a.parts {
		if p.Component == lifecycle.APIServer {
			return true
		}
	}
	return false
}

// planeProvider says who runs the control plane: as its version tells, else who runs most nodes.
func (a *Analyser) planeProvider() string {
	if p, ok := a.answering(); ok && p.Version.Provider != "" {
		return p.Version.Provider
	}
	name, most := "", 0
	for provider, n := range a.providers {
		if n > most || n == most && provider < name {
			name, most = provider, n
		}
	}
	return name
}

// controlled lists the parts of the control plane, without kube-proxy, by component, node and name.
func (a *Analyser) controlled() []*part {
	var l []*part
	for _, p := range a.parts {
		if p.Component != lifecycle.Proxy {
			l = append(l, p)
		}
	}
	slices.SortFunc(l, compareParts)
	return l
}

func compareParts(a, b *part) int {
	return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Node, b.Node), a.Object.Compare(b.Object))
}

// judgePlane judges the control plane, and each part of it.
func (r *round) judgePlane() {
	m := moment{now: r.now}
	parts, provider := r.controlled(), r.planeProvider()
	answer, answers := r.answering()
	v := &views{}
	p := &r.plane
	p.others = nil
	shown := false
	for _, q := range parts {
		shown = shown || q.Component == lifecycle.APIServer && q.Known && q.Version.Compare(answer.Version) == 0
	}
	var old, lines []model.Evidence
	worst := fine
	seen := map[string]struct{}{}
	server := func(at *Part, path string) {
		rel := r.release(&m, build{component: lifecycle.APIServer, raw: at.Raw, provider: provider, system: planeSystem})
		v.releases = append(v.releases, rel)
		if _, twice := seen[at.Raw]; twice {
			return
		}
		seen[at.Raw] = struct{}{}
		if g, why := rel.standing(); g != fine {
			worst = max(worst, g)
			old = append(old, tell(objectOf(at), path, at.Raw, why)...)
		}
	}
	for _, q := range parts {
		p.others = append(p.others, r.judgePart(&m, q, parts, provider, v)...)
		if q.Component == lifecycle.APIServer && q.Known {
			server(&q.Part, q.field)
		}
	}
	var weak *model.Finding
	if answers && !shown {
		server(&answer, answerPath)
		rel := r.release(&m, build{component: lifecycle.APIServer, raw: answer.Raw, provider: provider, system: planeSystem})
		own := carrier{model.ClusterRef(), answerPath, answer.Raw, true, &rel.weak}
		v.carriers = append(v.carriers, own)
		weak = r.weak(model.ClusterRef(), 0, []carrier{own})
	}
	apart := r.servers.apart()
	v.hitches = append(v.hitches, apart...)
	for _, h := range apart {
		lines = append(lines, model.Evidence{Object: model.ClusterRef(), Path: answerPath, Value: h.says})
		for _, q := range parts {
			if q.Component == lifecycle.APIServer && q.Known {
				lines = append(lines, model.Evidence{Object: q.Object, Path: q.field, Value: q.Raw})
			}
		}
		lines = append(lines, r.embeddedLines()...)
	}
	p.verdicts = v.verdicts(r, &m)
	p.own = r.stand(model.ClusterRef(), weak, r.finding("VP04", gravity(worst), model.ClusterRef(), 0, old), r.finding("VP05", model.High, model.ClusterRef(), 0, lines))
	r.alarms.Set(&p.alarm, m.next)
	r.listed = nil
	r.version++
}

// planeSystem is what a control plane runs on: it is built for no other.
const planeSystem = "linux"

// answerPath is where the API server tells its version.
const answerPath = "/version gitVersion"

func objectOf(p *Part) model.Ref {
	if p.Object.IsZero() {
		return model.ClusterRef()
	}
	return p.Object
}

// judgePart judges one part of the control plane, and gives the ids of the findings on its pod.
func (r *round) judgePart(m *moment, q *part, all []*part, provider string, v *views) []string {
	if !q.Known {
		v.missing = append(v.missing, q.Component+": "+q.Reason)
		return r.stand(q.Object)
	}
	rel := r.release(m, build{component: q.Component, raw: q.Raw, provider: provider, system: planeSystem})
	own := carrier{q.Object, q.field, q.Raw, true, &rel.weak}
	v.carriers = append(v.carriers, own)
	weak := r.weak(q.Object, q.since, []carrier{own})
	if q.Component == lifecycle.APIServer || !r.servers.known {
		return r.stand(q.Object, weak)
	}
	hitches := r.servers.within(q.Component, minorOf(q.Version))
	if len(hitches) == 0 {
		return r.stand(q.Object, weak)
	}
	var lines []model.Evidence
	for _, h := range hitches {
		lines = append(lines, model.Evidence{Object: q.Object, Path: q.field, Value: q.Raw + ": " + h.says})
	}
	f := r.finding("VP05", model.High, q.Object, q.since, lines)
	var beside servers
	for _, o := range all {
		if o.Component == lifecycle.APIServer && o.Known && o.Node == q.Node {
			beside = beside.add(minorOf(o.Version))
		}
	}
	if beside.known && len(beside.within(q.Component, minorOf(q.Version))) == 0 {
		// As kubeadm sets it up it speaks with its neighbour alone, which its flags would tell.
		f = weaken(f, model.Depends, "if it speaks with API servers other than that of its node")
		for i := range hitches {
			hitches[i].broken = false
			hitches[i].says += ", if it speaks with others than that of its node"
		}
	}
	v.hitches = append(v.hitches, hitches...)
	return r.stand(q.Object, weak, f)
}

// Plane gives what is known of the control plane.
func (a *Analyser) Plane() *Plane {
	if a.listed != nil {
		return a.listed
	}
	p := &Plane{Hidden: !a.podded(), Verdicts: a.plane.verdicts, Findings: slices.Concat(a.plane.own, a.plane.others)}
	slices.Sort(p.Findings)
	answer, ok := a.answering()
	for _, q := range slices.SortedFunc(maps.Values(a.parts), compareParts) {
		p.Parts = append(p.Parts, q.Part)
		if q.Component == lifecycle.APIServer && q.Known && q.Version.Compare(answer.Version) == 0 {
			ok = false
		}
	}
	if ok {
		p.Parts = append([]Part{answer}, p.Parts...)
	}
	inorder.SortStable(p.Parts, func(x, y Part) int { return cmp.Compare(x.Component, y.Component) })
	a.listed = p
	return p
}

func keyOf(ref model.Ref) types.NamespacedName {
	return types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
}
