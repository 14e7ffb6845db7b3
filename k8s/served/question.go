package served

import (
	"context"
	"errors"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"canopy/model"
)

// Version asks a server for its own version, such as v1.37.2.
func Version(ctx context.Context, client rest.Interface) (string, error) {
	var v struct {
		GitVersion string `json:"gitVersion"`
	}
	err := get(ctx, client, &v, plain, "/version")
	return v.GitVersion, err
}

// Find asks a server for a kind at just one version; nil where it does not serve it.
func Find(ctx context.Context, client rest.Interface, gvk schema.GroupVersionKind) (*model.Kind, error) {
	resources, err := list(ctx, client, gvk.Group, gvk.Version)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, r := range resources {
		if r.Kind == gvk.Kind {
			return &model.Kind{Group: gvk.Group, Version: gvk.Version, Kind: r.Kind, Resource: r.Name, Namespaced: r.Namespaced}, nil
		}
	}
	return nil, nil
}

// All asks a server for every kind that it can list: built-in and optional ones at the version that they are read at, others
// at the version that the server prefers. Groups that do not answer, as those of an aggregated API that is down, are left out.
func All(ctx context.Context, client rest.Interface) ([]*model.Kind, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	core, err := ask(ctx, client, "/api", nil)
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, err
	}
	others, err := ask(ctx, client, "/apis", nil)
	if err != nil {
		return nil, err
	}
	groups := slices.Concat(core, others)
	optional := judge(model.OptionalKinds(), groups)
	var kinds []*model.Kind
	var silent []error
	for _, g := range groups {
		if g.silent != "" {
			silent = append(silent, errors.New(g.silent))
		}
		for _, k := range g.kinds() {
			if known := model.BuiltIn(k.GroupKind()); known != nil {
				k = known
			} else if known := optional.Has(k.GroupKind()); known != nil {
				k = known
			}
			kinds = append(kinds, k)
		}
	}
	if len(kinds) == 0 {
		return nil, errors.Join(silent...)
	}
	return kinds, nil
}

// kinds lists what a group serves, each resource at the version that the server prefers of those that have it.
func (g *group) kinds() []*model.Kind {
	var kinds []*model.Kind
	had := map[string]bool{}
	for _, v := range g.versions {
		if v.stale {
			continue
		}
		for _, r := range v.resources {
			if r.kind != "" && !had[r.name] {
				had[r.name] = true
				kinds = append(kinds, &model.Kind{Group: g.name, Version: v.name, Kind: r.kind, Resource: r.name, Namespaced: r.namespaced})
			}
		}
	}
	return kinds
}

// Versions asks a server at which versions it serves a resource that it does not serve at the one asked for; none where there
// are none, or it does not say.
func Versions(ctx context.Context, client rest.Interface, kind *model.Kind) []string {
	path := "/apis"
	if kind.Group == "" {
		path = "/api"
	}
	groups, err := ask(ctx, client, path, map[string]bool{kind.Group: true})
	g := groups.named(kind.Group)
	if err != nil || g == nil {
		return nil
	}
	var versions []string
	for _, v := range g.versions {
		for _, r := range v.resources {
			if r.name == kind.Resource && !v.stale {
				versions = append(versions, v.name)
				break
			}
		}
	}
	return versions
}
