package admission

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/inorder"
)

// ending is an API version that is about to end, and who is asked for by it.
type ending struct {
	gv schema.GroupVersion
	// resource is what requests call the kind.
	resource, kind string
	// instead is what replaces it; "" where that is not known.
	instead string
}

// endingVersions adds VP06: a policy for each API version that ends and that the server may still serve. A policy that matches exactly sees
// only requests by that version, whichever the object is kept in.
func (m *maker) endingVersions(rule *model.Rule, s *scope) {
	var all []ending
	gone := 0
	for _, f := range s.findings {
		if f.Proof == nil {
			continue
		}
		for _, e := range f.Proof.Evidence() {
			one, ok := m.endingIn(f, &e)
			if !ok {
				continue
			}
			if m.ended(&one) {
				gone++
				continue
			}
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	inorder.Sort(all, func(a, b ending) int { return strings.Compare(a.String(), b.String()) })
	for i := range all {
		at := m.scopeOf(slices.DeleteFunc(slices.Clone(s.findings), func(f *model.Finding) bool { return f.Object.Kind != all[i].kind || f.Object.Group != all[i].gv.Group }))
		m.add(endingPolicy(rule, &all[i], at.namespaces), at)
	}
	switch {
	case len(all) > 0:
	case gone > 0:
		m.not(rule, "The server no longer serves these versions and refuses them by itself; what is left is to change the manifests, which no policy sees before they are applied")
	default:
		m.not(rule, "The API server warns of versions that end by itself, in each answer; by which version a manifest asks is not known of these findings, or it is that of a kind which is not known here")
	}
}

func (e *ending) String() string { return e.gv.String() + " " + e.resource }

// endingIn reads the version that evidence begins with, where it is another one than the object is read at.
func (m *maker) endingIn(f *model.Finding, e *model.Evidence) (ending, bool) {
	word, _, _ := strings.Cut(strings.TrimSpace(e.Value), " ")
	found := regexp.MustCompile(`^(?:([a-z0-9][a-z0-9.-]*)/)?(v[0-9]+(?:(?:alpha|beta)[0-9]+)?)$`).FindStringSubmatch(strings.TrimRight(word, ",;:"))
	k := model.KindOf(f.Object.GroupKind())
	if found == nil || k == nil {
		return ending{}, false
	}
	one := ending{gv: schema.GroupVersion{Group: found[1], Version: found[2]}, resource: k.Resource, kind: k.Kind}
	if one.gv.Group != k.Group || one.gv.Version == f.Object.Version {
		// A kind that has moved to another group may be called otherwise there, and is served by nobody any more.
		return ending{}, false
	}
	if d, ok := lifecycle.Default().Deprecated(one.gv.Group, one.gv.Version, k.Kind); ok {
		one.instead = d.Replacement
	} else {
		one.instead = f.Object.APIVersion()
	}
	return one, true
}

// ended tells that the server no longer serves a version of Kubernetes' own.
func (m *maker) ended(e *ending) bool {
	d, ok := lifecycle.Default().Deprecated(e.gv.Group, e.gv.Version, e.kind)
	if !ok || d.Removed == "" || m.minor == 0 || model.BuiltIn(schema.GroupKind{Group: e.gv.Group, Kind: e.kind}) == nil {
		return false
	}
	var major, minor int
	_, err := fmt.Sscanf(d.Removed, "%d.%d", &major, &minor)
	return err == nil && major == 1 && m.minor >= minor
}

// endingPolicy refuses requests by a version.
func endingPolicy(rule *model.Rule, e *ending, namespaces []string) *blueprint {
	b := &blueprint{
		rule: rule, name: nameFor(rule, e.resource, strings.ReplaceAll(e.gv.String(), "/", "-")), namespaces: namespaces, exact: true,
		match:  []matched{{e.gv.Group, e.gv.Version, []string{e.resource}, []string{created, updated}, nil}},
		faults: "[" + quote("the request is by "+e.gv.String()+", which ends") + "]",
		remedy: "Write the manifest for the version that replaces it.",
		evidence: []string{"Whoever still writes by " + e.gv.String() + " is refused, controllers too: look in the audit log for its warnings for some days before it refuses",
			"It is of use only while the server serves that version; take it away after the upgrade that ends it"},
	}
	if e.instead != "" {
		b.remedy = "Write the manifest for " + e.instead + "."
	}
	return b
}
