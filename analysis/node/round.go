package node

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis"
	"canopy/analysis/lifecycle"
	"canopy/model/cluster"
)

// round brings the findings up to date with what was touched.
type round struct {
	*Analyser
	c   *cluster.Cluster
	out analysis.Findings
	now int64
	// doubt says why a kind was not seen whole, as far as somebody has asked.
	doubt map[schema.GroupKind]string
	// stale are the pools in which something has changed.
	stale map[*pool]struct{}
}

// Flush judges what was touched.
func (a *Analyser) Flush(c *cluster.Cluster, out analysis.Findings) {
	if a.dirty.empty() {
		return
	}
	r := &round{Analyser: a, c: c, out: out, now: a.clock.Now().Unix(), doubt: map[schema.GroupKind]string{}, stale: map[*pool]struct{}{}}
	if a.dirty.all {
		a.dirty.plane = true
	}
	for name := range a.dirty.nodes {
		if s := a.seats[name]; s != nil {
			r.take(s)
		}
	}
	if a.dirty.plane {
		if now := a.serversOf(); now != a.servers {
			a.servers, a.dirty.all = now, true
		}
	}
	if a.dirty.all {
		for name := range a.seats {
			a.dirty.nodes[name] = struct{}{}
		}
	}
	r.settle()
	for name := range a.dirty.nodes {
		if s := a.seats[name]; s != nil {
			r.judge(s)
		}
	}
	for ref := range a.dirty.gone {
		// What has become a kube-proxy is judged with its node.
		if p := a.parts[keyOf(ref)]; p == nil || p.Component == lifecycle.Proxy {
			r.stand(ref)
		}
	}
	if a.dirty.plane {
		r.judgePlane()
	}
	if len(a.sheaves) > 2*len(a.seats)+64 {
		clear(a.sheaves)
	}
	a.dirty = newDirt()
}

// kernelKey is all that the verdict on a kernel rests on.
type kernelKey struct{ kernel, image, kubelet string }

// lookup is what is known of the parts of a node.
type lookup struct {
	kubelet *release
	system  *system
	runtime *engine
}

func (r *round) lookup(m *moment, f *facts) lookup {
	// with is what a system comes with that does so: the others have nothing to do with it.
	with := ""
	if strings.HasPrefix(f.image, coreOSName) {
		with = f.kubelet
	}
	return lookup{
		kubelet: r.release(m, build{lifecycle.Kubelet, f.kubelet, f.provider, f.system}),
		system: r.systems.get(m, [3]string{f.image, f.kernel, with}, func(m *moment) *system {
			s := r.judgeSystem(m, f.image, f.kernel, with)
			return &s
		}),
		runtime: r.runtimes.get(m, [2]string{f.runtime, lifecycle.Mender(f.provider)}, func(m *moment) *engine {
			e := r.judgeRuntime(m, f.runtime, lifecycle.Mender(f.provider))
			return &e
		}),
	}
}

// take puts a node where it belongs, or lets it go.
func (r *round) take(s *seat) {
	if s.gone {
		r.unfile(s)
		r.count(s, "")
		r.alarms.Set(&s.alarm, 0)
		r.stand(s.ref)
		delete(r.seats, s.name)
		r.embed(s, lifecycle.Version{}, false)
		r.order, r.nodes = nil, nil
		r.version++
		return
	}
	r.count(s, s.provider)
	l := r.lookup(&moment{now: r.now}, &s.facts)
	r.embed(s, l.kubelet.version, l.kubelet.plain && s.provider == "k3s" && controls(s.roles))
	t := traitsOf(&s.facts, l.system, l.runtime, l.kubelet.version, l.kubelet.plain)
	r.file(s, s.poolKey, s.facts.pool, &t)
}

// count keeps how many nodes each provider has: a control plane that is not seen is of the one that runs its nodes.
func (r *round) count(s *seat, provider string) {
	if s.counted == provider {
		return
	}
	before := r.planeProvider()
	if s.counted != "" {
		if r.providers[s.counted]--; r.providers[s.counted] == 0 {
			delete(r.providers, s.counted)
		}
	}
	if s.counted = provider; provider != "" {
		r.providers[provider]++
	}
	if r.planeProvider() != before {
		r.dirty.plane = true
	}
}
