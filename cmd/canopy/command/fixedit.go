package command

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"canopy/analysis/remedy"
	"canopy/cmd/canopy/command/inplace"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// Edits is what canopy fix --write -o json prints.
type Edits struct {
	Files []EditedFile `json:"files"`
	// Left lists what could not be edited.
	Left []Unedited `json:"left"`
	// Written tells that the files were written; not with --preview.
	Written bool `json:"written"`
}

// EditedFile is a file that changes.
type EditedFile struct {
	File    string `json:"file"`
	Created bool   `json:"created"`
	Diff    string `json:"diff"`
}

// Unedited is a step that could not be done in the files, and why.
type Unedited struct {
	Step   Step   `json:"step"`
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Reason string `json:"reason"`
}

// editFiles does a fix in the files that were read, prints what that changes, and tells what could not be done.
func (r *run) editFiles(ctx context.Context, s *session, flags *fixFlags, seen *inplace.Seen, fix *remedy.Fix) error {
	changes, err := s.changes(ctx, fix)
	if err != nil {
		return err
	}
	result := editable(fix, changes, func() *inplace.Result { return seen.Edit(changes, s.source.Locator()) })
	if !flags.preview {
		if err := result.Write(); err != nil {
			var e *inplace.WriteError
			if !errors.As(err, &e) || len(e.Written) == 0 {
				return fmt.Errorf("--write: %w", err)
			}
			// What was written is told as if it were all.
			result.Files = e.Written
			return errors.Join(fmt.Errorf("--write: %w", err), r.printEdits(flags, result))
		}
	}
	if err := r.printEdits(flags, result); err != nil {
		return err
	}
	for i := range result.Left {
		r.warn("canopy: not edited: " + result.Left[i].String())
	}
	if n := len(result.Left); n > 0 {
		return &shortfall{text: fmt.Sprintf("%d of %s could not be made in the files", n, changeCount(len(changes)))}
	}
	return nil
}

// printEdits prints what changes in the files.
func (r *run) printEdits(flags *fixFlags, result *inplace.Result) error {
	return r.write("", func(w io.Writer) error {
		if flags.format == string(output.JSON) {
			return output.WriteJSON(w, newEdits(result, !flags.preview))
		}
		for i := range result.Files {
			if _, err := io.WriteString(w, diffOf(&result.Files[i])); err != nil {
				return err
			}
		}
		return nil
	})
}

// diffOf is what changes in a file, as patch and git apply take it, but for values that may be secret.
func diffOf(f *inplace.File) string {
	before := f.Name
	if f.Created {
		before = ""
	}
	old, now := f.Shown()
	return output.DiffShown(before, f.Name, string(f.Before), string(f.After), old, now)
}

func newEdits(result *inplace.Result, written bool) *Edits {
	e := &Edits{Files: []EditedFile{}, Left: []Unedited{}, Written: written}
	for i := range result.Files {
		f := &result.Files[i]
		e.Files = append(e.Files, EditedFile{f.Name, f.Created, diffOf(f)})
	}
	for _, l := range result.Left {
		e.Left = append(e.Left, Unedited{Step{l.Step.Verb, l.Step.Ref, string(l.Step.PatchType)}, l.File, l.Line, l.Reason})
	}
	return e
}

// changes gives the documents of a fix as changes of files.
func (s *session) changes(ctx context.Context, fix *remedy.Fix) ([]inplace.Change, error) {
	changes := make([]inplace.Change, len(fix.Documents))
	report := s.engine.Report()
	var namespaces []string
	for i := range fix.Documents {
		d := &fix.Documents[i]
		changes[i] = inplace.Change{Step: d.Step, Text: d.YAML}
		if d.Step.Verb == model.Create {
			namespaces = append(namespaces, d.Step.Ref.Namespace)
			changes[i].Beside = related(report, fix, i)
		}
	}
	if len(namespaces) == 0 {
		return changes, nil
	}
	homes, err := s.homes(ctx, sortedOnce(namespaces))
	if err != nil {
		return nil, err
	}
	for i := range changes {
		if c := &changes[i]; c.Step.Verb == model.Create {
			c.Beside = append(c.Beside, homes[c.Step.Ref.Namespace]...)
		}
	}
	return changes, nil
}

// related lists the objects that a created one belongs to, the closest first: what it is about, and what other documents that
// speak of it are about.
func related(report *model.Report, fix *remedy.Fix, at int) []model.Ref {
	d := &fix.Documents[at]
	refs := purpose(report, d)
	name, err := json.Marshal(d.Step.Ref.Name)
	if err != nil {
		return refs
	}
	for i := range fix.Documents {
		o := &fix.Documents[i]
		switch {
		case i == at || o.Step.Ref.Namespace != d.Step.Ref.Namespace || !bytes.Contains(o.Step.Body, name):
		case o.Step.Verb == model.Create:
			// A role stands where the binding will.
			refs = append(refs, purpose(report, o)...)
		default:
			refs = append(refs, o.Step.Ref)
		}
	}
	return refs
}

// purpose lists the objects that a document is about besides its own: the one whose place it takes, those whose findings it ends.
func purpose(report *model.Report, d *remedy.Document) []model.Ref {
	var refs []model.Ref
	if !d.Replaces.IsZero() {
		refs = append(refs, d.Replaces)
	}
	for _, id := range d.Closes {
		if f := report.Findings.Get(id); f != nil {
			refs = append(refs, f.Object)
		}
	}
	return refs
}

// homes gives, for each namespace, an object in whose file others of the namespace may stand: the Namespace itself, else the one that
// stands first in the files.
func (s *session) homes(ctx context.Context, namespaces []string) (map[string][]model.Ref, error) {
	where := s.source.Locator()
	homes := map[string][]model.Ref{}
	if where == nil {
		return homes, nil
	}
	all := map[string][]model.Ref{}
	if err := s.read(ctx, func(c *cluster.Cluster) {
		for _, kind := range c.Kinds() {
			for record := range c.All(kind) {
				if n := record.GetNamespace(); slices.Contains(namespaces, n) {
					all[n] = append(all[n], record.Ref())
				}
			}
		}
	}); err != nil {
		return nil, err
	}
	for _, n := range namespaces {
		if n == "" {
			// What is in no namespace stands beside nothing.
			continue
		}
		homes[n] = append(homes[n], model.KindByName("Namespace").Ref("", n))
		type home struct {
			ref  model.Ref
			file string
			line int
		}
		var first *home
		for _, ref := range all[n] {
			file, line, ok := where.Locate(ref, "")
			if ok && (first == nil || cmp.Or(cmp.Compare(file, first.file), cmp.Compare(line, first.line)) < 0) {
				first = &home{ref, file, line}
			}
		}
		if first != nil {
			homes[n] = append(homes[n], first.ref)
		}
	}
	return homes, nil
}
