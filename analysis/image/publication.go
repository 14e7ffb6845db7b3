package image

import (
	"slices"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/record"
)

// proof is evidence that stands by itself.
type proof struct{ lines []model.Evidence }

// Evidence gives the lines.
func (p *proof) Evidence() []model.Evidence { return p.lines }

// showing is evidence where an owner names images. It is put together when asked for, from what does not change.
type showing struct {
	finding *model.Finding
	lines   []line
}

// line is what is told of one image.
type line struct {
	// pod shows it where its owner does not; nil where the owner does.
	pod    *model.Ref
	slot   *slot
	digest string
	// text says what, after the name of the image, or by itself where it is whole.
	text  string
	whole bool
	// verdict stands before it where it is of a scan: its place among Verdicts, from 1 on.
	verdict int8
}

// Evidence gives the lines.
func (s *showing) Evidence() []model.Evidence {
	list := make([]model.Evidence, len(s.lines))
	for i := range s.lines {
		l := &s.lines[i]
		e := model.Evidence{Object: s.finding.Object, Value: l.text}
		if l.pod != nil {
			e.Object, e.Path = *l.pod, "spec."+l.slot.path()
		} else {
			e.Path = record.TemplatePath(e.Object.Kind) + "." + l.slot.path()
		}
		if !l.whole {
			e.Value = l.subject() + ": "
			if l.verdict > 0 {
				e.Value += string(Verdicts()[l.verdict-1]) + ": "
			}
			e.Value += l.text
		}
		list[i] = e
	}
	return list
}

// subject names an image: as the spec does, and by what runs.
func (l *line) subject() string {
	if l.digest == "" {
		return brief(l.slot.text)
	}
	return brief(l.slot.text) + " (" + short(l.digest) + ")"
}

// finding makes a finding that holds; nil where the catalogue does not have the rule.
func (r *round) finding(id string, severity model.Severity, object model.Ref, lines ...model.Evidence) *model.Finding {
	return analysis.NewFinding(r.rules[id], severity, object, r.c.Get(object), &proof{lines})
}

// telling is finding for what an owner shows.
func (r *round) telling(id string, severity model.Severity, object model.Ref, lines []line) *model.Finding {
	s := &showing{lines: slices.Clone(lines)}
	s.finding = analysis.NewFinding(r.rules[id], severity, object, r.c.Get(object), s)
	return s.finding
}

// gather leaves out what there is not.
func gather(list ...*model.Finding) []*model.Finding {
	return slices.Clone(slices.DeleteFunc(list, func(f *model.Finding) bool { return f == nil }))
}

// stand says what is found on an object.
func (r *round) stand(ref model.Ref, now []*model.Finding) { r.stood.Set(ref, now, r.out) }
