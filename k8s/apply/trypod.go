package apply

import (
	"context"
	"encoding/json"
	"fmt"

	"canopy/model"
)

// TryPods has the server judge one pod of every template that a step makes or changes, as a dry run. The pod is asked for by
// the user and without an owner; where a policy goes by who makes a pod, or by its owner, the real one may fare otherwise.
func (w *Writer) TryPods(ctx context.Context, plan model.Plan, progress func(model.Check)) ([]model.Check, error) {
	var list []model.Check
	tell := told(&list, progress)
	for i, step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return list, err
		}
		t := target{kind: model.BuiltIn(step.Ref.GroupKind())}
		if step.Verb == model.Delete || t.kind == nil || templatePath(t) == nil {
			continue
		}
		check, tried := w.tryPod(ctx, plan, i)
		if !tried {
			continue
		}
		tell(check)
		if check.Cause == model.CauseLost {
			return list, fmt.Errorf("%s: %s", step.Ref, check.Message)
		}
	}
	if len(list) == 0 {
		tell(model.Check{Rung: model.RungSyntheticPod, Step: model.WholePlan, Message: "No step makes or changes pods."})
	}
	return list, nil
}

// tryPod tries a pod of one step; false where the step changes no template.
func (w *Writer) tryPod(ctx context.Context, plan model.Plan, i int) (model.Check, bool) {
	step := plan.Steps[i]
	check := model.Check{Rung: model.RungSyntheticPod, Step: i}
	r, err := w.rehearse(ctx, step)
	if err != nil {
		// Whether the step itself works is told by its own dry run.
		check = judge(check, plan.Steps[:i], step, err)
		if check.Cause != model.CauseLost {
			check.Outcome = model.Untestable
			check.Message = "There is no pod to try, since the dry run of the step gives no object. " + check.Message
		}
		return check, true
	}
	pod, err := podOf(r)
	if pod == nil && err == nil {
		return check, false
	}
	var body []byte
	if err == nil {
		body, err = json.Marshal(pod)
	}
	if err != nil {
		check.Outcome, check.Cause, check.Message = model.Untestable, model.CauseOther, "No pod can be made of the template: "+err.Error()
		return check, true
	}
	pods := target{kind: model.KindByName("Pod"), namespace: r.target.namespace}
	a, err := w.rehearsing.create(ctx, pods, body)
	check.Warnings = a.warnings
	switch {
	case err != nil:
		check = w.refused(judge(check, plan.Steps[:i], model.Step{Verb: model.Create, Ref: pods.kind.Ref(pods.namespace, "")}, err), r, err)
	case len(a.warnings) > 0:
		check.Outcome = model.Warned
	}
	return check, true
}

// refused goes into what a refusal of a pod means for its owner.
func (w *Writer) refused(check model.Check, r rehearsal, err error) model.Check {
	switch {
	case check.Outcome == model.Failed && check.Cause == model.CauseForbidden:
		// The controllers may make pods, whether the user may or not.
		check.Outcome = model.Untestable
		check.Message = "You may not make pods, so none was tried; the controllers may all the same. " + check.Message
	case overQuota(err) && makesRoom(r):
		check.Outcome = model.Warned
		check.Message = "The quota has no room for one more pod; the old ones go before the new ones come. " + check.Message
	}
	return check
}
