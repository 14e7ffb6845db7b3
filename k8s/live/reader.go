package live

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/record"
)

// reader lists and watches one kind in one scope. It makes one request per call and leaves what to do about errors to its
// caller.
type reader interface {
	// list reads one page: the objects, and what the list says of itself.
	list(ctx context.Context, options metav1.ListOptions) ([]runtime.Object, metav1.ListInterface, error)
	watch(ctx context.Context, options metav1.ListOptions) (watch.Interface, error)
	// limit is how many objects one page of a list holds.
	limit() int64
}

// newReader picks the way in which a kind is read.
func newReader(c *clients, kind *model.Kind, namespace string, maker record.Maker) (reader, error) {
	client, err := c.rest(kind)
	if err != nil {
		return nil, err
	}
	o := objectReader{client: client, kind: kind, namespace: namespace, typed: c.typed(kind)}
	if kind.Group == "" && kind.Kind == "Secret" {
		return &secretReader{objectReader: o, maker: maker}, nil
	}
	if fields := record.ReportFields(kind); fields != nil {
		return &reportReader{objectReader: o, maker: maker, fields: fields}, nil
	}
	return &o, nil
}

// objectReader reads whole objects: typed ones as protobuf, others as JSON.
type objectReader struct {
	client    rest.Interface
	kind      *model.Kind
	namespace string
	typed     bool
}

// request starts a request. The client does not retry by itself: whoever waits has to be able to say why.
func (r *objectReader) request(options *metav1.ListOptions) *rest.Request {
	return r.client.Get().NamespaceIfScoped(r.namespace, r.namespace != "").Resource(r.kind.Resource).
		SpecificallyVersionedParams(options, metav1.ParameterCodec, metav1.SchemeGroupVersion).MaxRetries(0)
}

func (r *objectReader) limit() int64 { return pageLimit }

func (r *objectReader) list(ctx context.Context, options metav1.ListOptions) ([]runtime.Object, metav1.ListInterface, error) {
	var list runtime.Object
	var err error
	if result := r.request(&options).Do(ctx); r.typed {
		list, err = result.Get()
	} else {
		u := &unstructured.UnstructuredList{}
		list, err = u, result.Into(u)
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := meta.ListAccessor(list)
	if err != nil {
		return nil, nil, err
	}
	// Each item is copied out, or one record would keep its whole page.
	items, err := meta.ExtractListWithAlloc(list)
	return items, info, err
}

func (r *objectReader) watch(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	options.Watch = true
	return r.request(&options).Watch(ctx)
}
