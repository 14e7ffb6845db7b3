package capture

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"

	"canopy/model"
)

// maxNamespaces is how many namespaces are read one by one.
const maxNamespaces = 50

// namespaces are those that are tried where a kind may not be listed everywhere: those that are named, then the first of
// those that may be listed.
type namespaces struct {
	named  []string
	lister *lister
	// found is what all gave; nil before.
	found []string
}

// all lists them. The server is asked once, and what it does not tell is left out.
func (n *namespaces) all(ctx context.Context) []string {
	if n.found != nil {
		return n.found
	}
	n.found = make([]string, 0, len(n.named))
	for _, name := range n.named {
		if name != "" && !slices.Contains(n.found, name) {
			n.found = append(n.found, name)
		}
	}
	kind := model.KindOf(schema.GroupKind{Kind: "Namespace"})
	var listed []string
	take := items(kind, 0, func(u *unstructured.Unstructured) error {
		listed = append(listed, u.GetName())
		return nil
	})
	// Where it breaks off, what came before will do: the coverage tells which were read.
	_ = n.lister.pages(ctx, kind, "", acceptMeta, take)
	slices.Sort(listed)
	for _, name := range listed {
		if len(n.found) >= maxNamespaces {
			break
		}
		if name != "" && !slices.Contains(n.found, name) {
			n.found = append(n.found, name)
		}
	}
	return n.found
}

// one hands over one cluster-scoped object.
func (l *lister) one(ctx context.Context, kind *model.Kind, name string, do func(*unstructured.Unstructured) error) error {
	data, err := l.client.Get().AbsPath(resourcePath(kind, ""), name).SetHeader("Accept", "application/json").DoRaw(ctx)
	if err != nil {
		return err
	}
	u := &unstructured.Unstructured{}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &u.Object); err != nil {
		return err
	}
	u.SetGroupVersionKind(kind.GVK())
	return do(u)
}
