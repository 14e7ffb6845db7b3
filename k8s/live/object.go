package live

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/mask"
)

// Get fetches one object whole, without managedFields and kubectl's copy of it, and with literal values masked. Of a
// Secret nothing but the metadata is asked for.
func (s *Source) Get(ctx context.Context, ref model.Ref) (*unstructured.Unstructured, error) {
	u, err := s.get(ctx, ref)
	if apierrors.IsNotFound(err) {
		err = model.ErrNotFound
	}
	if errors.Is(err, model.ErrNotFound) {
		return nil, fmt.Errorf("%s: %w", ref, model.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	u.SetManagedFields(nil)
	unstructured.RemoveNestedField(u.Object, "metadata", "annotations", corev1.LastAppliedConfigAnnotation)
	if len(u.GetAnnotations()) == 0 {
		unstructured.RemoveNestedField(u.Object, "metadata", "annotations")
	}
	mask.Object(u, s.options.Inspector)
	return u, nil
}

// reading gives a kind as it is read at this moment; nil where it is not.
func (s *Source) reading(gk schema.GroupKind) *model.Kind {
	s.mu.Lock()
	run := s.running
	s.mu.Unlock()
	if run == nil {
		return nil
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	if b := run.branches[gk]; b != nil && !b.lost.Load() {
		return b.whole.kind
	}
	return nil
}

func (s *Source) get(ctx context.Context, ref model.Ref) (*unstructured.Unstructured, error) {
	kind := s.reading(ref.GroupKind())
	if kind == nil {
		var err error
		if kind, err = s.clients.find(ctx, ref); err != nil {
			return nil, err
		}
	}
	client, err := s.clients.untyped(kind)
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.clients.bounded(ctx)
	defer cancel()
	request := client.Get().NamespaceIfScoped(ref.Namespace, kind.Namespaced).Resource(kind.Resource).Name(ref.Name)
	secret := kind.Group == "" && kind.Kind == "Secret"
	if secret {
		request.SetHeader("Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
	}
	u := &unstructured.Unstructured{}
	if err := request.Do(ctx).Into(u); err != nil {
		return nil, err
	}
	if secret {
		if u.GetKind() != "PartialObjectMetadata" {
			return nil, errNoTable
		}
		u.SetGroupVersionKind(kind.GVK())
	}
	return u, nil
}
