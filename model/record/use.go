package record

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/inorder"
)

// Use is an API version that somebody writes an object by, other than the one it is read at.
type Use struct {
	// APIVersion is autoscaling/v2beta2; Manager is who says so: the field manager that last wrote by it, ByLastApplied for kubectl's
	// annotation, ByFile for a manifest that was read.
	APIVersion, Manager string
	// At is when, in seconds since 1970; zero where that is not known.
	At int64
}

// Managers of a Use that are no field managers.
const (
	ByLastApplied = "last-applied"
	ByFile        = "file"
)

// LastAppliedManager is the field manager to which kubectl gives what its annotation holds, once it applies on the server. What that
// entry names is the version of the annotation.
const LastAppliedManager = "kubectl-last-applied"

const (
	// maxUses bounds how many versions a record keeps; no kind of Kubernetes ever had more.
	maxUses = 8
	// maxFields bounds how many entries of managedFields are looked at. The API server keeps ten for those that update.
	maxFields = 512
	// maxManager is the longest name of a field manager that the API server takes.
	maxManager = 128
	// maxAPIVersion is the length of the longest group, a slash, and the longest version.
	maxAPIVersion = 253 + 1 + 63
)

// Uses lists the API versions, other than the one the object is read at, by which it was written the last time that each of those who
// write it did: what the file says, then kubectl's annotation, then field managers, the newest first, one for each version. Nil for
// nearly all objects. The caller must not change it.
func (m *Meta) Uses() []Use {
	if m.Written == "" || sameVersion(m.Written, m.Kind) {
		return m.kept()
	}
	return append([]Use{{APIVersion: m.Written, Manager: ByFile}}, m.kept()...)
}

// kept lists the uses that do not come from a file.
func (m *Meta) kept() []Use {
	if m.rare == nil {
		return nil
	}
	return m.rare.uses
}

// UsesOf gives the Uses of an object that stands in no file, without making its record.
func UsesOf(kind *model.Kind, o metav1.Object) []Use { return usesOf(kind, o) }

func usesOf(kind *model.Kind, o metav1.Object) []Use {
	var uses []Use
	// kubectl's copy of a Secret holds its values, and Secrets never had another version.
	if kind.Group != "" || kind.Kind != "Secret" {
		if v := appliedVersion(o.GetAnnotations()[corev1.LastAppliedConfigAnnotation]); v != "" && !sameVersion(v, kind) {
			uses = append(uses, Use{APIVersion: intern(v), Manager: ByLastApplied})
		}
	}
	return slices.Clip(addManagers(uses, kind, o.GetManagedFields()))
}

// addManagers adds the newest use of each version by a field manager. Who has written by another version since then does not count: of
// kubectl's updates the server keeps one entry for each version.
func addManagers(uses []Use, kind *model.Kind, fields []metav1.ManagedFieldsEntry) []Use {
	from := len(uses)
	fields = fields[:min(len(fields), maxFields)]
	for i := range fields {
		f := &fields[i]
		if f.Subresource == "status" || sameVersion(f.APIVersion, kind) || !isVersion(f.APIVersion) || superseded(f, fields) {
			continue
		}
		u := Use{APIVersion: intern(f.APIVersion), Manager: intern(f.Manager[:min(len(f.Manager), maxManager)])}
		if f.Time != nil {
			u.At = unix(*f.Time)
		}
		if f.Manager == LastAppliedManager {
			u.Manager = ByLastApplied
			if !slices.ContainsFunc(uses[:from], func(o Use) bool { return o.APIVersion == u.APIVersion }) {
				uses = slices.Insert(uses, from, u)
				from++
			}
			continue
		}
		if j := slices.IndexFunc(uses[from:], func(o Use) bool { return o.APIVersion == u.APIVersion }); j < 0 {
			uses = append(uses, u)
		} else if compareUses(u, uses[from+j]) < 0 {
			uses[from+j] = u
		}
	}
	inorder.Sort(uses[from:], compareUses)
	return uses[:min(len(uses), maxUses)]
}

// compareUses orders field managers: the newest first.
func compareUses(a, b Use) int {
	return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.APIVersion, b.APIVersion), cmp.Compare(a.Manager, b.Manager))
}

// superseded tells that a manager has written by another version after an entry was made.
func superseded(f *metav1.ManagedFieldsEntry, fields []metav1.ManagedFieldsEntry) bool {
	for i := range fields {
		o := &fields[i]
		if o.Manager == f.Manager && o.APIVersion != f.APIVersion && o.Subresource == f.Subresource && o.Time != nil && f.Time.Before(o.Time) {
			return true
		}
	}
	return false
}

// sameVersion tells that an API version is the one that a kind is read at.
func sameVersion(apiVersion string, kind *model.Kind) bool {
	if kind.Group == "" {
		return apiVersion == kind.Version
	}
	n := len(kind.Group)
	return len(apiVersion) == n+1+len(kind.Version) && apiVersion[:n] == kind.Group && apiVersion[n] == '/' && apiVersion[n+1:] == kind.Version
}

// isVersion tells an API version such as v1 or apps/v1beta1. Nothing else is kept: the text may be anything that somebody wrote.
func isVersion(s string) bool {
	if len(s) > maxAPIVersion {
		return false
	}
	group, version, grouped := strings.Cut(s, "/")
	if !grouped {
		version = s
	} else if group == "" || !plain(group, ".-") {
		return false
	}
	return len(version) > 1 && version[0] == 'v' && '0' <= version[1] && version[1] <= '9' && plain(version, "")
}

// plain tells a text of small letters and digits, and of what else is allowed.
func plain(s, also string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte(also, c) < 0 {
			return false
		}
	}
	return true
}
