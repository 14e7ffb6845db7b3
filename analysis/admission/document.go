package admission

import (
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/manifest"
	"canopy/model"
)

// ruleLabel on a policy or binding names the rule that it guards against.
const ruleLabel = "canopy/rule"

// object writes an object of the admission group.
func object(kind, name, rule string, spec map[string]any) map[string]any {
	k := model.KindByName(kind)
	return map[string]any{
		"apiVersion": k.Group + "/" + k.Version, "kind": kind,
		"metadata": map[string]any{"name": name, "labels": map[string]any{ruleLabel: rule}},
		"spec":     spec,
	}
}

// document makes the step that creates an object, or brings the one of its name to the same content where there is one.
func document(body map[string]any, exists bool) (Document, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return Document{}, fmt.Errorf("guard: %w", err)
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		return Document{}, fmt.Errorf("guard: %w", err)
	}
	step := model.Step{Verb: model.Create, Ref: refOf(body), Body: data}
	if exists {
		step.Verb, step.PatchType = model.Patch, types.MergePatchType
	}
	return Document{Step: step, YAML: text}, nil
}

func refOf(body map[string]any) model.Ref {
	return model.KindByName(body["kind"].(string)).Ref("", nameOf(body))
}

func nameOf(body map[string]any) string {
	return body["metadata"].(map[string]any)["name"].(string)
}

// nameFor gives the name of the policy of a rule: canopy-ps01-privileged. What it does is told by more words where a rule
// has several.
func nameFor(rule *model.Rule, more ...string) string {
	words := append([]string{"canopy", rule.ID, rule.Short}, more...)
	return slug(strings.Join(words, "-"))
}

// slug makes a name of words: lower case letters and digits, with single dashes between.
func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
			continue
		}
		dash = true
	}
	return b.String()
}

// firstSentence gives the first sentence of a text on one line.
func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}
