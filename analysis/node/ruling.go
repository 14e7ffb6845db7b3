package node

import (
	"canopy/model"
)

// past judges whether support of a kubelet has ended, or patches are missing: VP04.
func (r *round) past(s *seat, k *release) *model.Finding {
	g, why := k.standing()
	if g == fine {
		return nil
	}
	return r.finding("VP04", gravity(g), s.ref, s.since, tell(s.ref, kubeletPath, s.kubelet, why))
}

func gravity(g grave) model.Severity {
	if g == past {
		return model.High
	}
	return model.Medium
}

// tell makes a line of evidence of each reason.
func tell(object model.Ref, path, raw string, why []string) []model.Evidence {
	var lines []model.Evidence
	for _, w := range why {
		lines = append(lines, model.Evidence{Object: object, Path: path, Value: raw + ": " + w})
	}
	return lines
}

// behind judges whether the system of a node is out of support, behind its pool, or waits to be booted: VP07.
func (r *round) behind(s *seat, l *lookup, d *drift, w *waiting) *model.Finding {
	severity := model.Medium
	var lines []model.Evidence
	see := func(path, value string) {
		lines = append(lines, model.Evidence{Object: s.ref, Path: path, Value: value})
	}
	switch l.system.phase {
	case ended:
		severity = model.High
		see("status.nodeInfo.osImage", s.image+": "+l.system.Detail)
	case extended:
		see("status.nodeInfo.osImage", s.image+": "+l.system.Detail)
	}
	if l.runtime.phase >= extended || l.runtime.late {
		see("status.nodeInfo.containerRuntimeVersion", s.runtime+": "+l.runtime.Detail)
	}
	for i, path := range [...]string{ofKernel: "kernelVersion", ofSystem: "osImage", ofRuntime: "containerRuntimeVersion"} {
		if newer := d.behind[i]; newer != "" {
			see("status.nodeInfo."+path, s.traits[i].text+": pool "+s.facts.pool+" has "+newer)
		}
	}
	if w.key != "" {
		see("metadata.annotations["+w.key+"]", w.value)
	}
	return r.finding("VP07", severity, s.ref, s.since, lines)
}

// left judges whether a node is out of use for long: VP09.
func (r *round) left(s *seat, i *idle) *model.Finding {
	var lines []model.Evidence
	for _, c := range i.long {
		lines = append(lines, model.Evidence{Object: s.ref, Path: c.path, Value: c.value})
	}
	if len(lines) > 0 {
		return r.finding("VP09", model.Medium, s.ref, i.since, lines)
	}
	for _, c := range i.unsure {
		lines = append(lines, model.Evidence{Object: s.ref, Path: c.path, Value: c.value})
	}
	return weaken(r.finding("VP09", model.Medium, s.ref, 0, lines), model.Unknown, "since when it is so is not told")
}
