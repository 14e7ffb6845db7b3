package model

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Ref names one object of a cluster. It is comparable. Version is the version Canopy reads the kind at, so two
// references to one object are equal; the version an object was written in is kept by its record.
type Ref struct {
	Group, Version, Kind, Namespace, Name string
}

// GroupKind is the kind of the object without its version.
func (r Ref) GroupKind() schema.GroupKind { return schema.GroupKind{Group: r.Group, Kind: r.Kind} }

// APIVersion is the group and version as manifests write them: "apps/v1", or "v1" for the core group.
func (r Ref) APIVersion() string {
	if r.Group == "" {
		return r.Version
	}
	return r.Group + "/" + r.Version
}

// IsZero tells whether the reference names nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// String is the short form people read and type: "shop/Deployment/web", "Node/n1".
func (r Ref) String() string {
	if r.Namespace == "" {
		return r.Kind + "/" + r.Name
	}
	return r.Namespace + "/" + r.Kind + "/" + r.Name
}

// Compare orders references by namespace, kind, group and name.
func (r Ref) Compare(o Ref) int {
	return cmp.Or(cmp.Compare(r.Namespace, o.Namespace), cmp.Compare(r.Kind, o.Kind),
		cmp.Compare(r.Group, o.Group), cmp.Compare(r.Name, o.Name), cmp.Compare(r.Version, o.Version))
}

type refJSON struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
}

// MarshalJSON writes the form of the command line's contract: apiVersion, kind, namespace, name.
func (r Ref) MarshalJSON() ([]byte, error) {
	return json.Marshal(refJSON{r.APIVersion(), r.Kind, r.Namespace, r.Name})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Ref) UnmarshalJSON(data []byte) error {
	var j refJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	gv, err := schema.ParseGroupVersion(j.APIVersion)
	if err != nil {
		return err
	}
	*r = Ref{Group: gv.Group, Version: gv.Version, Kind: j.Kind, Namespace: j.Namespace, Name: j.Name}
	return nil
}

// ParseRef reads the short form. Kinds are found as KindByName does; an unknown kind is an error, since its group and
// version could only be guessed.
func ParseRef(s string) (Ref, error) {
	parts := strings.Split(s, "/")
	var namespace, kind, name string
	switch len(parts) {
	case 2:
		kind, name = parts[0], parts[1]
	case 3:
		namespace, kind, name = parts[0], parts[1], parts[2]
	default:
		return Ref{}, fmt.Errorf("reference %q: want Kind/name or namespace/Kind/name", s)
	}
	k := KindByName(kind)
	if k == nil {
		return Ref{}, fmt.Errorf("reference %q: unknown kind %q", s, kind)
	}
	if k.Namespaced != (namespace != "") {
		return Ref{}, fmt.Errorf("reference %q: kind %s is %s", s, k.Kind, k.scope())
	}
	if name == "" {
		return Ref{}, fmt.Errorf("reference %q: the name is empty", s)
	}
	return k.Ref(namespace, name), nil
}
