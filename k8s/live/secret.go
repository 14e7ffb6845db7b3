package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"canopy/model/record"
)

// errNoTable tells that a server gave neither a Table nor bare metadata though nothing else was asked for.
var errNoTable = errors.New("the server would send Secrets whole; they are not read")

// secretReader reads Secrets without their values: as the rows of a Table, which tell the type and the number of keys
// beside the metadata, or as bare metadata from a server that has no Tables. Nothing else is ever asked for, so that no
// value reaches the process.
type secretReader struct {
	objectReader
	maker record.Maker
	// bare is set once the server has refused a Table.
	bare atomic.Bool
}

func (r *secretReader) accept(list bool) string {
	switch {
	case !r.bare.Load():
		return "application/json;as=Table;v=v1;g=meta.k8s.io"
	case list:
		return "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
	}
	return "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
}

// open makes a request, once more for bare metadata where the server refuses a Table.
func (r *secretReader) open(ctx context.Context, options metav1.ListOptions) (io.ReadCloser, error) {
	for {
		bare := r.bare.Load()
		request := r.request(&options).SetHeader("Accept", r.accept(!options.Watch))
		if !bare {
			request.Param("includeObject", string(metav1.IncludeMetadata))
		}
		body, err := request.Stream(ctx)
		if err == nil || bare || !noTable(err) {
			return body, err
		}
		r.bare.Store(true)
	}
}

func noTable(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) && (status.Status().Code == http.StatusNotAcceptable || status.Status().Code == http.StatusUnsupportedMediaType)
}

func (r *secretReader) list(ctx context.Context, options metav1.ListOptions) ([]runtime.Object, metav1.ListInterface, error) {
	body, err := r.open(ctx, options)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = body.Close() }()
	var t table
	if err := json.NewDecoder(body).Decode(&t); err != nil {
		return nil, nil, fmt.Errorf("list of secrets: %w", err)
	}
	items, err := t.secrets(r.maker, &columns{})
	return items, &t.Metadata, err
}

func (r *secretReader) watch(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	options.Watch = true
	body, err := r.open(ctx, options)
	if err != nil {
		return nil, err
	}
	return watch.NewStreamWatcher(&tableDecoder{maker: r.maker, body: body, json: json.NewDecoder(body)},
		apierrors.NewClientErrorReporter(http.StatusInternalServerError, "GET", "ClientWatchDecoding")), nil
}
