package capture

import (
	"context"
	"slices"

	"canopy/model"
	"canopy/model/undo"
)

// neverDone tells that a step is left out which takes back what never happened.
const neverDone = "There is nothing to take back: the step was never done."

func isSecret(ref model.Ref) bool { return ref.Group == "" && ref.Kind == "Secret" }

// doubted marks steps that take back what may never happen.
func doubted(back []model.Step) []model.Step {
	back = slices.Clone(back)
	for i := range back {
		back[i].IfDone = true
	}
	return back
}

// deed is what became of a step.
type deed struct {
	// left tells that there was nothing to take back.
	left bool
	// back takes it back: one step, or none where nothing was changed.
	back []model.Step
}

// carryOut works a step out, does it where that is wanted, and gives what takes it back.
func (s *Source) carryOut(ctx context.Context, step model.Step, fingerprint *string, really bool) (deed, error) {
	if err := ctx.Err(); err != nil {
		return deed{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	over := overlay{source: s}
	k := keyOf(step.Ref)
	if left, err := over.leftOut(step); left || err != nil {
		return deed{left: left}, err
	}
	if fingerprint != nil && !step.IfDone {
		before, err := s.whole(over.get(k))
		if err != nil {
			return deed{}, err
		}
		if undo.FingerprintFor(step, before) != *fingerprint {
			return deed{}, errChanged
		}
	}
	now, back, err := over.do(step)
	if err != nil {
		return deed{}, err
	}
	d := deed{}
	if !undo.Idle(back) {
		d.back = []model.Step{back}
	}
	if !really {
		return d, nil
	}
	if now == nil {
		old := s.objects[k]
		s.gone[k] = old
		delete(s.objects, k)
		s.publish(model.Drop(old.ref))
		return d, nil
	}
	k = keyOf(now.ref)
	s.objects[k] = now
	delete(s.gone, k)
	s.publish(model.Put(now.record))
	return d, nil
}

// Stand tells how the object of a step that takes a change back stands towards it.
func (s *Source) Stand(step model.Step) (undo.Standing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.settled(s.objects[keyOf(step.Ref)])
	if err != nil {
		return undo.Foreign, err
	}
	return undo.Stand(step, u)
}

// leftOut tells that a step takes back what was never done. The error tells that nobody knows.
func (v *overlay) leftOut(step model.Step) (bool, error) {
	if !step.IfDone {
		return false, nil
	}
	u, err := v.source.settled(v.get(keyOf(step.Ref)))
	if err != nil {
		return false, err
	}
	at, err := undo.Stand(step, u)
	if err == nil && at == undo.Foreign {
		err = errForeign
	}
	return err == nil && at == undo.Moot, err
}
