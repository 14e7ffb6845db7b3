package ladder

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"canopy/analysis/manifest"
	"canopy/model"
)

// Undo is what takes changes back, as it is kept in a file.
type Undo struct {
	Plan model.Plan
	// Context is what the changes were made to, Time when.
	Context string
	Time    time.Time
}

// undoVersion is that of the format of the file.
const undoVersion = 1

// undoFile is the file: one document of YAML.
type undoFile struct {
	Version int        `json:"canopyUndo" yaml:"canopyUndo"`
	Title   string     `json:"title" yaml:"title"`
	Context string     `json:"context" yaml:"context"`
	Time    string     `json:"time" yaml:"time"`
	Steps   []undoStep `json:"steps" yaml:"steps"`
}

// undoStep is one step of it. The body is JSON in a text, since YAML would read its numbers anew.
type undoStep struct {
	Verb      string     `json:"verb" yaml:"verb"`
	Object    undoObject `json:"object" yaml:"object"`
	PatchType string     `json:"patchType,omitempty" yaml:"patchType"`
	UID       string     `json:"uid,omitempty" yaml:"uid"`
	IfDone    bool       `json:"ifDone,omitempty" yaml:"ifDone"`
	Body      string     `json:"body,omitempty" yaml:"body"`
}

type undoObject struct {
	APIVersion string `json:"apiVersion" yaml:"apiVersion"`
	Kind       string `json:"kind" yaml:"kind"`
	Namespace  string `json:"namespace,omitempty" yaml:"namespace"`
	Name       string `json:"name" yaml:"name"`
}

// WriteUndo writes the file: YAML that reads back as the very same plan. It may hold values that are secret.
func WriteUndo(w io.Writer, u Undo) error {
	f := undoFile{Version: undoVersion, Title: u.Plan.Title, Context: u.Context, Time: u.Time.UTC().Format(time.RFC3339), Steps: []undoStep{}}
	for i, s := range u.Plan.Steps {
		step := undoStep{
			Verb: string(s.Verb), PatchType: string(s.PatchType), UID: string(s.UID), IfDone: s.IfDone,
			Object: undoObject{s.Ref.APIVersion(), s.Ref.Kind, s.Ref.Namespace, s.Ref.Name},
		}
		if len(s.Body) > 0 {
			var b strings.Builder
			if err := indent(&b, s.Body); err != nil {
				return fmt.Errorf("step %d, %s: %w", i+1, s.Ref, err)
			}
			step.Body = b.String()
		}
		f.Steps = append(f.Steps, step)
	}
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, "# Takes back what was changed, by: canopy undo FILE, which shows the steps, tries them, and asks.\n"+
		"# It may hold values that are secret: keep it where only you can read it.\n"+string(text))
	return err
}

// indent writes JSON in lines, with the numbers as they are.
func indent(b *strings.Builder, body []byte) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(json.RawMessage(body))
}
