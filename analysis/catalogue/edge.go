package catalogue

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"sigs.k8s.io/yaml"

	"canopy/model"
)

//go:embed edges/*.yaml
var edgeFiles embed.FS

// Edges reads the embedded steps of attack, sorted by id. An error means that the catalogue itself is at fault, and names
// the edge.
func Edges() ([]*model.Edge, error) {
	rules, err := Load()
	if err != nil {
		return nil, err
	}
	return loadEdges(edgeFiles, rules)
}

func loadEdges(from fs.FS, rules Set) ([]*model.Edge, error) {
	names, err := fs.Glob(from, "edges/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	var all []*model.Edge
	ids, titles := map[string]bool{}, map[string]string{}
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
		var edges []*model.Edge
		if err := yaml.UnmarshalStrict(data, &edges); err != nil {
			return nil, fmt.Errorf("catalogue: %s: %w", name, err)
		}
		for i, e := range edges {
			if e == nil {
				return nil, fmt.Errorf("catalogue: %s: edge %d is empty", name, i+1)
			}
			if err := checkEdge(e, rules); err != nil {
				return nil, fmt.Errorf("catalogue: %s: edge %q: %w", name, e.ID, err)
			}
			if ids[e.ID] {
				return nil, fmt.Errorf("catalogue: %s: edge %q is there twice", name, e.ID)
			}
			if other := titles[e.Title]; other != "" {
				return nil, fmt.Errorf("catalogue: %s: edge %q has the title of %s", name, e.ID, other)
			}
			ids[e.ID], titles[e.Title] = true, e.ID
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b *model.Edge) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}
