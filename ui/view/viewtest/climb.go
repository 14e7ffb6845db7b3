package viewtest

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/analysis/rbac"
	"canopy/analysis/rollout"
	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/mask"
	"canopy/model/record"
)

// Climb judges a plan in memory, as far as it is asked, by what the controllers would make of it.
func (s *Session) Climb(ctx context.Context, plan model.Plan, to model.Rung, progress func(model.Check)) (*model.Trial, error) {
	if s.Server.Away != nil {
		return &model.Trial{}, s.Server.Away
	}
	trial := &model.Trial{Steps: make([]model.StepTrial, len(plan.Steps))}
	for rung := model.RungPermitted; rung <= min(to, model.RungSyntheticPod); rung++ {
		s.asks(rung.String())
		for i, step := range plan.Steps {
			if rung == model.RungSyntheticPod && (record.TemplatePath(step.Ref.Kind) == "" || step.Verb == model.Delete) {
				continue
			}
			c := model.Check{Rung: rung, Step: i}
			if rung == model.RungDryRun {
				if err := s.expand(ctx, model.Plan{Steps: plan.Steps[:i+1]}, nil); err != nil {
					c.Outcome, c.Cause, c.Message = model.Failed, model.CauseInvalid, err.Error()
				}
				trial.Steps[i] = s.tried(step)
			}
			c, err := s.judge(ctx, c, progress)
			if err != nil {
				return trial, err
			}
			trial.Checks = append(trial.Checks, c)
		}
	}
	return trial, nil
}

// expand gives what a plan comes to once all controllers have settled.
func (s *Session) expand(ctx context.Context, plan model.Plan, changes *[]model.Change) error {
	var failure error
	err := s.Ask(ctx, func(c *cluster.Cluster, _ *rbac.Analyser, _ string) {
		var list []model.Change
		if list, _, failure = rollout.Expand(c, plan); changes != nil {
			*changes = list
		}
	})
	if err != nil {
		return err
	}
	return failure
}

// tried gives an object before and after a step, masked. An annotation tells what the server alone would add.
func (s *Session) tried(step model.Step) model.StepTrial {
	before, after, err := s.played(step)
	if err != nil {
		return model.StepTrial{}
	}
	t := model.StepTrial{Before: before, After: after}
	if before != nil {
		t.Fingerprint = fmt.Sprint(before.Object)
		mask.Object(t.Before, detect.Default())
	}
	if after != nil && step.Verb == model.Create {
		_ = unstructured.SetNestedField(after.Object, "true", "metadata", "annotations", "kubernetes.io/by-the-server")
		t.Besides = []string{"metadata.annotations"}
	}
	mask.Object(t.After, detect.Default())
	return t
}

// played gives an object as it is, and as a step would leave it; nil where there is none.
func (s *Session) played(step model.Step) (before, after *unstructured.Unstructured, err error) {
	before = s.object(step.Ref)
	_, text, err := rollout.Show(before, step)
	if err != nil || step.Verb == model.Delete {
		return before, nil, err
	}
	after = &unstructured.Unstructured{}
	if err := yaml.Unmarshal(text, &after.Object); err != nil {
		return nil, nil, err
	}
	return before, after, nil
}
