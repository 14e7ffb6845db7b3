package proposal

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"

	"canopy/model/mask"
)

// dropValues puts a mask in the place of all values of a Secret, at once, so that nothing of them is kept or told. It gives false
// where something has the wrong form.
func (r *reader) dropValues(o map[string]any, at place) bool {
	fine := true
	for _, field := range []string{"data", "stringData"} {
		if o[field] == nil {
			delete(o, field)
			continue
		}
		values, ok := o[field].(map[string]any)
		if !ok {
			o[field] = nil
			r.refuse(at, field, "it wants keys with values")
			fine = false
			continue
		}
		mark := mask.Text
		if field == "data" {
			mark = base64.StdEncoding.EncodeToString([]byte(mark))
		}
		for _, key := range slices.Sorted(maps.Keys(values)) {
			switch v := values[key].(type) {
			case string:
				if _, err := base64.StdEncoding.DecodeString(v); field == "data" && err != nil {
					r.refuse(at, field+"["+key+"]", "it is not written in base64: put it under stringData to write it plainly")
					fine = false
				}
			case nil:
			default:
				r.refuse(at, field+"["+key+"]", "it is no text: a number or a boolean needs quotes")
				fine = false
			}
			values[key] = mark
		}
	}
	r.assume("The values of Secrets are not read. The plan shows that they are there, and cannot be used to write them: apply Secrets with kubectl.")
	return fine
}

// masked refuses an object that holds the mask somewhere: whoever writes it would write that in the place of the value.
func (r *reader) masked(o map[string]any, at place) bool {
	paths := mask.Held(o)
	for i, path := range paths {
		if i == maxProblems {
			r.refuse(at, "", fmt.Sprintf("%d more fields hold %s", len(paths)-i, mask.Text))
			break
		}
		r.refuse(at, path, fmt.Sprintf("holds %s: that is Canopy's mask, not a value", mask.Text))
	}
	return len(paths) > 0
}
