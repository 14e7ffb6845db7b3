package remedy

import (
	"encoding/json"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

const annotationsPath = "metadata.annotations"

// annotationKey gives the key of an annotation at which a path begins.
func annotationKey(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, annotationsPath)
	if !ok || rest == "" {
		return "", false
	}
	if rest[0] == '[' {
		key, _, closed := strings.Cut(rest[1:], "]")
		return key, closed
	}
	if rest[0] != '.' {
		return "", false
	}
	if i := strings.IndexAny(rest[1:], ".["); i >= 0 {
		rest = rest[:i+1]
	}
	return rest[1:], true
}

// annotationKeys lists the annotations of an object in which a credential was found, sorted.
func annotationKeys(r model.Record) []string {
	holder, ok := r.(interface{ Exposed() []model.Exposure })
	if !ok {
		return nil
	}
	var keys []string
	for _, e := range holder.Exposed() {
		if key, ok := annotationKey(e.Path); ok && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// elsewhere fixes SE01 on objects whose annotations alone hold a credential, and notes it on those that hold it where nothing is known
// of what it is for. It gives the other findings.
func (p *planner) elsewhere(ref model.Ref, findings []*model.Finding) ([]*model.Finding, error) {
	var rest []*model.Finding
	for _, f := range findings {
		if f.Rule.ID != "SE01" {
			rest = append(rest, f)
			continue
		}
		r := p.c.Get(ref)
		keys := annotationKeys(r)
		t, owns := templateIn(r)
		switch {
		case owns && (len(keys) == 0 || isStatic(r) || len(podAnnotations(ref, f)) > 0 || len(hitsOf("SE01", t.Decode())) > 0):
			rest = append(rest, f)
		case r == nil && record.TemplatePath(ref.Kind) != "" && model.KindOf(ref.GroupKind()) != nil:
			rest = append(rest, f)
		case len(keys) == 0:
			p.custom(f)
		default:
			d, err := unannotated(ref, keys)
			if err != nil {
				return nil, err
			}
			d.rules, d.about, d.Closes = []*model.Rule{f.Rule}, []string{f.ID}, []string{f.ID}
			d.keep(metaOf(r))
			p.patches = append(p.patches, d)
		}
	}
	return rest, nil
}

// annotated makes the patch that takes credentials out of the annotations of an owner whose template holds some as well; nil where there
// are none, or SE01 was not asked for.
func (p *planner) annotated(w *record.Workload, findings []*model.Finding) (*Document, error) {
	keys := annotationKeys(w)
	i := slices.IndexFunc(findings, func(f *model.Finding) bool { return f.Rule.ID == "SE01" })
	if i < 0 || len(keys) == 0 {
		return nil, nil
	}
	d, err := unannotated(w.Ref(), keys)
	if err != nil {
		return nil, err
	}
	d.rules, d.about = []*model.Rule{findings[i].Rule}, []string{findings[i].ID}
	d.keep(&w.Meta)
	return &d, nil
}

// unannotated is the patch that takes annotations away.
func unannotated(ref model.Ref, keys []string) (Document, error) {
	gone := map[string]any{}
	for _, k := range keys {
		gone[k] = nil
	}
	object := partial(ref, nil)
	object["metadata"].(map[string]any)["annotations"] = gone
	body, err := json.Marshal(object)
	if err != nil {
		return Document{}, err
	}
	d, err := patchDocument(ref, types.MergePatchType, body)
	if err != nil {
		return Document{}, err
	}
	d.Breakage = needsEvidence.String()
	for _, k := range keys {
		if k == corev1.LastAppliedConfigAnnotation {
			say(&d.Evidence, "%s is the copy that kubectl apply makes of what it was given, with the credential in it: take that out of the file first, or the next kubectl apply writes it again", k)
			continue
		}
		say(&d.Evidence, "annotation %s holds a credential: find out which program reads it, and give it a Secret in its place", k)
	}
	say(&d.Evidence, "whoever could read the object has the credential: change it where it was issued, the old one is burnt")
	return d, nil
}

// custom notes a credential in an object of which Canopy keeps nothing that a patch could be made of.
func (p *planner) custom(f *model.Finding) {
	steps := []string{"open it: kubectl edit " + target(f.Object)}
	for _, v := range evidenceOf(f) {
		steps = append(steps, v.Path+" is a credential ("+v.Value+"): most controllers take the name of a Secret in a field beside it; kubectl explain "+quote(strings.ToLower(f.Object.Kind))+" --recursive lists the fields")
	}
	p.note(f, "what the field is for only the controller knows that reads it", append(steps, "keep the value out of Git and out of the next kubectl apply, and change it where it was issued: the old one is burnt")...)
}
