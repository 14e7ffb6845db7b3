package inplace

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/types"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"canopy/model"
	"canopy/model/scheme"
	"canopy/model/strategic"
)

var (
	errUnknownKind = errors.New("the patch needs a kind of Kubernetes itself")
	errNoObject    = errors.New("the patch leaves no object")
)

// patched applies a patch to an object as it is written, without what an API server would add to it.
func patched(object map[string]any, step model.Step) (map[string]any, error) {
	if err := written(object, step.Ref); err != nil {
		return nil, err
	}
	before, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	body := step.Body
	if step.PatchType != types.JSONPatchType {
		if body, err = unnamed(body); err != nil {
			return nil, err
		}
	}
	var after []byte
	switch step.PatchType {
	case types.StrategicMergePatchType:
		typed, failure := scheme.Types().New(step.Ref.GroupKind().WithVersion(step.Ref.Version))
		if failure != nil {
			return nil, errUnknownKind
		}
		after, err = strategic.Merge(before, body, typed)
	case types.MergePatchType:
		after, err = jsonpatch.MergePatch(before, body)
	case types.JSONPatchType:
		after, err = operate(before, body)
	default:
		return nil, fmt.Errorf("the patch type %q is not known", step.PatchType)
	}
	if err != nil {
		return nil, fmt.Errorf("the patch does not fit what the file says, without what a server adds to it: %w", err)
	}
	var was, now map[string]any
	if err := errors.Join(utiljson.Unmarshal(before, &was), utiljson.Unmarshal(after, &now)); err != nil {
		return nil, err
	}
	if now == nil {
		return nil, errNoObject
	}
	return kept(object, was, now).(map[string]any), nil
}

// kept gives what a patch made, with the values that it did not touch as they were read: through JSON a number may become another.
// Was is what was read, gone the same way as now.
func kept(read, was, now any) any {
	if reflect.DeepEqual(was, now) {
		return read
	}
	switch now := now.(type) {
	case map[string]any:
		read, ok := read.(map[string]any)
		was, same := was.(map[string]any)
		for k, v := range now {
			if _, there := read[k]; ok && same && there {
				now[k] = kept(read[k], was[k], v)
			}
		}
	case []any:
		read, ok := read.([]any)
		was, same := was.([]any)
		for i := range now {
			if ok && same && len(read) == len(now) && len(was) == len(now) {
				now[i] = kept(read[i], was[i], now[i])
			}
		}
	}
	return now
}
