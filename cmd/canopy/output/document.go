package output

import (
	"encoding/json"
	"io"

	"canopy/analysis/manifest"
)

// WriteJSON writes a document as indented JSON that is safe to look at.
func WriteJSON(w io.Writer, document any) error {
	e := json.NewEncoder(&guard{w: w, escape: escapeJSON})
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

// WriteYAML writes a document as YAML that is safe to look at, with the fields of its JSON in the same order.
func WriteYAML(w io.Writer, document any) error {
	data, err := json.Marshal(document)
	if err != nil {
		return err
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
