package ladder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"canopy/analysis/manifest"
	"canopy/model"
)

// MaxUndo is how many bytes a file which takes changes back may have to be read.
const MaxUndo = 64 << 20

var (
	errUndoFile = errors.New("this is no file that canopy wrote to take changes back: it has no field canopyUndo")
	errTwoDocs  = errors.New("it holds more than one document")
	errAnchors  = errors.New("it holds anchors or aliases, which canopy does not write")
	errTooLarge = fmt.Errorf("it is over %d MiB", MaxUndo>>20)
	errNoSteps  = errors.New("it has no steps")
)

// ReadUndo reads the file strictly, since each step of it is about to be a write: one document without anchors, no field that is
// not known, references and bodies that a server could have. Somebody may have edited it all the same: order, comments and the
// way in which the YAML is written do not matter, and patches may be of any type. What a step does is for the user to judge.
func ReadUndo(data []byte) (Undo, error) {
	if len(data) > MaxUndo {
		return Undo{}, errTooLarge
	}
	var root yaml.Node
	all := yaml.NewDecoder(bytes.NewReader(data))
	if err := all.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return Undo{}, errUndoFile
		}
		return Undo{}, err
	}
	if !claims(&root) {
		return Undo{}, errUndoFile
	}
	if err := all.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Undo{}, errTwoDocs
	}
	if anchored(&root) {
		return Undo{}, errAnchors
	}
	var f undoFile
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&f); err != nil {
		return Undo{}, err
	}
	if f.Version != undoVersion {
		return Undo{}, fmt.Errorf("it is of version %d, and this canopy knows version %d", f.Version, undoVersion)
	}
	u := Undo{Plan: model.Plan{Title: f.Title}, Context: f.Context}
	var err error
	if u.Time, err = time.Parse(time.RFC3339, f.Time); err != nil {
		return Undo{}, fmt.Errorf("time: %w", err)
	}
	for i := range f.Steps {
		s, err := f.Steps[i].step()
		if err != nil {
			return Undo{}, fmt.Errorf("step %d: %w", i+1, err)
		}
		u.Plan.Steps = append(u.Plan.Steps, s)
	}
	if len(u.Plan.Steps) == 0 {
		return Undo{}, errNoSteps
	}
	return u, nil
}

// claims tells that a document has the field by which such a file is known, whatever stands in it.
func claims(n *yaml.Node) bool {
	if n.Kind != yaml.DocumentNode || len(n.Content) != 1 || n.Content[0].Kind != yaml.MappingNode {
		return false
	}
	top := n.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		if top[i].Value == "canopyUndo" {
			return true
		}
	}
	return false
}

func anchored(n *yaml.Node) bool {
	return n.Kind == yaml.AliasNode || n.Anchor != "" || slices.ContainsFunc(n.Content, anchored)
}

// step gives the step of the plan.
func (s *undoStep) step() (model.Step, error) {
	ref, err := s.Object.ref()
	if err != nil {
		return model.Step{}, err
	}
	step := model.Step{
		Verb: model.StepVerb(s.Verb), Ref: ref, PatchType: types.PatchType(s.PatchType), UID: types.UID(s.UID), IfDone: s.IfDone,
	}
	if s.Body != "" {
		var b bytes.Buffer
		if err := json.Compact(&b, []byte(s.Body)); err != nil {
			return model.Step{}, fmt.Errorf("%s: body: %w", ref, err)
		}
		step.Body = b.Bytes()
	}
	if err := check(&step); err != nil {
		return model.Step{}, fmt.Errorf("%s: %w", ref, err)
	}
	return step, nil
}

// ref gives the reference, if an API server could have such an object: it becomes part of an address.
func (o *undoObject) ref() (model.Ref, error) {
	gv, err := schema.ParseGroupVersion(o.APIVersion)
	if err != nil {
		return model.Ref{}, fmt.Errorf("object: %w", err)
	}
	ref := model.Ref{Group: gv.Group, Version: gv.Version, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
	wrong := slices.Concat(validation.IsDNS1035Label(gv.Version), validation.IsDNS1035Label(strings.ToLower(o.Kind)), content.IsPathSegmentName(o.Name))
	if o.Name == "" {
		wrong = append(wrong, "the name is empty")
	}
	if gv.Group != "" {
		wrong = append(wrong, validation.IsDNS1123Subdomain(gv.Group)...)
	}
	if o.Namespace != "" {
		wrong = append(wrong, validation.IsDNS1123Label(o.Namespace)...)
	}
	for _, r := range o.Name {
		if !manifest.Safe(r) || r == '\n' || r == '\t' {
			wrong = append(wrong, "the name holds what no name holds")
			break
		}
	}
	if len(wrong) > 0 {
		return model.Ref{}, fmt.Errorf("object: no API server has such a one: %s", wrong[0])
	}
	return ref, nil
}
