// Package catalogue holds the catalogue of rules. It is data: files that say of every rule what is wrong, why it matters,
// how it is attacked, seen and fixed, and to which controls of other catalogues it answers.
package catalogue

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"sigs.k8s.io/yaml"

	"canopy/model"
)

//go:embed *.yaml
var files embed.FS

// Set holds rules by id.
type Set map[string]*model.Rule

// Sorted lists the rules by id.
func (s Set) Sorted() []*model.Rule {
	return slices.SortedFunc(maps.Values(s), func(a, b *model.Rule) int { return cmp.Compare(a.ID, b.ID) })
}

// Load reads the embedded catalogue. An error means that the catalogue itself is at fault, and names the rule.
func Load() (Set, error) { return load(files) }

func load(from fs.FS) (Set, error) {
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	all := Set{}
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
		var rules []*model.Rule
		if err := yaml.UnmarshalStrict(data, &rules); err != nil {
			return nil, fmt.Errorf("catalogue: %s: %w", name, err)
		}
		for i, r := range rules {
			if r == nil {
				return nil, fmt.Errorf("catalogue: %s: rule %d is empty", name, i+1)
			}
			if err := check(r); err != nil {
				return nil, fmt.Errorf("catalogue: %s: rule %q: %w", name, r.ID, err)
			}
			if all[r.ID] != nil {
				return nil, fmt.Errorf("catalogue: %s: rule %q is there twice", name, r.ID)
			}
			all[r.ID] = r
		}
	}
	return all, nil
}
