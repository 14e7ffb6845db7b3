package record

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// SecretFacts is what was learnt of one Secret by reading its values once, on the user's demand: facts, never a value, nor a part of
// one. Its namespace and name are those of the Secret.
type SecretFacts struct {
	Meta
	// Version is the resourceVersion of the Secret that was read, so that facts about an older one are told apart.
	Version string
	// Read is when, in seconds since 1970.
	Read int64
	// Certificates are those in it.
	Certificates []Certificate
	// WeakKeys describes keys that are too short, such as "RSA 1024".
	WeakKeys []string
	// Registries are those that a docker configuration has credentials for.
	Registries []string
	// Prints are those of the values, for comparison with exposures: see model.Exposure. Values under eight bytes have none.
	Prints []uint64
	// Failed says why nothing could be read.
	Failed string
}

// Certificate is one certificate, without what is private of it.
type Certificate struct {
	// Key is the key of the Secret or field that it stands in.
	Key     string
	Subject string
	Issuer  string
	// Algorithm is that of its public key with the size: "RSA 2048", "ECDSA P-256".
	Algorithm string
	// From and Until are in seconds since 1970.
	From, Until int64
	// CA tells that it may sign others.
	CA bool
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (s *SecretFacts) DeepCopyObject() runtime.Object {
	c := *s
	c.Meta = s.copyMeta()
	c.Certificates, c.WeakKeys = slices.Clone(s.Certificates), slices.Clone(s.WeakKeys)
	c.Registries, c.Prints = slices.Clone(s.Registries), slices.Clone(s.Prints)
	return &c
}

// Same compares all but the resourceVersion.
func (s *SecretFacts) Same(other model.Record) bool {
	o, ok := other.(*SecretFacts)
	return ok && s.same(&o.Meta) && s.Version == o.Version && s.Read == o.Read && s.Failed == o.Failed &&
		slices.Equal(s.Certificates, o.Certificates) && slices.Equal(s.WeakKeys, o.WeakKeys) &&
		slices.Equal(s.Registries, o.Registries) && slices.Equal(s.Prints, o.Prints)
}

// Sweep is what was found in one object of a kind that is not watched. Its namespace is that of the object, its name tells kind and
// name of it.
type Sweep struct {
	Meta
	// Object is what was looked at; Exposures is what stands in it.
	Object    model.Ref
	Exposures []model.Exposure
}

// MakeSweep makes the record of what was found in an object.
func MakeSweep(object model.Ref, found []model.Exposure) *Sweep {
	return &Sweep{Meta: OwnMeta("Sweep", object.Namespace, object.Kind+"."+object.Group+"/"+object.Name), Object: object, Exposures: found}
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (s *Sweep) DeepCopyObject() runtime.Object {
	c := *s
	c.Meta = s.copyMeta()
	c.Exposures = slices.Clone(s.Exposures)
	return &c
}

// Same compares all but the resourceVersion.
func (s *Sweep) Same(other model.Record) bool {
	o, ok := other.(*Sweep)
	return ok && s.same(&o.Meta) && s.Object == o.Object && slices.Equal(s.Exposures, o.Exposures)
}
