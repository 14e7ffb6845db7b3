package mask

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"canopy/model"
)

// ErrHeld is what the error of every plan wraps that would write a mask.
var ErrHeld = errors.New("it holds " + Text + ": that is Canopy's mask, not a value")

// Held lists where a tree of JSON or YAML holds the mask, in a key or in a text, plainly, escaped as in JSON, or in base64: as
// paths like data.password or spec.containers[0].env[1].value, sorted as they stand in it.
func Held(tree any) []string {
	var paths []string
	search(tree, "", func(path string) { paths = append(paths, path) })
	return paths
}

func search(tree any, path string, found func(string)) {
	switch t := tree.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(t)) {
			below := key(path, k)
			if holds(k) {
				found(below)
				continue
			}
			search(t[k], below, found)
		}
	case []any:
		for i := range t {
			search(t[i], fmt.Sprintf("%s[%d]", path, i), found)
		}
	case string:
		if holds(t) {
			found(path)
		}
	}
}

// key adds a key to a path; one that could be taken for two stands in brackets.
func key(path, k string) string {
	switch {
	case strings.ContainsAny(k, ".[]/") || k == "":
		return path + "[" + k + "]"
	case path == "":
		return k
	}
	return path + "." + k
}

// holds tells that a text holds the mask.
func holds(text string) bool {
	if plainly(text) {
		return true
	}
	// Kubernetes and most tools wrap base64 in lines or not, and pad it or not.
	packed := strings.TrimRight(strings.NewReplacer("\n", "", "\r", "", " ", "", "-", "+", "_", "/").Replace(text), "=")
	data, err := base64.RawStdEncoding.DecodeString(packed)
	return err == nil && plainly(string(data))
}

// plainly looks for the mask as it is, and as it stands in JSON that is a text itself.
func plainly(text string) bool {
	if strings.Contains(text, Text) {
		return true
	}
	if !strings.Contains(text, `\u003`) {
		return false
	}
	return strings.Contains(strings.NewReplacer(`\u003c`, "<", `\u003C`, "<", `\u003e`, ">", `\u003E`, ">").Replace(text), Text)
}

// Gate gives an error of type *model.StepError for the first step of a plan that would write the mask to a cluster, in the place
// of the value that it stands for; nil where none would. Whatever writes asks it before anything is sent.
func Gate(plan model.Plan) error {
	for i := range plan.Steps {
		if e := Barred(plan.Steps[i]); e != nil {
			return &model.StepError{Step: i, Ref: plan.Steps[i].Ref, Cause: model.CauseInvalid, Message: Sentence(e), Err: e}
		}
	}
	return nil
}

// Barred gives an error where a step would write the mask. What a JSON patch tests is not written.
func Barred(step model.Step) error {
	if len(step.Body) == 0 {
		return nil
	}
	var tree any
	if err := json.Unmarshal(step.Body, &tree); err != nil {
		// No server reads it either.
		tree = string(step.Body)
	}
	if list, ok := tree.([]any); ok && step.Verb == model.Patch {
		for i := range list {
			if o, ok := list[i].(map[string]any); ok && o["op"] == "test" {
				list[i] = nil
			}
		}
	}
	paths := Held(tree)
	if len(paths) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %w", paths[0], ErrHeld)
}

// Sentence says what an error of Barred means, and what to do.
func Sentence(err error) string {
	return "This would write a mask in place of a value: " + err.Error() + ". Put the value there, or let kubectl apply a file that has it."
}
