package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	kjson "sigs.k8s.io/json"

	"canopy/k8s/live/sieve"
	"canopy/model/record"
)

// reportLimit is how many reports one page of a list holds: each may be as large as a server stores objects.
const reportLimit = 50

// reportReader reads the reports of scanners. They are many and large, and of each only a few fields are kept: what comes is
// read as a stream, one report at a time, and the rest is passed over without being held.
type reportReader struct {
	objectReader
	maker  record.Maker
	fields record.Fields
}

// limit is how many objects a page holds.
func (r *reportReader) limit() int64 { return reportLimit }

// open asks for JSON: what else a server may answer with is not read as a stream.
func (r *reportReader) open(ctx context.Context, options metav1.ListOptions) (io.ReadCloser, error) {
	return r.request(&options).SetHeader("Accept", runtime.ContentTypeJSON).Stream(ctx)
}

func (r *reportReader) list(ctx context.Context, options metav1.ListOptions) ([]runtime.Object, metav1.ListInterface, error) {
	body, err := r.open(ctx, options)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = body.Close() }()
	var items []runtime.Object
	info, err := sieve.New(body).List(r.fields, func(item []byte) error {
		object, err := r.make(item)
		items = append(items, object)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list of %s: %w", r.kind.Resource, err)
	}
	return items, info, nil
}

// make makes the record of a report. The items of a list need not say what they are.
func (r *reportReader) make(data []byte) (runtime.Object, error) {
	u := &unstructured.Unstructured{}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &u.Object); err != nil {
		return nil, err
	}
	if u.Object == nil {
		return nil, errors.New("no object")
	}
	u.SetGroupVersionKind(r.kind.GVK())
	return r.maker.Make(u)
}

func (r *reportReader) watch(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	options.Watch = true
	body, err := r.open(ctx, options)
	if err != nil {
		return nil, err
	}
	object := record.Fields{"status": nil, "message": nil, "reason": nil, "code": nil, "details": nil}
	for k, below := range r.fields {
		object[k] = below
	}
	return watch.NewStreamWatcher(&reportDecoder{reader: r, body: body, sieve: sieve.New(body), fields: record.Fields{"type": nil, "object": object}},
		apierrors.NewClientErrorReporter(http.StatusInternalServerError, "GET", "ClientWatchDecoding")), nil
}

// reportDecoder reads the frames of a watch one by one.
type reportDecoder struct {
	reader *reportReader
	body   io.ReadCloser
	sieve  *sieve.Sieve
	fields record.Fields
	frame  bytes.Buffer
}

// Decode gives the next event: a record, or for a bookmark bare metadata, since a record would not keep the annotation that
// marks the end of the initial list.
func (d *reportDecoder) Decode() (watch.EventType, runtime.Object, error) {
	d.frame.Reset()
	if err := d.sieve.Next(d.fields, &d.frame); err != nil {
		return "", nil, err
	}
	if d.frame.Cap() > keptFrame {
		defer func() { d.frame = bytes.Buffer{} }()
	}
	var frame struct {
		Type   watch.EventType `json:"type"`
		Object rawObject       `json:"object"`
	}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(d.frame.Bytes(), &frame); err != nil {
		return "", nil, d.broken(err)
	}
	var object runtime.Object
	var err error
	switch frame.Type {
	case watch.Error:
		status := &metav1.Status{}
		object, err = status, kjson.UnmarshalCaseSensitivePreserveInts(frame.Object, status)
	case watch.Bookmark:
		mark := &metav1.PartialObjectMetadata{}
		object, err = mark, kjson.UnmarshalCaseSensitivePreserveInts(frame.Object, mark)
	case watch.Added, watch.Modified, watch.Deleted:
		object, err = d.reader.make(frame.Object)
	default:
		err = errors.New("an event of an unknown type")
	}
	if err != nil {
		return "", nil, d.broken(err)
	}
	return frame.Type, object, nil
}

func (d *reportDecoder) broken(err error) error {
	return fmt.Errorf("watch of %s: %w", d.reader.kind.Resource, err)
}

// keptFrame is the size up to which the buffer of a frame is used again.
const keptFrame = 256 << 10

// Close ends the watch.
func (d *reportDecoder) Close() { _ = d.body.Close() }

// rawObject is JSON that is decoded later.
type rawObject []byte

// UnmarshalJSON keeps the text.
func (o *rawObject) UnmarshalJSON(data []byte) error {
	*o = append((*o)[:0], data...)
	return nil
}
