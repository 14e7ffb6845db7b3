package live

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/k8s/served"
	"canopy/model"
)

// version asks the server for its version, such as v1.37.2.
func (c *clients) version(ctx context.Context) (string, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	info, err := c.discovery.ServerVersionWithContext(ctx)
	if err != nil {
		return "", err
	}
	return info.GitVersion, nil
}

// kinds lists what the server can list, each at its preferred version; built-in and optional kinds at the version they are
// read at. A group that does not answer, as of an aggregated API that is down, is left out, and the error names it beside the
// rest.
func (c *clients) kinds(ctx context.Context) ([]*model.Kind, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	lists, err := c.discovery.ServerPreferredResourcesWithContext(ctx)
	optional := &served.Answer{}
	if answer, err := served.Ask(ctx, c.discovery.RESTClient(), model.OptionalKinds()); err == nil {
		optional = answer
	}
	var kinds []*model.Kind
	for _, list := range lists {
		gv, parseErr := schema.ParseGroupVersion(list.GroupVersion)
		if parseErr != nil {
			continue
		}
		for i := range list.APIResources {
			r := &list.APIResources[i]
			if strings.Contains(r.Name, "/") || !slices.Contains(r.Verbs, "list") {
				continue
			}
			kind := &model.Kind{Group: gv.Group, Version: gv.Version, Kind: r.Kind, Resource: r.Name, Namespaced: r.Namespaced}
			if known := model.BuiltIn(kind.GroupKind()); known != nil {
				kind = known
			} else if known := optional.Has(kind.GroupKind()); known != nil {
				kind = known
			}
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 && err != nil {
		return nil, fmt.Errorf("resources of the server: %w", err)
	}
	return kinds, nil
}

// find gives the kind of a reference: a built-in one, or one that the server knows. An optional one, which a reference may
// name by any version, comes at the version that it is read at.
func (c *clients) find(ctx context.Context, ref model.Ref) (*model.Kind, error) {
	if k := model.BuiltIn(ref.GroupKind()); k != nil {
		return k, nil
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	if k := model.OptionalKind(ref.GroupKind()); k != nil {
		answer, err := served.Ask(ctx, c.discovery.RESTClient(), []*model.Kind{k})
		if err != nil {
			return nil, err
		}
		if k := answer.Has(ref.GroupKind()); k != nil {
			return k, nil
		}
		return nil, fmt.Errorf("%s: %w", ref, model.ErrNotFound)
	}
	list, err := c.discovery.ServerResourcesForGroupVersionWithContext(ctx, ref.APIVersion())
	if err != nil {
		return nil, err
	}
	for i := range list.APIResources {
		if r := &list.APIResources[i]; r.Kind == ref.Kind && !strings.Contains(r.Name, "/") {
			return &model.Kind{Group: ref.Group, Version: ref.Version, Kind: r.Kind, Resource: r.Name, Namespaced: r.Namespaced}, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", ref, model.ErrNotFound)
}

// refine looks for the versions at which a server does serve a kind that it does not know at the version asked for.
func (s *session) refine(b *branch) {
	kind := b.whole.kind
	versions := s.clients.served(s.ctx, kind)
	if len(versions) > 0 {
		b.whole.refine(fmt.Sprintf("not served by this server at %s; it serves %s", kind.Version, strings.Join(versions, ", ")))
	}
}

// served lists the versions of a kind that a server serves; none where it serves none, or does not say.
func (c *clients) served(ctx context.Context, kind *model.Kind) []string {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	groups, err := c.discovery.ServerGroupsWithContext(ctx)
	if err != nil {
		return nil
	}
	i := slices.IndexFunc(groups.Groups, func(g metav1.APIGroup) bool { return g.Name == kind.Group })
	if i < 0 {
		return nil
	}
	var versions []string
	for _, v := range groups.Groups[i].Versions {
		list, err := c.discovery.ServerResourcesForGroupVersionWithContext(ctx, v.GroupVersion)
		if err != nil {
			continue
		}
		if slices.ContainsFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == kind.Resource }) {
			versions = append(versions, v.Version)
		}
	}
	return versions
}

// Kinds lists the kinds that the server knows and can list.
func (s *Source) Kinds(ctx context.Context) ([]*model.Kind, error) { return s.clients.kinds(ctx) }
