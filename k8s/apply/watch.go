package apply

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

const (
	// look is how often an owner is looked at while it rolls out, and inquire how often its pods are.
	look    = time.Second
	inquire = 5
)

// owner is one that a step lets roll out.
type owner struct {
	step   int
	ref    model.Ref
	target target
	// said is what was told last.
	said string
	// trouble is what its pods have, as far as was seen.
	trouble string
	looked  int
}

// Watch looks at the owners whose pods a plan makes or replaces until each has rolled out, by the rules of kubectl rollout
// status, or the context ends; those that have not by then are stuck, with what their pods say. What nobody rolls out, such as
// OnDelete strategies, is told with what to do.
func (w *Writer) Watch(ctx context.Context, plan model.Plan, progress func(model.Check)) ([]model.Check, error) {
	var list []model.Check
	tell := told(&list, progress)
	var waiting []*owner
	for i, step := range plan.Steps {
		o := &owner{step: i, ref: step.Ref, target: target{kind: model.BuiltIn(step.Ref.GroupKind()), namespace: step.Ref.Namespace, name: step.Ref.Name}}
		if o.target.kind != nil && templatePath(o.target) != nil && touchesTemplate(step) {
			waiting = append(waiting, o)
		}
	}
	for len(waiting) > 0 {
		var still []*owner
		for _, o := range waiting {
			check, ended := w.progress(ctx, o)
			switch {
			case ended:
				tell(check)
				continue
			case progress != nil && check.Message != o.said:
				progress(check)
			}
			o.said = check.Message
			still = append(still, o)
		}
		waiting = still
		if len(waiting) > 0 && !w.wait(ctx, look) {
			break
		}
	}
	for _, o := range waiting {
		tell(w.stuck(ctx, o))
	}
	return list, nil
}

// touchesTemplate tells whether a step makes pods, or changes what they are made from.
func touchesTemplate(step model.Step) bool {
	switch {
	case step.Verb == model.Create:
		return true
	case step.Verb == model.Delete || step.Ref.Kind == "Pod":
		return false
	case step.PatchType == types.JSONPatchType:
		var list []struct{ Path string }
		if json.Unmarshal(step.Body, &list) != nil {
			return false
		}
		for _, o := range list {
			if strings.HasPrefix(o.Path, "/spec/template") || strings.HasPrefix(o.Path, "/spec/jobTemplate") || o.Path == "/spec" {
				return true
			}
		}
		return false
	}
	var body struct{ Spec map[string]any }
	if json.Unmarshal(step.Body, &body) != nil {
		return false
	}
	_, template := body.Spec["template"]
	_, jobTemplate := body.Spec["jobTemplate"]
	return template || jobTemplate
}

// progress looks at one owner. It has ended where its rollout is over, one way or the other.
func (w *Writer) progress(ctx context.Context, o *owner) (model.Check, bool) {
	check := model.Check{Rung: model.RungApplied, Step: o.step}
	u, err := w.reading.get(ctx, o.target)
	switch {
	case err != nil && lost(err):
		check.Outcome, check.Message = model.Untestable, faultOf(err).message+" It is asked again."
		return check, false
	case err != nil:
		f := faultOf(err)
		check.Outcome, check.Cause, check.Message = model.Untestable, f.cause, "Whether it rolls out was not seen. "+f.message
		return check, true
	case u == nil:
		check.Outcome, check.Cause, check.Message = model.Failed, model.CauseMissing, "It is gone: somebody has deleted it meanwhile."
		return check, true
	}
	s := rollout(u)
	check.Message = s.message
	switch {
	case s.failed:
		check.Outcome, check.Cause = model.Failed, model.CauseStuck
		check.Message += w.because(ctx, o, u)
	case s.warned:
		check.Outcome = model.Warned
	case !s.done:
		o.looked++
		if o.looked%inquire == 0 {
			o.trouble = w.because(ctx, o, u)
		}
		if o.trouble != "" {
			check.Outcome = model.Warned
			check.Message += o.trouble
		}
		return check, false
	}
	return check, true
}

// stuck makes the check of an owner that had not rolled out when the time was over.
func (w *Writer) stuck(ctx context.Context, o *owner) model.Check {
	check := model.Check{Rung: model.RungApplied, Step: o.step, Outcome: model.Failed, Cause: model.CauseStuck}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.asking)
	defer cancel()
	check.Message = "The rollout had not ended when the time was over. " + o.said
	u, err := w.reading.get(ctx, o.target)
	if err != nil || u == nil {
		return check
	}
	s := rollout(u)
	if s.done {
		return model.Check{Rung: model.RungApplied, Step: o.step, Message: s.message}
	}
	check.Message = "The rollout had not ended when the time was over: " + s.message + w.because(ctx, o, u)
	return check
}
