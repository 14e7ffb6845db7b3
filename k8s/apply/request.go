package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/mask"
)

// errWhole tells that a server sent more of a Secret than its metadata, though nothing else was asked for.
var errWhole = errors.New("the server would send Secrets whole; they are not read")

// target is an object to make requests about.
type target struct {
	kind            *model.Kind
	namespace, name string
}

func (t target) secret() bool { return t.kind.Group == "" && t.kind.Kind == "Secret" }

// answer is what a server says to a request: the object as it is after it, nil where it is gone, and warnings.
type answer struct {
	object   *unstructured.Unstructured
	warnings []string
}

// get reads an object; nil where it is not there.
func (c *connection) get(ctx context.Context, t target) (*unstructured.Unstructured, error) {
	client, err := c.client(t.kind.GVK().GroupVersion())
	if err != nil {
		return nil, err
	}
	a, err := c.do(ctx, client.Get().Name(t.name), t, true)
	if missing(err) {
		return nil, nil
	}
	return a.object, err
}

// missing tells that an object is not there, from a server that does not know the kind.
func missing(err error) bool { return apierrors.IsNotFound(err) && !unserved(err) }

func (c *connection) create(ctx context.Context, t target, body []byte) (answer, error) {
	client, err := c.client(t.kind.GVK().GroupVersion())
	if err != nil {
		return answer{}, err
	}
	return c.do(ctx, c.signed(client.Post()).SetHeader("Content-Type", "application/json").Body(body), t, true)
}

func (c *connection) patch(ctx context.Context, t target, patchType types.PatchType, body []byte) (answer, error) {
	client, err := c.client(t.kind.GVK().GroupVersion())
	if err != nil {
		return answer{}, err
	}
	return c.do(ctx, c.signed(client.Patch(patchType)).Name(t.name).Body(body), t, true)
}

// remove deletes the very object that is given, and lets what it owns go after it: for some kinds a server would leave that.
func (c *connection) remove(ctx context.Context, t target, u *unstructured.Unstructured) (answer, error) {
	client, err := c.client(t.kind.GVK().GroupVersion())
	if err != nil {
		return answer{}, err
	}
	options := map[string]any{"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
		"preconditions": map[string]any{"uid": string(u.GetUID()), "resourceVersion": u.GetResourceVersion()}}
	if c.dry {
		// A server that is sent options heeds no others. Which version it meets does not matter while nothing is kept.
		options["dryRun"] = []string{"All"}
		options["preconditions"] = map[string]any{"uid": string(u.GetUID())}
	}
	body, err := json.Marshal(options)
	if err != nil {
		return answer{}, err
	}
	request := client.Delete().Name(t.name).MaxRetries(0).SetHeader("Content-Type", "application/json").Body(body)
	if c.dry {
		request.Param("dryRun", "All")
	}
	return c.do(ctx, request, t, false)
}

// signed adds what goes with every write. A write is never sent again by client-go, which cannot know whether it was done.
func (c *connection) signed(request *rest.Request) *rest.Request {
	request.Param("fieldManager", FieldManager).Param("fieldValidation", "Strict").MaxRetries(0)
	if c.dry {
		request.Param("dryRun", "All")
	}
	return request
}

// do sends a request and reads the object out of its answer, unless there need be none.
func (c *connection) do(ctx context.Context, request *rest.Request, t target, object bool) (answer, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	request.NamespaceIfScoped(t.namespace, t.kind.Namespaced).Resource(t.kind.Resource)
	if t.secret() {
		request.SetHeader("Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
	}
	result := request.Do(ctx)
	var a answer
	for _, w := range result.Warnings() {
		a.warnings = append(a.warnings, w.Text)
	}
	if err := result.Error(); err != nil || !object {
		return a, err
	}
	u := &unstructured.Unstructured{}
	if err := result.Into(u); err != nil {
		return a, fmt.Errorf("the answer is no object: %w", err)
	}
	if t.secret() {
		if u.GetKind() != "PartialObjectMetadata" {
			return a, errWhole
		}
		u.SetGroupVersionKind(t.kind.GVK())
		// kubectl's copy of a Secret holds its values. That it is there is all that may be known of it.
		if notes := u.GetAnnotations(); notes[corev1.LastAppliedConfigAnnotation] != "" {
			notes[corev1.LastAppliedConfigAnnotation] = mask.Text
			u.SetAnnotations(notes)
		}
	}
	a.object = u
	return a, nil
}
