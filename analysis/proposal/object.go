package proposal

import (
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"canopy/model"
)

// kept are the parts of metadata that a server keeps for itself, with kubectl's copy of the whole object. A document that was read
// from a server has them.
func kept() []string {
	return []string{"uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
		"managedFields", "selfLink"}
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// object makes the step of one object.
func (r *reader) object(o map[string]any, at place) {
	kind, ok := r.kindOf(o, at)
	if !ok {
		return
	}
	if r.masked(o, at) {
		return
	}
	secret := kind.Group == "" && kind.Kind == "Secret"
	if secret && !r.dropValues(o, at) {
		return
	}
	ref, ok := r.identity(o, kind, at)
	if !ok {
		return
	}
	if first, ok := r.seen[unversioned(ref)]; ok {
		r.refuse(at, "", fmt.Sprintf("%s stands twice: in document %d too, which is the one that is taken", ref, first.document+1))
		return
	}
	r.seen[unversioned(ref)] = at
	problems := len(r.out.Problems)
	if status, ok := o["status"].(map[string]any); ok && len(status) > 0 {
		r.assume("The status of %s is left out: only controllers write it.", ref)
	}
	delete(o, "status")
	exists := r.cluster.Get(ref) != nil
	typed := r.scheme.Recognizes(kind.GVK())
	step := model.Step{Verb: model.Create, Ref: ref}
	if exists {
		step.Verb, step.PatchType = model.Patch, types.MergePatchType
		if typed {
			step.PatchType = types.StrategicMergePatchType
		}
	}
	gone := r.directives(o, &step, at)
	if len(r.out.Problems) > problems {
		return
	}
	if !gone {
		if typed {
			r.strict(stripped(o).(map[string]any), kind, at)
		}
		if len(r.out.Problems) > problems {
			return
		}
		switch {
		case exists && secret:
			delete(o, "data")
			delete(o, "stringData")
		case exists && typed:
			r.adapt(o, ref)
		case !exists:
			r.newcomer(ref)
		}
		body, err := json.Marshal(o)
		if err != nil {
			r.refuse(at, "", err.Error())
			return
		}
		step.Body = body
		if secret {
			r.out.Masked = append(r.out.Masked, ref)
		}
	}
	r.steps = append(r.steps, planned{step, rank(&step)})
}

func unversioned(ref model.Ref) model.Ref {
	ref.Version = ""
	if k := model.BuiltIn(ref.GroupKind()); k != nil {
		ref.Version = k.Version
	}
	return ref
}

// kindOf finds the kind of a document; false where Canopy does not know it.
func (r *reader) kindOf(o map[string]any, at place) (*model.Kind, bool) {
	for _, field := range []string{"apiVersion", "kind"} {
		if s, ok := o[field].(string); !ok || s == "" {
			message := "it is missing"
			if o[field] != nil && !ok {
				message = "it is no text"
			}
			r.refuse(at, field, message)
			return nil, false
		}
	}
	apiVersion, name := o["apiVersion"].(string), o["kind"].(string)
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		r.refuse(at, "apiVersion", "it wants the form group/version")
		return nil, false
	}
	if gv.Group == "kustomize.config.k8s.io" || gv.Group == "kind.x-k8s.io" || apiVersion == "v1" && name == "Config" {
		r.refuse(at, "kind", "this is the file of a tool, and no object of a cluster")
		return nil, false
	}
	kind := model.KindOf(schema.GroupKind{Group: gv.Group, Kind: name})
	if kind == nil {
		message := fmt.Sprintf("Canopy does not read the kind %.80q of %.80q, so what applying it would change cannot be told: it is left out",
			name, apiVersion)
		if like := model.KindByName(name); like != nil && (!strings.Contains(gv.Group, ".") || strings.HasSuffix(gv.Group, ".k8s.io")) {
			message = fmt.Sprintf("%.80q has no kind %.80q: write apiVersion %s, kind %s", apiVersion, name, like.GVK().GroupVersion(), like.Kind)
		}
		r.refuse(at, "kind", message)
		return nil, false
	}
	if kind.Version != gv.Version {
		if model.BuiltIn(kind.GroupKind()) != nil {
			r.refuse(at, "apiVersion", fmt.Sprintf("%s %s is read as %s only: write that", apiVersion, name, kind.GVK().GroupVersion()))
			return nil, false
		}
		kind = kind.At(gv.Version)
	}
	return kind, true
}

// identity finds out which object a document means, and cleans its metadata.
func (r *reader) identity(o map[string]any, kind *model.Kind, at place) (model.Ref, bool) {
	none := model.Ref{}
	meta, ok := o["metadata"].(map[string]any)
	if !ok {
		r.refuse(at, "metadata", "it is missing, and the name with it")
		return none, false
	}
	for _, field := range kept() {
		delete(meta, field)
	}
	if notes, ok := meta["annotations"].(map[string]any); ok {
		if delete(notes, lastApplied); len(notes) == 0 {
			delete(meta, "annotations")
		}
	}
	name, named := meta["name"].(string)
	if !named || name == "" {
		path, message := "metadata.name", "it is missing"
		if meta["generateName"] != nil && meta["name"] == nil {
			path = "metadata.generateName"
			message = "the server makes up another name each time, so what would come of it cannot be told, nor taken back: give it a name"
		} else if meta["name"] != nil {
			message = "it is no text, or empty: a name like n or 1e3 needs quotes"
		}
		r.refuse(at, path, message)
		return none, false
	}
	namespace := ""
	if given, ok := meta["namespace"]; ok && given != nil {
		if namespace, ok = given.(string); !ok {
			r.refuse(at, "metadata.namespace", "it is no text: a name like n or 1e3 needs quotes")
			return none, false
		}
	}
	if !kind.Namespaced {
		delete(meta, "namespace")
		namespace = ""
	} else {
		if namespace == "" {
			namespace = r.fallback
		}
		meta["namespace"] = namespace
		if wrong := validation.IsDNS1123Label(namespace); len(wrong) > 0 {
			r.refuse(at, "metadata.namespace", wrong[0])
			return none, false
		}
	}
	if wrong := nameFaults(kind, name); len(wrong) > 0 {
		r.refuse(at, "metadata.name", wrong[0])
		return none, false
	}
	return kind.Ref(namespace, name), true
}

// nameFaults says what is wrong with a name, by the rules of the kinds: pkg/apis/*/validation of k8s.io/kubernetes.
func nameFaults(kind *model.Kind, name string) []string {
	if len(name) > validation.DNS1123SubdomainMaxLength {
		return []string{fmt.Sprintf("it is longer than %d bytes", validation.DNS1123SubdomainMaxLength)}
	}
	switch {
	case kind.Group == model.GroupRBAC || kind.Kind == "CertificateSigningRequest":
		return content.IsPathSegmentName(name)
	case kind.Group == "" && (kind.Kind == "Namespace" || kind.Kind == "Service"):
		return validation.IsDNS1123Label(name)
	}
	return validation.IsDNS1123Subdomain(name)
}

// newcomer tells what the plan takes for granted of an object that was not seen.
func (r *reader) newcomer(ref model.Ref) {
	seen := r.cluster.Seen(ref.GroupKind(), ref.Namespace)
	switch {
	case seen.State == model.Complete:
	case seen.Unserved() || model.OptionalKind(ref.GroupKind()) != nil && seen.State == model.Absent:
		r.assume("The server does not serve %s yet: what defines it has to be there first.", ref.Kind)
	default:
		r.assume("Not every %s was seen (%s): %s is taken for new.", ref.Kind, seen.State, ref)
	}
}
