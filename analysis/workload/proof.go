package workload

import (
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// snapshot is what the findings of a group rest on. It is immutable: a group that changes makes a new one.
type snapshot struct {
	owner model.Ref
	own   *judgement
	// rules holds those that the owner itself shows, by its template or by what it is.
	rules rules
	// naked tells that the owner is a pod without a controller.
	naked bool
	// leaks are the credentials in the owner's own annotations.
	leaks []hit
	// first is the running pod with the smallest name, where the owner was not seen and a pod has to stand for it.
	first    model.Ref
	parts    []part
	sessions []*session
}

// part is the pods of one judgement that show what the owner's template does not, or an owner of pods between.
type part struct {
	judgement *judgement
	// pod is the first of the pods, or the owner between.
	pod   model.Ref
	since int64
	// rules holds those that the pods show, and adds those of them with evidence beyond the owner's.
	rules, adds rules
	// leaks are the credentials in the annotations of the pods that the owner's do not account for.
	leaks []hit
}

func (p *part) equal(o *part) bool {
	return p.judgement == o.judgement && p.pod == o.pod && p.since == o.since && p.rules == o.rules && p.adds == o.adds && slices.Equal(p.leaks, o.leaks)
}

func (s *snapshot) equal(o *snapshot) bool {
	if o == nil || s.owner != o.owner || s.own != o.own || s.rules != o.rules || s.naked != o.naked || s.first != o.first || len(s.parts) != len(o.parts) ||
		len(s.sessions) != len(o.sessions) || !slices.Equal(s.leaks, o.leaks) {
		return false
	}
	for i := range s.parts {
		if !s.parts[i].equal(&o.parts[i]) {
			return false
		}
	}
	for i := range s.sessions {
		if !s.sessions[i].equal(o.sessions[i]) {
			return false
		}
	}
	return true
}

// proof is one rule on a snapshot.
type proof struct {
	snapshot *snapshot
	rule     rule
}

// Evidence lists the fields of the owner's template, then those of pods that it does not account for.
func (p proof) Evidence() []model.Evidence {
	s := p.snapshot
	var list []model.Evidence
	var told []hit
	prefix := record.TemplatePath(s.owner.Kind)
	if s.rules.has(p.rule) {
		switch p.rule {
		case ps27:
			at := s.owner
			if !s.first.IsZero() {
				at = s.first
			}
			list = append(list, model.Evidence{Object: at, Path: "metadata.namespace", Value: s.owner.Namespace})
		case ps28:
			if s.naked {
				list = append(list, model.Evidence{Object: s.owner, Path: "metadata.ownerReferences"})
			}
		}
		for _, h := range evidenceOf(s.own, s.rules, p.rule) {
			list = append(list, h.evidence(s.owner, join(prefix, h.path)))
			told = append(told, h)
		}
		if p.rule == se01 {
			for _, h := range s.leaks {
				list = append(list, h.evidence(s.owner, h.path))
			}
		}
	}
	for i := range s.parts {
		part := &s.parts[i]
		if !part.adds.has(p.rule) {
			continue
		}
		for _, h := range evidenceOf(part.judgement, part.rules, p.rule) {
			if contains(told, &h) {
				continue
			}
			list = append(list, h.evidence(part.pod, join(record.TemplatePath(part.pod.Kind), h.path)))
			told = append(told, h)
		}
		if p.rule != se01 {
			continue
		}
		for _, h := range part.leaks {
			if !contains(told, &h) {
				list = append(list, h.evidence(part.pod, h.path))
				told = append(told, h)
			}
		}
	}
	for _, d := range s.sessions {
		for _, h := range d.of(p.rule) {
			list = append(list, h.evidence(d.pod, join("spec", h.path)))
		}
	}
	return list
}

func (h *hit) evidence(object model.Ref, path string) model.Evidence {
	return model.Evidence{Object: object, Path: path, Value: h.value, Print: h.print}
}

// join puts the path of a hit behind the path of a pod spec.
func join(spec, path string) string {
	if strings.HasPrefix(path, metadataPath) {
		return strings.TrimSuffix(spec, "spec") + path
	}
	return spec + "." + path
}

// evidenceOf gives the hits of a rule: those of the template, or for rules on the account what the template says of it.
func evidenceOf(j *judgement, shown rules, r rule) []hit {
	if j == nil || !shown.has(r) {
		return nil
	}
	switch r {
	case lp21:
		return []hit{{rule: lp21, severity: ruleTable[lp21].severity, path: "serviceAccountName", value: j.account}}
	case lp24:
		return []hit{{rule: lp24, severity: ruleTable[lp24].severity, path: "serviceAccountName", value: j.account}}
	case lp22:
		return []hit{{rule: lp22, severity: ruleTable[lp22].severity, path: "automountServiceAccountToken", value: j.automount}}
	}
	return j.of(r)
}

func contains(list []hit, h *hit) bool {
	for i := range list {
		if list[i].same(h) {
			return true
		}
	}
	return false
}

// beyond gives the rules for which a judgement shows something that the owner's own does not.
func beyond(own *judgement, ownRules rules, j *judgement, shown rules) rules {
	if j == own && shown&^ownRules == 0 {
		return 0
	}
	var adds rules
	for r := range ruleCount {
		if !shown.has(r) {
			continue
		}
		if !ownRules.has(r) {
			adds.add(r)
			continue
		}
		theirs := evidenceOf(own, ownRules, r)
		mine := evidenceOf(j, shown, r)
		for i := range mine {
			// Most often the two lists are equal.
			if i < len(theirs) && theirs[i] == mine[i] {
				continue
			}
			if !contains(theirs, &mine[i]) {
				adds.add(r)
				break
			}
		}
	}
	return adds
}
