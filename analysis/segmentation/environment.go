package segmentation

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// environment is what a namespace is for.
type environment uint8

const (
	someEnvironment environment = iota
	production
	lesser
)

// environmentWord knows the words for environments. They are compared whole, so that "product" is none.
func environmentWord(word string) environment {
	switch strings.ToLower(word) {
	case "prod", "prd", "production", "live":
		return production
	case "dev", "devel", "develop", "development", "test", "tst", "testing", "qa", "qas", "uat", "int", "integration", "staging",
		"stage", "stg", "sandbox", "sbx", "preprod", "nonprod", "preview", "demo":
		return lesser
	}
	return someEnvironment
}

// environmentOf says what a namespace is for, and what says so. Labels go before the name.
func (r *round) environmentOf(name string) (environment, model.Evidence) {
	ref := namespaceRef(name)
	if ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](r.c, "Namespace", "", name); ok {
		for _, label := range [...]string{"env", "environment", "app.kubernetes.io/environment", "tier"} {
			if value, ok := ns.Labels.Lookup(label); ok {
				if e := environmentIn(value); e != someEnvironment {
					return e, model.Evidence{Object: ref, Path: "metadata.labels[" + label + "]", Value: brief(value)}
				}
			}
		}
	}
	return environmentIn(name), model.Evidence{Object: ref, Path: "metadata.name", Value: name}
}

// environmentIn looks for the words in a text. One that speaks of both is of neither, but for what comes before production,
// or is none.
func environmentIn(text string) environment {
	found := someEnvironment
	before := ""
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == '-' || c == '_' || c == '.' || c == ' ' }) {
		e := environmentWord(word)
		if e == production && (before == "pre" || before == "non" || before == "not" || before == "no") {
			e = lesser
		}
		before = strings.ToLower(word)
		switch {
		case e == someEnvironment:
		case found == someEnvironment:
			found = e
		case found != e:
			return someEnvironment
		}
	}
	return found
}
