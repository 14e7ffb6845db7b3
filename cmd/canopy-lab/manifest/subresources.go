package manifest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/retry"

	"canopy/cmd/canopy-lab/simulator"
)

// subresources knows which kinds have a status of their own.
type subresources struct {
	discovery discovery.CachedDiscoveryInterface
}

func (s *subresources) hasStatus(resource schema.GroupVersionResource) (bool, error) {
	list, err := s.discovery.ServerResourcesForGroupVersion(resource.GroupVersion().String())
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == resource.Resource+"/status" }), nil
}

// setStatus sets the fields of an authored status and leaves the others, such as a pod's address. Where a kind has no status of its own, the object's has
// been applied with the rest of it.
func (a *Applier) setStatus(ctx context.Context, resource dynamic.ResourceInterface, mapping *meta.RESTMapping, wanted *unstructured.Unstructured) error {
	status, found, err := unstructured.NestedMap(wanted.Object, "status")
	if err != nil || !found || len(status) == 0 {
		return err
	}
	if has, err := a.cache.hasStatus(mapping.Resource); err != nil || !has {
		return err
	}
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		live, err := resource.Get(ctx, wanted.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		for field, value := range status {
			if err := unstructured.SetNestedField(live.Object, value, "status", field); err != nil {
				return err
			}
		}
		_, err = resource.UpdateStatus(ctx, live, metav1.UpdateOptions{FieldManager: simulator.AuthorManager})
		return err
	})
}

// debug adds ephemeral containers that a pod does not have yet: they can neither be created with a pod nor be changed.
func (a *Applier) debug(ctx context.Context, pods dynamic.ResourceInterface, name string, containers []any) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		live, err := pods.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		existing, _, err := unstructured.NestedSlice(live.Object, "spec", "ephemeralContainers")
		if err != nil || len(existing) >= len(containers) {
			return err
		}
		if err := unstructured.SetNestedSlice(live.Object, containers, "spec", "ephemeralContainers"); err != nil {
			return err
		}
		_, err = pods.Update(ctx, live, metav1.UpdateOptions{FieldManager: simulator.AuthorManager}, "ephemeralcontainers")
		return err
	})
}

// waitEstablished waits until the definitions among objects are served.
func (a *Applier) waitEstablished(ctx context.Context, objects []Object) error {
	for _, object := range objects {
		if object.GetKind() != "CustomResourceDefinition" {
			continue
		}
		definitions, _, err := a.resource(object.Unstructured)
		if err != nil {
			return err
		}
		for attempt := 1; !established(ctx, definitions, object.GetName()); attempt++ {
			if attempt == attempts {
				return fmt.Errorf("%s: is not established", object)
			}
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(pause):
			}
		}
	}
	a.mapper.Reset() // also empties the cached discovery
	return nil
}

func established(ctx context.Context, definitions dynamic.ResourceInterface, name string) bool {
	definition, err := definitions.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return false
	}
	conditions, _, err := unstructured.NestedSlice(definition.Object, "status", "conditions")
	return err == nil && slices.ContainsFunc(conditions, func(item any) bool {
		condition, ok := item.(map[string]any)
		return ok && condition["type"] == "Established" && condition["status"] == "True"
	})
}
