// Package bundle lays a fix out as the files of a folder that people keep, review and apply with kubectl or kustomize.
//
// Texts of the cluster stand in all of these files, and whoever may write an object chooses them: they are cleaned for what they
// stand in, and no name of a file comes from one.
package bundle

import (
	"bytes"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/admission"
	"canopy/analysis/catalogue"
	"canopy/analysis/remedy"
	"canopy/model"
)

// File is one file of the folder.
type File struct {
	// Name is the bare name; it never leads out of a folder.
	Name string
	// Private asks for mode 0600: it may hold values that are secret.
	Private bool
	Content []byte
}

// Input is what a folder is made of.
type Input struct {
	Fix *remedy.Fix
	// Guard is what keeps the findings from coming back; nil where none was asked for.
	Guard *admission.Guard
	// Before and After give an object as it is and as the fix would leave it, masked; nil where there is none, or where it is not
	// known. A nil After is worked out from Before where that can be done. Both may be nil.
	Before, After func(model.Ref) *unstructured.Unstructured
	// Title is the heading of README.md; "" gives one.
	Title string
	// Source says what the fix was made for, such as "context prod, server v1.37.2"; "" leaves it out.
	Source string
	// Report tells the severity of the findings; nil takes what the catalogue says of their rules.
	Report *model.Report
}

// The names of the files that are always the same.
const (
	fixFile      = "fix.yaml"
	rollbackFile = "rollback.yaml"
	guardFile    = "guard.yaml"
	enforceFile  = "guard-enforce.yaml"
	overlayFile  = "kustomization.yaml"
	readmeFile   = "README.md"
)

var errNoFix = errors.New("bundle: no fix")

// Make gives the files: fix.yaml with all documents and their comments, each document by itself, rollback.yaml and one file for
// each step back that needs one, guard.yaml and guard-enforce.yaml where there is a guard, kustomization.yaml where there is a
// document, README.md. Equal input gives equal bytes.
func Make(in Input) ([]File, error) {
	if in.Fix == nil {
		return nil, errNoFix
	}
	rules, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	b := &builder{Input: in, fix: named(in.Fix), rules: rules}
	if b.back, err = b.rollback(); err != nil {
		return nil, err
	}
	var all bytes.Buffer
	if err := b.fix.WriteYAML(&all); err != nil {
		return nil, err
	}
	files := []File{{Name: fixFile, Content: all.Bytes()}}
	for i := range b.fix.Documents {
		files = append(files, File{Name: b.fix.Documents[i].File, Content: b.fix.Documents[i].YAML})
	}
	files = append(files, b.rollbackFiles()...)
	files = append(files, b.guardFiles()...)
	if len(b.fix.Documents) > 0 {
		overlay, err := b.kustomization()
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: overlayFile, Content: overlay})
	}
	return append(files, File{Name: readmeFile, Content: b.readme()}), nil
}

// builder makes the files of one folder.
type builder struct {
	Input
	// fix is that of the input with names of files that are safe.
	fix   *remedy.Fix
	rules catalogue.Set
	// back takes the fix back, what was done last first.
	back []stepBack
}

func (b *builder) before(ref model.Ref) *unstructured.Unstructured { return ask(b.Before, ref) }
func (b *builder) after(ref model.Ref) *unstructured.Unstructured  { return ask(b.After, ref) }

func ask(get func(model.Ref) *unstructured.Unstructured, ref model.Ref) *unstructured.Unstructured {
	if get == nil {
		return nil
	}
	return get(ref)
}
