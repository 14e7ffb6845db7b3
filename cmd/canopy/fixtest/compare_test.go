package fixtest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"

	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/mask"
	"canopy/model/undo"
)

// difference tells how two objects differ; "" where they do not.
func difference(before, now *unstructured.Unstructured) string {
	switch {
	case before == nil && now == nil:
		return ""
	case before == nil:
		return "it is there"
	case now == nil:
		return "it is not there"
	}
	if len(undo.Changed(before, now)) == 0 {
		return ""
	}
	return cmp.Diff(before.Object, now.Object)
}

// compare holds that the server has kept what the documents say, and nothing besides but what the trial told.
func (c *climb) compare() {
	c.Helper()
	want := map[model.Ref]*unstructured.Unstructured{}
	last := map[model.Ref]int{}
	for i := range c.fix.Plan.Steps {
		step := &c.fix.Plan.Steps[i]
		from, again := want[step.Ref]
		if !again {
			from = c.objects[step.Ref]
		}
		next, err := foretold(from, step)
		if err != nil {
			c.Errorf("%s: %v", step.Ref, err)
			continue
		}
		want[step.Ref], last[step.Ref] = next, i
	}
	for ref, before := range c.objects {
		now := c.s.get(c.T, ref)
		declared, planned := want[ref]
		switch {
		case !planned:
			if changed := undo.Changed(before, now); len(changed) > 0 || (before == nil) != (now == nil) {
				c.Errorf("%s is in no document and has changed: %v", ref, changed)
			}
		case declared == nil && now != nil:
			c.Errorf("%s is still there", ref)
		case declared != nil && now == nil:
			c.Errorf("%s is not there", ref)
		case declared != nil:
			c.asDeclared(last[ref], before, declared, now)
		}
	}
}

// asDeclared compares an object with what the steps on it say, the last of which is given.
func (c *climb) asDeclared(i int, before, want, now *unstructured.Unstructured) {
	c.Helper()
	step := &c.fix.Plan.Steps[i]
	var besides []string
	steps := 0
	for j := range c.fix.Plan.Steps {
		if c.fix.Plan.Steps[j].Ref == step.Ref {
			besides = append(besides, c.trial.Steps[j].Besides...)
			steps++
		}
	}
	for _, path := range undo.Changed(want, now) {
		// What is made gets defaults; what is changed has them, so that whatever else changes has to be told. An empty list that
		// the server leaves out is none.
		if before == nil && void(want, path) || void(want, path) && void(now, path) {
			continue
		}
		if !mentions(besides, path) {
			c.Errorf("%s: %s is not as declared, and no trial has told: %v", step.Ref, path, besides)
		}
	}
	if before != nil && len(undo.Changed(before, now)) == 0 {
		c.Errorf("%s has not changed at all", step.Ref)
	}
	// A trial knows nothing of earlier steps on the same object.
	if after := c.trial.Steps[i].After; after != nil && steps == 1 && step.Ref.Kind != "Secret" {
		shown := now.DeepCopy()
		mask.Object(shown, detect.Default())
		for _, path := range undo.Changed(after, shown) {
			// What the server draws by lot is other each time.
			if !strings.HasPrefix(path, "spec.clusterIP") {
				c.Errorf("%s: %s is not as in the trial", step.Ref, path)
			}
		}
	}
}

// mentions tells whether a path, or what it lies in, is in a list.
func mentions(list []string, path string) bool {
	return slices.ContainsFunc(list, func(p string) bool {
		return p == path || strings.HasPrefix(path, p+".") || strings.HasPrefix(path, p+"[") || strings.HasPrefix(p, path+".") || strings.HasPrefix(p, path+"[")
	})
}

// void tells that nothing stands at a path of an object, or what is empty.
func void(o *unstructured.Unstructured, path string) bool {
	var at any = o.Object
	for _, f := range fields(path) {
		switch v := at.(type) {
		case map[string]any:
			at = v[f]
		case []any:
			i, err := strconv.Atoi(f)
			if err != nil || i >= len(v) {
				return true
			}
			at = v[i]
		default:
			return at == nil
		}
	}
	switch v := at.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return at == nil
}

// fields takes a path apart. A key that holds dots stands in brackets.
func fields(path string) []string {
	var list []string
	for path != "" {
		end := strings.IndexAny(path, ".[")
		switch {
		case strings.HasPrefix(path, "["):
			end = strings.IndexByte(path, ']')
			list = append(list, path[1:end])
			path = strings.TrimPrefix(path[end+1:], ".")
			continue
		case end < 0:
			end = len(path)
		}
		list = append(list, path[:end])
		path = strings.TrimPrefix(path[end:], ".")
	}
	return list
}

// foretold applies a step to an object by the libraries alone.
func foretold(before *unstructured.Unstructured, step *model.Step) (*unstructured.Unstructured, error) {
	now := &unstructured.Unstructured{}
	switch step.Verb {
	case model.Delete:
		return nil, nil
	case model.Create:
		return now, now.UnmarshalJSON(step.Body)
	}
	text, err := before.MarshalJSON()
	if err != nil {
		return nil, err
	}
	switch step.PatchType {
	case types.StrategicMergePatchType:
		typed, err := scheme.Scheme.New(schema.GroupVersionKind{Group: step.Ref.Group, Version: step.Ref.Version, Kind: step.Ref.Kind})
		if err != nil {
			return nil, err
		}
		text, err = strategicpatch.StrategicMergePatch(text, step.Body, typed)
		if err != nil {
			return nil, err
		}
	case types.JSONPatchType:
		patch, err := jsonpatch.DecodePatch(step.Body)
		if err != nil {
			return nil, err
		}
		if text, err = patch.Apply(text); err != nil {
			return nil, err
		}
	default:
		if text, err = jsonpatch.MergePatch(text, step.Body); err != nil {
			return nil, err
		}
	}
	return now, now.UnmarshalJSON(text)
}
