package remedy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	goyaml "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"canopy/analysis/manifest"
	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/mask"
)

// maxEdit bounds a text that a user wrote. An API server takes no larger object.
const maxEdit = 3 << 20

// EditError is what is wrong with a text that somebody wrote in the place of a document.
type EditError struct {
	// Line counts from 1; 0 where the text as a whole is meant.
	Line int
	// Field is as in spec.template.spec.hostPID; "" where the text is no YAML, or as a whole is meant. It may hold hostile text.
	Field, Text string
}

// Error says where something is wrong, and what.
func (e *EditError) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	return b.String() + e.Text
}

// Edit gives the fix with the text of document i, counted from 0, replaced by what somebody wrote: for the same object, by the same
// verb and the same kind of patch. It is read strictly: a field that the kind does not have, or one that is there twice, is an
// *EditError with its line. Which findings the document ends is not known any more, nor of those that need it: they are taken off
// Closes and noted, and a preview tells. A text that means the same changes nothing, and one that only has values in the place of
// masks takes nothing off.
func (f *Fix) Edit(i int, text []byte) (*Fix, error) {
	if i < 0 || i >= len(f.Documents) {
		return nil, fmt.Errorf("there is no document %d", i+1)
	}
	body, err := readEdit(text)
	if err != nil {
		return nil, err
	}
	step := f.Documents[i].Step
	if step.Verb == model.Delete {
		own, err := json.Marshal(partial(step.Ref, nil))
		if err != nil {
			return nil, err
		}
		if !sameJSON(body, own) {
			return nil, &EditError{Text: "the document deletes " + step.Ref.String() + ", and names nothing else: leave it out of the plan where it is not to be deleted"}
		}
		return f.clone(), nil
	}
	next := f.clone()
	if sameJSON(body, step.Body) {
		return next, nil
	}
	step.Body = body
	if err := rollout.Check(step); err != nil {
		return nil, inText(text, err)
	}
	d := &next.Documents[i]
	d.Step, d.Edited = step, true
	if d.YAML = plainText(text); d.YAML == nil {
		if d.YAML, err = manifest.FromJSON(body); err != nil {
			return nil, err
		}
	}
	next.Plan.Steps[i] = step
	if d.filled(f.Documents[i].Step.Body) {
		return next, nil
	}
	next.unsettle(i, "document "+strconv.Itoa(i+1)+" was edited: whether the finding still ends is for a preview to tell")
	return next, nil
}

// filled tells that a document is what it was but for values that somebody has put in the place of masks, as they are meant to.
func (d *Document) filled(old []byte) bool {
	var was, now any
	if json.Unmarshal(old, &was) != nil || json.Unmarshal(d.Step.Body, &now) != nil {
		return false
	}
	return len(mask.Held(was)) > 0 && fills(was, now)
}

func fills(was, now any) bool {
	switch w := was.(type) {
	case map[string]any:
		n, ok := now.(map[string]any)
		if !ok || len(n) != len(w) {
			return false
		}
		for k := range w {
			if v, ok := n[k]; !ok || !fills(w[k], v) {
				return false
			}
		}
		return true
	case []any:
		n, ok := now.([]any)
		if !ok || len(n) != len(w) {
			return false
		}
		for i := range w {
			if !fills(w[i], n[i]) {
				return false
			}
		}
		return true
	case string:
		if w == mask.Text {
			_, ok := now.(string)
			return ok
		}
	}
	return was == now
}

// readEdit reads one document of YAML as JSON.
func readEdit(text []byte) ([]byte, error) {
	switch {
	case len(text) > maxEdit:
		return nil, &EditError{Text: "the text is larger than an API server takes"}
	case !utf8.Valid(text):
		return nil, &EditError{Line: 1 + bytes.Count(text[:badByte(text)], []byte("\n")), Text: "a byte that is no UTF-8"}
	}
	d := goyaml.NewDecoder(bytes.NewReader(text))
	found := false
	for {
		var n goyaml.Node
		err := d.Decode(&n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, lineOf(err)
		}
		if len(n.Content) == 0 || n.Content[0].Kind == goyaml.ScalarNode && n.Content[0].Tag == "!!null" {
			continue
		}
		if found {
			return nil, &EditError{Line: n.Content[0].Line, Text: "a second document: the text stands for one"}
		}
		found = true
	}
	if !found {
		return nil, &EditError{Text: "the text is empty: leave the document out of the plan where it is not wanted"}
	}
	body, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return nil, lineOf(err)
	}
	return body, nil
}

func badByte(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

// lineOf finds the line in what a reader of YAML says.
func lineOf(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n")
	m := regexp.MustCompile(`(?s)^\s*line (\d+): (.*)$`).FindStringSubmatch(text)
	if m == nil {
		return &EditError{Text: strings.TrimSpace(strings.ReplaceAll(text, "\n", ";"))}
	}
	n, _ := strconv.Atoi(m[1])
	if strings.HasPrefix(m[2], "did not find expected") {
		// The library counts the lines of these from 0.
		n++
	}
	first, _, _ := strings.Cut(m[2], "\n")
	return &EditError{Line: n, Text: first}
}

// inText finds the line of a field that is wrong; of several the first.
func inText(text []byte, err error) error {
	lines, failure := manifest.NewLines(text)
	var first *EditError
	for _, e := range parts(err) {
		var wrong *rollout.FieldError
		if !errors.As(e, &wrong) {
			return &EditError{Text: e.Error()}
		}
		at := &EditError{Field: wrong.Path, Text: wrong.Text}
		if failure == nil && wrong.Path != "" {
			at.Line = lines.Find(wrong.Path).First
		}
		if first == nil || at.Line < first.Line {
			first = at
		}
	}
	return first
}

// parts takes joined errors apart.
func parts(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()
	}
	return []error{err}
}

// plainText gives a text as it can stand among others in one stream, and be looked at; nil where it cannot.
func plainText(text []byte) []byte {
	s := strings.ReplaceAll(string(text), "\r\n", "\n")
	for line := range strings.Lines(s) {
		if strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...") || strings.HasPrefix(line, "%") {
			return nil
		}
	}
	if strings.IndexFunc(s, func(r rune) bool { return r != '\n' && !manifest.Safe(r) }) >= 0 {
		return nil
	}
	return []byte(strings.TrimRight(s, "\n") + "\n")
}

func sameJSON(a, b []byte) bool { return bytes.Equal(sorted(a), sorted(b)) }

// clone gives a fix that can be changed without changing this one.
func (f *Fix) clone() *Fix {
	next := *f
	next.Plan.Steps = slices.Clone(f.Plan.Steps)
	next.Documents = slices.Clone(f.Documents)
	for i := range next.Documents {
		next.Documents[i].Closes = slices.Clone(f.Documents[i].Closes)
	}
	next.Notes = slices.Clone(f.Notes)
	return &next
}
