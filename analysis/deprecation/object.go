package deprecation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis"
	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/record"
)

// kubernetes is the Component of what ends with Kubernetes itself.
const kubernetes = "k8s"

// judged is a use with what is known of its version.
type judged struct {
	Use
	// ends tells that it is deprecated now, for all that is known; assumed what that rests on, "" where it is certain.
	ends    bool
	assumed string
}

// judgeObject brings the finding on an object up to date.
func (r *round) judgeObject(ref model.Ref) {
	object := r.c.Get(ref)
	var list []judged
	for _, u := range usesOf(object) {
		if j, ok := r.judge(ref, u); ok {
			list = append(list, j)
		}
	}
	r.keep(ref, list)
	severity, verdict, reason := model.Medium, model.Depends, ""
	var lines []model.Evidence
	for i := range list {
		j := &list[i]
		if !j.ends {
			continue
		}
		lines = append(lines, j.line())
		switch {
		case j.assumed != "":
			reason = cmp.Or(reason, j.assumed)
		default:
			verdict = model.Yes
		}
		// What a field manager wrote once it may write otherwise today. The other two are what is applied the next time.
		if j.Gone && j.manifest() {
			severity = model.High
		}
	}
	var now []*model.Finding
	if len(lines) > 0 {
		if f := analysis.NewFinding(r.rules["VP06"], severity, ref, object, &proof{lines}); f != nil {
			if verdict != model.Yes {
				f.Verdict, f.Reason = verdict, reason
			}
			now = append(now, f)
		}
	}
	r.objects.Set(ref, now, r.out)
}

// keep keeps what Uses gives.
func (a *Analyser) keep(ref model.Ref, list []judged) {
	var uses []Use
	for i := range list {
		uses = append(uses, list[i].Use)
	}
	if slices.Equal(uses, a.uses[ref]) {
		return
	}
	a.version++
	if a.uses[ref] = uses; len(uses) == 0 {
		delete(a.uses, ref)
	}
}

// judge says when a version ends; false where nobody says that it does.
func (a *Analyser) judge(object model.Ref, u record.Use) (judged, bool) {
	gv, err := schema.ParseGroupVersion(u.APIVersion)
	if err != nil {
		return judged{}, false
	}
	j := judged{Use: Use{Object: object, APIVersion: u.APIVersion, By: u.Manager, At: u.At}}
	end, known := a.ends.Deprecated(gv.Group, gv.Version, object.Kind)
	j.End = end
	if model.BuiltIn(object.GroupKind()) == nil {
		return a.judgeCustom(j, gv, known)
	}
	if !known || end.Component != kubernetes {
		return judged{}, false
	}
	j.Gone = a.plain && reached(a.server, end.Removed)
	// A version that no source calls deprecated before it goes is so from the start. Of files it is not known for which version of
	// Kubernetes they are; the newer ones all count it as deprecated.
	j.ends = j.Gone || !a.plain || end.Deprecated == "" || reached(a.server, end.Deprecated)
	return j, true
}

// judgeCustom judges a version of a custom resource: its definition says what is served. When another product has ended a version proves
// nothing, since which version of that product runs is not known.
func (a *Analyser) judgeCustom(j judged, gv schema.GroupVersion, known bool) (judged, bool) {
	gk := j.Object.GroupKind()
	if gv.Group != gk.Group || known && j.End.Component == kubernetes {
		return judged{}, false
	}
	j.ends = true
	d := a.definition(gk)
	if d == nil {
		j.assumed = "whether the cluster still serves it is not known: " + cmp.Or(a.unseen, "the definition of the kind was not seen")
		return j, known
	}
	deprecated, served := d.deprecated[gv.Version]
	switch {
	case !served:
		j.Gone = true
	case deprecated:
	case known:
		j.assumed = "the cluster serves it still; which version of " + j.End.Component + " runs is not known"
		return j, true
	default:
		return judged{}, false
	}
	if !known {
		j.End = lifecycle.Deprecation{Group: gv.Group, Version: gv.Version, Kind: gk.Kind, Component: d.name}
		if d.stored != gv.Version && d.stored != "" {
			j.End.Replacement = gv.Group + "/" + d.stored
		}
	}
	return j, true
}

// manifest tells that a use is that of a manifest which somebody will apply again.
func (j *judged) manifest() bool { return j.By == record.ByFile || j.By == record.ByLastApplied }

// line is the evidence of a use.
func (j *judged) line() model.Evidence {
	e := model.Evidence{Object: j.Object, Path: "metadata.managedFields"}
	who := "written by " + brief(j.By, longestName)
	switch j.By {
	case record.ByFile:
		e.Path, who = "apiVersion", ""
	case record.ByLastApplied:
		e.Path, who = "metadata.annotations["+corev1.LastAppliedConfigAnnotation+"]", "last applied with kubectl"
	}
	if who != "" && j.At > 0 {
		who += " on " + time.Unix(j.At, 0).UTC().Format(time.DateOnly)
	}
	if j.By != record.ByFile && part(j.By) {
		who += ", which changes with Kubernetes itself"
	}
	e.Value = strings.Join(slices.DeleteFunc([]string{brief(j.APIVersion, longestName), who, j.end()}, func(s string) bool { return s == "" }), "; ")
	return e
}

// part tells the field managers of Kubernetes' own components: no manifest is theirs.
func part(manager string) bool {
	switch manager {
	case lifecycle.APIServer, lifecycle.ControllerManager, lifecycle.Scheduler, lifecycle.CloudController, lifecycle.Kubelet, lifecycle.Proxy:
		return true
	}
	return false
}

// end says when a version ends, and what replaces it.
func (j *judged) end() string {
	end := &j.End
	var words []string
	name := end.Component + " "
	if end.Component == kubernetes {
		name = "Kubernetes "
	}
	if j.Gone {
		words = append(words, "the server no longer serves it")
	}
	switch {
	case end.Removed != "":
		words = append(words, "removed in "+name+end.Removed)
	case end.Deprecated != "":
		words = append(words, "deprecated since "+name+end.Deprecated)
	case !j.Gone:
		words = append(words, "deprecated, says "+brief(end.Component, longestName))
	}
	if end.Replacement != "" {
		replacement := brief(end.Replacement, longestName) + " replaces it"
		if end.Since != "" {
			replacement += fmt.Sprintf(", served from %s%s", name, end.Since)
		}
		words = append(words, replacement)
	}
	return strings.Join(words, "; ")
}
