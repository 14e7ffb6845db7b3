package capture

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"canopy/model"
	"canopy/model/record"
)

// TryPods judges the templates that a plan makes or changes by the Pod Security labels of their namespaces, as the plan leaves
// them. Nothing else admits pods in memory: quotas, limits and webhooks are not asked.
func (s *Source) TryPods(ctx context.Context, plan model.Plan, progress func(model.Check)) ([]model.Check, error) {
	var list []model.Check
	tell := told(&list, progress)
	s.mu.Lock()
	defer s.mu.Unlock()
	over := overlay{source: s, changed: map[key]*object{}}
	for i, step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return list, err
		}
		old := over.get(keyOf(step.Ref))
		left, err := over.leftOut(step)
		if left || err != nil {
			// There is nothing to do, or the dry run tells that nobody knows.
			continue
		}
		now, _, err := over.do(step)
		if err != nil {
			// The dry run tells that the step does not work.
			continue
		}
		over.changed[keyOf(refOf(step, now))] = now
		template, changed := templateOf(now), true
		if old != nil {
			changed = templateOf(old) != template
		}
		if !template.IsZero() && changed {
			tell(over.tryPod(i, now.ref.Namespace, template))
		}
	}
	if len(list) == 0 {
		tell(model.Check{Rung: model.RungSyntheticPod, Step: model.WholePlan, Message: "No step makes or changes pods."})
	}
	return list, nil
}

// templateOf gives the pod template of an object; zero where it has none.
func templateOf(o *object) record.Template {
	if o == nil {
		return record.Template{}
	}
	switch r := o.record.(type) {
	case *record.Pod:
		return r.Template
	case *record.Workload:
		return r.Template
	}
	return record.Template{}
}

func (v *overlay) tryPod(i int, namespace string, template record.Template) model.Check {
	check := model.Check{Rung: model.RungSyntheticPod, Step: i}
	o := v.get(keyOf(model.KindByName("Namespace").Ref("", namespace)))
	if o == nil {
		check.Outcome, check.Message = model.Untestable, "No admission runs in memory, and the namespace, whose labels would tell something, was not read."
		return check
	}
	space, ok := o.record.(*record.Typed[*corev1.Namespace])
	if !ok {
		check.Outcome, check.Message = model.Untestable, "No admission runs in memory."
		return check
	}
	open := api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()}
	// Labels that do not parse come back as the strictest level, as in the API server.
	todo, _ := api.PolicyToEvaluate(space.GetLabels(), api.Policy{Enforce: open, Audit: open, Warn: open})
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		check.Outcome, check.Message = model.Untestable, "Pod Security cannot be judged: "+err.Error()
		return check
	}
	t := template.Decode()
	breaks := func(level api.LevelVersion) string {
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(level, &t.ObjectMeta, &t.Spec))
		if level.Level == api.LevelPrivileged || result.Allowed {
			return ""
		}
		return level.String() + ": " + strings.Join(result.ForbiddenReasons, ", ")
	}
	check.Message = "Judged by the Pod Security labels of the namespace; nothing else admits pods in memory."
	if why := breaks(todo.Warn); why != "" {
		check.Outcome = model.Warned
		check.Warnings = []string{"would violate PodSecurity " + why}
	}
	if why := breaks(todo.Enforce); why != "" {
		check.Outcome, check.Cause, check.Message = model.Failed, model.CauseRefused, "Pod Security of the namespace refuses it: "+why
	}
	return check
}
