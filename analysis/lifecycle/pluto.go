package lifecycle

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

func plutoSource(asOf Day) Source {
	return Source{Name: "pluto", URL: "https://github.com/FairwindsOps/pluto", AsOf: asOf, Licence: "Apache-2.0"}
}

// readPluto reads versions.yaml of Pluto. It tells no day, so whoever brings it must.
func readPluto(modified time.Time, data []byte) (*Update, error) {
	if modified.IsZero() {
		return nil, errors.New("does not say as of when it is, and neither does the file's own time")
	}
	var file struct {
		Versions []struct {
			Version     string `yaml:"version"`
			Kind        string `yaml:"kind"`
			Deprecated  string `yaml:"deprecated-in"`
			Removed     string `yaml:"removed-in"`
			Replacement string `yaml:"replacement-api"`
			Since       string `yaml:"replacement-available-in"`
			Component   string `yaml:"component"`
		} `yaml:"deprecated-versions"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	t := Table{Kind: Deprecations}
	seen := map[string]bool{}
	for i, v := range file.Versions {
		d := Deprecation{Kind: v.Kind, Replacement: v.Replacement, Component: v.Component}
		d.Group, d.Version = apiVersion(v.Version)
		for _, f := range [...]struct {
			from string
			to   *string
		}{{v.Deprecated, &d.Deprecated}, {v.Removed, &d.Removed}, {v.Since, &d.Since}} {
			if f.from == "" {
				continue
			}
			version, ok := ParseVersion(f.from)
			if !ok {
				return nil, fmt.Errorf("deprecated-versions[%d]: %s is no version", i, quoted(f.from))
			}
			*f.to = version.Line()
			if d.Component != "k8s" {
				*f.to = version.Plain()
			}
		}
		if d.Kind == "" {
			continue // An end of a whole group, which nobody can look up by what an object is.
		}
		if !seen[deprecationName(d)] {
			t.Deprecations = append(t.Deprecations, d)
		}
		seen[deprecationName(d)] = true
	}
	t.Source = plutoSource(DayOf(modified))
	u := &Update{Tables: []Table{t}}
	return u, u.check()
}

func apiVersion(text string) (group, version string) {
	if group, version, found := strings.Cut(text, "/"); found {
		return group, version
	}
	return "", text
}
