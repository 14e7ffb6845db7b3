package record

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/inorder"
)

// Assessment is the record of a report of trivy-operator on the configuration of a node or of a part of the control plane: which checks
// failed.
type Assessment struct {
	Meta
	// OfKind and OfName are those of what was looked at: Node and its name, or Pod.
	OfKind, OfName string
	// Scanned is when, in seconds since 1970: as the report says, else when it was made.
	Scanned int64
	// Failed are sorted by ID, each once.
	Failed []Check
}

// Check is one that failed.
type Check struct {
	// ID is KCV0079; Severity is as the report has it, in lower case.
	ID, Title, Severity string
}

// maxChecks bounds how many failed checks are kept of a report; trivy-operator has some two hundred.
const maxChecks = 1000

func isAssessment(kind string) bool {
	return kind == "InfraAssessmentReport" || kind == "ClusterInfraAssessmentReport"
}

// makeAssessment reads a report of either kind.
func makeAssessment(u *unstructured.Unstructured) *Assessment {
	a := &Assessment{Meta: makeMeta(untypedKind(u), u)}
	labels := u.GetLabels()
	a.OfKind = short(labels[trivyLabels+"resource.kind"])
	// A name that is too long for a label stands in an annotation, or is that of the controller.
	name := cmp.Or(labels[trivyLabels+"resource.name"], u.GetAnnotations()[trivyLabels+"resource.name"])
	if o := a.Owner; o != nil && (a.OfKind == "" || a.OfKind == o.Kind) {
		a.OfKind, name = o.Kind, cmp.Or(name, o.Name)
	}
	a.OfName = short(name)
	report := branch(u.Object, "report")
	a.Scanned = cmp.Or(moment(text(report, "updateTimestamp")), a.Created)
	each(report["checks"], func(check map[string]any) {
		c := Check{ID: text(check, "checkID"), Title: text(check, "title"), Severity: intern(strings.ToLower(text(check, "severity")))}
		if c.ID != "" && !flag(check, "success") {
			a.Failed = append(a.Failed, c)
		}
	})
	inorder.Sort(a.Failed, func(x, y Check) int {
		return cmp.Or(cmp.Compare(x.ID, y.ID), cmp.Compare(x.Title, y.Title), cmp.Compare(x.Severity, y.Severity))
	})
	a.Failed = slices.CompactFunc(a.Failed, func(x, y Check) bool { return x.ID == y.ID })
	a.Failed = slices.Clip(a.Failed[:min(len(a.Failed), maxChecks)])
	return a
}

// short bounds a text as text does.
func short(s string) string { return intern(s[:min(len(s), maxText)]) }

// Of names what was looked at; the zero Ref where the report does not tell.
func (a *Assessment) Of() model.Ref {
	k := model.KindByName(a.OfKind)
	if k == nil || a.OfName == "" {
		return model.Ref{}
	}
	if !k.Namespaced {
		return k.Ref("", a.OfName)
	}
	return k.Ref(a.Namespace, a.OfName)
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (a *Assessment) DeepCopyObject() runtime.Object {
	d := *a
	d.Meta = a.copyMeta()
	d.Failed = slices.Clone(a.Failed)
	return &d
}

// Same compares all but the resourceVersion.
func (a *Assessment) Same(other model.Record) bool {
	o, ok := other.(*Assessment)
	return ok && a.same(&o.Meta) && *a.Kind == *o.Kind && a.OfKind == o.OfKind && a.OfName == o.OfName && a.Scanned == o.Scanned &&
		slices.Equal(a.Failed, o.Failed)
}
