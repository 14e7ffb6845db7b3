package model

import "context"

// Inspector looks for credentials in one value of an object. Package analysis/secret/detect has the one that is used; sources
// let it look at what their records do not keep.
type Inspector interface {
	// Inspect gives what a value exposes, if anything. The path is where the value stands in its object, and name what it goes by:
	// the name of a variable, the key of a ConfigMap. Structured text (JSON, YAML, .env, properties) is looked into, and base64
	// once; the paths of what is found there begin with the given one.
	Inspect(path, name, value string) []Exposure
}

// Exposure is a credential that stands where it should not. The value itself is not in it, nor any part of it.
type Exposure struct {
	// Rule is the detector that found it, such as stripe-key or name.
	Rule string
	// What is the kind of credential in words, such as "Stripe key" or "password".
	What string
	// Path is the field, relative to the object (or to the pod spec, for exposures of a pod spec).
	Path string
	// Name is what the value goes by: DB_PASSWORD.
	Name string
	// Container is the container it stands in; "" elsewhere.
	Container string
	// Encoding says through what it was reached: "", "key" (it is a key itself), "base64", "json", "yaml", "env", "properties", "xml", "url"; several are joined by +.
	Encoding string
	// Length is the number of bytes of the value; Entropy is in tenths of a bit for each byte.
	Length, Entropy int
	// Sure tells that the form of the value proves what it is; else its name and its randomness speak for it.
	Sure bool
	// Print is equal for equal values. It is a hash under a key that is drawn at the start of the process and never leaves it;
	// Print must not leave it either.
	Print uint64 `json:"-"`
}

// Sweeper is a source that can look for credentials in objects that are not watched: custom resources and Events. What it finds
// goes to the sink as records of the kind Sweep.
type Sweeper interface {
	Sweep(ctx context.Context, what SweepOptions, sink Sink) error
}

// SweepOptions says where to look.
type SweepOptions struct {
	CustomResources, Events bool
	// Namespaces limits it to these, and to objects in no namespace where it is empty; empty is all.
	Namespaces []string
	// Progress is called with the kind that is looked at and the objects so far; nil is nobody.
	Progress func(kind string, objects int)
}

// SecretReader is a source that can read Secrets for facts about their values: one at a time, keeping none. The facts go to the
// sink as records of the kind SecretFacts.
type SecretReader interface {
	// InspectSecrets reads those of the namespaces, or of all where none is given.
	InspectSecrets(ctx context.Context, namespaces []string, inspector Inspector, sink Sink, progress func(done, all int)) error
}
