package detail

import (
	"cmp"
	"errors"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
)

// standing is what is known of what is not there: it is the difference between "no" and "nobody knows".
type standing struct {
	settled bool
	// rule is the state of the rule that the finding is of.
	rule model.RuleState
	// open and loading count the rules that look at the object and could not be judged fully, or not yet.
	open, loading int
	// cover is what was seen of the object's kind, and why not all.
	cover  model.CoverState
	reason string
	// missing tells that the object would have been seen, if it were there.
	missing bool
}

// stand takes stock of a snapshot. It costs what the catalogue costs.
func (s *Screen) stand() standing {
	r := s.snap.Report
	n := standing{settled: r.Settled(), cover: s.snap.Cover.State(s.object.GroupKind())}
	if s.rule != nil {
		n.rule = r.Rules[s.rule.ID]
	}
	for _, rule := range s.looking {
		switch state := r.Rules[rule.ID]; {
		case state.Loading || len(r.Rules) == 0:
			n.loading++
		case state.Verdict != model.Yes:
			n.open++
		}
	}
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Kind == s.object.GroupKind() && c.State != model.Complete {
			n.reason = cmp.Or(n.reason, c.Reason)
		}
	}
	n.missing = n.cover == model.Complete && listed(s.object) && r.Inventory != nil && r.Inventory.Get(s.object) == nil
	return n
}

// listed tells whether objects of this kind are in the inventory.
func listed(o model.Ref) bool {
	if o.Group == "" && (o.Kind == "Namespace" || o.Kind == "Node") {
		return true
	}
	return record.TemplatePath(o.Kind) != "" && model.BuiltIn(o.GroupKind()) != nil
}

const noObject = "there is no such object"

// absence says that the object is not there, or that nobody knows; "" where it is there, as far as is known.
func (s *Screen) absence() string {
	if isCluster(s.object) {
		return ""
	}
	if !listed(s.object) {
		switch err := s.yaml.err; {
		case err == nil || s.yaml.target != s.object || s.yaml.doc != nil:
			return ""
		case errors.Is(err, model.ErrNotFound):
			return noObject
		default:
			return "nobody knows whether there is such an object: " + reason(err)
		}
	}
	switch {
	case s.there:
		return ""
	case s.now.missing:
		return noObject
	case s.now.cover == "" && !s.now.settled, s.now.cover == model.Loading:
		return "not seen so far: still loading"
	}
	return "it was not seen, but not all " + view.Plural(s.object.GroupKind()) + " were: " + cmp.Or(s.now.reason, string(s.now.cover))
}

// endedWords says of a finding or an object that it is no longer, never was, or that nobody knows.
func (s *Screen) endedWords() string {
	at := s.shared.Clock(s.ended)
	if s.rule == nil {
		return "gone since " + at + "; this is how it was last seen"
	}
	held := s.row != nil
	pick := func(before, never string) string {
		if held {
			return before
		}
		return never
	}
	switch state := s.now.rule; {
	case state.Loading:
		return pick("not found at this moment: still loading", "not found so far: still loading")
	case state.Verdict == model.Unknown:
		return pick("since "+at+" nobody knows whether it still holds: ", "nobody knows whether it holds: ") + cmp.Or(state.Reason, "the rule was not judged")
	case state.Verdict == model.Depends:
		return pick("since "+at+" no longer found in what is seen, which is not all: ", "not found in what was seen, which is not all: ") + state.Reason
	case s.now.missing:
		return pick("no longer holds since "+at+": the object is gone", noObject)
	case held:
		return "no longer holds since " + at
	case !judged(s.object) && model.BuiltIn(s.object.GroupKind()) != nil:
		return "no rule of this version looks at this kind"
	}
	return "does not hold as of " + at
}
