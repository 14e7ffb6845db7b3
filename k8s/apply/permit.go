package apply

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/k8s/access"
	"canopy/k8s/guard"
	"canopy/model"
)

// MayI asks the server about each step by reviews of the user's own rights, which store nothing. To change or delete an
// object one must also be able to read it, or nothing could take that back.
func (w *Writer) MayI(ctx context.Context, plan model.Plan) ([]model.Check, error) {
	var list []model.Check
	for i, step := range plan.Steps {
		check := model.Check{Rung: model.RungPermitted, Step: i}
		t, err := w.find(ctx, step)
		if err != nil {
			f := faultOf(err)
			if f.cause == model.CauseLost {
				return list, fmt.Errorf("the server was not asked: %w", err)
			}
			check.Outcome, check.Cause, check.Message = model.Failed, f.cause, f.message
			if bringsKind(plan.Steps[:i], step.Ref) {
				check.Outcome, check.Cause, check.Message = model.Untestable, model.CauseEarlier, "The server does not know this kind until an earlier step is done."
			}
			list = append(list, check)
			continue
		}
		verbs := []string{string(step.Verb)}
		if step.Verb != model.Create {
			verbs = append(verbs, "get")
		}
		for _, verb := range verbs {
			allowed, reason, err := w.may(ctx, t, verb)
			if err != nil {
				return list, fmt.Errorf("the server does not say what this user may do: %w", err)
			}
			if !allowed && check.Outcome == model.Passed {
				check.Outcome, check.Cause = model.Failed, model.CauseForbidden
				check.Message = refusal(t, verb, reason)
			}
		}
		list = append(list, check)
	}
	return list, nil
}

func refusal(t target, verb, reason string) string {
	what := schema.GroupResource{Group: t.kind.Group, Resource: t.kind.Resource}.String()
	where := ""
	if t.kind.Namespaced {
		where = " in namespace " + t.namespace
	}
	why := ""
	if verb == "get" {
		why = ", without which nothing could take the change back"
	}
	if reason != "" {
		reason = fmt.Sprintf(" The server says: %q", guard.Brief(reason))
	}
	return fmt.Sprintf("You may not %s %s%s%s. %s%s", verb, what, where, why, exportInstead, reason)
}

// may asks one question. For what is yet to be made the name does not count, as for the server itself.
func (w *Writer) may(ctx context.Context, t target, verb string) (allowed bool, reason string, err error) {
	q := access.Question{Verb: verb, Group: t.kind.Group, Version: t.kind.Version, Resource: t.kind.Resource}
	if t.kind.Namespaced {
		q.Namespace = t.namespace
	}
	if verb != string(model.Create) {
		q.Name = t.name
	}
	client, err := w.reading.general()
	if err != nil {
		return false, "", err
	}
	ctx, cancel := w.reading.bounded(ctx)
	defer cancel()
	return q.Ask(ctx, client)
}
