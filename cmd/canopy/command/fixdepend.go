package command

import (
	"bytes"
	"encoding/json"
	"slices"

	"canopy/analysis/remedy"
	"canopy/cmd/canopy/command/inplace"
	"canopy/model"
)

// editable works out edits in which nothing stands that needs, or is only for, what could not be edited: an account that nobody is to
// run as, a quota that counts on requests that were to be set. What is left out so is told as what could not be edited itself.
func editable(fix *remedy.Fix, changes []inplace.Change, edit func() *inplace.Result) *inplace.Result {
	for {
		result := edit()
		if len(result.Left) == 0 {
			return result
		}
		left := make([]bool, len(changes))
		for i := range result.Left {
			left[result.Left[i].Change] = true
		}
		more := false
		for i := range changes {
			if why := stands(fix, i, left); why != "" && !left[i] {
				changes[i].Skip, more = why, true
			}
		}
		if !more {
			if more = apart(fix, changes, left); !more {
				return result
			}
		}
	}
}

// stands says why a document must not stand without those that are left; "" where it may.
func stands(fix *remedy.Fix, at int, left []bool) string {
	d := &fix.Documents[at]
	users, usersLeft := 0, 0
	for i := range fix.Documents {
		o := &fix.Documents[i]
		switch {
		case i == at:
		case d.Step.Verb == model.Create && names(o, d):
			users++
			if left[i] {
				usersLeft++
			}
		case !left[i]:
		case names(d, o):
			return "it names " + o.Step.Ref.String() + ", which could not be made"
		case i < at && o.Step.Ref == d.Step.Ref:
			return "it builds on a change before it, which could not be made"
		case d.Step.Ref.Kind == "ResourceQuota" && o.Step.Ref.Namespace == d.Step.Ref.Namespace,
			d.Step.Verb == model.Patch && d.Step.Ref.Kind == "Namespace" && d.Step.Ref.Group == "" && o.Step.Ref.Namespace == d.Step.Ref.Name:
			return "it refuses pods unless " + o.Step.Ref.String() + " is changed too, which could not be done"
		}
	}
	if users > 0 && users == usersLeft {
		return "what it was made for could not be done"
	}
	return ""
}

// names tells whether a document speaks of the object that another creates, where that is one which others name.
func names(d, created *remedy.Document) bool {
	ref := created.Step.Ref
	if created.Step.Verb != model.Create || !slices.Contains([]string{"ServiceAccount", "Role", "ClusterRole", "ConfigMap"}, ref.Kind) {
		return false
	}
	if ref.Namespace != "" && ref.Namespace != d.Step.Ref.Namespace {
		return false
	}
	name, err := json.Marshal(ref.Name)
	return err == nil && bytes.Contains(d.Step.Body, name)
}

// apart leaves out what is in the namespaces of documents that are left, where the fix says that some document cannot go without
// one of them. It tells whether that made a difference.
func apart(fix *remedy.Fix, changes []inplace.Change, left []bool) bool {
	keep := make([]bool, len(left))
	for i := range left {
		keep[i] = !left[i]
	}
	_, err := fix.Only(keep)
	if err == nil {
		return false
	}
	more := false
	for i := range changes {
		for j := range changes {
			if left[j] && !left[i] && changes[i].Step.Ref.Namespace == changes[j].Step.Ref.Namespace {
				changes[i].Skip, more = err.Error(), true
			}
		}
	}
	return more
}
