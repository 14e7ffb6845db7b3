package command

import (
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/manifest"
	"canopy/analysis/secret/detect"
	"canopy/cmd/canopy/ladder"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/mask"
)

// showChanges tells on standard error what each step changes in its object, as the server would do it, with values masked that may
// be secret: this is what is confirmed.
func (r *run) showChanges(plan model.Plan, trial *model.Trial) {
	for i, step := range plan.Steps {
		var tried model.StepTrial
		if i < len(trial.Steps) {
			tried = trial.Steps[i]
		}
		r.warn(fmt.Sprintf("%d of %d: %s %s:", i+1, len(plan.Steps), step.Verb, output.Word(step.Ref.String())))
		for line := range strings.Lines(changeText(step, &tried)) {
			r.warn("    " + strings.TrimRight(line, "\n"))
		}
	}
}

// changeText is the difference that a step makes, where the trial knows it, else what the step says by itself.
func changeText(step model.Step, tried *model.StepTrial) string {
	before, after := tried.Before, tried.After
	switch {
	case step.Verb == model.Create && after == nil, step.Verb == model.Patch && (before == nil || after == nil):
		return bodyText(step)
	case step.Verb == model.Delete && before == nil:
		return "what it deletes is not known\n"
	case step.Verb == model.Delete:
		after = nil
	}
	old, oldErr := shownYAML(before)
	now, nowErr := shownYAML(after)
	if oldErr != nil || nowErr != nil {
		return bodyText(step)
	}
	diff := output.Diff("object", "object", old, now)
	if diff == "" {
		return "no field that is shown changes\n"
	}
	// The object was named already.
	_, diff, _ = strings.Cut(diff, "\n")
	_, diff, _ = strings.Cut(diff, "\n")
	return diff
}

// bodyText is what a step sends. Of a JSON patch it has the fields alone: what stands in them cannot be told from what is secret.
func bodyText(step model.Step) string {
	if fields := ladder.Fields(step); len(fields) > 0 {
		return "changes " + strings.Join(fields, ", ") + "\n"
	}
	object := map[string]any{}
	if json.Unmarshal(step.Body, &object) != nil {
		return "what it changes cannot be shown\n"
	}
	// By its kind a mask knows what an object holds, and a patch names none.
	object["apiVersion"], object["kind"] = step.Ref.APIVersion(), step.Ref.Kind
	text, err := shownYAML(&unstructured.Unstructured{Object: object})
	if err != nil {
		return "what it changes cannot be shown\n"
	}
	return text
}

// shownYAML is an object as it may be shown; "" for none.
func shownYAML(u *unstructured.Unstructured) (string, error) {
	if u == nil {
		return "", nil
	}
	u = u.DeepCopy()
	mask.Object(u, detect.Default())
	data, err := json.Marshal(u.Object)
	if err != nil {
		return "", err
	}
	text, err := manifest.FromJSON(data)
	return string(text), err
}
