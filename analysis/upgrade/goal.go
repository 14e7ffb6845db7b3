package upgrade

import (
	"slices"

	"canopy/analysis/lifecycle"
)

// goal is the version to go to: the newest patch of the minor that the control plane has, or another minor where support of its own has
// ended: the newest that is supported, or where only support that costs extra is left the next that has standard support for long enough.
// What is newer than the control plane already pulls it along, since nothing is taken back. Doubts say what could not be told; false where no API server told.
func (s *scene) goal() (to lifecycle.Version, doubts []string, ok bool) {
	if len(s.servers) == 0 {
		return lifecycle.Version{}, nil, false
	}
	own := minorOf(s.highest())
	top := own
	s.each(func(v *lifecycle.Version) {
		if m := minorOf(*v); m > top && s.released(m) {
			top = m
		}
	})
	over, known := s.ended(top)
	until, paid := s.paid(top)
	newer := slices.DeleteFunc(s.supported(), func(m minor) bool { return m <= top })
	switch {
	case !known:
		doubts = append(doubts, "until when Kubernetes "+top.String()+" is supported: no table here knows it")
	case (over || paid) && len(newer) == 0:
		why := " is past support"
		if paid {
			why = " has paid support until " + until.String() + " alone"
		}
		doubts = append(doubts, "which supported minor to go to: Kubernetes "+top.String()+why+", and the tables know of none that is newer and supported")
	case over:
		top = newer[len(newer)-1]
	case paid:
		top = s.lasting(newer)
	}
	to, ok = s.best(top)
	if !ok {
		doubts = append(doubts, "the newest patch of Kubernetes "+top.String()+": no table here knows its releases")
	}
	if high := s.highest(); top == own && high.Compare(to) > 0 && show(to) != to.Line() {
		// Nothing is taken back.
		to, _ = lifecycle.ParseVersion(high.Plain())
	}
	return to, doubts, true
}

// lasting is the first of some minors whose standard support does not end within the time in which people are told to go on, else the
// newest: whoever has to leave paid support does not want to do so again next week.
func (s *scene) lasting(list []minor) minor {
	enough := lifecycle.DayOf(s.today.Time().Add(lifecycle.DueBefore))
	for _, m := range list {
		if end := s.standard(m); end > enough {
			return m
		}
	}
	return list[len(list)-1]
}

// holds says until when the minor that a plan leads to has standard support; "" where no table tells.
func (p *planner) holds() string {
	m := minorOf(p.target)
	end := p.standard(m)
	if end == 0 || end < p.today {
		return ""
	}
	return "; " + m.String() + " has standard support until " + end.String()
}

// best is the release of a minor to go to: the newest patch, or that of a provider's builds; where the provider tells none, the minor alone,
// since nobody but the provider decides which patch that is. False where no table knows a release.
func (s *scene) best(m minor) (lifecycle.Version, bool) {
	if s.host.lent() {
		if v, _, ok := s.built(m); ok {
			return v, true
		}
		return m.whole(), true
	}
	if v, ok := s.newest(m); ok {
		return v, true
	}
	return m.initial(), false
}

// offer says of a step what its provider has to have for it.
func (s *scene) offer(m *move) string {
	brand, to := s.host.brand, minorOf(m.to)
	if brand == "" {
		return ""
	}
	text := ""
	if m.what == Node && s.host.lent() {
		text = "; it goes to the build that " + brand + " has for " + to.String()
	}
	v, source, ok := s.built(to)
	switch {
	case !s.host.lent():
		return "; no table here tells whether " + brand + " has built " + show(m.to) + " yet"
	case len(s.builds(to)) == 0:
		return text + "; no table here tells whether " + brand + " offers " + to.String()
	case m.what == ControlPlane && ok && v.Compare(m.to) == 0:
		return text + "; " + brand + " has it" + since(source) + ", and may not offer it to this cluster, by its channel and region"
	}
	return text
}

// since says as of when something is known.
func since(s *lifecycle.Source) string {
	if s == nil || s.AsOf == 0 {
		return ""
	}
	return " as of " + s.AsOf.String()
}
