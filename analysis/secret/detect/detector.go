// Package detect finds credentials in the objects of Kubernetes: it takes a value apart to pairs of name and value, and asks of each
// what it is. It is told by the form of a value, for which rules.yaml has a rule for each kind of credential, or else by what the value
// goes by (DB_PASSWORD) and whether it looks like something that only a machine makes up.
//
// Decided on purpose: a well-known password, such as changeme under DB_PASSWORD, is a finding, since it opens the door; under names of
// tokens and keys it only keeps a place, but for keys that sign or encrypt: whoever guesses JWT_SECRET=secret makes tokens of their own. A
// password that looks like a reference is one all the same where nothing fills it in: $ecret99 in a variable of a container. Whatever stands
// in a Secret that is written down in a text is a credential. A hash of a password is none, as ciphertext is none. A UUID is a finding under
// the name of a password alone.
package detect

import (
	"sync"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// Detector finds credentials. It is immutable, and may be used by many goroutines.
type Detector struct {
	rules []*rule
	words *automaton
	// terms says of each word of the automaton what it is good for.
	terms []term
	key   []byte
}

// term is what a word that was hit calls for.
type term struct {
	// name tells that it is part of names of credentials.
	name bool
	// url calls for what is no regular expression.
	url bool
	// rules are those that look at the text around, named those that look at what goes by such a name.
	rules, named []*rule
}

// shared is the one detector. Its making cannot fail but by a fault in the bundled rules, which tests exclude.
var shared = sync.OnceValue(func() *Detector {
	d, err := build(bundled, drawKey())
	if err != nil {
		panic(err)
	}
	return d
})

// Default gives the detector with the bundled rules. All calls give the same one, so that equal values have equal prints.
func Default() *Detector { return shared() }

// Inspect looks at one value: see model.Inspector.
func (d *Detector) Inspect(path, name, value string) []model.Exposure {
	if len(value) < shortest {
		return nil
	}
	l := look{d: d, base: path, applied: name == corev1.LastAppliedConfigAnnotation}
	l.whole(name, value)
	return l.result(name, value)
}

// Pod looks at all of a pod spec: variables, commands, arguments, probes and hooks of all containers. Paths are relative to the spec.
func (d *Detector) Pod(spec *corev1.PodSpec) []model.Exposure {
	var found []model.Exposure
	for i := range spec.InitContainers {
		found = d.container(found, "initContainers", i, &spec.InitContainers[i])
	}
	for i := range spec.Containers {
		found = d.container(found, "containers", i, &spec.Containers[i])
	}
	for i := range spec.EphemeralContainers {
		c := corev1.Container(spec.EphemeralContainers[i].EphemeralContainerCommon)
		found = d.container(found, "ephemeralContainers", i, &c)
	}
	return found
}
