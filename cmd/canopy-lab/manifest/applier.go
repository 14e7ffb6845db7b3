package manifest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"canopy/cmd/canopy-lab/simulator"
)

const (
	// attempts and pause bound how long a passing refusal is tried again: the server needs a moment to serve a new kind or to count a new quota.
	attempts = 40
	pause    = 250 * time.Millisecond
)

// Applier writes objects to one cluster.
type Applier struct {
	typed   kubernetes.Interface
	dynamic dynamic.Interface
	mapper  *restmapper.DeferredDiscoveryRESTMapper
	cache   *subresources
	defined map[string]bool // groups of the definitions applied
}

// NewApplier gives an applier for the cluster of config.
func NewApplier(config *rest.Config) (*Applier, error) {
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = 1000, 2000
	config.WarningHandler = rest.NoWarnings{} // labs break Pod Security on purpose
	typed, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	dynamic, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	discovery := memory.NewMemCacheClient(typed.Discovery())
	return &Applier{
		typed:   typed,
		dynamic: dynamic,
		mapper:  restmapper.NewDeferredDiscoveryRESTMapper(discovery),
		cache:   &subresources{discovery: discovery},
		defined: map[string]bool{},
	}, nil
}

// Apply applies objects in their order. It goes on after an error and gives all of them, each with file and object.
func (a *Applier) Apply(ctx context.Context, objects []Object) error {
	var problems []error
	for i, object := range objects {
		if err := a.applyPatiently(ctx, object); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", object, err))
		}
		// Definitions must be served before the next stage.
		if i+1 < len(objects) && rank(objects[i+1]) == rank(object) {
			continue
		}
		if object.GetKind() == "CustomResourceDefinition" {
			problems = append(problems, a.waitEstablished(ctx, objects[:i+1]))
		}
	}
	return errors.Join(problems...)
}

func (a *Applier) applyPatiently(ctx context.Context, object Object) error {
	for attempt := 1; ; attempt++ {
		err := a.applyOne(ctx, object)
		if err == nil || attempt == attempts || !a.passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// passing says whether an error may go away by itself.
func (a *Applier) passing(err error) bool {
	var unknown *meta.NoKindMatchError
	if errors.As(err, &unknown) {
		a.mapper.Reset()
		return a.defined[unknown.GroupKind.Group]
	}
	return apierrors.IsConflict(err) || apierrors.IsServerTimeout(err) || apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err) ||
		apierrors.IsForbidden(err) && strings.Contains(err.Error(), "status unknown for quota")
}

func (a *Applier) applyOne(ctx context.Context, object Object) error {
	resource, mapping, err := a.resource(object.Unstructured)
	if err != nil {
		return err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace && object.GetNamespace() == "" {
		return errors.New("wants metadata.namespace")
	}
	wanted := object.DeepCopy()
	for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"} {
		unstructured.RemoveNestedField(wanted.Object, "metadata", field)
	}
	a.resolveOwners(ctx, wanted)
	debuggers, _, err := unstructured.NestedSlice(wanted.Object, "spec", "ephemeralContainers")
	if err != nil {
		return err
	}
	if wanted.GetKind() == "Pod" {
		unstructured.RemoveNestedField(wanted.Object, "spec", "ephemeralContainers")
	}
	if _, err := resource.Apply(ctx, wanted.GetName(), wanted, metav1.ApplyOptions{FieldManager: simulator.AuthorManager, Force: true}); err != nil {
		return err
	}
	switch wanted.GetKind() {
	case "Namespace":
		return a.ensureAccount(ctx, wanted.GetName())
	case "CustomResourceDefinition", "APIService":
		group, _, err := unstructured.NestedString(wanted.Object, "spec", "group")
		a.defined[group] = true
		return err // their status is what the server has found out
	case "Pod":
		if len(debuggers) > 0 {
			if err := a.debug(ctx, resource, wanted.GetName(), debuggers); err != nil {
				return fmt.Errorf("ephemeral containers: %w", err)
			}
		}
	}
	if err := a.setStatus(ctx, resource, mapping, wanted); err != nil {
		return fmt.Errorf("status: %w", err)
	}
	return nil
}

func (a *Applier) resource(object *unstructured.Unstructured) (dynamic.ResourceInterface, *meta.RESTMapping, error) {
	kind := object.GroupVersionKind()
	mapping, err := a.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, nil, err
	}
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		return a.dynamic.Resource(mapping.Resource).Namespace(object.GetNamespace()), mapping, nil
	}
	return a.dynamic.Resource(mapping.Resource), mapping, nil
}

// resolveOwners gives each owner reference the uid that its owner has in this cluster. One whose owner is absent is dropped: the garbage collector would
// delete the object.
func (a *Applier) resolveOwners(ctx context.Context, object *unstructured.Unstructured) {
	var kept []metav1.OwnerReference
	for _, owner := range object.GetOwnerReferences() {
		reference := &unstructured.Unstructured{}
		reference.SetGroupVersionKind(schema.FromAPIVersionAndKind(owner.APIVersion, owner.Kind))
		reference.SetNamespace(object.GetNamespace())
		resource, _, err := a.resource(reference)
		if err != nil {
			continue
		}
		found, err := resource.Get(ctx, owner.Name, metav1.GetOptions{})
		if err != nil {
			continue
		}
		owner.UID = found.GetUID()
		kept = append(kept, owner)
	}
	object.SetOwnerReferences(kept)
}

// ensureAccount makes a namespace's default account, which pods need. The controllers would do so a moment later, if they run.
func (a *Applier) ensureAccount(ctx context.Context, namespace string) error {
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
	_, err := a.typed.CoreV1().ServiceAccounts(namespace).Create(ctx, account, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
