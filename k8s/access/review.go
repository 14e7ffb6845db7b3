package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
	"canopy/k8s/served"
	"canopy/model"
	"canopy/model/inorder"
)

// Row says whether a user may read one kind, in one namespace or in all.
type Row struct {
	Kind *model.Kind
	// Namespace is empty for all namespaces, and for cluster-scoped kinds.
	Namespace   string
	List, Watch bool
	// Reason is what the server says to a refusal; often nothing.
	Reason string
}

// Complete tells that the kind can be read here and kept fresh.
func (r Row) Complete() bool { return r.List && r.Watch }

// errNoReview tells that the server does not answer questions about the user's own rights.
var errNoReview = errors.New("the server does not say what this user may do")

// parallel is the number of questions asked at one time.
const parallel = 8

// Review asks the server what the user may read: every kind everywhere and, where a namespaced kind may not be read
// everywhere, in each of the namespaces given. Rows come in the order of the kinds, then of the namespaces. It only
// creates reviews of the user's own rights, which store nothing.
func Review(ctx context.Context, config *rest.Config, kinds []*model.Kind, namespaces []string) ([]Row, error) {
	client, err := reviewer(config)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, 0, len(kinds))
	for _, k := range kinds {
		rows = append(rows, Row{Kind: k})
	}
	if err := ask(ctx, client, rows); err != nil {
		return nil, err
	}
	var parts []Row
	for _, r := range rows {
		if r.Complete() || !r.Kind.Namespaced {
			continue
		}
		for _, namespace := range namespaces {
			parts = append(parts, Row{Kind: r.Kind, Namespace: namespace})
		}
	}
	if err := ask(ctx, client, parts); err != nil {
		return nil, err
	}
	place := map[*model.Kind]int{}
	for i, k := range kinds {
		place[k] = i
	}
	rows = append(rows, parts...)
	inorder.SortStable(rows, func(a, b Row) int { return cmp.Compare(place[a.Kind], place[b.Kind]) })
	return rows, nil
}

// Kinds lists what Canopy reads of a server: the built-in kinds, and of the optional ones those that it serves. With an error
// it lists the built-in ones alone: the server does not say which others it serves.
func Kinds(ctx context.Context, config *rest.Config) ([]*model.Kind, error) {
	kinds := model.Kinds()
	client, err := reviewer(config)
	if err != nil {
		return kinds, err
	}
	answer, err := served.Ask(ctx, client, model.OptionalKinds())
	if err != nil {
		return kinds, fmt.Errorf("the server does not say which optional kinds it serves: %w", err)
	}
	return append(kinds, answer.Kinds...), nil
}

func reviewer(config *rest.Config) (rest.Interface, error) {
	config = dynamic.ConfigFor(guard.Config(config))
	config.QPS, config.RateLimiter = -1, nil
	config.WarningHandler, config.WarningHandlerWithContext = nil, rest.NoWarnings{}
	client, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connection to %s: %w", config.Host, err)
	}
	return client, nil
}

// ask fills the rows in.
func ask(ctx context.Context, client rest.Interface, rows []Row) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	places := make(chan struct{}, parallel)
	var wg sync.WaitGroup
	for i := range rows {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			if ctx.Err() != nil {
				return
			}
			if err := rows[i].ask(ctx, client); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func (r *Row) ask(ctx context.Context, client rest.Interface) error {
	var err error
	if r.List, r.Reason, err = may(ctx, client, r.Kind, r.Namespace, "list"); err != nil {
		return err
	}
	var reason string
	if r.Watch, reason, err = may(ctx, client, r.Kind, r.Namespace, "watch"); err != nil {
		return err
	}
	r.Reason = cmp.Or(r.Reason, reason)
	return nil
}

func may(ctx context.Context, client rest.Interface, kind *model.Kind, namespace, verb string) (allowed bool, reason string, err error) {
	allowed, reason, err = Question{Verb: verb, Group: kind.Group, Version: kind.Version, Resource: kind.Resource, Namespace: namespace}.Ask(ctx, client)
	if apierrors.IsForbidden(err) || apierrors.IsNotFound(err) || apierrors.IsMethodNotSupported(err) {
		return false, "", fmt.Errorf("%w: %w", errNoReview, err)
	}
	if err != nil || allowed {
		return allowed, "", err
	}
	return false, reason, nil
}
