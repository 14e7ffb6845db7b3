package live

import (
	"context"
	"fmt"
	"strings"

	"canopy/k8s/served"
	"canopy/model"
)

// version asks the server for its version, such as v1.37.2.
func (c *clients) version(ctx context.Context) (string, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	return served.Version(ctx, c.discovery)
}

// kinds lists what the server can list, each at its preferred version; built-in and optional kinds at the version they are
// read at. A group that does not answer, as of an aggregated API that is down, is left out.
func (c *clients) kinds(ctx context.Context) ([]*model.Kind, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	kinds, err := served.All(ctx, c.discovery)
	if err != nil {
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
	var found *model.Kind
	if k := model.OptionalKind(ref.GroupKind()); k != nil {
		answer, err := served.Ask(ctx, c.discovery, []*model.Kind{k})
		if err != nil {
			return nil, err
		}
		found = answer.Has(ref.GroupKind())
	} else {
		var err error
		if found, err = served.Find(ctx, c.discovery, ref.GroupKind().WithVersion(ref.Version)); err != nil {
			return nil, err
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%s: %w", ref, model.ErrNotFound)
	}
	return found, nil
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
	return served.Versions(ctx, c.discovery, kind)
}

// Kinds lists the kinds that the server knows and can list.
func (s *Source) Kinds(ctx context.Context) ([]*model.Kind, error) { return s.clients.kinds(ctx) }
