package capture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	kjson "sigs.k8s.io/json"

	"canopy/k8s/guard"
	"canopy/model"
	"canopy/model/record"
	"canopy/model/scheme"
)

const (
	acceptTable = "application/json;as=Table;v=v1;g=meta.k8s.io"
	acceptMeta  = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
)

// lister lists kinds page by page and hands their objects on one by one, as JSON.
type lister struct {
	client *rest.RESTClient
	page   int64
}

func newLister(config *rest.Config, page int64) (*lister, error) {
	c := guard.Config(config)
	// One request after the other; client-go's own brake would only slow it down, and a timeout would cut long lists.
	c.QPS, c.Timeout = -1, 0
	c.NegotiatedSerializer = serializer.NewCodecFactory(scheme.Types()).WithoutConversion()
	http, err := rest.HTTPClientFor(c)
	if err != nil {
		return nil, err
	}
	client, err := rest.UnversionedRESTClientForConfigAndClient(c, http)
	if err != nil {
		return nil, err
	}
	return &lister{client: client, page: page}, nil
}

// server asks for the version of the API server; "" where it does not tell.
func (l *lister) server(ctx context.Context) string {
	var v struct {
		GitVersion string `json:"gitVersion"`
	}
	data, err := l.client.Get().AbsPath("/version").DoRaw(ctx)
	if err != nil || json.Unmarshal(data, &v) != nil {
		return ""
	}
	return v.GitVersion
}

// list hands over every object of a kind, in one namespace or in all.
func (l *lister) list(ctx context.Context, kind *model.Kind, namespace string, do func(*unstructured.Unstructured) error) error {
	if kind.Group == "" && kind.Kind == "Secret" {
		err := l.pages(ctx, kind, namespace, acceptTable, rows(kind, do))
		if apierrors.IsNotAcceptable(err) {
			err = l.pages(ctx, kind, namespace, acceptMeta, items(kind, -1, do))
		}
		return err
	}
	return l.pages(ctx, kind, namespace, "application/json", items(kind, 0, do))
}

// reportPage is how many reports of scanners are asked for at once: each may be as large as a server stores objects.
const reportPage = 50

func (l *lister) pageOf(kind *model.Kind) int64 {
	if record.ReportFields(kind) != nil {
		return min(l.page, reportPage)
	}
	return l.page
}

// pages asks for page after page. take reads one and gives the token of the next.
func (l *lister) pages(ctx context.Context, kind *model.Kind, namespace, accept string, take func(io.Reader) (string, error)) error {
	next := ""
	var seen guard.Pages
	for {
		request := l.client.Get().AbsPath(resourcePath(kind, namespace)).SetHeader("Accept", accept).
			Param("limit", strconv.FormatInt(l.pageOf(kind), 10))
		if next != "" {
			request = request.Param("continue", next)
		}
		if accept == acceptTable {
			request = request.Param("includeObject", "Metadata")
		}
		body, err := request.Stream(ctx)
		if apierrors.IsResourceExpired(err) && next != "" {
			// The list grew too old. The server offers to go on with what there is now.
			var status apierrors.APIStatus
			if errors.As(err, &status) && status.Status().Continue != "" && status.Status().Continue != next {
				next = status.Status().Continue
				continue
			}
		}
		if err != nil {
			return err
		}
		next, err = take(body)
		if err == nil {
			// Without reading to the end the connection could not be used again.
			_, err = io.Copy(io.Discard, body)
		}
		if closed := body.Close(); err == nil {
			err = closed
		}
		if err != nil || next == "" {
			return err
		}
		if err := seen.Next(next); err != nil {
			return err
		}
	}
}

func resourcePath(kind *model.Kind, namespace string) string {
	path := "/apis/" + kind.Group + "/" + kind.Version
	if kind.Group == "" {
		path = "/api/" + kind.Version
	}
	if namespace != "" {
		path += "/namespaces/" + namespace
	}
	return path + "/" + kind.Resource
}

// items reads a page of whole objects, one at a time. keys is noted for Secrets.
func items(kind *model.Kind, keys int, do func(*unstructured.Unstructured) error) func(io.Reader) (string, error) {
	return readPage("items", func(raw json.RawMessage) error {
		u := &unstructured.Unstructured{}
		if err := kjson.UnmarshalCaseSensitivePreserveInts(raw, &u.Object); err != nil {
			return err
		}
		if keys < 0 {
			noteKeys(u, keys, "")
		}
		u.SetGroupVersionKind(kind.GVK())
		return do(u)
	})
}

// rows reads a page of table rows: of a Secret its metadata, its type and how many keys it has. No value is asked for.
func rows(kind *model.Kind, do func(*unstructured.Unstructured) error) func(io.Reader) (string, error) {
	var columns []metav1.TableColumnDefinition
	return func(in io.Reader) (string, error) {
		var page metav1.Table
		if err := json.NewDecoder(in).Decode(&page); err != nil {
			return "", err
		}
		if page.Kind != "Table" {
			// A server that knows no tables sends whole objects instead. They are not looked at.
			return "", apierrors.NewGenericServerResponse(http.StatusNotAcceptable, "list", schema.GroupResource{Resource: kind.Resource}, "", "the server knows no tables", 0, true)
		}
		if len(page.ColumnDefinitions) > 0 {
			columns = page.ColumnDefinitions
		}
		for i := range page.Rows {
			row := &page.Rows[i]
			u := &unstructured.Unstructured{}
			if err := kjson.UnmarshalCaseSensitivePreserveInts(row.Object.Raw, &u.Object); err != nil {
				return "", err
			}
			keys, secretType := -1, ""
			for j := range min(len(columns), len(row.Cells)) {
				switch columns[j].Name {
				case "Type":
					secretType, _ = row.Cells[j].(string)
				case "Data":
					if n, ok := number(row.Cells[j]); ok {
						keys = n
					}
				}
			}
			noteKeys(u, keys, secretType)
			u.SetGroupVersionKind(kind.GVK())
			if err := do(u); err != nil {
				return "", err
			}
		}
		return page.Continue, nil
	}
}

func number(cell any) (int, bool) {
	switch n := cell.(type) {
	case int64:
		return int(n), true
	case float64:
		return int(n), true
	case string:
		i, err := strconv.Atoi(n)
		return i, err == nil
	}
	return 0, false
}

// noteKeys reduces a Secret to its metadata, its type and the number of its keys.
func noteKeys(u *unstructured.Unstructured, keys int, secretType string) {
	for k := range u.Object {
		if k != "metadata" {
			delete(u.Object, k)
		}
	}
	if secretType != "" {
		u.Object["type"] = secretType
	}
	if keys >= 0 {
		u.Object["canopyKeys"] = int64(keys)
	}
}

// readPage reads a list whose items stand under a key, item by item, and gives the token of the next page.
func readPage(key string, do func(json.RawMessage) error) func(io.Reader) (string, error) {
	return func(in io.Reader) (string, error) {
		d := json.NewDecoder(in)
		if t, err := d.Token(); err != nil || t != json.Delim('{') {
			return "", fmt.Errorf("the server did not send a list: %w", errors.Join(err))
		}
		var meta metav1.ListMeta
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return "", err
			}
			switch name {
			case "metadata":
				if err := d.Decode(&meta); err != nil {
					return "", err
				}
			case key:
				if err := readItems(d, do); err != nil {
					return "", err
				}
			default:
				var skip json.RawMessage
				if err := d.Decode(&skip); err != nil {
					return "", err
				}
			}
		}
		_, err := d.Token()
		return meta.Continue, err
	}
}

func readItems(d *json.Decoder, do func(json.RawMessage) error) error {
	t, err := d.Token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('[') {
		return errors.New("items is no list")
	}
	for d.More() {
		var item json.RawMessage
		if err := d.Decode(&item); err != nil {
			return err
		}
		if err := do(item); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
