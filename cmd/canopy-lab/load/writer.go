package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// writers bounds the requests in flight. More of them only lengthen each.
const writers = 32

// writer writes items through REST clients that speak protobuf.
type writer struct {
	clients *kubernetes.Clientset
	mapper  meta.RESTMapper

	mu   sync.Mutex
	uids map[*item]types.UID // of written items
}

// fast gives a configuration without client-go's rate limit that speaks protobuf. Some pods break Pod Security on purpose; its warnings would drown the report.
func fast(config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.QPS, config.WarningHandler = -1, rest.NoWarnings{}
	config.ContentType, config.AcceptContentTypes = "application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf,application/json"
	return config
}

func newWriter(config *rest.Config) (*writer, error) {
	clients, err := kubernetes.NewForConfig(fast(config))
	if err != nil {
		return nil, err
	}
	groups, err := restmapper.GetAPIGroupResources(clients.Discovery())
	if err != nil {
		return nil, err
	}
	return &writer{clients: clients, mapper: restmapper.NewDiscoveryRESTMapper(groups), uids: map[*item]types.UID{}}, nil
}

// write writes a cluster stage by stage.
func (w *writer) write(ctx context.Context, cluster *Cluster) error {
	for _, stage := range cluster.stages {
		if err := w.stage(ctx, stage); err != nil {
			return err
		}
	}
	return nil
}

// stage writes items concurrently and stops at the first error.
func (w *writer) stage(ctx context.Context, items []*item) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan *item)
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for i := range queue {
				if err := w.item(ctx, i); err != nil {
					cancel(fmt.Errorf("%T %s/%s: %w", i.object, i.object.GetNamespace(), i.object.GetName(), err))
				}
			}
		})
	}
	for _, i := range items {
		if ctx.Err() != nil {
			break
		}
		queue <- i
	}
	close(queue)
	group.Wait()
	return context.Cause(ctx)
}

func (w *writer) item(ctx context.Context, i *item) error {
	if i.owner != nil {
		kind, err := kindOf(i.owner.object)
		if err != nil {
			return err
		}
		i.setOwner(w.uid(i.owner), kind.GroupVersion().String(), kind.Kind)
	}
	client, resource, err := w.client(i.object)
	if err != nil {
		return err
	}
	made := i.object.DeepCopyObject().(object)
	err = client.Post().Resource(resource).NamespaceIfScoped(i.object.GetNamespace(), i.object.GetNamespace() != "").
		VersionedParams(&metav1.CreateOptions{FieldManager: i.manager}, scheme.ParameterCodec).Body(i.object).Do(ctx).Into(made)
	switch i.object.(type) {
	case *corev1.ServiceAccount, *corev1.Pod:
		if apierrors.IsAlreadyExists(err) {
			return nil // a controller was faster
		}
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.uids[i] = made.GetUID()
	w.mu.Unlock()
	if i.status == "" {
		return nil
	}
	// The status goes with the generated object; without a resourceVersion it is written whatever controllers have done meanwhile.
	update := i.object.DeepCopyObject().(object)
	update.SetUID(made.GetUID())
	return client.Put().Resource(resource).NamespaceIfScoped(i.object.GetNamespace(), i.object.GetNamespace() != "").Name(i.object.GetName()).SubResource("status").
		VersionedParams(&metav1.UpdateOptions{FieldManager: i.status}, scheme.ParameterCodec).Body(update).Do(ctx).Error()
}

func (w *writer) uid(i *item) types.UID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.uids[i]
}

// client gives the client and resource name for an object.
func (w *writer) client(o object) (rest.Interface, string, error) {
	kind, err := kindOf(o)
	if err != nil {
		return nil, "", err
	}
	mapping, err := w.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		return nil, "", err
	}
	for _, client := range []rest.Interface{
		w.clients.CoreV1().RESTClient(), w.clients.AppsV1().RESTClient(), w.clients.BatchV1().RESTClient(), w.clients.RbacV1().RESTClient(),
		w.clients.NetworkingV1().RESTClient(), w.clients.DiscoveryV1().RESTClient(), w.clients.PolicyV1().RESTClient(),
	} {
		if client.APIVersion() == kind.GroupVersion() {
			return client, mapping.Resource.Resource, nil
		}
	}
	return nil, "", fmt.Errorf("no client for %s", kind)
}

func kindOf(o object) (schema.GroupVersionKind, error) {
	kinds, _, err := scheme.Scheme.ObjectKinds(o)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	if len(kinds) == 0 {
		return schema.GroupVersionKind{}, errors.New("unknown kind")
	}
	return slices.MinFunc(kinds, func(a, b schema.GroupVersionKind) int { return len(a.String()) - len(b.String()) }), nil
}
