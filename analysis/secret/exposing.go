package secret

import (
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// expose notes that credentials stand in an object that is no pod and no owner of pods, or did.
func (a *Analyser) expose(ref model.Ref, now model.Record) {
	_, was := a.exposing[ref]
	has := len(exposures(now))+len(a.sweeps[ref]) > 0
	if !was && !has {
		return
	}
	a.dirty.objects[ref] = struct{}{}
	a.copies.touch(ref)
	if has {
		a.exposing[ref] = struct{}{}
	}
}

// sweep takes what was found on demand in an object that is not watched, or watched without what stands in it.
func (a *Analyser) sweep(ref model.Ref, found []model.Exposure) {
	if len(found) == 0 {
		delete(a.sweeps, ref)
	} else {
		a.sweeps[ref] = found
		a.exposing[ref] = struct{}{}
	}
	a.dirty.objects[ref] = struct{}{}
	a.copies.touch(ref)
}

// exposures gives what the source has found in an object.
func exposures(r model.Record) []model.Exposure {
	if t, ok := r.(interface{ Exposed() []model.Exposure }); ok {
		return t.Exposed()
	}
	return nil
}

// judgeExposing tells of credentials in an object.
func (r *round) judgeExposing(ref model.Ref) {
	lines, severity := r.exposed(r.c, ref)
	if len(lines) == 0 {
		delete(r.exposing, ref)
	}
	if r.workloadTells(ref) {
		// The finding with this id is that of package workload: what stood here was replaced, and is not dropped.
		delete(r.stood, seat{ref, asExposing})
		return
	}
	rule := "SE01"
	if ref.Group == "" && ref.Kind == "ConfigMap" {
		rule = "SE03"
	}
	r.stand(ref, asExposing, r.finding(rule, severity, ref, lines))
}

// exposed lists what stands in an object, each place once, and how bad that is.
func (a *Analyser) exposed(c *cluster.Cluster, ref model.Ref) (lines []model.Evidence, severity model.Severity) {
	for _, list := range [...][]model.Exposure{exposures(c.Get(ref)), a.sweeps[ref]} {
		for i := range list {
			lines, severity = append(lines, exposed(ref, "", &list[i])), max(severity, grade(&list[i]))
		}
	}
	return order(lines), severity
}

// workloadTells tells that an object stands above pods in which credentials are, so that these are told of on it.
func (r *round) workloadTells(ref model.Ref) bool {
	for p := range r.c.Pods(ref) {
		if p.Finished() {
			continue
		}
		m := r.members[keyOf(p.Ref())]
		if len(p.Exposed()) > 0 || m != nil && len(r.inTemplate(m.sheet, m.template)) > 0 || len(p.Ephemeral()) > 0 && len(r.look(p.Spec())) > 0 {
			return true
		}
	}
	return false
}

// inTemplate looks for credentials in the template of a sheet, once.
func (a *Analyser) inTemplate(s *sheet, t record.Template) []model.Exposure {
	if !s.looked {
		s.looked, s.exposed = true, a.look(&t.Decode().Spec)
	}
	return s.exposed
}
