package remedy

import (
	"encoding/json"

	"canopy/analysis/manifest"
	"canopy/model"
)

// deleted makes the document of an object to delete: the object as far as it takes to name it.
func deleted(ref model.Ref) (Document, error) {
	body, err := json.Marshal(partial(ref, nil))
	if err != nil {
		return Document{}, err
	}
	text, err := manifest.FromJSON(sorted(body))
	if err != nil {
		return Document{}, err
	}
	return Document{Step: model.Step{Verb: model.Delete, Ref: ref}, YAML: text}, nil
}
